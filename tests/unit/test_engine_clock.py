"""Durations, moments and cycles are read as people in Sweden mean them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine import clock

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("P1M", "2026-01-31T08:00", "2026-02-28T08:00"),
        ("P3M", "2026-11-30T08:00", "2027-02-28T08:00"),
        ("P3D", "2026-03-27T11:30", "2026-03-30T11:30"),
        ("PT72H", "2026-03-27T11:30", "2026-03-30T12:30"),
        ("P6W", "2026-09-21T08:00", "2026-11-02T08:00"),
        ("P1Y", "2028-02-29T08:00", "2029-02-28T08:00"),
        ("P1DT2H", "2026-10-24T23:00", "2026-10-26T01:00"),
        ("PT1M0.5S", "2026-10-24T23:00", "2026-10-24T23:01:00.500"),
    ],
)
def test_a_duration_keeps_the_clock_time(text: str, start: str, expected: str) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=STOCKHOLM)
    assert clock.parse_duration(text).after(begin) == datetime.fromisoformat(expected).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize("text", ["P", "PT", "", "-PT5M", "P99999999Y", "P5", "tre dagar", "P9999Y", "PT1H\x00"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(clock.BadTimer):
        clock.parse_duration(text)


@pytest.mark.parametrize("text", ["R/PT1S", "R/PT59S", "R3", "R/P", "R/2026-13-01/P1D"])
def test_what_is_no_reasonable_cycle_is_refused(text: str) -> None:
    with pytest.raises(clock.BadTimer):
        clock.parse_cycle(text)


def test_a_part_of_a_second_is_a_time_to_wait() -> None:
    assert clock.parse_wait("PT0.25S") == clock.Duration(micros=250_000)
    assert clock.parse_cycle("R3/PT1,5S").every == clock.Duration(seconds=1, micros=500_000)


def test_a_local_moment_means_swedish_time_of_that_day() -> None:
    assert clock.due("2027-07-01T08:00", datetime(2026, 11, 1, tzinfo=UTC)) == datetime(2027, 7, 1, 6, tzinfo=UTC)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - made aware below
    st.integers(1, 400),
)
def test_whole_days_never_change_the_time_on_the_wall(moment: datetime, days: int) -> None:
    begin = moment.replace(tzinfo=UTC)
    after = clock.Duration(days=days).after(begin).astimezone(STOCKHOLM)
    before = begin.astimezone(STOCKHOLM)
    wall = before.replace(tzinfo=None) + timedelta(days=days)
    existing = wall.replace(tzinfo=STOCKHOLM).astimezone(UTC).astimezone(STOCKHOLM).replace(tzinfo=None)
    assert after.replace(tzinfo=None) == existing
