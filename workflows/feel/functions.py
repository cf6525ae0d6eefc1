"""What every built-in function takes, gives and is for, in Swedish: for completion in an editor and for the docs."""

import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from workflows.feel import writing
from workflows.feel.builtins.registry import BUILTINS, Overload, Parameter
from workflows.feel.values import SWEDISH_KINDS

EXAMPLE_NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)  # half past eight in Sweden, a Monday
STANDARD = "DMN 1.5"
TYPES_SV = SWEDISH_KINDS | {
    "any": "vad som helst",
    "clock": "klockslag",
    "datetime": "datum och tid",
    "days": "längd i dagar och tid",
    "duration": "längd",
    "moment": "datum eller tidpunkt",
    "months": "längd i år och månader",
    "temporal": "datum eller tid",
    "time": "klockslag",
}


@dataclass(frozen=True, slots=True)
class Example:
    """An expression and how its value is written, at `EXAMPLE_NOW`."""

    expression: str
    value: str


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function; `text` is for people."""

    text: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """`source` is the law or practice behind a function of ours; `returns` are kinds of values."""

    name: str
    group: str
    is_standard: bool
    signatures: tuple[Signature, ...]
    returns: tuple[str, ...]
    summary: str
    source: str
    examples: tuple[Example, ...]


@cache
def catalogue() -> tuple[Function, ...]:
    """Every function, in the order a process owner meets them."""
    told = tomllib.loads((Path(__file__).parent / "functions.toml").read_text(encoding="utf-8"))
    return tuple(_function(name, about) for name, about in told.items())


def as_json() -> list[dict[str, object]]:
    return [asdict(function) for function in catalogue()]


def shown(value: object) -> str:
    """A value as examples write it: texts in quotes, dates and numbers as string() gives them."""
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shown(part)}" for key, part in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else writing.text(value)


def _function(name: str, told: dict[str, Any]) -> Function:
    source: str = told.get("source", "")
    return Function(
        name=name,
        group=told["group"],
        is_standard=not source,
        signatures=tuple(_signature(name, overload) for overload in BUILTINS[name]),
        returns=tuple(told["returns"]),
        summary=told["summary"],
        source=source or STANDARD,
        examples=tuple(Example(expression, value) for expression, value in told["examples"]),
    )


def _signature(name: str, overload: Overload) -> Signature:
    return Signature(f"{name}({', '.join(map(written, overload.parameters))})", overload.parameters)


def written(parameter: Parameter) -> str:
    """A parameter as it is shown to people."""
    text = f"{parameter.name}: {TYPES_SV[parameter.type]}"
    if parameter.variadic:
        return f"{text}, …"
    return f"[{text}]" if parameter.optional else text


def as_markdown() -> Iterator[str]:
    """The lines of docs/funktioner.md."""
    yield from _PREFACE.splitlines()
    group = ""
    for function in catalogue():
        if function.group != group:
            group = function.group
            yield from ("", f"## {group}")
        yield from _section(function)


def _section(function: Function) -> Iterator[str]:
    kinds = " eller ".join(TYPES_SV[kind] for kind in function.returns)
    yield from ("", f"### {function.name}", "", function.summary, "")
    yield from (f"* `{signature.text}`" for signature in function.signatures)
    yield f"* Ger: {kinds}"
    if not function.is_standard:
        yield f"* Källa: {function.source}"
    yield from ("", "| Uttryck | Ger |", "| --- | --- |")
    yield from (f"| `{example.expression}` | `{example.value}` |" for example in function.examples)


_PREFACE = """\
# Funktioner i uttryck

<!-- Skrivs av `python manage.py feel_functions --write` (eller `make fix`). Ändra i workflows/feel/functions.toml. -->

Alla funktioner som går att använda i villkor, tabeller, formulär och tider. Hur uttryck skrivs står i
[Uttryck](uttryck.md).

* Det som står inom hakparentes kan utelämnas. `…` betyder att det kan vara flera.
* Argumenten kan också skrivas med sina namn: `substring(string: "Öster", start position: 1, length: 2)`.
* Får en funktion något den inte kan räkna med blir svaret `null`, alltså inget värde, och orsaken sparas.
* Exemplen räknas klockan 08.30 måndagen den 23 november 2026."""
