"""Temporal functions (DMN 1.5 §10.3.4.8 and §10.3.4.10): now, today, and where a day lies in its year."""

# ruff: noqa: ARG001  every built-in is handed the run, also those that need nothing of it

from datetime import date, datetime
from decimal import Decimal

from workflows.feel import temporal
from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.comparison import equal


@builtin("now")
def now(run: Running) -> datetime:
    """The moment the caller gave, in Swedish time."""
    return run.now.astimezone(temporal.STOCKHOLM)


@builtin("today")
def today(run: Running) -> date:
    return run.now.astimezone(temporal.STOCKHOLM).date()


@builtin("is", "value1: any, value2: any")
def same_in_every_part(run: Running, left: object, right: object) -> bool:
    """Same kind and same parts: the same moment written in two zones is not the same value."""
    if type(left) is not type(right):
        return False
    if isinstance(left, temporal.WITH_ZONE) and isinstance(right, temporal.WITH_ZONE):
        return temporal.text(left) == temporal.text(right)
    return equal(left, right, run) is True


@builtin("day of year", "date: date")
def day_of_year(run: Running, day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


@builtin("day of week", "date: date")
def day_of_week(run: Running, day: date) -> str:
    return temporal.WEEKDAYS[day.weekday()]


@builtin("month of year", "date: date")
def month_of_year(run: Running, day: date) -> str:
    return temporal.MONTHS[day.month - 1]


@builtin("week of year", "date: date")
def week_of_year(run: Running, day: date) -> Decimal:
    """The ISO 8601 week, as in Swedish calendars."""
    return Decimal(day.isocalendar().week)
