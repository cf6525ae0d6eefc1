"""Periods as whole months and days, waits as buckets: nothing is counted twice and nothing is left out."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median_low

from hypothesis import given
from hypothesis import strategies as st

from followup import asked, buckets, choice
from web import swedish

DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
WAITS = st.timedeltas(timedelta(), timedelta(days=900))


@given(DAYS, DAYS)
def test_the_spans_of_a_period_are_its_days_each_once(one: date, other: date) -> None:
    chosen = choice.Choice(first=min(one, other), last=max(one, other))
    found = []
    for is_month, first, last in chosen.spans():
        assert first <= last
        end = last
        if is_month:
            assert first.day == 1
            assert (last + timedelta(days=1)).day == 1
        found += [first + timedelta(days=number) for number in range((end - first).days + 1)]
    wanted = [chosen.first + timedelta(days=number) for number in range((chosen.last - chosen.first).days + 1)]
    assert sorted(found) == wanted


@given(st.lists(WAITS, min_size=1, max_size=50))
def test_a_median_of_buckets_is_right_to_about_a_tenth(waits: list[timedelta]) -> None:
    counts: dict[int, int] = {}
    for wait in waits:
        counts[buckets.of(wait)] = counts.get(buckets.of(wait), 0) + 1
    told, exact = buckets.share(counts, 0.5), median_low(waits)
    assert told is not None
    assert abs(told - exact) <= max(timedelta(minutes=1), exact * 0.11)


def test_nothing_that_waited_has_no_median() -> None:
    assert buckets.of(None) == buckets.NONE
    assert buckets.share({buckets.NONE: 7}, 0.5) is None
    assert buckets.of(timedelta(hours=-1)) == 0


def test_lengths_as_one_would_say_them() -> None:
    told = {
        timedelta(seconds=20): "under 1 minut",
        timedelta(minutes=40): "40 minuter",
        timedelta(hours=6, minutes=10): "6 timmar",
        timedelta(days=2.5): "2,5 dagar",
        timedelta(days=3): "3 dagar",
        timedelta(days=1234): "1\N{NO-BREAK SPACE}234 dagar",
    }
    assert {length: swedish.length(length) for length in told} == told


def test_months_are_written_as_one_says_them_and_what_is_none_is_told() -> None:
    today = date(2026, 11, 29)
    found = asked.read({"fran": "januari 2026", "till": "3/2026"}, today=today)
    assert (found.first, found.last, found.misread) == (date(2026, 1, 1), date(2026, 3, 1), {})
    assert asked.read({"fran": "2026-01", "till": "mars 2026"}, today=today) == found
    odd = asked.read({"fran": "13/2026", "till": "i våras"}, today=today)
    assert odd.misread == {
        "fran": "Månaden är ett datum som inte finns i kalendern.",
        "till": "Månaden ska vara en månad med årtal, till exempel januari 2026 eller 2026-01.",
    }
    assert odd.typed == {"fran": "13/2026", "till": "i våras"}, "they stay in their fields"
    early = asked.read({"fran": "januari 1990"}, today=today)
    assert early.misread == {"fran": "Månaden ska ha ett årtal mellan 2000 och 2199."}
