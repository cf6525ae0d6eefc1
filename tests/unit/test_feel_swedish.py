"""Swedish time: clock changes, working days, holidays and the noon cut-off of lag (2017:612) 5 kap. 4 §."""

from datetime import UTC, date, datetime

import pytest

from workflows import feel
from workflows.feel import swedish

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CUT_OFF = 'kalenderdagar_efter(skickad, if klockan(skickad) <= time("12:00:00") then 3 else 4)'


def plain(text: str, **variables: object) -> object:
    return feel.to_plain(feel.evaluate(text, variables, now=NOW))


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ("2026-11-24T11:59:00+01:00", "2026-11-27T11:59:00+01:00"),
        ("2026-11-24T12:00:00+01:00", "2026-11-27T12:00:00+01:00"),
        ("2026-11-24T12:00:01+01:00", "2026-11-28T12:00:01+01:00"),
        ("2026-11-24T11:00:00Z", "2026-11-27T12:00:00+01:00"),
        ("2026-07-01T10:00:01Z", "2026-07-05T12:00:01+02:00"),
    ],
)
def test_a_notice_after_noon_local_time_gets_a_fourth_day(sent: str, due: str) -> None:
    assert plain(CUT_OFF, skickad=sent) == due


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('kalenderdagar_efter("2026-03-27T10:00:00+01:00", 3)', "2026-03-30T10:00:00+02:00"),
        ('kalenderdagar_efter("2026-10-23T10:00:00+02:00", 3)', "2026-10-26T10:00:00+01:00"),
        ('kalenderdagar_efter("2026-03-28T02:30:00+01:00", 1)', "2026-03-29T03:30:00+02:00"),
        ('kalenderdagar_efter("2026-10-24T02:30:00+02:00", 1)', "2026-10-25T02:30:00+02:00"),
        ('kalenderdagar_efter("2026-10-25T02:30:00+01:00", 0)', "2026-10-25T02:30:00+02:00"),
        ('kalenderdagar_efter(date("2026-02-27"), 2)', "2026-03-01"),
        ('kalenderdagar_efter("2026-11-24T12:00", -1)', "2026-11-23T12:00:00+01:00"),
        ('kalenderdagar_efter("2026-11-24", 1.5)', None),
        ('date and time("2026-03-27T10:00:00@Europe/Stockholm") + duration("P3D")', "2026-03-30T11:00:00+02:00"),
        ('lokal_tid("2026-07-01T10:00:00Z")', "2026-07-01T12:00:00+02:00"),
        ('klockan("2026-12-01T10:00:00Z")', "11:00:00"),
        ('arbetsdagar_efter("2026-12-23", 1)', "2026-12-28"),
        ('arbetsdagar_efter("2026-12-28", -1)', "2026-12-23"),
        ('arbetsdagar_efter("2026-12-30T09:00:00+01:00", 1)', "2027-01-04T09:00:00+01:00"),
        ('i_kontorstid("2026-11-24T07:00:00Z")', True),
        ('i_kontorstid("2026-11-24T16:00:00Z")', False),
        ('i_kontorstid("2026-12-24T10:00:00Z")', False),
        ('ar_arbetsdag("igår")', None),
    ],
)
def test_days_are_counted_by_the_local_clock(text: str, expected: object) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01", "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-06-06", "2026-06-19",
        "2026-06-20", "2026-10-31", "2026-12-24", "2026-12-25", "2026-12-31", "2027-03-26", "2027-03-29", "2027-05-06",
        "2027-06-25", "2025-04-18", "2025-05-29", "2025-06-06", "2025-06-20",
    ],
)  # fmt: skip
def test_a_holiday_is_no_working_day(day: str) -> None:
    assert plain("ar_arbetsdag(d)", d=day) is False


@pytest.mark.parametrize("day", ["2026-01-05", "2026-04-02", "2026-04-30", "2026-06-18", "2026-12-23", "2026-12-30"])
def test_the_day_before_a_holiday_is_a_working_day(day: str) -> None:
    assert plain("ar_arbetsdag(d)", d=day) is True


@pytest.mark.parametrize(
    ("year", "month", "day"), [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2019, 4, 21), (2026, 4, 5), (2038, 4, 25)]
)
def test_easter_falls_where_the_almanac_says(year: int, month: int, day: int) -> None:
    assert swedish.easter_day(year) == date(year, month, day)
