"""How sure a figure is: 95 % intervals of shares, means, changes and ratios from their sums. Pure.

Shares by Wilson's score interval, differences of shares by Newcombe's; means by Student's t, differences by Welch's; a
ratio of sums by its linearised variance, with the persons as clusters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from workflows.measures import CHANGE, IN_HUNDREDTHS, RATIO, SHARE

Z = 1.959963984540054
# Student's t for 1–30 degrees of freedom, two-sided 95 %: Fisher and Yates, Statistical tables.
T = (
    *(12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281),
    *(2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860),
    *(2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423),
)


class Sums(NamedTuple):
    """How many, and the sums of value, base and their products."""

    many: int = 0
    value: float = 0.0
    base: float = 0.0
    value_value: float = 0.0
    base_base: float = 0.0
    value_base: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Span:
    """A figure and between what it is, where so much can be said."""

    value: float
    low: float | None = None
    high: float | None = None


def together(found: Iterable[Sums]) -> Sums:
    columns = list(zip(*found, strict=True))
    return Sums(sum(columns[0]), *(math.fsum(column) for column in columns[1:])) if columns else Sums()


def t(freedom: float) -> float:
    """The quantile, above the table by Cornish and Fisher's expansion, right to the fourth decimal."""
    if freedom <= len(T):
        return T[max(0, math.floor(freedom) - 1)]
    first = (Z**3 + Z) / 4
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    return Z + first / freedom + second / freedom**2


def span(kind: str, sums: Sums) -> Span | None:
    """The figure of a measure: a change is after less before, shares and ratios are in hundredths. None of nobody."""
    if not sums.many:
        return None
    if kind == SHARE:
        low, high = wilson(sums.value, sums.many)
        return Span(value=100 * sums.value / sums.many, low=100 * low, high=100 * high)
    value, variance = _estimate(kind, sums)
    if variance is None:
        return Span(value=value)
    wide = t(sums.many - 1) * math.sqrt(variance)
    return Span(value=value, low=value - wide, high=value + wide)


def difference(kind: str, first: Sums, second: Sums) -> Span | None:
    """How much more the second is than the first. None when one of them is of nobody."""
    one, other = span(kind, first), span(kind, second)
    if one is None or other is None:
        return None
    value = other.value - one.value
    if kind == SHARE:
        return _newcombe(value, one, other)
    (_, before), (_, after) = _estimate(kind, first), _estimate(kind, second)
    if before is None or after is None:
        return Span(value=value)
    both = before + after
    if both == 0:
        return Span(value=value, low=value, high=value)
    freedom = both**2 / (before**2 / (first.many - 1) + after**2 / (second.many - 1))
    wide = t(freedom) * math.sqrt(both)
    return Span(value=value, low=value - wide, high=value + wide)


def wilson(successes: float, count: int) -> tuple[float, float]:
    share, most = successes / count, Z * Z / count
    middle = (share + most / 2) / (1 + most)
    wide = Z / (1 + most) * math.sqrt(share * (1 - share) / count + most / (4 * count))
    return max(0.0, middle - wide), min(1.0, middle + wide)


def _newcombe(value: float, one: Span, other: Span) -> Span:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Span(value=value)
    down = math.hypot(other.value - other.low, one.high - one.value)
    up = math.hypot(other.high - other.value, one.value - one.low)
    return Span(value=value, low=value - down, high=value + up)


def _estimate(kind: str, sums: Sums) -> tuple[float, float | None]:
    """The figure, and the variance of it; none of one alone."""
    many, value, base = sums.many, sums.value, sums.base
    if kind == RATIO:
        rate = value / base
        spread = sums.value_value - 2 * rate * sums.value_base + rate * rate * sums.base_base
        scale = 100 / base
        return 100 * rate, _positive(spread) * many / (many - 1) * scale**2 if many > 1 else None
    squares = sums.value_value
    if kind == CHANGE:
        value, squares = value - base, squares - 2 * sums.value_base + sums.base_base
    spread = _positive(squares - value * value / many)
    scale = 100 if kind in IN_HUNDREDTHS else 1
    return scale * value / many, spread / (many - 1) / many * scale**2 if many > 1 else None


def _positive(spread: float) -> float:
    """What is nothing may come out a hair below it."""
    return max(0.0, spread)
