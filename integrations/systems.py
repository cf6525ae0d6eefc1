"""What a connector says of the system it speaks with: its settings and what is done on a schedule."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["url", "text", "secret", "path", "whole", "yes_no", "table"]


@dataclass(frozen=True)
class Setting:
    """One value of the system's part of integrations.toml. Without `default` it must be given, unless `optional`.

    `help` is a Swedish phrase for IT. A url that is missing is the simulator's in the demo. `choices` are the only
    values of a text, when it has any; `check` says in Swedish what is wrong with a value, '' when nothing is.
    """

    kind: Kind
    help: str
    default: str | int | bool | None = None
    optional: bool = False
    choices: tuple[str, ...] = ()
    check: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Job:
    """Something done on a schedule, by Prefect or by ourselves while Prefect is away: empty a mailbox, read a folder.

    `run` does the whole of it, many items at a time, takes and returns nothing (Prefect would store it), and may be
    run twice at once. `every_seconds` or `cron` (five fields, Europe/Stockholm) is what a new installation gets;
    IT changes it in integrations.toml before the first start and in Prefect's pages after.
    """

    key: str
    title: str
    run: Callable[[], None]
    every_seconds: int = 0
    cron: str = ""


@dataclass(frozen=True, eq=False)
class System:
    """A system outside Förlopp. `key` names its folder, its part of integrations.toml and its operations.

    `at_once` is how many calls it is given at the same time by all our processes together. `pages` are its own that IT
    may see: title and name of the address.
    """

    key: str
    title: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    jobs: tuple[Job, ...] = ()
    at_once: int = 4
    pages: Mapping[str, str] = field(default_factory=dict)

    def job(self, key: str) -> Job:
        return next(job for job in self.jobs if job.key == key)


class UnknownSystem(LookupError):
    """No connector has registered it."""


_systems: dict[str, System] = {}


def register(system: System) -> System:
    """Make a system known; called by its connector.py when Django starts."""
    _systems[system.key] = system
    return system


def get(key: str) -> System:
    """Raises UnknownSystem."""
    try:
        return _systems[key]
    except KeyError:
        raise UnknownSystem(key) from None


def systems() -> list[System]:
    """Every system, in the order of their keys."""
    return [_systems[key] for key in sorted(_systems)]


def titles() -> dict[str, str]:
    """What each is called on screen."""
    return {system.key: system.title for system in _systems.values()}


def like(word: str, words: list[str]) -> str:
    """ " Menade du …?" for a word that is none of `words`, or nothing."""
    found = difflib.get_close_matches(word, words, n=1)
    return f" Menade du {found[0]}?" if found else ""
