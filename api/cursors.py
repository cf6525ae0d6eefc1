"""Where a page ends: the key of its last row, which says nothing to others and cannot be counted on."""

from __future__ import annotations

import base64
import binascii
import datetime
from typing import Annotated

from ninja import Query

from api import problems

MOST = 2**63 - 1
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[str, Query(max_length=100, description="`next` of the page before.")]


def read(cursor: str) -> int | None:
    """The key; None at the beginning. Raises Problem."""
    if not cursor:
        return None
    text = _decoded(cursor)
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST):
        raise _unreadable()
    return int(text)


def read_pair(cursor: str) -> tuple[datetime.datetime, int] | None:
    """A moment and a key, for a list that is not in the order of keys. Raises Problem."""
    if not cursor:
        return None
    text = _decoded(cursor)
    moment, _, key = text.partition(" ")
    try:
        found = datetime.datetime.fromisoformat(moment), int(key)
    except ValueError:
        raise _unreadable() from None
    if found[0].tzinfo is None or not 0 <= found[1] <= MOST:
        raise _unreadable()
    return found


def write_pair(moment: datetime.datetime, key: int) -> str:
    return _encoded(f"{moment.isoformat()} {key}")


def write(key: int) -> str:
    return _encoded(str(key))


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (ValueError, binascii.Error):
        raise _unreadable() from None


def _unreadable() -> problems.Problem:
    wrong = problems.Wrong(parameter="cursor", detail="Använd next från sidan före.")
    return problems.Problem(422, "ogiltigt", "Markören går inte att läsa.", [wrong])
