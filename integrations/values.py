"""One part of integrations.toml, each value judged by what is declared of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from integrations import systems
from integrations.systems import Setting
from web import referred

_KINDS: dict[str, type[Any]] = {"whole": int, "yes_no": bool, "table": dict}


@dataclass(frozen=True)
class Problem:
    """`where` is "region.url"; `text` a Swedish sentence that never holds a value."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def read(
    key: str, declared: Mapping[str, Setting], part: Any, *, also: Iterable[str] = (), is_on: bool = True
) -> tuple[dict[str, Any], list[Problem]]:
    """The values of a part and all that is wrong in it; `also` are names that somebody else judges."""
    if not isinstance(part, dict):
        return {}, [Problem(key, "Skriv inställningarna under en egen rubrik i hakparentes.")]
    known = [*declared, *also]
    found = [
        Problem(f"{key}.{name}", f"Inställningen finns inte.{systems.like(name, known)}")
        for name in part
        if name not in known
    ]
    values = {name: _value(key, name, setting, part.get(name), is_on=is_on) for name, setting in declared.items()}
    found += [value for value in values.values() if isinstance(value, Problem)]
    return {name: value for name, value in values.items() if not isinstance(value, Problem)}, found


def simulator_url(key: str) -> str:
    """Where the simulator of a system answers in the demo."""
    own = settings.FORLOPP_SIMULATORS.get(key)
    return str(own or f"{settings.FORLOPP_SIMULATORS['ovriga']}/{key}")


def _value(key: str, name: str, setting: Setting, raw: Any, *, is_on: bool) -> Any:
    """The value, None when there is none and none is needed, or what is wrong."""
    where = f"{key}.{name}"
    if isinstance(raw, dict) and setting.kind != "table":
        raw = _referred(where, raw)
        if isinstance(raw, Problem):
            return raw
        if setting.kind == "whole" and isinstance(raw, str) and raw.isdecimal():
            raw = int(raw)
    elif setting.kind == "secret" and raw is not None:
        return Problem(where, f"En hemlighet står aldrig i filen. {referred.HOW}")
    if raw is None or raw == "":
        if setting.kind == "url" and settings.FORLOPP_DEMO and not setting.optional:
            return simulator_url(key)
        if setting.default is not None or setting.optional or not is_on:
            return setting.default
        return Problem(where, f"Saknas: {setting.help}.")
    return _fitting(where, setting, raw)


def _referred(where: str, raw: Mapping[str, Any]) -> Any:
    try:
        return referred.value(raw)
    except referred.Unreadable as unreadable:
        return Problem(where, str(unreadable))


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
    "table": "rader under en egen rubrik i hakparentes",
}
