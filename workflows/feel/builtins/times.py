"""Temporal functions (DMN 1.5 §10.3.4.8 and §10.3.4.10): now, today, and where a day lies in its year."""

# ruff: noqa: ARG001  every built-in is handed the run, also those that need nothing of it

from datetime import date, datetime
from decimal import Decimal

from workflows.feel import far, moments, temporal
from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.comparison import equal
from workflows.feel.far import Day
from workflows.feel.values import kind


@builtin("now")
def now(run: Running) -> datetime:
    """The moment the caller gave, in the caller's zone: Swedish time unless another is given."""
    return run.now.astimezone(run.zone)


@builtin("today")
def today(run: Running) -> date:
    return run.now.astimezone(run.zone).date()


@builtin("is", "value1: any, value2: any")
def same_in_every_part(run: Running, left: object, right: object) -> bool:
    """Same kind and same parts: the same moment written in two zones is not the same value."""
    if kind(left) != kind(right):
        return False
    if isinstance(left, moments.TEMPORAL):
        return temporal.text(left) == temporal.text(right)
    return equal(left, right, run) is True


@builtin("day of year", "date: date")
def day_of_year(run: Running, day: Day) -> Decimal:
    return Decimal(moments.day_of_year(day))


@builtin("day of week", "date: date")
def day_of_week(run: Running, day: Day) -> str:
    return moments.WEEKDAYS[moments.weekday(day)]


@builtin("month of year", "date: date")
def month_of_year(run: Running, day: Day) -> str:
    return moments.MONTHS[far.civil(day)[1] - 1]


@builtin("week of year", "date: date")
def week_of_year(run: Running, day: Day) -> Decimal:
    """The ISO 8601 week, as in Swedish calendars."""
    return Decimal(moments.week_of_year(day))
