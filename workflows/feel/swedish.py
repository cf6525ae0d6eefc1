"""Swedish time as care and law count it: local clock time, calendar days, working days and public holidays."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from workflows.feel import temporal
from workflows.feel.errors import Nothing
from workflows.feel.temporal import STOCKHOLM

MAX_DAYS = 40_000
# No law says when a municipal office is open; 08.00-17.00 on working days is the usual practice.
OFFICE_OPENS, OFFICE_CLOSES = time(8), time(17)


def day_or_moment(value: date | str) -> date:
    """A date, or a date and time; from ISO text with or without seconds."""
    if isinstance(value, date):
        return value
    if "T" not in value and " " not in value:
        return temporal.read_date(value)
    if len(value) > 60:
        raise Nothing("Texten är ingen tidpunkt.")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return temporal.read_datetime(value)


def moment(value: date | str) -> datetime:
    found = day_or_moment(value)
    return found if isinstance(found, datetime) else datetime.combine(found, time())


def _guarded(compute: Callable[[], datetime]) -> datetime:
    try:
        return compute()
    except (OverflowError, ValueError):
        raise Nothing("Tidpunkten ligger utanför kalendern.") from None


def local(value: datetime) -> datetime:
    """The moment in Swedish time; a value without zone is taken as Swedish time already."""
    if value.tzinfo is None:
        return value.replace(tzinfo=STOCKHOLM)
    return _guarded(lambda: value.astimezone(STOCKHOLM))


def local_day(value: date) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def calendar_days_after(value: date, days: int) -> date:
    """The same local clock time `days` calendar days later, also across a change to or from summer time.

    A clock time that does not exist that day (02.30 when summer time begins) becomes the moment just as long after
    the change, 03.30; one that exists twice is the first. Rule: "dagar" in lag (2017:612) 5 kap. 4 § are calendar days.
    """
    if not isinstance(value, datetime):
        return _guarded(lambda: datetime.combine(value, time()) + timedelta(days=days)).date()
    start = local(value)
    wall = _guarded(lambda: start.replace(tzinfo=None, fold=0) + timedelta(days=days))
    return _guarded(lambda: wall.replace(tzinfo=STOCKHOLM).astimezone(UTC).astimezone(STOCKHOLM))


def working_days_after(value: date, days: int) -> date:
    """The n-th working day after (or before) a day; the day itself is not counted; clock time is kept."""
    day = local_day(value)
    step = timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left:
        try:
            day += step
        except OverflowError:
            raise Nothing("Dagen ligger utanför kalendern.") from None
        left -= is_working_day(day)
    if not isinstance(value, datetime):
        return day
    return calendar_days_after(value, (day - local_day(value)).days)


def is_working_day(day: date) -> bool:
    """Not a Saturday, Sunday, public holiday, midsommarafton, julafton or nyårsafton: lag (1930:173) 2 §."""
    return day.weekday() < 5 and day not in holidays(day.year)


def in_office_hours(value: datetime) -> bool:
    here = local(value)
    return is_working_day(here.date()) and OFFICE_OPENS <= here.time() < OFFICE_CLOSES


@lru_cache(maxsize=256)
def holidays(year: int) -> frozenset[date]:
    """Public holidays, lag (1989:253) om allmänna helgdagar, and the three eves that lag (1930:173) 2 § equates."""
    easter = easter_day(year)
    midsummer_eve = _first_weekday(date(year, 6, 19), 4)
    fixed = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
    moving = (-2, 0, 1, 39, 49)  # långfredag, påskdag, annandag påsk, Kristi himmelsfärdsdag, pingstdag
    return frozenset(
        [date(year, month, day) for month, day in fixed]
        + [easter + timedelta(days=days) for days in moving]
        + [midsummer_eve, midsummer_eve + timedelta(days=1), _first_weekday(date(year, 10, 31), 5)]
    )


def _first_weekday(start: date, weekday: int) -> date:
    return start + timedelta(days=(weekday - start.weekday()) % 7)


def easter_day(year: int) -> date:
    """Gregorian Easter after Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * weekday) // 433
    month = (h + weekday - 7 * m + 90) // 25
    return date(year, month, (h + weekday - 7 * m + 33 * month + 19) % 32)
