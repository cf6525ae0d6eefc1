"""Quiet hours and digests by the clock on the wall, across midnight and both changes of the clock."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from tasks import quiet
from tasks.models import Pace

SWEDEN = ZoneInfo("Europe/Stockholm")
STARTS = [datetime.datetime.fromisoformat(f"{day}T00:00+00:00") for day in ("2026-01-01", "2026-03-28", "2026-10-24")]
MOMENTS = st.builds(
    lambda start, past: start + past,
    st.sampled_from(STARTS),
    st.timedeltas(datetime.timedelta(), datetime.timedelta(days=2)),
)
CLOCKS = st.builds(datetime.time, st.integers(0, 23), st.integers(0, 59))
LONGEST = datetime.timedelta(hours=25)


def swedish(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=SWEDEN)


def is_within(clock: datetime.time, start: datetime.time, end: datetime.time) -> bool:
    """Minute by minute round the clock, by another road than the product's."""
    minutes = [one.hour * 60 + one.minute for one in (clock, start, end)]
    return (minutes[0] - minutes[1]) % 1440 < (minutes[2] - minutes[1]) % 1440


@given(MOMENTS, CLOCKS, CLOCKS)
@example(datetime.datetime(2026, 10, 25, 1, 15, tzinfo=datetime.UTC), datetime.time(22), datetime.time(2, 30))
@example(datetime.datetime(2026, 3, 29, 0, 45, tzinfo=datetime.UTC), datetime.time(22), datetime.time(2, 30))
def test_nothing_is_said_while_it_is_quiet_and_quiet_ends(
    now: datetime.datetime, start: datetime.time, end: datetime.time
) -> None:
    until = quiet.until(now, start=start, end=end)
    if not is_within(now.astimezone(SWEDEN).time(), start, end):
        assert until == now
    else:
        assert now < until <= now + LONGEST
        says = until.astimezone(SWEDEN).time()
        assert says == end or says == (datetime.datetime.combine(now, end) + datetime.timedelta(hours=1)).time()


@given(MOMENTS, CLOCKS)
def test_a_digest_comes_within_its_time_and_by_the_clock_on_the_wall(
    now: datetime.datetime, daily_at: datetime.time
) -> None:
    assert quiet.due(Pace.NOW, daily_at=daily_at, now=now) == now
    hourly = quiet.due(Pace.HOURLY, daily_at=daily_at, now=now)
    assert now < hourly <= now + datetime.timedelta(hours=1)
    assert hourly.astimezone(SWEDEN).minute == 0
    assert now < quiet.due(Pace.DAILY, daily_at=daily_at, now=now) <= now + LONGEST


def test_across_midnight_and_the_changes_of_the_clock() -> None:
    night = {"start": datetime.time(22), "end": datetime.time(7)}
    assert quiet.until(swedish("2026-10-24T23:00"), **night) == swedish("2026-10-25T07:00")
    assert quiet.until(swedish("2026-10-24T23:00"), **night) - swedish("2026-10-24T23:00").astimezone(
        datetime.UTC
    ) == datetime.timedelta(hours=9)
    assert quiet.until(swedish("2026-03-28T23:00"), **night).astimezone(SWEDEN).hour == 7
    twice = quiet.until(swedish("2026-10-25T01:00"), start=datetime.time(22), end=datetime.time(2, 30))
    assert twice == datetime.datetime(2026, 10, 25, 1, 30, tzinfo=datetime.UTC)
    never = quiet.until(swedish("2026-03-29T01:00"), start=datetime.time(22), end=datetime.time(2, 30))
    assert never.astimezone(SWEDEN).strftime("%H:%M") == "03:30"
    assert quiet.until(swedish("2026-03-29T01:00"), start=None, end=None) == swedish("2026-03-29T01:00")
