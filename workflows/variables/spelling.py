"""”Menade du …?”: the name that somebody probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LIKENESS = 0.72
_MOST_SHOWN = 8


def nearest(name: str, known: Iterable[str], likeness: float = _LIKENESS) -> str:
    """The known name most like the one written; '' when none is."""
    if len(name) > 80:
        return ""
    by_fold: dict[str, str] = {}
    for other in sorted(known):
        by_fold.setdefault(_folded(other), other)
    found = difflib.get_close_matches(_folded(name), by_fold, n=1, cutoff=likeness)
    return by_fold[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence with a space before it, or ''."""
    found = nearest(name, known)
    return f" Menade du ”{found}”?" if found else ""


def listed(names: Iterable[object]) -> str:
    """Names or values as they stand in a sentence, not too many of them."""
    ordered = sorted(str(name) for name in names)
    shown = ", ".join(f"”{name}”" for name in ordered[:_MOST_SHOWN])
    return shown + (f" och {len(ordered) - _MOST_SHOWN} till" if len(ordered) > _MOST_SHOWN else "")


def _folded(name: str) -> str:
    """Case and Swedish letters are what is mistaken most: Ålder, alder."""
    return name.casefold().translate(str.maketrans("åäöé", "aaoe"))
