"""Reads the values of a row by what its columns are declared to be; what is wrong is told without its value."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from integrations.reading import without_numbers
from web.swedish import midnight

MOST_NUMBER = 1_000_000
_IDENTIFIER = re.compile(r"[^\s\x00-\x1f\x7f;]{1,200}")
_YEARS = range(1900, 2101)
_FLAGS = {"ja": True, "true": True, "1": True, "nej": False, "false": False, "0": False}


class RowRefused(Exception):
    """A row cannot be taken in; `reason` is a Swedish sentence that never repeats the value."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def read(columns: Mapping[str, str], row: Mapping[str, str]) -> dict[str, Any]:
    """The row's values. Kinds: id, ref, text, whole, kronor, moment, since, day, clock, flag, word:a|b; "!" = required.

    Moments become UTC; `kronor` becomes öre; `since` is a moment or a day, which begins at midnight in Stockholm. What
    is empty is None, a flag that is empty is False and a text ''. Raises RowRefused for the first that is wrong.
    """
    values: dict[str, Any] = {}
    for name, declared in columns.items():
        kind = declared.rstrip("!")
        told = (row.get(name) or "").strip()
        if told:
            values[name] = _one_of(told, name, kind[5:]) if kind.startswith("word:") else _READERS[kind](told, name)
        elif declared.endswith("!"):
            raise RowRefused(name, "Uppgiften saknas.")
        else:
            values[name] = _EMPTY.get(kind.partition(":")[0])
    return values


_EMPTY = {"flag": False, "text": "", "id": "", "word": ""}


def _one_of(told: str, name: str, words: str) -> str:
    if told.lower() not in words.split("|"):
        raise RowRefused(name, f"Värdet känns inte igen. Det ska vara {', '.join(words.split('|'))}.")
    return told.lower()


def _id(told: str, name: str) -> str:
    if not _IDENTIFIER.fullmatch(told):
        raise RowRefused(name, "Id:t är för långt eller innehåller blanktecken.")
    return told


def _ref(told: str, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(told)
    except ValueError:
        # It may be a personnummer, so it is not repeated.
        raise RowRefused(name, "Referensen är inte en av våra.") from None


def _text(told: str, _name: str) -> str:
    return without_numbers(" ".join(told.replace("\x00", "").split()))[:500]


def _decimal(told: str, name: str) -> Decimal:
    try:
        found = Decimal(told.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", "."))
    except InvalidOperation:
        raise RowRefused(name, "Värdet är inte ett tal.") from None
    if not found.is_finite() or not 0 <= found <= MOST_NUMBER:
        raise RowRefused(name, "Talet är orimligt.")
    return found


def _whole(told: str, name: str) -> int:
    return int(told) if told.isdecimal() and len(told) < 7 else _rounded(_decimal(told, name))


def _kronor(told: str, name: str) -> int:
    return _rounded(_decimal(told, name) * 100)


def _rounded(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))


def _moment(told: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(told) if len(told) > 10 else None
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise RowRefused(name, "Värdet är inte en giltig tidpunkt (2026-11-21T08:30:00+01:00).")
    if found.utcoffset() is None:
        raise RowRefused(name, "Tidpunkten saknar tidszon och går inte att lita på.")
    return found.astimezone(UTC)


def _day(told: str, name: str) -> date:
    try:
        found = date.fromisoformat(told) if len(told) == 10 else None
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise RowRefused(name, "Värdet är inte ett giltigt datum (2026-11-21).")
    return found


def _since(told: str, name: str) -> datetime:
    if len(told) == 10:
        return midnight(_day(told, name)).astimezone(UTC)
    return _moment(told, name)


def _clock(told: str, name: str) -> time:
    try:
        found = time.fromisoformat(told)
    except ValueError:
        raise RowRefused(name, "Värdet är inte ett klockslag (08:30).") from None
    return found.replace(tzinfo=None)


def _flag(told: str, name: str) -> bool:
    try:
        return _FLAGS[told.lower()]
    except KeyError:
        raise RowRefused(name, "Värdet ska vara ja eller nej.") from None


_READERS: dict[str, Callable[[str, str], Any]] = {
    "id": _id,
    "ref": _ref,
    "text": _text,
    "whole": _whole,
    "kronor": _kronor,
    "moment": _moment,
    "since": _since,
    "day": _day,
    "clock": _clock,
    "flag": _flag,
}


def shown(told: str) -> str:
    """What names a row, as far as it can be shown of one that could not be read."""
    return without_numbers(" ".join(told.split()))[:60]
