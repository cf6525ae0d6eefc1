"""The page of a form as the templates need it: sections, controls, lists with rows, and the summary of errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from types import MappingProxyType
from typing import Any

from tasks.forms import choices, conditions, controls, posting
from tasks.forms.shown import text
from workflows.forms import expressions
from workflows.forms.answers import Cleaned, FieldError, Path
from workflows.forms.shapes import Field, Form


@dataclass(slots=True)
class Row:
    """`button` removes the row; `id` is where links and the cursor go."""

    id: str
    title: str
    errors: list[str]
    sections: list[Section]
    button: str
    is_single: bool = False

    @property
    def button_title(self) -> str:
        return lowered(self.title)


@dataclass(slots=True)
class Entry:
    """One question; `id` is where a link to it lands. What is counted out, and a list, have no control of their own.

    `found` are the colleagues whom a search has found, None where nothing was searched for.
    """

    field: Field
    id: str
    name: str
    errors: list[str]
    control: controls.Control | None = None
    computed: str = ""
    condition: conditions.Simple | None = None
    rows: list[Row] = dataclass_field(default_factory=list)
    found: list[choices.Colleague] | None = None

    @property
    def first_found(self) -> list[choices.Colleague]:
        """Those who are shown."""
        return (self.found or [])[: choices.MOST_FOUND]

    @property
    def has_more_found(self) -> bool:
        return self.found is not None and len(self.found) > choices.MOST_FOUND

    @property
    def described_by(self) -> str:
        """The ids of what belongs to it on the page."""
        parts = (("_helptext", self.help_text), ("_error", self.errors))
        return " ".join(f"id_{self.name}{suffix}" for suffix, there in parts if there)

    @property
    def help_text(self) -> str:
        return self.field.help or (controls.HINTS.get(self.field.type, "") if self.control else "")

    @property
    def item_label(self) -> str:
        return lowered(self.field.item_label)

    @property
    def can_add(self) -> bool:
        return len(self.rows) < self.field.max_items


def lowered(label: str) -> str:
    """A label inside a sentence: Mål becomes mål, SIP stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


@dataclass(slots=True)
class Section:
    heading: str
    entries: list[Entry]


@dataclass(slots=True)
class Page:
    """`summary` pairs each sentence with the id it is about; `conditional` names what the server decided to show.

    `deciding` are the controls on which something depends that the server counts out or shows; `has_rows`: there are
    buttons that only change the form.
    """

    sections: list[Section]
    summary: list[tuple[str, str]]
    conditional: list[str]
    has_rows: bool
    deciding: list[str]
    focus: str


def page(
    form: Form,
    raw: Mapping[str, Any],
    cleaned: Cleaned,
    errors: list[FieldError],
    *,
    focus: str = "",
    sought: Mapping[str, str] = MappingProxyType({}),
) -> Page:
    """`sought` is what is searched for among the staff, by the name of the control."""
    builder = _Builder(cleaned, errors, _named_staff(form, raw), sought)
    sections = builder.sections(form.fields, raw, (), _Scope({}, {}))
    summary = [(builder.ids.get(error.path, ""), error.message) for error in builder.ordered(errors)]
    return Page(sections, summary, builder.conditional, builder.has_rows, sorted(builder.deciding), focus)


def _named_staff(form: Form, raw: Mapping[str, Any]) -> dict[str, str]:
    """The names of those who are answers."""
    given = [(field, level.get(field.key)) for field, level, _ in posting.about_staff(form.fields, raw)]
    ids = {of: [str(value) for field, value in given if field.type == of and value] for of in ("hsaid", "ref")}
    return choices.holders(ids["hsaid"]) | choices.names(ids["ref"])


@dataclass(frozen=True, slots=True)
class _Scope:
    """What an expression here can ask: the controls' names by key, and the controls that the browser can follow."""

    names: dict[str, str]
    controls: dict[str, conditions.Asked]


def _named(field: Field, title: str) -> Field:
    """Delmål 1, or Hinder 1: Vad är det för hinder?"""
    return replace(field, label=title if title.startswith(field.label) else f"{title}: {field.label}", heading="")


class _Builder:
    """One drawing of one form; keeps the ids so that every link in the summary lands."""

    def __init__(
        self, cleaned: Cleaned, errors: list[FieldError], names: dict[str, str], sought: Mapping[str, str]
    ) -> None:
        self.ids: dict[Path, str] = {}
        self.conditional: list[str] = []
        self.deciding: set[str] = set()
        self.has_rows = False
        self._cleaned = cleaned
        self._names, self._sought = names, sought
        self._errors: dict[Path, list[str]] = {}
        for error in errors:
            self._errors.setdefault(error.path, []).append(error.message)

    def ordered(self, errors: list[FieldError]) -> list[FieldError]:
        """In the order of the page; what belongs to no place on it comes first."""
        places = {path: place for place, path in enumerate(self.ids)}
        return sorted(errors, key=lambda error: places.get(error.path, -1))

    def sections(self, fields: tuple[Field, ...], raw: Mapping[str, Any], at: Path, scope: _Scope) -> list[Section]:
        names = {field.key: posting.name((*at, field.key)) for field in fields}
        scope = _Scope({**scope.names, **names}, {**scope.controls, **conditions.asked(fields, names)})
        found: list[Section] = []
        for field in fields:
            entry = self._entry(field, raw, (*at, field.key), scope)
            if field.heading or not found:
                found.append(Section(field.heading, []))
            if entry:
                found[-1].entries.append(entry)
        return [section for section in found if section.entries]

    def _entry(self, field: Field, raw: Mapping[str, Any], path: Path, scope: _Scope) -> Entry | None:
        name = scope.names[field.key]
        condition = conditions.simple(field.show_if, scope.controls) if field.show_if else None
        if field.computed or (field.show_if and not condition):
            used = expressions.names(field.computed) | expressions.names(field.show_if)
            self.deciding |= {scope.names[key] for key in used & scope.names.keys()}
        if field.show_if and not condition:
            if path in self._cleaned.hidden:
                return None
            self.conditional.append(name)
        self.ids[path] = f"id_{name}"
        entry = Entry(field, f"id_{name}", name, self._errors.get(path, []), condition=condition)
        if field.computed:
            entry.computed = text(field, self._cleaned.computed.get(path))
        elif field.type == "list":
            entry.rows = self._rows(field, raw.get(field.key), path, scope)
        else:
            given, sought = raw.get(field.key), self._sought.get(name)
            entry.control = controls.control(field, given, name=self._names.get(str(given), ""), sought=sought or "")
            if field.is_about_staff:
                self.has_rows = True
                entry.found = None if sought is None else choices.found(sought, by_hsa_id=field.type == "hsaid")
            if entry.control.is_group:
                entry.id = self.ids[path] = f"id_{name}_0"
        return entry

    def _rows(self, field: Field, raw: object, path: Path, scope: _Scope) -> list[Row]:
        self.has_rows = True
        given = [row if isinstance(row, Mapping) else {} for row in raw] if isinstance(raw, list) else []
        return [self._row(field, row, (*path, number), scope) for number, row in enumerate(given)]

    def _row(self, field: Field, raw: Mapping[str, Any], path: Path, scope: _Scope) -> Row:
        *above, number = path
        self.ids[path] = f"id_{posting.name(path)}"
        title = f"{field.item_label} {int(number) + 1}"
        # A row of one question needs no name above the question's.
        is_single = len(field.item) == 1 and field.item[0].type != "list"
        item = (_named(field.item[0], title),) if is_single else field.item
        return Row(
            id=self.ids[path],
            title=title,
            is_single=is_single,
            errors=self._errors.get(path, []),
            sections=self.sections(item, raw, path, scope),
            button=f"{posting.REMOVE}{posting.name(tuple(above))}:{number}",
        )
