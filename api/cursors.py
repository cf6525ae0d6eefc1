"""Where a page ends: the key of its last row, which says nothing to others and cannot be counted on."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from ninja import Query

from api import problems

MOST = 2**63 - 1
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[str, Query(max_length=60, description="`next` of the page before.")]


def read(cursor: str) -> int | None:
    """The key; None at the beginning. Raises Problem."""
    if not cursor:
        return None
    try:
        found = int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii"))
    except (ValueError, binascii.Error):
        found = -1
    if not 0 <= found <= MOST:
        wrong = problems.Wrong(parameter="cursor", detail="Använd next från sidan före.")
        raise problems.Problem(422, "ogiltigt", "Markören går inte att läsa.", [wrong])
    return found


def write(key: int) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")
