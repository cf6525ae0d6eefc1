"""What a year holds, as the förlopp folders say it: bpmn/*/aret.toml (bpmn/README.md tells how one is written)."""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from config.year.lines import Line
from workflows import scenarios
from workflows.engine import clock

FILE = "aret.toml"
A_YEAR = ("P1Y", "P0D")
MONTHLY = 59
"""The number of the group that a month's visits begin: its ärenden are known by that."""


class Unreadable(Exception):
    """A profile cannot be understood; the argument is Swedish and names the file."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Ärenden that go alike: `count` of them in a town of 100 000, begun between the two moments before the end."""

    key: str
    number: int
    count: int
    line: Line
    begins: tuple[clock.Duration, clock.Duration]
    ages: tuple[int, int]
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    takes: Mapping[str, tuple[clock.Duration, clock.Duration]] = field(default_factory=dict)
    broad: frozenset[str] = frozenset()
    """Messages that reach all ärenden of the person."""
    offset: int = 0
    """Where among the inhabitants it begins: some of them have one förlopp, some several."""

    @property
    def is_alone(self) -> bool:
        """Whether something comes to the person that ends other ärenden too: then they have no other."""
        return any(
            step.get("send") in self.broad for step in (self.line.begin, *(one.step for one in self.line.coming))
        )

    @property
    def name(self) -> str:
        return f"{self.key}/{self.number}"

    def many(self, share: float) -> int:
        """At least one, so that each way is seen however small the town is."""
        return max(1, round(self.count * share))


@dataclass(frozen=True, order=True)
class Plan:
    """An ärende to play: when it begins, and which of its group it is."""

    at: datetime
    name: str
    number: int
    group: Group = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Of one förlopp. `lines` are all its scenarios: what to answer where a group's own says nothing."""

    key: str
    folder: Path
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    keys: Mapping[str, str]
    starters: tuple[str, ...]
    visits: Mapping[str, Any] = field(default_factory=dict)
    """What a planning system tells of each ärende: see `told`."""
    doses: Mapping[str, Any] = field(default_factory=dict)
    months: Mapping[str, Any] = field(default_factory=dict)
    """Ärenden that begin with what the visits of a month add up to."""


def read(root: Path) -> dict[str, Profile]:
    """Every förlopp folder, by key; one without a profile has no groups. Raises Unreadable."""
    settings = {path.parent: tomllib.loads(path.read_text(encoding="utf-8")) for path in root.glob("*/process.toml")}
    rules = [(name, rule) for told in settings.values() for name, rule in told.get("messages", {}).items()]
    broad = frozenset(rule.get("from", name) for name, rule in rules if rule.get("deliver") == "all")
    found = [_read(folder, told, broad) for folder, told in sorted(settings.items())]
    return {profile.key: profile for profile in found}


def _read(folder: Path, settings: dict[str, Any], broad: frozenset[str]) -> Profile:
    lines = {path.stem: Line.of(scenarios.read(path)) for path in scenarios.files(folder)}
    told: dict[str, Any] = {}
    if (path := folder / FILE).exists():
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise Unreadable(f"{path}: {error}") from None
    groups: list[Group] = []
    upto = zlib.crc32(settings["key"].encode()) % 4_000
    months = told.get("months", {})
    try:
        if months:
            months = {**months, "group": _group(settings["key"], MONTHLY, told, {"count": 0, **months}, lines)}
        for number, one in enumerate(told.get("group", [])):
            group = _group(settings["key"], number, told, one, lines)
            groups.append(replace(group, broad=broad, offset=upto))
            upto += one["count"]
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"{path}: {error!r}") from None
    return Profile(
        key=settings["key"],
        folder=folder,
        groups=tuple(groups),
        lines=tuple(lines.values()),
        starters=tuple(settings.get("start_by", ())),
        keys={name: rule.get("key", "") for name, rule in settings.get("messages", {}).items()},
        visits=told.get("visits", {}),
        doses=told.get("doses", {}),
        months=months,
    )


def _group(key: str, number: int, told: dict[str, Any], one: dict[str, Any], lines: dict[str, Line]) -> Group:
    """What a group says goes before what is said for all."""
    low, high = one.get("ages", told.get("ages", (65, 96)))
    answers = {
        task: {**told.get("answers", {}).get(task, {}), **one.get("answers", {}).get(task, {})}
        for task in {*told.get("answers", {}), *one.get("answers", {})}
    }
    return Group(
        key=key,
        number=number,
        count=one["count"],
        line=lines[one["like"]],
        begins=_span(one.get("begins", told.get("begins", A_YEAR))),
        ages=(low, high),
        answers=answers,
        takes={task: _span(span) for task, span in {**told.get("takes", {}), **one.get("takes", {})}.items()},
    )


def _span(told: Any) -> tuple[clock.Duration, clock.Duration]:
    first, last = told
    return clock.parse_duration(first), clock.parse_duration(last)
