"""What somebody says on the page of settings becomes the file, and nothing else of it changes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import tomlkit

from workbench import toml_text

SPHERES = {"sol": "Socialtjänst", "hsl": "Hälso- och sjukvård", "bada": "Båda"}
KEPT = ("P1Y", "P2Y", "P3Y", "P5Y", "P10Y", "P20Y")
WAITS = ("PT24H", "P1D", "PT72H", "P7D", "P14D", "P30D")
DELIVERED = {"one": "Ett ärende", "all": "Alla ärenden som väntar"}
PERSONS = {
    "mal": "Mål",
    "uppfoljning": "Uppföljning av mål",
    "samtycke": "Samtycke",
    "kontakt": "Kontakt",
    "overenskommelse": "Överenskommelse",
}
NEW = "ny"
NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
NUMBER = re.compile(r"-?\d{1,15}([.,]\d{1,10})?")
TEXTS = ("title", "owner", "retention", "sphere")
SEVERAL = ("visible_to", "start_by")


@dataclass(frozen=True)
class Column:
    """One thing that a row says; `kind` is text, code or choice, `otherwise` what it says when it says nothing."""

    key: str
    label: str
    kind: str = "text"
    options: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""


@dataclass(frozen=True)
class Rows:
    """A table of the file that is written several times: [[key]], or [key.name] when the rows have names."""

    key: str
    title: str
    one: str
    hint: str
    columns: Sequence[Column]
    is_named: bool = False


KNOWN = Rows(
    "known",
    "Det här vet vi redan",
    "Upplysning",
    "Visas bredvid uppgifterna: det senaste som andra har meddelat. Det som ännu är okänt visas inte.",
    (Column("label", "Vad det heter"), Column("value", "Uttryck", "code")),
)
PERSON = Rows(
    "person",
    "Det som blir personens eget",
    "Svar",
    "Svar som finns kvar på personens sida när ärendet är slut.",
    (
        Column("task", "Uppgiftens id"),
        Column("is", "Vad det blir", "choice", PERSONS),
        Column("value", "Uttryck över svaren", "code"),
    ),
)
MESSAGES = Rows(
    "messages",
    "Så hittar meddelanden rätt ärende",
    "Meddelande",
    "Nyckeln bär meddelandet; värdet säger vad den ska vara i just det här ärendet.",
    (
        Column("key", "Nyckel"),
        Column("value", "Värde i ärendet", "code"),
        Column("from", "Kommer under ett annat namn"),
        Column("ttl", "Sparas om det kommer för tidigt", "choice"),
        Column("deliver", "Tas emot av", "choice", DELIVERED, otherwise="one"),
    ),
    is_named=True,
)
ALL = (MESSAGES, KNOWN, PERSON)


@dataclass(frozen=True)
class Outcome:
    """`problems` are controls and what is wrong there; the text is changed by what is right all the same."""

    text: str
    problems: list[tuple[str, str]]


def carried_out(text: str, posted: Mapping[str, str], several: Mapping[str, list[str]]) -> Outcome:
    """`several` are the controls that may be chosen more than once. Raises toml_text.Unreadable."""
    document = toml_text.read(text)
    problems: list[tuple[str, str]] = []
    for key in TEXTS:
        if key in posted and (posted[key].strip() or key in document):
            toml_text.set_value(document, key, " ".join(posted[key].split()))
    for key in SEVERAL:
        if f"{key}-finns" in posted:
            toml_text.set_list(document, key, several.get(key, []))
    _whole(document, posted)
    if not posted.get("title", "x").strip():
        problems.append(("title", "Skriv vad förloppet heter."))
    _parameters(document, posted, problems)
    for rows in ALL:
        (_named if rows.is_named else _listed)(document, rows, posted, problems)
    return Outcome(toml_text.written(document), problems)


def _whole(document: tomlkit.TOMLDocument, posted: Mapping[str, str]) -> None:
    """Whether it is confined, and the laws that it follows."""
    if "confined-finns" in posted and ("confined" in posted or "confined" in document):
        toml_text.set_value(document, "confined", "confined" in posted)
    if "legal_basis" in posted:
        lines = [" ".join(line.split()) for line in posted["legal_basis"].splitlines()]
        toml_text.set_list(document, "legal_basis", [line for line in lines if line])


def _parameters(document: tomlkit.TOMLDocument, posted: Mapping[str, str], problems: list[tuple[str, str]]) -> None:
    stands = document.get("parameters", {})
    if not isinstance(stands, dict):
        return
    for at, name in enumerate(list(stands)):
        _parameter(stands, name, posted, f"parameter-{at}", problems)
    name = posted.get("parameter-ny-namn", "").strip()
    if wrong := _misnamed(name, stands):
        problems.append(("parameter-ny-namn", wrong))
    elif name:
        if "parameters" not in document:
            toml_text.add_table(document, "parameters")
        toml_text.set_value(document["parameters"], name, _guessed(posted.get("parameter-ny", "").strip()))


def _parameter(
    stands: Any, name: str, posted: Mapping[str, str], control: str, problems: list[tuple[str, str]]
) -> None:
    if posted.get(f"{control}-bort"):
        del stands[name]
    elif control in posted:
        made = _value(posted[control], stands[name])
        if made is None:
            problems.append((control, f"”{name}” ska vara ett tal."))
        else:
            toml_text.set_value(stands, name, made)


def _misnamed(name: str, stands: Mapping[str, Any]) -> str:
    """Why a new row cannot be called so; '' when it can, or is not called anything."""
    if name in stands:
        return f"{name} finns redan."
    return "" if not name or NAME.fullmatch(name) else "Namnet skrivs med små bokstäver a–z, siffror och understreck."


def _value(typed: str, stands: Any) -> Any:
    """Of the same kind as what stands; None for what is no number where a number is."""
    if isinstance(stands, bool):
        return typed == "ja"
    if typed.strip() == str(stands):
        return stands
    if isinstance(stands, int | float):
        return _guessed(typed.strip()) if NUMBER.fullmatch(typed.strip()) else None
    return typed.strip() if isinstance(stands, str) else stands


def _guessed(typed: str) -> bool | int | float | str:
    if typed.lower() in ("ja", "nej"):
        return typed.lower() == "ja"
    if NUMBER.fullmatch(typed):
        return float(typed.replace(",", ".")) if re.search("[.,]", typed) else int(typed)
    return typed


def _listed(
    document: tomlkit.TOMLDocument, rows: Rows, posted: Mapping[str, str], _problems: list[tuple[str, str]]
) -> None:
    stands = document.get(rows.key, [])
    if not all(isinstance(row, dict) for row in stands):
        return
    for at in reversed(range(len(stands))):
        if posted.get(f"{rows.key}-{at}-bort"):
            toml_text.remove_from_list(document, rows.key, at)
        else:
            _changed(stands[at], rows, posted, f"{rows.key}-{at}")
    if made := _typed(rows, posted, f"{rows.key}-{NEW}"):
        toml_text.add_to_list(document, rows.key, made)


def _named(
    document: tomlkit.TOMLDocument, rows: Rows, posted: Mapping[str, str], problems: list[tuple[str, str]]
) -> None:
    stands = document.get(rows.key, {})
    if not isinstance(stands, dict) or not all(isinstance(row, dict) for row in stands.values()):
        return
    for at, name in enumerate(list(stands)):
        if posted.get(f"{rows.key}-{at}-bort"):
            toml_text.remove_named(document, rows.key, name)
        else:
            _changed(stands[name], rows, posted, f"{rows.key}-{at}")
    control = f"{rows.key}-{NEW}-namn"
    name, made = posted.get(control, "").strip(), _typed(rows, posted, f"{rows.key}-{NEW}")
    if wrong := _misnamed(name, stands):
        problems.append((control, wrong))
    elif name:
        toml_text.add_named(document, rows.key, name, made)


def _changed(row: Any, rows: Rows, posted: Mapping[str, str], place: str) -> None:
    for column in rows.columns:
        typed = posted.get(f"{place}-{column.key}")
        if typed is not None and typed.strip() != str(row.get(column.key, column.otherwise)).strip():
            toml_text.set_value(row, column.key, typed.strip() or None)


def _typed(rows: Rows, posted: Mapping[str, str], place: str) -> dict[str, str]:
    """What a new row says; nothing when only choices, which always say something, are made."""
    told = {column.key: posted.get(f"{place}-{column.key}", "").strip() for column in rows.columns}
    is_written = any(told[column.key] for column in rows.columns if column.kind != "choice")
    usual = {column.key: column.otherwise for column in rows.columns}
    return {key: value for key, value in told.items() if value != usual[key]} if is_written else {}
