"""Made-up answers to any form, so that one sees how it looks filled in; nobody real is in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tasks.forms import choices
from web import swedish
from workflows.forms import bounds, lengths
from workflows.forms.answers import least, new_row
from workflows.forms.shapes import Field, Form

SAID: dict[str, object] = {
    "str": "Påhittat svar",
    "text": "Det här är ett påhittat svar.\nSå ser en längre text ut.",
    "money": 1250.5,
    "bool": True,
    "time": "10:30:00",
    "duration": "PT1H30M",
    "pnr": "191212121212",
    "hsaid": "SE2321000016-1003",
    "tel": "070-174 06 05",
}
AHEAD = timedelta(days=7)


def answers(form: Form, variables: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """An answer to every question, within its bounds where they can be told; not all of them need be right together."""
    return _level(form.fields, dict(variables), now)


def _level(fields: tuple[Field, ...], context: dict[str, Any], now: datetime, row: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        if not field.computed:
            found[field.key] = context[field.key] = _answer(field, context, now, row)
    return found


def _answer(field: Field, context: dict[str, Any], now: datetime, row: int) -> object:
    if field.type == "list":
        count = min(max(least(field), 2), field.max_items)
        return [new_row(field, context, now=now) | _level(field.item, dict(context), now, n) for n in range(count)]
    low, high = bounds.limits(field, context, now=now)
    if field.type == "multi":
        return [choice.value for choice in field.choices][: max(int(str(low or 0)), 1)]
    if field.choices:
        place = (len(field.choices) - 1) // 2 if field.type == "scale" else row % len(field.choices)
        return field.choices[place].value
    if field.type == "ref":
        return next((value for value, _ in choices.units()), "") if field.of == "unit" else ""
    value = _dated(field, now) or SAID.get(field.type, 2)
    if field.type in ("str", "text"):
        return _of_length(str(value), int(str(low or 0)), int(str(high)) if high is not None else None)
    return _within(value, low, high)


def _dated(field: Field, now: datetime) -> object:
    local = now.astimezone(swedish.STOCKHOLM).replace(minute=0, second=0, microsecond=0)
    return {"date": (local + AHEAD).date().isoformat(), "dt": local.isoformat()}.get(field.type)


def _of_length(text: str, low: int, high: int | None) -> str:
    return (text * (low // len(text) + 1) if len(text) < low else text)[:high].strip()


def _within(value: object, low: bounds.Comparable | None, high: bounds.Comparable | None) -> object:
    """A bound itself is always allowed."""
    limit = low if low is not None else high
    if limit is None:
        return value
    if isinstance(limit, Decimal):
        number = max(Decimal(str(value)), limit) if low is not None else Decimal(str(value))
        return str(min(number, high) if isinstance(high, Decimal) else number)
    return lengths.iso(limit) if isinstance(limit, timedelta) else limit.isoformat()
