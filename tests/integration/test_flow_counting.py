"""History is counted once, whatever happens and whenever one counts: as a plain recount of it would."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, Max, Sum
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from followup import buckets
from followup.models import Counted, Tally, Trail, VariantCount, What
from followup.services import counting
from people.models import Individual, Staff
from tests import forlopp, pages
from tests.bpmn.drawing import draw, event, task
from tests.integration import acting
from tests.integration.test_any_order import HOW, IS_LONG, AnyOrder
from tests.unit.engine_bpmn import process
from workflows.definitions import Folder
from workflows.models import HistoryEntry, HistoryKind, ProcessInstance, TaskKind, TaskState, UserTask
from workflows.services import deployments, instances, timers, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LANE = (
    '<laneSet id="b"><lane id="lane_samordnare"><flowNodeRef>u1</flowNodeRef><flowNodeRef>u2</flowNodeRef></lane>'
    "</laneSet>"
)
BODY = draw(
    's > u1 > x1 > [u1.svar = "ja"] u2 > end_a',
    "x1 > [-] c1 > end_b",
    extra=LANE
    + task("u1", name="Ring hem")
    + task("u2", name="Besök")
    + event("intermediateCatchEvent", "c1", "timer P3D"),
)


def publish() -> None:
    forms = {
        f"forms/{name}.json": '{"title": "x", "fields": [{"key": "svar", "type": "str", "label": "Svar"}]}'
        for name in ("u1", "u2")
    }
    files = {"process.toml": "", "p.bpmn": process(BODY).decode(), **forms}
    deployments.publish(folder=Folder({**forlopp.CONFIG, "messages": {}}, files), by=None, now=NOW)


def begin(individual: Individual, by: Staff, now: datetime = NOW) -> ProcessInstance:
    return instances.start(definition_key=forlopp.KEY, individual=individual, by=by, now=now)


def do(instance: ProcessInstance, answer: str, by: Staff, now: datetime) -> None:
    row = instance.user_tasks.get(state="open")
    user_tasks.complete(task=row, answers={"svar": answer}, by=by, now=now)


def count_all(limit: int = counting.BATCH) -> None:
    while counting.run_waiting(now=timezone.now(), limit=limit):
        pass


def counted() -> Counter[tuple[Any, ...]]:
    names = ("version", "is_month", "day", "what", "element_id", "group", "unit", "bucket", "count")
    return Counter({key: count for *key, count in Tally.objects.values_list(*names) for key in [tuple(key)]})


def ways() -> tuple[list[Any], list[Any]]:
    """Those that have ended, and how far those under way have come."""
    names = ("variant__version", "variant__digest", "variant__steps", "month", "bucket", "is_off", "is_late", "count")
    ended = VariantCount.objects.order_by("variant__version", "variant__digest", *names[3:]).values_list(*names)
    under_way = Trail.objects.order_by("pk").values_list("pk", "version", "digest", "steps", "flows", "off")
    return list(ended), list(under_way)


def of(what: What, element: str) -> list[tuple[str, str, int, int]]:
    rows = Tally.objects.filter(is_month=False, what=what, element_id=element)
    return list(rows.values_list("group", "unit", "bucket", "count"))


@pytest.mark.django_db
def test_what_was_done_where_how_long_it_took_and_which_way_it_went(anna: Staff, berit: Individual) -> None:
    publish()
    one, other = begin(berit, anna), begin(berit, anna)
    do(one, "ja", anna, NOW + 2 * HOUR)
    do(one, "", anna, NOW + 5 * HOUR)
    do(other, "nej", anna, NOW + DAY)
    timers.fire(instance_id=other.pk, now=NOW + 4 * DAY)
    count_all()
    assert sorted(of(What.DONE, "u1")) == [
        ("samordnare", "norr", buckets.of(2 * HOUR), 1),
        ("samordnare", "norr", buckets.of(DAY), 1),
    ]
    assert of(What.DONE, "u2") == [("samordnare", "norr", buckets.of(3 * HOUR), 1)]
    assert of(What.DONE, "c1") == [("", "", buckets.of(3 * DAY), 1)]
    flows = Tally.objects.filter(is_month=False, what=What.FOLLOWED).values("element_id").annotate(sum=Sum("count"))
    assert {row["element_id"]: row["sum"] for row in flows} == {
        "f0_s_u1": 2, "f1_u1_x1": 2, "f2_x1_u2": 1, "f3_u2_end_a": 1, "f4_x1_c1": 1, "f5_c1_end_b": 1,
    }  # fmt: skip
    assert of(What.ENDED, "a") == [("", "", buckets.of(5 * HOUR), 1)]
    assert of(What.ENDED, "b") == [("", "", buckets.of(4 * DAY), 1)]


@pytest.mark.django_db
def test_what_is_counted_is_not_counted_again_and_can_be_counted_anew(anna: Staff, berit: Individual) -> None:
    publish()
    do(begin(berit, anna), "ja", anna, NOW + HOUR)
    count_all(limit=1)
    first = counted()
    assert first
    count_all()
    assert counted() == first
    call_command("recount_flow", stdout=StringIO())
    assert counted() == first
    found = Counted.objects.get()
    assert found.upto == HistoryEntry.objects.aggregate(last=Max("pk"))["last"]
    assert found.at is not None


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_seen_late_is_counted_all_the_same(anna: Staff, berit: Individual) -> None:
    """On PostgreSQL a transaction that has not ended may have written rows before those that can be seen."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    publish()
    has_written, may_end = Event(), Event()

    def slowly() -> None:
        with transaction.atomic():
            begin(berit, anna)
            has_written.set()
            may_end.wait(20)
        connection.close()

    slow = Thread(target=slowly)
    slow.start()
    has_written.wait(20)
    begin(pages.person("193902282387", "Doris"), anna)
    count_all()
    assert not Tally.objects.exists()
    may_end.set()
    slow.join()
    count_all()
    assert Tally.objects.get(is_month=False, what=What.STARTED).count == 2


class Followed(AnyOrder):
    """The same acts in any order, counted now and then."""

    @rule(limit=st.integers(1, 40))
    def count(self, limit: int) -> None:
        counting.run_waiting(now=self.world.now, limit=limit)

    def teardown(self) -> None:
        try:
            count_all()
            followed, gone = counted(), ways()
            counting.begin_again()
            count_all()
            assert counted() == followed
            assert ways() == gone
            plainly()
        finally:
            super().teardown()


def plainly() -> None:
    """What can be counted by one question of history is what has been counted; a month is its days."""
    of_days: Counter[tuple[Any, ...]] = Counter()
    for (version, is_month, day, *rest), count in counted().items():
        of_days[version, True, day.replace(day=1), *rest] += 0 if is_month else count
    assert months() == dict(of_days)
    done = HistoryEntry.objects.filter(kind=HistoryKind.COMPLETED).order_by().values_list("element_id")
    assert sums(What.DONE) == dict(done.annotate(Count("pk")))
    over = ProcessInstance.objects.exclude(state="active").count()
    assert sum(sums(What.ENDED).values()) == over
    assert sum(VariantCount.objects.values_list("count", flat=True)) == over
    under_way = ProcessInstance.objects.filter(state="active").values_list("pk", flat=True)
    assert set(Trail.objects.values_list("pk", flat=True)) == set(under_way)
    assert sum(sums(What.STARTED).values()) == ProcessInstance.objects.count()
    chosen = Counter(
        flow for detail in HistoryEntry.objects.values_list("detail", flat=True) for flow in detail.get("flows", ())
    )
    followed = sums(What.FOLLOWED)
    assert {flow: followed.get(flow) for flow in chosen} == dict(chosen)
    tasks = UserTask.objects.filter(kind=TaskKind.USER, state=TaskState.COMPLETED)
    waited = Counter(buckets.of(one.ended_at - one.created_at) for one in tasks if one.ended_at)
    told = Tally.objects.filter(
        is_month=False, what=What.DONE, element_id__in=set(tasks.values_list("element_id", flat=True))
    )
    by_persons = told.exclude(group="").values_list("bucket").annotate(Sum("count"))
    assert dict(by_persons) == dict(waited)


def months() -> dict[tuple[Any, ...], int]:
    return {key: count for key, count in counted().items() if key[1]}


def sums(what: What) -> dict[str, int]:
    return dict(Tally.objects.filter(is_month=False, what=what).values_list("element_id").annotate(Sum("count")))


@pytest.mark.django_db
def test_in_any_order_what_is_followed_is_what_a_recount_gives() -> None:
    Followed.first = acting.World.begin()
    few = HOW if IS_LONG else settings(HOW, max_examples=3, stateful_step_count=30)
    run_state_machine_as_test(Followed, settings=few)
