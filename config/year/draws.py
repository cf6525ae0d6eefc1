"""Values with a distribution, the same each time: of the k:th ärende, spread evenly however many there are."""

from __future__ import annotations

import math
import random
import zlib
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from statistics import NormalDist
from typing import Any

from workflows import feel
from workflows.engine import clock

KINDS = ("around", "between", "one_of", "chance", "feel", "after", "numbered")
_STEPS = [root % 1 for root in map(math.sqrt, range(2, 3_000)) if 0.36 < root % 1 < 0.45 or 0.55 < root % 1 < 0.64]
"""So far apart that the first few already lie on both sides of the middle."""
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Draw:
    """Of one ärende: `salt` says of what kind, `number` which of them."""

    salt: str
    number: int

    def even(self, what: str, again: int = 0) -> float:
        """Between 0 and 1. The first of each ärende lie evenly between those of the others: few tell of many."""
        if again:
            return random.Random(f"{self.salt}/{self.number}/{what}/{again}").random()  # noqa: S311 - no secret
        seed = zlib.crc32(f"{self.salt}/{what}".encode())
        return (0.5 + self.number * _STEPS[seed % len(_STEPS)]) % 1.0

    def value(self, told: Any, what: str, variables: Mapping[str, Any], *, now: datetime, again: int = 0) -> Any:
        """`told` as it stands, or drawn where it is a table with one of KINDS."""
        if isinstance(told, list):
            return [self.value(one, f"{what}.{n}", variables, now=now, again=again) for n, one in enumerate(told)]
        if not isinstance(told, dict):
            return told
        kind = next((name for name in KINDS if name in told), None)
        if kind is None:
            return {key: self.value(one, f"{what}.{key}", variables, now=now, again=again) for key, one in told.items()}
        if kind == "feel":
            return feel.to_plain(feel.evaluate(told["feel"], dict(variables), now=now))
        if kind == "after":
            return clock.parse_duration(told["after"]).after(now).astimezone(clock.ZONE).date().isoformat()
        return f"{told[kind]}{self.number:04}" if kind == "numbered" else _drawn(kind, told, self.even(what, again))


def _drawn(kind: str, told: Mapping[str, Any], even: float) -> Any:
    if kind == "chance":
        return even < told["chance"]
    if kind == "one_of":
        choices = told["one_of"]
        upto = list(accumulate(told.get("weights", [1] * len(choices))))
        return choices[min(bisect(upto, even * upto[-1]), len(choices) - 1)]
    if kind == "between":
        low, high = told["between"]
        number = low + even * (high - low + (isinstance(low, int) and isinstance(high, int)))
    else:
        number = told["around"] + told["spread"] * _NORMAL.inv_cdf(min(max(even, 0.001), 0.999))
    number = min(max(number, told.get("least", number)), told.get("most", number))
    step = told.get("step", 1)
    return math.floor(number) if kind == "between" and step == 1 else _rounded(number, step)


def _rounded(number: float, step: float) -> float:
    found = round(number / step) * step
    return int(found) if float(step).is_integer() else round(found, 2)
