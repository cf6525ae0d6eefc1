"""Dates and due times as a Swede would say them, at the edges where one easily says them wrong."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from web import swedish
from web.swedish import HOUR, MINUTE, Urgency

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime.datetime(2026, 11, 22, 9, 0, tzinfo=STOCKHOLM)


def _at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime.datetime:
    return datetime.datetime(2026, month, day, hour, minute, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW, "nyss"),
        (_at(22, 8, 59), "för 1 minut sedan"),
        (_at(22, 8, 1), "för 59 minuter sedan"),
        (_at(22, 8), "för 1 timme sedan"),
        (_at(21, 9, 1), "för 23 timmar sedan"),
        (_at(21, 9), "för 1 dag sedan"),
        (_at(1, 9), "för 21 dagar sedan"),
        (_at(22, 14), "i dag 14:00"),
        (NOW + MINUTE, "09:01"),
        (_at(23, 0), "i dag"),
        (_at(24, 0), "i morgon"),
        (_at(24, 7, 5), "tisdag 24 november 07:05"),
        (_at(28, 7), "lördag 28 november 07:00"),
        (_at(29, 7), "29 november 2026"),
    ],
)
def test_a_due_time_is_said_in_words(at: datetime.datetime, words: str) -> None:
    assert swedish.due(at, now=NOW) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (_at(22, 8, 5), "i dag 08:05"),
        (_at(21, 23, 59), "i går 23:59"),
        (_at(23, 0), "i morgon 00:00"),
        (_at(20, 12), "20 november 2026 12:00"),
    ],
)
def test_a_moment_keeps_its_clock(at: datetime.datetime, words: str) -> None:
    assert swedish.moment(at, now=NOW) == words


def test_the_end_of_the_day_has_a_clock_when_it_is_near() -> None:
    assert swedish.due(_at(23, 0), now=_at(22, 23, 30)) == "24:00"


def test_the_day_is_the_swedish_one_whatever_zone_the_time_came_in() -> None:
    late_evening_in_utc = datetime.datetime(2026, 11, 22, 23, 30, tzinfo=datetime.UTC)
    assert swedish.due(late_evening_in_utc, now=NOW) == "i morgon 00:30"


@pytest.mark.parametrize(
    ("due", "kind"),
    [
        (_at(22, 9), Urgency.LATE),
        (NOW + HOUR, Urgency.NOW),
        (NOW + HOUR + MINUTE, Urgency.TODAY),
        (_at(23, 0), Urgency.TODAY),
        (_at(23, 0, 1), Urgency.LATER),
        (None, Urgency.LATER),
    ],
)
def test_urgency_is_the_past_the_hour_today_or_later(due: datetime.datetime | None, kind: Urgency) -> None:
    assert swedish.urgency(due, now=NOW) == kind
