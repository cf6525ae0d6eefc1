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
from django.core.checks import CheckMessage, Error, register

from integrations import systems
from integrations.systems import Setting, System

# Beside what a connector declares: whether it is used, its load, and the schedules of its jobs.
_OURS = ("enabled", "at_once", "jobs")
_KINDS: dict[str, type[Any]] = {"whole": int, "yes_no": bool}


@dataclass(frozen=True)
class Problem:
    """`where` is "region.url"; `text` a Swedish sentence that never holds a value."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


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


def problems() -> list[Problem]:
    """All that is wrong in the file, in words for who wrote it."""
    content = _content()
    if isinstance(content, Problem):
        return [content]
    known = [system.key for system in systems.systems()]
    found = [
        Problem(key, f"Det finns ingen koppling med det namnet.{systems.like(key, known)}")
        for key in content
        if key not in known
    ]
    return found + [problem for system in systems.systems() for problem in _read(system)[1]]


@register(deploy=True)
def check(**_options: Any) -> list[CheckMessage]:
    """`prepare` and `doctor` ask too: no start goes past it. A system with a faulty part is off until mended."""
    return [Error(f"{settings.FORLOPP_INTEGRATIONS}: {problem}", id="integrations.E001") for problem in problems()]


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
    if not isinstance(part, dict):
        part, found = {}, [Problem(system.key, "Skriv inställningarna under en egen rubrik i hakparentes.")]
    else:
        found = list(_unknown(system, part))
    is_on = part.get("enabled", True)
    given: dict[str, Any] = {}
    for name, setting in system.settings.items():
        value = _value(system, name, setting, part.get(name), is_on=bool(is_on))
        if isinstance(value, Problem):
            found.append(value)
        else:
            given[name] = value
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


def _unknown(system: System, part: Mapping[str, Any]) -> Iterator[Problem]:
    known = [*system.settings, *_OURS]
    for name in part:
        if name not in known:
            yield Problem(f"{system.key}.{name}", f"Inställningen finns inte.{systems.like(name, known)}")


def _value(system: System, name: str, setting: Setting, raw: Any, *, is_on: bool) -> Any:
    """The value, None when there is none and none is needed, or what is wrong."""
    where = f"{system.key}.{name}"
    if isinstance(raw, dict):
        raw = _referred(where, raw)
        if isinstance(raw, Problem):
            return raw
        if setting.kind == "whole" and isinstance(raw, str) and raw.isdecimal():
            raw = int(raw)
    elif setting.kind == "secret" and raw is not None:
        return Problem(where, 'En hemlighet står aldrig i filen. Skriv { env = "NAMN" } eller { file = "/sökväg" }.')
    if raw is None or raw == "":
        if setting.kind == "url" and settings.FORLOPP_DEMO and not setting.optional:
            return simulator_url(system.key)
        if setting.default is not None or setting.optional or not is_on:
            return setting.default
        return Problem(where, f"Saknas: {setting.help}.")
    return _fitting(where, setting, raw)


def _referred(where: str, raw: Mapping[str, Any]) -> Any:
    match raw:
        case {"env": str(name), **rest} if not rest:
            return settings.FORLOPP_TOLD(name)
        case {"file": str(path), **rest} if not rest:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                return Problem(where, "Filen med värdet går inte att läsa.")
    return Problem(where, 'Skriv { env = "NAMN" } eller { file = "/sökväg" }.')


def _fitting(where: str, setting: Setting, raw: Any) -> Any:
    wanted = _KINDS.get(setting.kind, str)
    if not isinstance(raw, wanted) or (wanted is int and isinstance(raw, bool)):
        return Problem(where, f"Ska vara {_WORDS[setting.kind]}.")
    if setting.choices and raw not in setting.choices:
        return Problem(where, f"Ska vara något av {', '.join(setting.choices)}.")
    if setting.kind == "url":
        parts = urlsplit(raw)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return Problem(where, "Ska vara en adress som börjar med https://.")
        if parts.password:
            return Problem(where, "Lösenord hör inte hemma i en adress. Ange det som en hemlighet.")
    if setting.kind == "path" and not Path(raw).exists():
        return Problem(where, "Filen eller katalogen finns inte.")
    if setting.check is not None and (wrong := setting.check(raw)):
        return Problem(where, wrong)
    return raw


_WORDS = {
    "url": "en adress inom citattecken",
    "text": "en text inom citattecken",
    "secret": "en hemlighet",
    "path": "en sökväg inom citattecken",
    "whole": "ett heltal",
    "yes_no": "true eller false",
}


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


def simulator_url(key: str) -> str:
    """Where the simulator of a system answers in the demo."""
    own = settings.FORLOPP_SIMULATORS.get(key)
    return str(own or f"{settings.FORLOPP_SIMULATORS['ovriga']}/{key}")
