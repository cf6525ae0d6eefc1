"""One step back, and one more: the texts before one's own latest saves of one file, kept with the session.

Only as long as nobody else has saved since: what a colleague did is not undone.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

KEY = "workbench_undo"
MOST_STEPS = 10
MOST_BYTES = 60_000
MOST_TEXT = 2_000_000


def remember(session: SessionBase, place: str, text: str, *, before: int, after: int, made: Sequence[str] = ()) -> None:
    """`text` is what stood at revision `before`; the save made it `after`, and `made` files that were not there.

    `place` is the draft and the file.
    """
    steps = [*_steps(session, place, before), [_packed(text), after, list(made)]]
    while len(steps) > MOST_STEPS or sum(len(step[0]) for step in steps) > MOST_BYTES:
        steps.pop(0)
    session[KEY] = {"place": place, "steps": steps}


def can(session: SessionBase, place: str, revision: int) -> bool:
    return bool(_steps(session, place, revision))


def take(session: SessionBase, place: str, revision: int, *, after: int) -> tuple[str, list[str]] | None:
    """The text before the latest save, and the files that came with that; None when there is none.

    The file gets the revision `after` when it is saved.
    """
    steps = _steps(session, place, revision)
    if not steps:
        return None
    packed, _, *made = steps.pop()
    if steps:
        steps[-1] = [steps[-1][0], after, *steps[-1][2:]]
    session[KEY] = {"place": place, "steps": steps}
    return _unpacked(packed), made[0] if made else []


def _steps(session: SessionBase, place: str, revision: int) -> list[list[Any]]:
    """Those of the file, when the latest of them led to the revision that stands."""
    kept = session.get(KEY)
    if not isinstance(kept, dict) or kept.get("place") != place:
        return []
    steps: list[list[Any]] = list(kept.get("steps", []))
    return steps if steps and steps[-1][1] == revision else []


def _packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _unpacked(packed: str) -> str:
    found = zlib.decompressobj()
    return found.decompress(base64.b64decode(packed), MOST_TEXT).decode()
