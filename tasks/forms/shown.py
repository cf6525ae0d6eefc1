"""Answers as people read them: labels, Swedish dates, the names of choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from people import identity
from tasks.forms import choices
from web import swedish
from workflows.forms import lengths, moments
from workflows.forms.answers import Path
from workflows.forms.refused import AnswerError
from workflows.forms.shapes import Field, Form

UNANSWERED = "Inte angivet"


@dataclass(frozen=True, slots=True)
class Shown:
    """`rows` belong to a list, `value` to everything else."""

    label: str
    value: str = ""
    rows: tuple[ShownRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownRow:
    title: str
    entries: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class ShownSection:
    heading: str
    entries: tuple[Shown, ...]


def readonly(form: Form, answers: Mapping[str, Any]) -> list[ShownSection]:
    """Every question that was asked; those that were hidden are not in the answers and are left out."""
    sections: list[tuple[str, list[Shown]]] = []
    for field in form.fields:
        if field.heading or not sections:
            sections.append((field.heading, []))
        if field.key in answers:
            sections[-1][1].append(_entry(field, answers[field.key]))
    return [ShownSection(heading, tuple(entries)) for heading, entries in sections if entries]


def written(form: Form, raw: Mapping[str, Any], *, hidden: frozenset[Path]) -> list[ShownSection]:
    """What somebody has written so far; not what was left blank, nor what their own answers leave out."""
    return readonly(form, _filled_in(form.fields, raw, hidden, ()))


def answered(form: Form, answers: Mapping[str, Any]) -> list[ShownSection]:
    """What was answered and counted out; of what was left blank nothing is said."""
    return readonly(form, _filled_in(form.fields, answers, frozenset(), (), is_counted=True))


def _filled_in(
    fields: tuple[Field, ...], raw: Mapping[str, Any], hidden: frozenset[Path], at: Path, *, is_counted: bool = False
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        path, value = (*at, field.key), raw.get(field.key)
        if path in hidden or (field.computed and not is_counted):
            continue
        if field.type == "list" and isinstance(value, list):
            rows = [
                _filled_in(field.item, dict(row), hidden, (*path, number), is_counted=is_counted)
                for number, row in enumerate(value)
            ]
            value = [row for row in rows if row]
        if value not in (None, "", []):
            found[field.key] = value
    return found


def _entry(field: Field, value: object) -> Shown:
    if field.type != "list":
        return Shown(field.label, text(field, value) or UNANSWERED)
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    if not rows:
        return Shown(field.label, "Inga")
    return Shown(
        field.label,
        rows=tuple(
            ShownRow(
                f"{field.item_label} {number}",
                tuple(_entry(part, row[part.key]) for part in field.item if part.key in row),
            )
            for number, row in enumerate(rows, start=1)
        ),
    )


def text(field: Field, value: object) -> str:
    """One kept answer in words; '' when there is none."""
    if value is None or value in ("", []):
        return ""
    if field.type == "bool":
        value = value in (True, "true")  # a draft holds what the browser posted
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if field.choices:
        chosen = value if isinstance(value, list) else [value]
        labels = {str(choice.value): choice.label for choice in field.choices}
        return ", ".join(labels.get(str(entry), str(entry)) for entry in chosen)
    return _WORDS[field.type](field, str(value)) if field.type in _WORDS else str(value)


def said(value: object) -> str:
    """A value that no field describes, in words; '' for nothing and for what has no words."""
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    if not isinstance(value, str):
        return ""
    try:
        if len(value) == len("2026-11-22"):
            return moments.shown(date.fromisoformat(value))
        return moments.shown(datetime.fromisoformat(value).astimezone(swedish.STOCKHOLM))
    except ValueError:
        return value


def _calendar(field: Field, value: str) -> str:
    reads: dict[str, Callable[[str], date | time]]
    reads = {"date": date.fromisoformat, "dt": datetime.fromisoformat, "time": time.fromisoformat}
    try:
        return moments.shown(reads[field.type](value))
    except ValueError:
        return value


def _length(_field: Field, value: str) -> str:
    try:
        return lengths.words(lengths.parse(value))
    except AnswerError:
        return value


def _money(_field: Field, value: str) -> str:
    try:
        amount = f"{Decimal(value.replace(',', '.')):,.2f}".replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
    except ArithmeticError:
        return value
    return f"{amount.removesuffix(',00')} kronor"


_WORDS: dict[str, Callable[[Field, str], str]] = {
    "date": _calendar,
    "dt": _calendar,
    "time": _calendar,
    "dec": lambda _field, value: value.replace(".", ","),
    "duration": _length,
    "money": _money,
    "pnr": lambda _field, value: identity.formatted("personnummer", value) if value.isdecimal() else value,
    "hsaid": lambda _field, value: choices.holder(value),
    "ref": lambda field, value: choices.label(field.of, value) or "Finns inte längre",
}
