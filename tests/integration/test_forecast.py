"""What ärenden under way will ask for is reckoned by how earlier ones went, and what will be late is told in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followup import deadlines, forecasting
from followup.models import Expected, PaceCount
from followup.services import counting, forecasts
from people.models import Individual, Staff
from tests import pages
from tests.integration.test_flow_counting import DAY, HOUR, begin, count_all, do, publish
from tests.integration.test_flow_page import show
from workflows.models import ProcessInstance, TaskState, UserTask
from workflows.services import timers

pytestmark = pytest.mark.django_db
ONE, ALL = "/uppfoljning/prov/prognos/", "/uppfoljning/~/prognos/"
NOON = datetime(2026, 11, 24, 11, tzinfo=timezone.get_default_timezone())
"""A Tuesday."""


def went(individual: Individual, by: Staff, at: datetime, *days: int) -> ProcessInstance:
    """One that waited so many days for its first task, and so many for the second; without a second it ended."""
    instance = begin(individual, by, at)
    for number, wait in enumerate(days):
        at += wait * DAY
        do(instance, "ja" if number or len(days) > 1 else "nej", by, at)
    if len(days) == 1:
        timers.fire(instance_id=instance.pk, now=at + 4 * DAY)
    return instance


def earlier(individual: Individual, by: Staff, now: datetime) -> None:
    for days in [(1, 2), (1, 9), (3, 9), (3, 16), (4, 2), (8,), (2,), (0, 30)]:
        went(individual, by, now - 60 * DAY, *days)


def by_hand(now: datetime) -> dict[tuple[date, str], Fraction]:
    """From the tasks themselves, in fractions: every way that each ärende under way may go on."""
    gaps: dict[str, list[tuple[str, int]]] = defaultdict(list)
    standing: list[tuple[str, int]] = []
    for instance in ProcessInstance.objects.all():
        done = instance.user_tasks.filter(state=TaskState.COMPLETED).order_by("ended_at")
        places = [("", instance.started_at), *((one.element_id, one.ended_at) for one in done)]
        days = [(key, timezone.localdate(at)) for key, at in places if at is not None]
        gaps_here = [(key, after, (at - since).days) for (key, since), (after, at) in pairwise(days)]
        for key, after, gap in gaps_here:
            gaps[key].append((after, gap))
        if instance.is_active:
            standing.append((days[-1][0], (timezone.localdate(now) - days[-1][1]).days))
        else:
            assert instance.ended_at is not None
            gaps[days[-1][0]].append(("over", (timezone.localdate(instance.ended_at) - days[-1][1]).days))
    found: dict[tuple[date, str], Fraction] = defaultdict(Fraction)

    def go_on(place: str, stood: int, day: int, part: Fraction) -> None:
        longer = [(after, gap - stood) for after, gap in gaps[place] if gap >= stood]
        for after, wait in longer or [(after, 0) for after, _ in gaps[place]]:
            on = timezone.localdate(now) + (day + wait) * DAY
            share = part / len(longer or gaps[place])
            if after != "over" and on < forecasting.monday(timezone.localdate(now)) + 8 * 7 * DAY:
                found[on - on.weekday() * DAY, after] += share
                go_on(after, 0, day + wait, share)

    for place, stood in standing:
        go_on(place, stood, 0, Fraction(1))
    return found


def test_the_weeks_are_those_of_a_reckoning_by_hand(anna: Staff, berit: Individual) -> None:
    publish()
    earlier(berit, anna, NOON)
    for since in (0, 2, 3, 20):
        begin(berit, anna, NOON - since * DAY)
    for since in (1, 9, 40):
        at = NOON - since * DAY
        do(begin(berit, anna, at - DAY), "ja", anna, at)
    count_all(limit=7)
    while forecasts.reckon_due(now=NOON):
        pass
    rows = Expected.objects.values_list("week", "element_id", "group", "area", "tasks", "instances")
    told = {(week, element): tasks for week, element, *_, tasks, _ in rows}
    assert {(group, area, many) for *_, group, area, _, many in rows} == {("samordnare", berit.area, 7)}
    hand = by_hand(NOON)
    assert told.keys() == hand.keys()
    assert {key: pytest.approx(float(hand[key])) for key in hand} == told
    assert not forecasts.reckon_due(now=NOON + 59 * timedelta(minutes=1))
    assert forecasts.reckon_due(now=NOON + HOUR)


def test_counted_again_and_in_other_pieces_the_paces_are_the_same(anna: Staff, berit: Individual) -> None:
    publish()
    earlier(berit, anna, NOON)
    began = begin(berit, anna, NOON)
    count_all(limit=3)
    do(began, "ja", anna, NOON + DAY)
    count_all(limit=3)
    names = ("before", "after", "group", "days", "count")
    first = Counter(PaceCount.objects.values_list(*names))
    counting.begin_again()
    count_all()
    assert Counter(PaceCount.objects.values_list(*names)) == first
    assert sum(PaceCount.objects.filter(before="").values_list("count", flat=True)) == 9


def test_as_many_statements_however_many_have_gone_and_nobody_paused_is_reckoned_with(
    anna: Staff, berit: Individual
) -> None:
    publish()
    earlier(berit, anna, NOON)
    begin(berit, anna, NOON)
    stands = begin(berit, anna, NOON)
    ProcessInstance.objects.filter(pk=stands.pk).update(suspended_at=NOON)
    count_all()
    with CaptureQueriesContext(connection) as few:
        assert forecasts.reckon_due(now=NOON)
    assert set(Expected.objects.values_list("instances", flat=True)) == {1}
    for _ in range(3):
        earlier(berit, anna, NOON)
    count_all()
    with CaptureQueriesContext(connection) as many:
        assert forecasts.reckon_due(now=NOON + HOUR)
    assert len(many) == len(few)


def test_the_chance_is_that_of_those_that_had_stood_as_long() -> None:
    from followup import buckets

    waited = Counter(buckets.of(timedelta(days=days)) for days in [1] * 10 + [5] * 6 + [20] * 4)
    assert deadlines.chance(waited, stood=HOUR, given=10 * DAY) == pytest.approx(4 / 20)
    assert deadlines.chance(waited, stood=3 * DAY, given=10 * DAY) == pytest.approx(4 / 10)
    assert deadlines.chance(waited, stood=9 * DAY, given=10 * DAY) is None


def test_the_page_tells_who_sees_the_arenden_which_will_be_late_and_others_only_how_many(
    anna: Staff, berit: Individual
) -> None:
    publish()
    now = timezone.now()
    for _ in range(6):
        went(berit, anna, now - 30 * DAY, 6)
    late = begin(berit, anna, now - 2 * DAY)
    UserTask.objects.filter(instance=late).update(due_at=now + DAY)
    count_all()
    while forecasts.reckon_due(now=now):
        pass
    pia, head = pages.logged_in(pages.staff("pia", "processagare")), pages.staff("cecilia", "enhetschef")
    pages.join(head, "samordnare")
    page, hidden = show(pages.logged_in(head), ONE), show(pia, ONE)
    link = f'href="/arenden/{late.public_id}/"'
    assert link in page
    assert "Nästan säkert (100 %)" in page
    assert '<th scope="row">Nästan säkert</th><td class="num">1</td>' in page
    assert '<th scope="row">Samordnare</th>' in page
    assert link not in hidden
    assert "För få öppna uppgifter har en tid för att antalen ska visas." in hidden
    assert "Nästan säkert (" not in hidden
    assert "färre än fem ärenden pågår" in hidden
    assert "Berit" not in page + hidden
    assert 'href="/uppfoljning/prov/prognos/"' in show(pia, ALL)
    assert "Inget som pågår väntas ge uppgifter här" in show(pia, f"{ALL}?profession=lakare")
    assert pages.logged_in(pages.staff("nils", "sjukskoterska")).get(ALL).status_code == 404
