"""What IT has written in integrations.toml, read against what each connector declares."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  Django's name

from integrations import pools, systems, values
from integrations.pools import Pool
from integrations.systems import System
from integrations.values import Problem
from web.addresses import LOOPBACK

# Beside what a connector declares: whether it is used, its load, and the schedules of its jobs.
_OURS = ("enabled", "at_once", "jobs")


@dataclass(frozen=True)
class Values:
    """The settings of one system. A setting that is optional and not given is empty, 0 or False."""

    system: str
    is_enabled: bool
    at_once: int
    given: Mapping[str, Any] = field(repr=False)
    schedules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return str(self.given.get(name) or "")

    def whole(self, name: str) -> int:
        return int(self.given.get(name) or 0)

    def yes(self, name: str) -> bool:
        return bool(self.given.get(name))

    def words(self, name: str) -> list[str]:
        """A text of several words with commas between, as secrets that follow each other are."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]


def of(key: str) -> Values:
    """The settings of a system. Raises UnknownSystem."""
    return _read(systems.get(key))[0]


def pool() -> Pool | None:
    """Where in Prefect our jobs are run; None while what IT has written of it is wrong: then they are run without."""
    content = _content()
    return None if isinstance(content, Problem) else pools.read(content.get(pools.KEY, {}))[0]


def problems() -> list[Problem]:
    """All that is wrong in the file, in words for who wrote it."""
    content = _content()
    if isinstance(content, Problem):
        return [content]
    known = [pools.KEY, *(system.key for system in systems.systems())]
    found = [
        Problem(key, f"Det finns ingen koppling med det namnet.{systems.like(key, known)}")
        for key in content
        if key not in known
    ]
    found += pools.read(content.get(pools.KEY, {}))[1]
    return found + [problem for system in systems.systems() for problem in _read(system)[1]]


@register(deploy=True)
def check(**_options: Any) -> list[CheckMessage]:
    """`prepare` and `doctor` ask too: no start goes past it. A system with a faulty part is off until mended."""
    return [Error(f"{settings.FORLOPP_INTEGRATIONS}: {problem}", id="integrations.E001") for problem in problems()]


@register(Tags.security, deploy=True)
def in_the_clear(**_options: Any) -> list[CheckMessage]:
    """What goes out without HTTPS, beyond this machine: who has the network reads it."""
    return [
        Warning(
            f"{settings.FORLOPP_INTEGRATIONS}: {system.key}.{name} is an address without HTTPS.",
            hint="What is about people goes encrypted, also within the municipality's network.",
            id="integrations.W001",
        )
        for system in systems.systems()
        if (part := of(system.key)).is_enabled
        for name, given in part.given.items()
        if isinstance(given, str) and given.startswith("http://") and urlsplit(given).hostname not in LOOPBACK
    ]


@contextmanager
def told(**parts: Mapping[str, Any]) -> Iterator[None]:
    """For tests: as if these were the parts of the file."""
    before = settings.FORLOPP_INTEGRATIONS_TOLD
    settings.FORLOPP_INTEGRATIONS_TOLD = {**before, **parts}
    forget()
    try:
        yield
    finally:
        settings.FORLOPP_INTEGRATIONS_TOLD = before
        forget()


def forget() -> None:
    """Read everything anew the next time."""
    _content.cache_clear()
    _read.cache_clear()


# -- inside ------------------------------------------------------------------------------------------------------------


@cache
def _content() -> dict[str, Any] | Problem:
    told = settings.FORLOPP_INTEGRATIONS_TOLD
    try:
        return tomllib.loads(Path(settings.FORLOPP_INTEGRATIONS).read_text(encoding="utf-8")) | told
    except OSError:
        return Problem("filen", "Filen går inte att läsa.")
    except UnicodeDecodeError:
        return Problem("filen", "Filen är inte UTF-8.")
    except tomllib.TOMLDecodeError as error:
        return Problem("filen", f"Filen är inte giltig TOML ({error}).")


@cache
def _read(system: System) -> tuple[Values, list[Problem]]:
    content = _content()
    part = content.get(system.key) if isinstance(content, dict) else None
    if part is None:
        part = {"enabled": settings.FORLOPP_DEMO}
    is_on = not isinstance(part, dict) or part.get("enabled", True)
    given, found = values.read(system.key, system.settings, part, also=_OURS, is_on=bool(is_on))
    part = part if isinstance(part, dict) else {}
    at_once = part.get("at_once", system.at_once)
    if type(is_on) is not bool:
        found.append(Problem(f"{system.key}.enabled", "Ska vara true eller false."))
    if type(at_once) is not int or not 1 <= at_once <= 100:
        found.append(Problem(f"{system.key}.at_once", "Ska vara ett heltal från 1 till 100."))
    schedules, wrong = _schedules(system, part.get("jobs", {}))
    found += wrong
    if found:
        return Values(system.key, is_enabled=False, at_once=system.at_once, given=given), found
    return Values(system.key, is_enabled=is_on, at_once=at_once, given=given, schedules=schedules), []


def _schedules(system: System, raw: Any) -> tuple[dict[str, Mapping[str, Any]], list[Problem]]:
    """Per job: {"every_seconds": 60} or {"cron": "0 3 * * *"}."""
    if not isinstance(raw, dict):
        return {}, [Problem(f"{system.key}.jobs", "Skriv [system.jobs.namn] och under det every_seconds eller cron.")]
    known, chosen, found = [job.key for job in system.jobs], {}, []
    for key, told in raw.items():
        where = f"{system.key}.jobs.{key}"
        if key not in known:
            found.append(Problem(where, f"Det finns inget sådant jobb.{systems.like(key, known)}"))
            continue
        match told:
            case {"every_seconds": int(seconds), **rest} if not rest and 1 <= seconds <= 86_400:
                chosen[key] = told
            case {"cron": str(words), **rest} if not rest and len(words.split()) == 5:
                chosen[key] = told
            case _:
                found.append(Problem(where, 'Skriv every_seconds = 1 till 86400, eller cron = "0 3 * * *".'))
    return chosen, found
