"""Key figures of the municipality beside others', from whatever system tells them; follow-up knows none of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Place:
    """A municipality, or the country, and its value in words; `value` is None where the words say why there is none."""

    name: str
    told: str
    value: float | None
    is_own: bool = False


@dataclass(frozen=True, kw_only=True)
class KeyFigure:
    """The latest year that the municipality has. `warning` says that the figures are old, or that no new ones come."""

    key: str
    title: str
    year: int
    places: Sequence[Place]
    source: str
    fetched_at: datetime
    warning: str = ""


Teller = Callable[[Sequence[str]], list[KeyFigure]]
"""Of words in their names, those that have one of them."""
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    if teller not in _tellers:
        _tellers.append(teller)


def told(words: Sequence[str]) -> list[KeyFigure]:
    return [one for teller in _tellers for one in teller(words)] if words else []
