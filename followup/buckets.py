"""How long something took, in steps that each are a fifth longer: a median is right to about a tenth. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

NONE = -1
"""Nothing waited, or nobody knows since when."""
FIRST = timedelta(minutes=1)
STEP = 1.2
LAST = 90
"""About twenty-five years."""


def of(waited: timedelta | None) -> int:
    """0 is less than a minute, also what a clock put back has made less than nothing."""
    if waited is None:
        return NONE
    if waited < FIRST:
        return 0
    return min(1 + int(math.log(waited / FIRST, STEP)), LAST)


def middle(bucket: int) -> timedelta:
    """The length in the middle of a bucket."""
    return FIRST / 2 if bucket == 0 else FIRST * STEP ** (bucket - 0.5)


def share(counts: Mapping[int, int], part: float) -> timedelta | None:
    """How long it took at most in this part of the cases, 0.5 for the median; None when nothing waited."""
    waited = sorted((bucket, count) for bucket, count in counts.items() if bucket != NONE)
    wanted, passed = part * sum(count for _, count in waited), 0
    for bucket, count in waited:
        passed += count
        if passed >= wanted:
            return middle(bucket)
    return None
