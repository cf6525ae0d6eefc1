"""A task that one follows: begun, told that it has ended, dropped."""

from __future__ import annotations

from datetime import datetime, timedelta

from people.models import Staff
from tasks.models import Watch
from workflows.models import TaskState, UserTask

KEPT = timedelta(days=30)
"""For how long one finds what has ended after one was told."""


def begin(*, task: UserTask, by: Staff, now: datetime) -> None:
    """Follow a task that one may see; once however often one asks."""
    Watch.objects.bulk_create([Watch(task=task, by=by, at=now)], ignore_conflicts=True)


def drop(*, task: UserTask, by: Staff) -> None:
    """Follow it no more."""
    Watch.objects.filter(task=task, by=by).delete()


def drop_ended(*, by: Staff) -> int:
    """Follow no more those that have ended; how many."""
    return Watch.objects.filter(by=by).exclude(task__state=TaskState.OPEN).delete()[0]


def told(*, by: Staff, now: datetime) -> None:
    """The watcher has been shown which have ended."""
    Watch.objects.filter(by=by, told_at=None).exclude(task__state=TaskState.OPEN).update(told_at=now)


def purge(*, now: datetime, limit: int = 100) -> int:
    """Forget what the watcher was told long ago; how many."""
    old = Watch.objects.filter(told_at__lte=now - KEPT).exclude(task__state=TaskState.OPEN)
    return Watch.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
