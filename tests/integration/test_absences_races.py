"""An absence that begins while the absent one works: one of the two wins, and nothing is lost or double."""

import datetime
import uuid
from collections import Counter
from functools import partial

import pytest
from django.utils import timezone

from people.models import Absence, Assignment, Individual, Staff
from people.services import absences
from tests import pages
from tests.together import at_once
from workflows.models import HistoryEntry, TaskState, UserTask
from workflows.services import absences as rerouting
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db(transaction=True)
PLANNED = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}


def away(staff: Staff, substitute: Staff | None) -> Absence:
    now, today = timezone.now(), timezone.localdate()
    last = today + datetime.timedelta(days=2)
    return absences.register(
        staff=staff, substitute=substitute, first_on=today, last_on=last, by=staff, now=now, action_id=uuid.uuid4()
    )


def test_an_absence_begins_while_the_task_is_completed(anna: Staff, siri: Staff, berit: Individual) -> None:
    pages.publish()
    task = pages.task(pages.start(berit, anna), "planera_besok")
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    away(anna, siri)
    complete = partial(user_tasks.complete, task=task, answers=dict(PLANNED), by=anna, now=timezone.now())
    sweep = partial(rerouting.reroute, now=timezone.now())
    outcomes = Counter(at_once(complete, sweep, sweep, sweep))
    task.refresh_from_db()
    completed = HistoryEntry.objects.filter(kind="completed", element_id="planera_besok").count()
    moved = HistoryEntry.objects.filter(kind="released").count()
    assert (completed, moved) in {(1, 0), (0, 1)}
    assert outcomes["int"] == 3
    if completed:
        assert (task.state, task.completed_by) == (TaskState.COMPLETED, anna)
    else:
        assert (task.state, task.claimed_by) == (TaskState.OPEN, siri)
        assert outcomes["ClaimedByOther"] == 1


def test_many_sweeps_at_once_move_each_task_once(anna: Staff, siri: Staff, berit: Individual) -> None:
    pages.publish()
    for _ in range(6):
        user_tasks.claim(task=pages.task(pages.start(berit, anna), "planera_besok"), by=anna, now=timezone.now())
    away(anna, siri)
    at_once(*[partial(rerouting.reroute, now=timezone.now(), limit=4)] * 4)
    rerouting.reroute(now=timezone.now())
    assert UserTask.objects.filter(claimed_by=siri).count() == 6
    assert HistoryEntry.objects.filter(kind="released").count() == 6


def test_two_say_the_same_absence_at_once_and_one_is_heard(anna: Staff, siri: Staff) -> None:
    outcomes = Counter(at_once(partial(away, anna, siri), partial(away, anna, None)))
    assert outcomes == {"Absence": 1, "Unfit": 1}
    assert Assignment.objects.filter(absence__isnull=False).count() <= 1
