"""Dates, times and lengths compute as Python's calendar does where it reaches, and alike beyond it."""

import calendar
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import feel
from workflows.feel import far, moments, temporal
from workflows.feel.values import YearsMonths

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
DATES = st.dates(date(2, 1, 1), date(9998, 12, 31))
MOMENTS = st.datetimes(datetime.min + timedelta(days=400), datetime.max - timedelta(days=400))  # noqa: DTZ901
LENGTHS = st.timedeltas(timedelta(days=-400_000), timedelta(days=400_000))
ZONES = st.sampled_from([UTC, STOCKHOLM, ZoneInfo("America/New_York"), timezone(timedelta(hours=5, minutes=45))])
FAR_YEARS = st.integers(-999_999_000, 999_999_000)


def value(text: str, **variables: object) -> object:
    return feel.evaluate(text, variables, now=NOW)


@given(MOMENTS, LENGTHS)
def test_adding_a_length_is_pythons_addition(start: datetime, length: timedelta) -> None:
    try:
        expected: object = start + length
    except OverflowError:
        expected = None
    found = value("s + l", s=start, l=length)
    assert found == expected or (expected is None and isinstance(found, far.FarMoment))


@given(MOMENTS, LENGTHS, ZONES)
def test_a_zoned_moment_moves_on_the_time_line_of_utc(start: datetime, length: timedelta, zone: object) -> None:
    zoned = start.replace(tzinfo=zone)  # type: ignore[arg-type]
    found = value("s + l", s=zoned, l=length)
    if isinstance(found, datetime):
        assert found.astimezone(UTC) == zoned.astimezone(UTC) + length
        assert value("a - b", a=found, b=zoned) == length


@given(DATES, DATES)
def test_dates_differ_by_days(one: date, other: date) -> None:
    assert value("a - b", a=one, b=other) == one - other
    assert value("a < b", a=one, b=other) is (one < other)
    assert value("a + (b - a)", a=one, b=other) == other


@given(DATES, st.integers(-3_000, 3_000))
def test_months_later_is_the_same_day_or_the_months_last(start: date, months: int) -> None:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if 1 <= year <= 9999:
        last = calendar.monthrange(year, month + 1)[1]
        expected = date(year, month + 1, min(start.day, last))
        assert value("d + m", d=start, m=YearsMonths(months)) == expected


@given(DATES, DATES)
def test_months_between_never_overshoot(start: date, end: date) -> None:
    found = moments.months_between(start, end).months
    reached, beyond = (moments.add_months(start, found + step) for step in (0, 1 if end >= start else -1))
    if end >= start:
        assert moments.tick(reached) <= moments.tick(end)
        assert moments.tick(beyond) > moments.tick(end) or reached == end or start.day > 28
    else:
        assert moments.tick(reached) >= moments.tick(end) or start.day > 28
        assert moments.tick(beyond) < moments.tick(end) or start.day > 28 or end.day > 27


@given(DATES)
def test_a_days_place_in_its_year_is_the_calendars(day: date) -> None:
    assert moments.day_of_year(day) == day.timetuple().tm_yday
    assert moments.week_of_year(day) == day.isocalendar().week
    assert moments.weekday(day) == day.weekday()


@given(st.times(), st.times())
def test_clock_times_subtract_and_wrap(one: time, other: time) -> None:
    gap = datetime.combine(date(2026, 1, 1), one) - datetime.combine(date(2026, 1, 1), other)
    assert value("a - b", a=one, b=other) == gap
    assert value("b + (a - b)", a=one, b=other) == one


@given(MOMENTS | MOMENTS.map(lambda found: found.replace(tzinfo=UTC)) | DATES | st.times() | LENGTHS)
def test_what_is_written_is_read_again(found: object) -> None:
    assert temporal.read_any(temporal.text(found)) == found


@given(FAR_YEARS, st.integers(1, 12), st.integers(1, 31), st.integers(0, far.DAY - 1))
def test_far_moments_are_written_and_read_again(year: int, month: int, day: int, nanos: int) -> None:
    try:
        on = far.date_of(year, month, day)
    except feel.errors.Nothing:
        assert day > 28
        return
    assert far.civil(on) == (year, month, day)
    found = far.moment(on, far.clock(nanos, UTC))
    assert temporal.read_any(temporal.text(found)) == found
    assert temporal.read_any(temporal.text(on)) == on


@given(DATES, st.integers(-2_000_000, 2_000_000), st.integers(-10_000, 10_000))
def test_four_hundred_years_away_the_calendar_is_the_same(day: date, cycles: int, days: int) -> None:
    shifted = far.day(day.toordinal() + 146_097 * cycles)
    year, month, in_month = far.civil(shifted)
    assert (year - 400 * cycles, month, in_month) == (day.year, day.month, day.day)
    assert moments.weekday(shifted) == day.weekday()
    moved = moments.add_length(shifted, timedelta(days=days))
    assert far.day_number(moved) - far.day_number(shifted) == days  # type: ignore[arg-type]


@given(st.integers(-(10**24), 10**24), st.integers(-(10**24), 10**24))
def test_lengths_are_whole_nanoseconds(left: int, right: int) -> None:
    a, b = far.length(left), far.length(right)
    assert far.nanos(value("a + b", a=a, b=b)) == left + right  # type: ignore[arg-type]
    assert far.nanos(value("-a", a=a)) == -left  # type: ignore[arg-type]
    assert value("a < b", a=a, b=b) is (left < right)
    assert temporal.read_any(temporal.text(a)) == a


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('string(date("-999999999-12-31"))', "-999999999-12-31"),
        ('date("1000000000-01-01")', None),
        ('date("999999999-12-31") + duration("P1D")', None),
        ('string(date("9999-12-31") + duration("P1D"))', "10000-01-01"),
        ('string(@"0001-01-01" - @"P1D")', "0000-12-31"),
        ('date("10000-01-01") - date("9999-12-31")', timedelta(days=1)),
        ('date("-0001-03-01") < date("0001-01-01")', True),
        ('date("99999-02-29")', None),
        ('string(date("2400000-02-29") + @"P1Y")', "2400001-02-28"),
        ('date("12345-06-07").weekday', 4),
        ('day of week(date("2403-06-07")) = day of week(date("12003-06-07"))', True),
        ('string(time("12:00:00.123456789"))', "12:00:00.123456789"),
        ('time("12:00:00.123456789").second', "0.123456789"),
        ('string(@"12:00:00.999999999" + @"PT0.000000001S")', "12:00:01"),
        ('string(duration("PT0.000000001S") * 3)', "PT0.000000003S"),
        ('string(@"PT1S" / 3)', "PT0.333333333S"),
        ('@"PT0.5S" / @"PT0.000000001S"', 500_000_000),
        (
            'string(date and time("99999-07-01T12:00:00@Europe/Stockholm") + @"PT1H")',
            "99999-07-01T13:00:00@Europe/Stockholm",
        ),
        ('string(@"99999-07-01T12:00:00@Europe/Stockholm".time offset)', "PT2H"),
        ('string(@"99999-01-01T12:00:00@Europe/Stockholm".time offset)', "PT1H"),
        (
            'string(date and time(@"12026-07-01T12:00:00Z", "Europe/Stockholm"))',
            "12026-07-01T14:00:00@Europe/Stockholm",
        ),
        ('@"2026-01-01T24:00:00" = @"2026-01-02T00:00:00"', True),
        ('@"24:00:00"', time()),
        ('time("24:00:00.5")', None),
        ('count(for d in @"9999-12-30"..@"10000-01-02" return d)', 4),
        ('is(@"10:00:00.000000001", @"10:00:00")', False),
        ('@"10:00:00.0001" = @"10:00:00"', True),
        ('@"10:00:00.5" <= @"10:00:00"', False),
        ('date and time("12026-01-01T00:00:00") > @"2026-01-01T00:00:00"', True),
        ('sort([@"12026-01-01", @"-2026-01-01", @"2026-01-01"])[1].year', -2026),
        ('years and months duration(@"-0010-01-01", @"0010-01-01")', YearsMonths(240)),
        ('frist_efter(@"12026-01-01", @"P1D")', None),
    ],
)
def test_beyond_pythons_calendar_and_below_its_microsecond(text: str, expected: object) -> None:
    found = value(text)
    assert (str(found) if isinstance(expected, str) else found) == expected


def test_a_far_value_leaves_as_text() -> None:
    assert feel.to_plain(value('@"12026-01-01"')) == "12026-01-01"
    assert feel.to_plain(value('[@"PT0.000000001S"]')) == ["PT0.000000001S"]


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-29T01:30:00", 1, "2026-03-29T03:30:00+02:00"),
        ("2026-10-25T02:30:00", 1, "2026-10-25T02:30:00+01:00"),
        ("2026-10-25T01:30:00", 2, "2026-10-25T02:30:00+01:00"),
    ],
)
def test_a_clock_change_is_lived_through_in_real_hours(start: str, hours: int, end: str) -> None:
    found = value(f'@"{start}@Europe/Stockholm" + duration("PT{hours}H")')
    assert isinstance(found, datetime)
    assert found.isoformat() == end
