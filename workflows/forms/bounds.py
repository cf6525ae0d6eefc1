"""Least and greatest: numbers by size, texts by length, several choices by count, dates and times by the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from workflows.forms import expressions, lengths, moments
from workflows.forms.refused import AnswerError
from workflows.forms.shapes import Bound, Field

Comparable = Decimal | date | time | datetime | timedelta


def check(field: Field, value: object, context: Mapping[str, Any], *, now: datetime) -> None:
    """AnswerError when the value lies outside the field's `min` and `max`."""
    least, most = limits(field, context, now=now)
    if least is None and most is None:
        return
    measured = _measured(field, value)
    if least is not None and measured < least:  # type: ignore[operator]
        raise AnswerError(_sentence(field, least, "minst", "tidigast"))
    if most is not None and measured > most:  # type: ignore[operator]
        raise AnswerError(_sentence(field, most, "högst", "senast"))


def limits(field: Field, context: Mapping[str, Any], *, now: datetime) -> tuple[Comparable | None, Comparable | None]:
    """Least and greatest, as what is compared: a length of text and a number of choices are numbers too."""
    return _limit(field, field.min, context, now), _limit(field, field.max, context, now)


def _measured(field: Field, value: object) -> Comparable:
    if field.type in ("str", "text", "multi"):
        return Decimal(len(value))  # type: ignore[arg-type]
    return _as(field.type, value)


def _limit(field: Field, bound: Bound, context: Mapping[str, Any], now: datetime) -> Comparable | None:
    found = expressions.value(bound, context, now=now) if isinstance(bound, str) else bound
    try:
        return None if found is None else _as(field.type, found)
    except (AnswerError, ArithmeticError, ValueError):
        return None


def _as(kind: str, value: object) -> Comparable:
    if kind == "date":
        return moments.moment(value).date() if "T" in str(value) else moments.day(value)
    if kind == "dt":
        return moments.moment(value)
    if kind == "time":
        return moments.clock(value)
    if kind == "duration":
        return lengths.parse(value)
    return Decimal(str(value))


def _sentence(field: Field, limit: Comparable, amount: str, moment: str) -> str:
    if isinstance(limit, date | time):
        return f"ska vara {moment} {moments.shown(limit)}."
    if isinstance(limit, timedelta):
        return f"ska vara {amount} {lengths.words(limit)}."
    number = f"{limit:f}".replace(".", ",")
    if field.type in ("str", "text"):
        return f"ska ha {amount} {number} tecken."
    return f"ska ha {amount} {number} val." if field.type == "multi" else f"ska vara {amount} {number}."
