"""What somebody wants to be told of outside the pages: chosen here, found here, told once by `sending`."""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from people.models import Device, Reply, Staff
from people.services import blocks
from tasks import news, quiet, webpush
from tasks.models import Channel, Comment, Notice, NoticeChoice, NoticeKind, Notifying, Pace
from workflows.models import HistoryEntry, HistoryKind, TaskState, UserTask

OVERLAP = datetime.timedelta(minutes=5)
"""What was written just before we looked may be seen just after: for so long we look again, and tell once."""
LONGEST_BACK = datetime.timedelta(days=1)
"""After a long silence one looks in the inbox."""
KEPT = datetime.timedelta(days=30)
URGENT = 1
AT_FIRST = (NoticeKind.URGENT, NoticeKind.TOLD, NoticeKind.ANSWERED)

Choices = Mapping[tuple[str, str], str]
"""Paces by channel and kind."""


@dataclass(frozen=True, kw_only=True)
class Times:
    """When one is told, by the clock in Sweden."""

    daily_at: datetime.time
    quiet_from: datetime.time | None = None
    quiet_to: datetime.time | None = None


@dataclass(frozen=True, kw_only=True)
class Listener:
    """One who is told, and what they are told of."""

    notifying: Notifying
    groups: frozenset[str]
    paces: Choices
    barred: frozenset[int] = frozenset()
    devices: tuple[Device, ...] = ()

    def wants(self, kind: str) -> bool:
        return any(wanted == kind for _, wanted in self.paces)

    def places(self, kind: str, *, at: datetime.datetime) -> Iterator[tuple[Device | None, str]]:
        """Where they are told of what happened `at`, None being by e-mail, and how soon."""
        if (Channel.MAIL, kind) in self.paces:
            yield None, self.paces[Channel.MAIL, kind]
        if (Channel.PUSH, kind) in self.paces:
            yield from ((one, self.paces[Channel.PUSH, kind]) for one in self.devices if one.added_at < at)

    def is_for(self, task: UserTask) -> bool:
        """Theirs to do, and nobody else's who has taken it."""
        member = self.notifying.staff
        is_offered = task.group in self.groups or task.escalated_to in self.groups
        is_free = task.claimed_by_id in {None, member.pk}
        is_open = (member.may_see_protected or not task.is_restricted) and task.individual_id not in self.barred
        return is_offered and is_free and is_open


@transaction.atomic
def choose(*, by: Staff, choices: Choices, times: Times, address: str, now: datetime.datetime) -> None:
    """All that one has chosen, in place of what one had; who begins is told of what comes from now on."""
    values: dict[str, Any] = {"daily_at": times.daily_at, "quiet_from": times.quiet_from, "quiet_to": times.quiet_to}
    values |= {"address": address, "try_after": now, "failures": 0}
    begun = {"begun_at": now, "told_until": now}
    mine, is_new = Notifying.objects.update_or_create(staff=by, defaults=values, create_defaults=values | begun)
    if not is_new and not mine.choices.exists():
        Notifying.objects.filter(pk=mine.pk).update(**begun)
    mine.choices.all().delete()
    rows = [NoticeChoice(notifying=mine, channel=way, kind=kind, pace=pace) for (way, kind), pace in choices.items()]
    NoticeChoice.objects.bulk_create(rows)
    waiting = mine.notices.filter(settled_at=None)
    for (channel, kind), pace in choices.items():
        due_at = quiet.due(pace, daily_at=times.daily_at, now=now)
        waiting.filter(device__isnull=channel == Channel.MAIL, kind=kind).update(due_at=due_at)
    for channel in Channel.values:
        wanted = [kind for way, kind in choices if way == channel]
        waiting.filter(device__isnull=channel == Channel.MAIL).exclude(kind__in=wanted).delete()


@transaction.atomic
def begin_in_devices(*, by: Staff, now: datetime.datetime) -> None:
    """Who lets notices come to a device, and has not said which, is told at once of what cannot wait."""
    values = {"begun_at": now, "told_until": now, "try_after": now}
    mine, _ = Notifying.objects.get_or_create(staff=by, defaults=values)
    if not mine.choices.exists():
        Notifying.objects.filter(pk=mine.pk).update(begun_at=now, told_until=now)
    if not mine.choices.filter(channel=Channel.PUSH).exists():
        rows = [NoticeChoice(notifying=mine, channel=Channel.PUSH, kind=kind, pace=Pace.NOW) for kind in AT_FIRST]
        NoticeChoice.objects.bulk_create(rows)


def find(*, now: datetime.datetime) -> int:
    """Put what is new in line for those who want to be told; how many. Asks nothing of what nobody listens to."""
    found = listeners(now=now)
    if not found:
        return 0
    notices = [*_tasks(found, now=now), *_late(found, now=now), *_told(found, now=now), *_answered(found, now=now)]
    before = now - OVERLAP
    with transaction.atomic():
        Notice.objects.bulk_create(notices, ignore_conflicts=True)
        mine = Notifying.objects.filter(pk__in=[one.notifying.pk for one in found])
        mine.filter(told_until__lt=before).update(told_until=before)
    return len(notices)


def listeners(*, now: datetime.datetime, ids: list[int] | None = None) -> list[Listener]:
    """Those who have chosen something and still work here."""
    rows = NoticeChoice.objects.select_related("notifying__staff").filter(notifying__staff__is_active=True)
    paces: dict[Notifying, dict[tuple[str, str], str]] = defaultdict(dict)
    for choice in rows if ids is None else rows.filter(notifying__in=ids):
        paces[choice.notifying][choice.channel, choice.kind] = choice.pace
    held = news.holders([one.staff_id for one in paces], now=now)
    devices = _devices([one for one, chosen in paces.items() if any(channel == Channel.PUSH for channel, _ in chosen)])
    barred = blocks.barring([one.staff_id for one in paces])
    return [
        Listener(
            notifying=one,
            groups=held[one.staff_id].groups,
            paces=chosen,
            barred=barred.get(one.staff_id, frozenset()),
            devices=tuple(devices[one.staff_id]),
        )
        for one, chosen in paces.items()
        if one.staff_id in held
    ]


def letterbox(staff: Staff, *, now: datetime.datetime) -> tuple[str, datetime.datetime]:
    """Where letters go: the address of work, else the one that they wrote for notices, '' for none; and until when
    they want quiet, `now` when they do not.
    """
    mine = Notifying.objects.filter(staff=staff).first()
    if mine is None:
        return staff.email, now
    return staff.email or mine.address, quiet.quiet_until(mine, now)


def _devices(those: list[Notifying]) -> dict[int, list[Device]]:
    """Theirs that take messages from us, by member of staff."""
    found: dict[int, list[Device]] = defaultdict(list)
    rows = Device.objects.filter(staff__in=[one.staff_id for one in those], made_with=webpush.public_key())
    for device in rows if those else ():
        found[device.staff_id].append(device)
    return found


def purge(*, now: datetime.datetime, limit: int = 500) -> int:
    """Forget what was settled long ago of tasks that have ended; how many."""
    old = Notice.objects.filter(settled_at__lte=now - KEPT).exclude(task__state=TaskState.OPEN)
    return Notice.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def _tasks(found: list[Listener], *, now: datetime.datetime) -> Iterator[Notice]:
    """Open tasks that came, or were lifted, since we looked: of what has changed, by the index of changes."""
    wanting = [one for one in found if one.wants(NoticeKind.URGENT) or one.wants(NoticeKind.NEW)]
    groups, since = _groups(wanting), _since(wanting, now=now)
    direct = Q(group__in=groups, changed_at__gt=since)
    lifted = Q(escalated_to__in=groups, changed_at__gt=since) & ~Q(escalated_to="")
    for which in (direct, lifted) if groups else ():
        tasks = list(UserTask.objects.filter(which, state=TaskState.OPEN).only(*TOLD_BY))
        given = _given(tasks)
        for task in tasks:
            kind = NoticeKind.URGENT if task.priority == URGENT else NoticeKind.NEW
            about = given.get(task.pk, task.public_id)
            for one in wanting:
                is_new = task.created_at > one.notifying.begun_at or task.escalated_to in one.groups
                is_new = is_new or task.pk in given
                if is_new and task.changed_at > one.notifying.told_until and one.is_for(task):
                    yield from _notices(one, kind, task, about, at=task.changed_at, now=now)


def _given(tasks: list[UserTask]) -> dict[int, uuid.UUID]:
    """What a substitute got, and did not take, from somebody who is away: news to them, also when they have seen it."""
    lent = [task for task in tasks if task.on_behalf_of and task.claimed_at]
    left = HistoryEntry.objects.filter(kind=HistoryKind.RELEASED, instance__in=[task.instance_id for task in lent])
    moments = set(left.values_list("instance_id", "element_id", "at")) if lent else set()
    given = [task for task in lent if (task.instance_id, task.element_id, task.claimed_at) in moments]
    return {task.pk: uuid.uuid5(task.public_id, str(task.claimed_at)) for task in given}


def _late(found: list[Listener], *, now: datetime.datetime) -> Iterator[Notice]:
    """Open tasks that became late since we looked, by the index of the inbox."""
    wanting = [one for one in found if one.wants(NoticeKind.LATE)]
    groups, since = _groups(wanting), _since(wanting, now=now)
    late = {"due_sort__gt": since, "due_sort__lte": now, "state": TaskState.OPEN}
    for task in UserTask.objects.filter(group__in=groups, **late).only(*TOLD_BY) if groups else ():
        for one in wanting:
            if task.due_sort > one.notifying.told_until and task.group in one.groups and one.is_for(task):
                yield from _notices(one, NoticeKind.LATE, task, task.public_id, at=task.due_sort, now=now)


def _told(found: list[Listener], *, now: datetime.datetime) -> Iterator[Notice]:
    """What colleagues wrote and nobody has read, by the index of that."""
    wanting = {one.notifying.staff_id: one for one in found if one.wants(NoticeKind.TOLD)}
    unseen = Comment.objects.filter(mentioned__in=list(wanting), seen_at=None, withdrawn_at=None)
    since = _since(list(wanting.values()), now=now)
    for comment in unseen.filter(at__gt=since).select_related("task") if wanting else ():
        one = wanting[comment.mentioned_id or 0]
        if comment.at > one.notifying.told_until:
            yield from _notices(one, NoticeKind.TOLD, comment.task, comment.action_id, at=comment.at, now=now)


def _answered(found: list[Listener], *, now: datetime.datetime) -> Iterator[Notice]:
    """What persons answered to open tasks since we looked, by the index of that."""
    wanting = [one for one in found if one.wants(NoticeKind.ANSWERED)]
    replies = Reply.objects.filter(at__gt=_since(wanting, now=now), task__isnull=False)
    answers = list(replies.only("public_id", "task", "at")) if wanting else []
    asked = UserTask.objects.filter(public_id__in=[row.task for row in answers], state=TaskState.OPEN).only(*TOLD_BY)
    tasks = {task.public_id: task for task in asked} if answers else {}
    for row in answers:
        task = tasks.get(row.task) if row.task else None
        for one in wanting if task else ():
            if task and row.at > one.notifying.told_until and one.is_for(task):
                yield from _notices(one, NoticeKind.ANSWERED, task, row.public_id, at=row.at, now=now)


TOLD_BY = (
    "public_id", "group", "escalated_to", "claimed_by_id", "claimed_at", "on_behalf_of", "is_restricted",
    "priority", "created_at", "changed_at", "due_sort", "instance_id", "element_id", "individual_id",
)  # fmt: skip


def _notices(
    one: Listener, kind: NoticeKind, task: UserTask, about: Any, *, at: datetime.datetime, now: datetime.datetime
) -> list[Notice]:
    return [
        Notice(
            notifying=one.notifying,
            device=device,
            kind=kind,
            about=about,
            task=task,
            due_at=quiet.due(pace, daily_at=one.notifying.daily_at, now=now),
        )
        for device, pace in one.places(kind, at=at)
    ]


def _groups(found: list[Listener]) -> set[str]:
    return {group for one in found for group in one.groups}


def _since(found: list[Listener], *, now: datetime.datetime) -> datetime.datetime:
    return max(now - LONGEST_BACK, min((one.notifying.told_until for one in found), default=now))
