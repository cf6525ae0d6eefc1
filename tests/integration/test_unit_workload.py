"""Workload of a unit: what is open and what running ärenden will ask for, in numbers, for as many statements always."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from people import places
from people.models import Individual, Staff
from tasks.unit import workload
from tasks.unit.workload import Load
from tests import forlopp, pages
from tests.integration.test_pages_cost import seen
from tests.integration.test_unit_board import BOARD
from workflows.models import ProcessInstance, TimerJob, UserTask
from workflows.services import inbox

pytestmark = pytest.mark.django_db
PAGE = f"{BOARD}belastning/"
WEDNESDAY = datetime.datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Europe/Stockholm"))
DAY = datetime.timedelta(days=1)


def loads(viewer: Staff) -> dict[str, Load]:
    (place,) = places.of(viewer, on=WEDNESDAY.date())
    found = workload.load(place, viewer, now=WEDNESDAY)
    return {load.week: load for load in found.loads if load.profession == "Sjuksköterska"}


def due(task: UserTask, at: datetime.datetime, group: str = "sjukskoterska") -> None:
    UserTask.objects.filter(pk=task.pk).update(due_at=at, due_sort=at, group=group)


def some(individual: Individual, by: Staff, count: int) -> list[UserTask]:
    return [pages.task(pages.start(individual, by), "planera_besok") for _ in range(count)]


def test_open_tasks_count_in_the_week_they_are_due(anna: Staff, siri: Staff, berit: Individual) -> None:
    pages.publish()
    late, sunday, monday, far = some(berit, anna, 4)
    due(late, WEDNESDAY - DAY)
    due(sunday, datetime.datetime(2026, 11, 29, 23, 59, tzinfo=WEDNESDAY.tzinfo))
    due(monday, datetime.datetime(2026, 11, 30, 0, 0, tzinfo=WEDNESDAY.tzinfo))
    due(far, WEDNESDAY + 30 * DAY)
    found = loads(siri)
    assert (found["Den här veckan"].late, found["Den här veckan"].due) == (1, 1)
    assert (found["Nästa vecka"].late, found["Nästa vecka"].due) == (0, 1)


def timer(instance: ProcessInstance, at: datetime.datetime, element_id: str = "t") -> None:
    TimerJob.objects.create(instance=instance, engine_task_id=instance.public_id, element_id=element_id, due_at=at)


def test_timers_tell_what_may_come_but_not_those_of_a_paused_arende(
    anna: Staff, siri: Staff, berit: Individual
) -> None:
    forlopp.publish()
    for number in range(3):
        inbox.receive(source="prov", message_id=str(number), raw=forlopp.message("borja", str(number)), now=WEDNESDAY)
    first, second, third = ProcessInstance.objects.order_by("pk")
    TimerJob.objects.all().delete()
    timer(first, WEDNESDAY + DAY)
    timer(second, WEDNESDAY + 7 * DAY)
    timer(third, WEDNESDAY + DAY)
    TimerJob.objects.filter(instance=third).update(is_paused=True)
    found = loads(siri)
    assert (found["Den här veckan"].certain, found["Den här veckan"].possible) == (0, 1)
    assert found["Nästa vecka"].possible == 1


def test_the_page_shows_bars_and_the_same_as_a_table(anna: Staff, siri: Staff, task: UserTask) -> None:
    due(task, timezone.now() - DAY)
    shown = pages.text(pages.logged_in(siri).get(PAGE))
    assert 'aria-label="Sjuksköterska, den här veckan: 1, högst 1"' in shown
    assert '<rect class="load load--late" x="0.0" y="1" width="100.0" height="8" />' in shown
    assert '<th scope="row">Sjuksköterska</th><td>Den här veckan</td><td class="num">1</td>' in shown
    assert "Berit" not in shown


def test_what_concerns_a_protected_person_counts_only_for_those_who_may_know(siri: Staff, task: UserTask) -> None:
    due(task, WEDNESDAY - DAY)
    UserTask.objects.update(is_restricted=True)
    assert loads(siri)["Den här veckan"].late == 0
    siri.may_see_protected = True
    assert loads(siri)["Den här veckan"].late == 1


def test_it_asks_as_much_of_many_tasks_as_of_one(anna: Staff, berit: Individual, task: UserTask) -> None:
    client = pages.logged_in(anna)
    few = seen(client, PAGE)
    for one in some(berit, anna, 8):
        due(one, timezone.now() + DAY, "samordnare")
        timer(one.instance, timezone.now() + DAY, "borta")
    assert seen(client, PAGE) == few
    assert few <= 8
