"""Swedish time as care and law count it: the clock, calendar days, working days, public holidays, age, deadlines."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from workflows.feel import temporal
from workflows.feel.errors import Nothing
from workflows.feel.far import near
from workflows.feel.temporal import STOCKHOLM

MAX_DAYS = 40_000
# No law says when a municipal office is open; 08.00-17.00 on working days is the usual practice.
OFFICE_OPENS, OFFICE_CLOSES = time(8), time(17)
NOON = time(12)
WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)
_CLOCK = re.compile(r"\d\d:\d\d", re.ASCII)


def day_or_moment(value: date | str) -> date:
    """A date, or a date and time; from ISO text with or without seconds."""
    if isinstance(value, date):
        return value
    if "T" not in value and " " not in value:
        return near(temporal.read_date(value), date)
    if len(value) > 60:
        raise Nothing("Texten är ingen tidpunkt.")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return near(temporal.read_datetime(value), datetime)


def moment(value: date | str) -> datetime:
    found = day_or_moment(value)
    return found if isinstance(found, datetime) else datetime.combine(found, time())


def clock(value: date | time | str) -> time:
    """A clock time, Swedish time: of a moment, of a time without zone, or of text such as 08:00."""
    if isinstance(value, str) and "T" not in value:
        value = near(temporal.read_time(value + ":00" if _CLOCK.fullmatch(value) else value), time)
    if isinstance(value, time):
        if value.tzinfo is not None:
            raise Nothing("Klockslaget ska vara svensk tid, utan tidszon.")
        return value
    found = day_or_moment(value)
    if not isinstance(found, datetime):
        raise Nothing("Datumet har inget klockslag.")
    return local(found).time()


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


def working_days_between(start: date, end: date) -> int:
    """How many working days after `start`, up to and with `end`; negative when `end` comes first.

    The other way round of `working_days_after`: that many working days after `start` is `end`, if `end` is one.
    """
    first, last = local_day(start), local_day(end)
    if first > last:
        return -sum(is_working_day(last + timedelta(days=n)) for n in range((first - last).days))
    return sum(is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def is_working_day(day: date) -> bool:
    """Not a Saturday, Sunday, public holiday, midsommarafton, julafton or nyårsafton: lag (1930:173) 2 §."""
    return day.weekday() < 5 and day not in holidays(day.year) and day not in eves(day.year)


def is_holiday(day: date) -> bool:
    """A Sunday or a named day of lag (1989:253) 1 §; midsommarafton, julafton and nyårsafton are none."""
    return day.weekday() == 6 or day in holidays(day.year)


def in_office_hours(value: datetime, opens: time, closes: time) -> bool:
    """From `opens` until `closes` on a working day."""
    here = local(value)
    return is_working_day(here.date()) and opens <= here.time() < closes


def next_office_hours(value: datetime, opens: time, closes: time) -> datetime:
    """The moment itself when the office is open, else when it opens next."""
    if opens >= closes:
        raise Nothing("Kontoret ska öppna innan det stänger.")
    if in_office_hours(value, opens, closes):
        return local(value)
    here = local(value)
    opens_today = is_working_day(here.date()) and here.time() < opens
    return at_clock(here.date() if opens_today else working_days_after(here.date(), 1), opens)


def at_clock(value: date, clock_time: time) -> datetime:
    """A clock time of a day, Swedish time; one that a change of the clock skips becomes just as long after it."""
    wall = datetime.combine(local_day(value), clock_time, STOCKHOLM)
    return _guarded(lambda: wall.astimezone(UTC).astimezone(STOCKHOLM))


def next_at_clock(value: datetime, clock_time: time) -> datetime:
    """The first moment after this one when the clock is `clock_time`: today if it is still to come, else tomorrow."""
    today = local(value).date()
    found = at_clock(today, clock_time)
    if found.astimezone(UTC) > local(value).astimezone(UTC):
        return found
    return at_clock(calendar_days_after(today, 1), clock_time)


def next_weekday(value: date, weekday: str) -> date:
    """The first such weekday after the day, never the day itself; clock time is kept."""
    if weekday.lower() not in WEEKDAYS:
        raise Nothing("Veckodagen skrivs som måndag, tisdag, onsdag, torsdag, fredag, lördag eller söndag.")
    days = (WEEKDAYS.index(weekday.lower()) - local_day(value).weekday() - 1) % 7 + 1
    return calendar_days_after(value, days)


def deadline(sent: date, days: int, cut_off: time) -> date:
    """So many calendar days after, one more for what was sent after the cut-off; the clock time is kept.

    Lag (2017:612) 5 kap. 4 §: the municipality pays from three days after the notice was sent, four days when it was
    sent after 12.00. Twelve sharp is not after twelve. The law does not say at which hour of the last day.
    """
    if not isinstance(sent, datetime):
        raise Nothing("Tidpunkten saknar klockslag.")
    return calendar_days_after(sent, days + (local(sent).time() > cut_off))


def whole_years(born: date, on: date) -> int:
    """Birthdays a person has had; who is born on 29 February has hers on 1 March in other years."""
    if born > on:
        raise Nothing("Födelsedatumet ligger efter dagen.")
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@lru_cache(maxsize=256)
def holidays(year: int) -> frozenset[date]:
    """The named days of lag (1989:253) 2 §. Lag (2004:1320) put nationaldagen in place of annandag pingst from 2005."""
    easter = easter_day(year)
    fixed = [(1, 1), (1, 6), (5, 1), (12, 25), (12, 26)] + [(6, 6)] * (year >= 2005)
    # långfredagen, påskdagen, annandag påsk, Kristi himmelsfärdsdag, pingstdagen, annandag pingst
    moving = [-2, 0, 1, 39, 49] + [50] * (year < 2005)
    return frozenset(
        [date(year, month, day) for month, day in fixed]
        + [easter + timedelta(days=days) for days in moving]
        + [_first_weekday(date(year, 6, 20), 5), _first_weekday(date(year, 10, 31), 5)]
    )


@lru_cache(maxsize=256)
def eves(year: int) -> frozenset[date]:
    """Midsommarafton, julafton and nyårsafton, which lag (1930:173) 2 § equates with Sundays."""
    return frozenset([_first_weekday(date(year, 6, 19), 4), date(year, 12, 24), date(year, 12, 31)])


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
