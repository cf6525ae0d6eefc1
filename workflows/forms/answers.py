"""The one authority on answers: raw input in, strict JSON and errors in Swedish out, for browser, scenarios and API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import Any

from workflows.feel import limits
from workflows.forms import bounds, expressions, values
from workflows.forms.refused import AnswerError
from workflows.forms.shapes import Field, Form, Rule

Path = tuple[str | int, ...]
"""Where in the answers: ("mal", 0, "maldatum"); rows are counted in the input, blank rows included."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """`message` is a whole Swedish sentence that names the field; an empty path means the form as a whole."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`answers` has every visible field (null when blank); hidden fields are absent and listed in `hidden`."""

    answers: dict[str, Any]
    errors: list[FieldError]
    hidden: frozenset[Path] = frozenset()
    computed: dict[Path, object] = dataclass_field(default_factory=dict)


def clean(form: Form, data: object, variables: Mapping[str, Any], *, now: datetime) -> Cleaned:
    """Checks `data` (JSON or what a browser posted) against the form; FEEL sees `variables` under the answers."""
    work = _Cleaning(now)
    if not isinstance(data, Mapping):
        return Cleaned({}, [FieldError((), "Svaren ska vara ett objekt med ett värde per fält.")])
    with limits.together():
        answers = work.level(form.fields, form.rules, data, dict(variables), ())
    return Cleaned(answers, work.errors, frozenset(work.hidden), work.computed)


def initial(
    form: Form, variables: Mapping[str, Any], *, now: datetime, answers: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the empty form starts with: `answers` (a draft, an earlier answer) where given, else the defaults."""
    with limits.together():
        return _initial(form.fields, dict(variables), dict(answers or {}), now)


def new_row(field: Field, variables: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """What a row that is added to a list starts with."""
    with limits.together():
        return _initial(field.item, dict(variables), {}, now)


def _initial(
    fields: tuple[Field, ...], variables: dict[str, Any], given: dict[str, Any], now: datetime
) -> dict[str, Any]:
    context = variables | {field.key: None for field in fields} | given
    for field in fields:
        if field.key not in given and not field.computed:
            given[field.key] = context[field.key] = _default(field, context, now)
    return given


def _default(field: Field, context: dict[str, Any], now: datetime) -> object:
    value = expressions.value(field.default, context, now=now) if field.default else None
    if field.type != "list":
        return values.proposed(field, value, now=now)
    rows = [dict(row) for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    blank = least(field) - len(rows)
    return [*rows, *(_initial(field.item, context, {}, now) for _ in range(blank))][: field.max_items]


def least(field: Field) -> int:
    """How many rows a list must have."""
    return max(field.min_items, 1 if field.required else 0)


class _Cleaning:
    """One pass over the form; answers grow in field order so that each expression sees the ones above it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.errors: list[FieldError] = []
        self.hidden: set[Path] = set()
        self.computed: dict[Path, object] = {}

    def level(
        self,
        fields: tuple[Field, ...],
        rules: tuple[Rule, ...],
        data: Mapping[str, Any],
        context: dict[str, Any],
        at: Path,
    ) -> dict[str, Any]:
        """`context` is this level's own copy; names of the form win over variables, also while they are null."""
        answers: dict[str, Any] = {}
        context |= {field.key: None for field in fields}
        for field in fields:
            path = (*at, field.key)
            if field.show_if and not expressions.holds(field.show_if, context, now=self.now):
                self.hidden.add(path)
                continue
            answers[field.key] = context[field.key] = self._answer(field, data.get(field.key), context, path)
        for rule in rules:
            self._rule(rule, context, at)
        return answers

    def _answer(self, field: Field, raw: object, context: dict[str, Any], path: Path) -> object:
        if field.computed:
            value = expressions.value(field.computed, context, now=self.now)
            self.computed[path] = values.derived(field, value, now=self.now)
            return self.computed[path]
        if field.type == "list":
            return self._rows(field, raw, context, path)
        if values.is_blank(raw):
            return self._blank(field, path)
        try:
            value = values.parse(field, raw, now=self.now)
            bounds.check(field, value, context, now=self.now)
        except AnswerError as problem:
            self._error(path, f"”{field.label}” {problem}")
            return [] if field.type == "multi" else None
        return value

    def _blank(self, field: Field, path: Path) -> object:
        if field.required:
            ask = "Svara på" if field.choices or field.type in ("bool", "ref") else "Fyll i"
            self._error(path, f"{ask} ”{field.label}”.")
        if field.type == "bool" and not field.required:
            return False  # a checkbox that nobody ticked
        return [] if field.type == "multi" else None

    def _rows(self, field: Field, raw: object, context: dict[str, Any], path: Path) -> list[dict[str, Any]]:
        if not values.is_blank(raw) and not isinstance(raw, list | tuple):
            self._error(path, f"”{field.label}” ska vara en lista.")
            return []
        written = raw if isinstance(raw, list | tuple) else ()
        rows: list[dict[str, Any]] = []
        blank: list[list[FieldError]] = []
        for number, row in enumerate(written):
            is_blank = _is_blank_row(field, row)
            if len(rows) == field.max_items or (is_blank and len(blank) > field.max_items):
                continue
            before = len(self.errors)
            answers = self._row(field, row, context, (*path, number))
            told = self.errors[before:]
            if not is_blank and (told or _has_content(field, answers)):
                rows.append(answers)
            else:
                blank.append(told)
                del self.errors[before:]
        if sum(not _is_blank_row(field, row) for row in written) > field.max_items:
            self._error(path, f"”{field.label}” får ha högst {field.max_items} {_entries(field.max_items)}.")
        self._missing(field, least(field) - len(rows), blank, path)
        return rows

    def _row(self, field: Field, row: object, context: dict[str, Any], path: Path) -> dict[str, Any]:
        if not isinstance(row, Mapping):
            self._error(path, f"”{field.label}”, rad {int(path[-1]) + 1}, ska vara ett objekt.")
            return {}
        before = len(self.errors)
        answers = self.level(field.item, field.rules, row, dict(context), path)
        name = f"{field.item_label} {int(path[-1]) + 1}: "
        self.errors[before:] = [FieldError(error.path, name + error.message) for error in self.errors[before:]]
        return answers

    def _missing(self, field: Field, count: int, blank: list[list[FieldError]], path: Path) -> None:
        """Rows that must be there: the blank ones on the page say what to fill in."""
        told = [error for errors in blank[: max(count, 0)] for error in errors]
        self.errors.extend(told)
        if count > 0 and not told:
            self._error(path, f"”{field.label}” ska ha minst {least(field)} {_entries(least(field))}.")

    def _rule(self, rule: Rule, context: Mapping[str, Any], at: Path) -> None:
        concerned = {(*at, name) for name in expressions.names(rule.check) | ({rule.field} - {""})}
        wrong = {error.path[: len(at) + 1] for error in self.errors}
        if concerned & wrong or (rule.field and (*at, rule.field) in self.hidden):
            return
        if not expressions.holds(rule.check, context, now=self.now):
            self._error((*at, rule.field) if rule.field else at, rule.message)

    def _error(self, path: Path, message: str) -> None:
        self.errors.append(FieldError(path, message))


def _is_blank_row(field: Field, row: object) -> bool:
    """Nothing but empty answers and unticked boxes, at any depth."""
    if not isinstance(row, Mapping):
        return _is_blank(None, row)
    parts = {part.key: part for part in field.item}
    return all(_is_blank(parts.get(key), raw) for key, raw in row.items())


def _is_blank(part: Field | None, raw: object) -> bool:
    if isinstance(raw, list | tuple):
        return all(_is_blank_row(part, row) if part else _is_blank(None, row) for row in raw)
    if isinstance(raw, Mapping):
        return all(_is_blank(None, inner) for inner in raw.values())
    if raw is False:  # an unticked box is no answer, but a no to a question that asks for yes or no is one
        return not (part and part.type == "bool" and part.required)
    return values.is_blank(raw)


def _has_content(field: Field, row: Mapping[str, Any]) -> bool:
    """Whether somebody answered something in the row; what is computed does not count."""
    return not all(_is_blank(part, row.get(part.key)) for part in field.item if not part.computed)


def _entries(count: int) -> str:
    return "rad" if count == 1 else "rader"
