"""Least and greatest: numbers by size, texts by length, several choices by count, dates and times by the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from web import swedish
from workflows.forms import expressions, values
from workflows.forms.shapes import Bound, Field

Comparable = Decimal | date | time | datetime


def check(field: Field, value: object, context: Mapping[str, Any], *, now: datetime) -> None:
    """AnswerError when the value lies outside the field's `min` and `max`."""
    least, most = (_limit(field, bound, context, now) for bound in (field.min, field.max))
    if least is None and most is None:
        return
    measured = _measured(field, value)
    if least is not None and measured < least:  # type: ignore[operator]
        raise values.AnswerError(_sentence(field, least, "minst", "tidigast"))
    if most is not None and measured > most:  # type: ignore[operator]
        raise values.AnswerError(_sentence(field, most, "högst", "senast"))


def _measured(field: Field, value: object) -> Comparable:
    if field.type in ("str", "text", "multi"):
        return Decimal(len(value))  # type: ignore[arg-type]
    return _as(field.type, value)


def _limit(field: Field, bound: Bound, context: Mapping[str, Any], now: datetime) -> Comparable | None:
    found = expressions.value(bound, context, now=now) if isinstance(bound, str) else bound
    try:
        return None if found is None else _as(field.type, found)
    except (values.AnswerError, ArithmeticError, ValueError):
        return None


def _as(kind: str, value: object) -> Comparable:
    if kind == "date":
        return values.moment(value).date() if "T" in str(value) else values.day(value)
    if kind == "dt":
        return values.moment(value)
    if kind == "time":
        return values.clock(value)
    return Decimal(str(value))


def _sentence(field: Field, limit: Comparable, amount: str, moment: str) -> str:
    if isinstance(limit, date | time):
        return f"ska vara {moment} {shown(limit)}."
    number = f"{limit:f}".replace(".", ",")
    if field.type in ("str", "text"):
        return f"ska ha {amount} {number} tecken."
    return f"ska ha {amount} {number} val." if field.type == "multi" else f"ska vara {amount} {number}."


def shown(value: date | time) -> str:
    """As Swedish text: 21 november 2026, 21 november 2026 14:05, 14:05."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return f"{swedish.date(value)} {value:%H:%M}" if isinstance(value, datetime) else swedish.date(value)
