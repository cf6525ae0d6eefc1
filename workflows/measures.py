"""What a förlopp says that its effects are: the measures of utfall.toml, and what is reckoned from them. Pure.

A measure is FEEL over what an ärende knows when it is counted. Beside the variables there are `svar` (the answers that
hold of each task, one for each time it was done), `klart` (when each task was last done) and `slut` (how it ended).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

FILE = "utfall.toml"
AGES = (18, 65, 75, 85)
SHARE, MEAN, SUM, CHANGE, RATIO, GAS = "share", "mean", "sum", "change", "ratio", "gas"
KINDS = {
    SHARE: "Andel",
    MEAN: "Medelvärde",
    SUM: "Summa",
    CHANGE: "Före och efter",
    RATIO: "Kvot",
    GAS: "Måluppfyllelse enligt GAS",
}
BASED = frozenset({CHANGE, RATIO})
"""Those with two numbers of each ärende: before, or what is divided by."""
IN_HUNDREDTHS = frozenset({SHARE, RATIO})
GIVEN = ("svar", "klart", "slut")
ALL = ""
"""The part of a measure that has none."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A figure of others to see ours beside; `high` where it is a span."""

    title: str
    low: float
    high: float
    source: str

    @property
    def told(self) -> str:
        """As in "36–37" or "52,5"."""
        return "–".join(f"{number:g}".replace(".", ",") for number in dict.fromkeys((self.low, self.high)))


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure. With `rows` it has several numbers of an ärende, of different parts; with `each` one for each time
    that the task `after` was done.
    """

    key: str
    title: str
    about: str
    source: str
    kind: str
    unit: str
    better: str = ""
    after: str = ""
    each: bool = False
    when: str = ""
    value: str = ""
    base: str = ""
    rows: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    compare: Sequence[Comparison] = ()

    @property
    def is_hundredths(self) -> bool:
        return self.kind in IN_HUNDREDTHS

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        """Its FEEL, by the name it stands under."""
        yield from ((name, text) for name in ("when", "value", "base", "rows") if (text := getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """A number that nobody measures, as the förlopp comes with it: each municipality sets its own."""

    key: str
    title: str
    unit: str
    value: float
    why: str


@dataclass(frozen=True, kw_only=True)
class Post:
    """One line of what it gives and costs, in kronor of the days that are chosen."""

    key: str
    title: str
    about: str
    is_cost: bool
    amount: str


@dataclass(frozen=True, kw_only=True)
class Declared:
    """Everything in utfall.toml. `ages` are the first years of the bands; `often` when a person has many ärenden.

    `key_figures` are words in the names of the municipality's key figures that are shown beside.
    """

    ages: tuple[int, ...] = AGES
    often: bool = False
    key_figures: tuple[str, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=dict)
    assumptions: Mapping[str, Assumption] = field(default_factory=dict)
    posts: Sequence[Post] = ()

    @property
    def steps(self) -> frozenset[str]:
        """Tasks that make something known when they are done."""
        return frozenset(one.after for one in self.measures.values() if one.after)

    def age_band(self, age: object) -> str:
        """The words of the band that an age is in; '' when it is not known."""
        if not isinstance(age, int) or isinstance(age, bool):
            return ""
        return next(name for first, name in reversed(self.age_bands) if age >= first)

    @property
    def age_bands(self) -> list[tuple[int, str]]:
        return _bands(self.ages)


@cache
def _bands(ages: tuple[int, ...]) -> list[tuple[int, str]]:
    """First years and words; the last has no end."""
    if not ages:
        return [(0, "alla åldrar")]
    spans = [(first, f"{first}–{after - 1}") for first, after in pairwise(ages)]
    return [(0, f"under {ages[0]}"), *spans, (ages[-1], f"{ages[-1]} och äldre")]


NOTHING = Declared()


@lru_cache(maxsize=64)
def read(text: str) -> Declared:
    """What stands in a file that has been checked; nothing for one that is missing."""
    told = tomllib.loads(text)
    return Declared(
        ages=tuple(told.get("ages", AGES)),
        often=bool(told.get("often", False)),
        key_figures=tuple(told.get("key_figures", ())),
        measures={one["key"]: _measure(one) for one in told.get("measure", ())},
        assumptions={one["key"]: _assumption(one) for one in told.get("assumption", ())},
        posts=tuple(_post(one) for one in told.get("post", ())),
    )


def of(sources: Mapping[str, str]) -> Declared:
    """What a version says."""
    return read(sources[FILE]) if FILE in sources else NOTHING


def _measure(told: Mapping[str, Any]) -> Measure:
    compared = tuple(_comparison(one) for one in told.get("compare", ()))
    return Measure(**_known(Measure, told) | {"compare": compared})


def _known(made: type[Measure | Assumption | Post], told: Mapping[str, Any]) -> dict[str, Any]:
    """Without words that mean nothing, which the checks have warned of."""
    return {one.name: told[one.name] for one in fields(made) if one.name in told}


def _comparison(told: Mapping[str, Any]) -> Comparison:
    low = float(told["low"])
    return Comparison(title=told["title"], low=low, high=float(told.get("high", low)), source=told["source"])


def _assumption(told: Mapping[str, Any]) -> Assumption:
    return Assumption(**_known(Assumption, told) | {"value": float(told["value"])})


def _post(told: Mapping[str, Any]) -> Post:
    return Post(**_known(Post, told) | {"is_cost": told["kind"] == "cost"})
