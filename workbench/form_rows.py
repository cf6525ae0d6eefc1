"""The list of a form's fields as the editor shows it: what each is, what is wrong with it, and who reads its answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench import form_kinds, form_text
from workbench.form_edits import Content, Place, level
from workflows.findings import Finding
from workflows.forms import definition
from workflows.variables import Use

FORM = "formularet"
Shared = Callable[[str], bytes]


@dataclass(frozen=True)
class Reader:
    """Something that reads the answer: in which file, what that is called, and what it asks for in words."""

    file: str
    place: str
    words: str


@dataclass(frozen=True)
class Row:
    """A field; `spot` is its place as the page posts it, `element` as findings name it, `heading` what it begins."""

    spot: str
    element: str
    label: str
    kind: str
    type: str
    key: str
    heading: str = ""
    is_required: bool = False
    show_if: str = ""
    help: str = ""
    part: str = ""
    parts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    readers: tuple[Reader, ...] = ()
    rows: tuple[Row, ...] = ()
    is_list: bool = False
    is_first: bool = False
    is_last: bool = False
    into: str = ""
    out_of: str = ""

    @property
    def anchor(self) -> str:
        """What the row is called in the page: the same wherever it is moved among its neighbours."""
        return anchor(self.element.split("."), self.spot)


@dataclass(frozen=True)
class Listed:
    """The whole form: its rows, and the findings that belong to no row."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    count: int


@dataclass
class Known:
    """What is known of one form beside its own text."""

    file: str
    findings: Sequence[Finding] = ()
    uses: Sequence[Use] = ()
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    shared: Shared = dict[str, bytes]().__getitem__


def anchor(keys: Sequence[object], spot: str) -> str:
    """By the names of a field and those around it, when they all have names."""
    named = [key for key in keys if isinstance(key, str) and key != "?"]
    return f"falt-{'-'.join(named)}" if len(named) == len(keys) else f"falt-{spot}"


def spot(place: Place) -> str:
    return "-".join(map(str, place)) or FORM


def place(text: str) -> Place | None:
    """The place a page posted; None when it is none."""
    if text == FORM:
        return ()
    parts = text.split("-")
    return tuple(map(int, parts)) if all(part.isdecimal() and len(part) < 5 for part in parts) else None


def listed(content: Content, known: Known) -> Listed:
    """The rows of the form, each with what is said of it."""
    maker = _Maker(known)
    rows = tuple(maker.rows(content, (), ()))
    return Listed(rows, tuple(maker.left()), maker.count)


def questions(entry: Content, shared: Shared) -> dict[str, str]:
    """Key and label of what a shared part brings, as it comes into the form."""
    form, _ = definition.read({"title": "Del", "fields": [entry]}, "", shared)
    return {field.key: field.label for field in form.fields} if form is not None else {}


class _Maker:
    def __init__(self, known: Known) -> None:
        self._known = known
        self._findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in known.findings:
            if finding.file == known.file:
                self._findings[finding.element].append(finding)
        self._uses: dict[str, list[Use]] = defaultdict(list)
        for use in known.uses:
            self._uses[use.place].append(use)
        self.count = 0

    def left(self) -> Iterator[Finding]:
        for findings in self._findings.values():
            yield from findings

    def rows(self, content: Content, parent: Place, above: tuple[str, ...]) -> Iterator[Row]:
        entries = level(content, parent)
        titles = [_title(entry) for entry in entries]
        for number, entry in enumerate(entries):
            if not isinstance(entry, dict):
                continue
            self.count += 1
            before = entries[number - 1] if number else None
            is_below_list = isinstance(before, dict) and before.get("type") == "list"
            yield self._row(
                content,
                entry,
                (*parent, number),
                above,
                is_first=number == 0 and not _heading(entry),
                is_last=number == len(entries) - 1,
                into=titles[number - 1] if is_below_list else "",
            )

    def _row(self, content: Content, entry: Content, at: Place, above: tuple[str, ...], **more: Any) -> Row:
        key, kind = entry.get("key"), entry.get("type")
        keys = (*above, key if isinstance(key, str) else "?")
        is_list = kind == "list" and isinstance(entry.get("item", []), list)
        parts = self._parts(entry) if kind == form_kinds.INCLUDE else {}
        elements = [".".join((*above, part)) for part in parts] if parts else [".".join(keys)]
        if kind == form_kinds.INCLUDE:
            elements += ["include", str(entry.get("form", ""))]
        return Row(
            spot=spot(at),
            element=".".join(keys),
            label=self._label(entry),
            kind=form_kinds.title(kind),
            type=str(kind),
            key=key if isinstance(key, str) else "",
            heading=_heading(entry),
            is_required=entry.get("required") is True,
            show_if=_text(entry.get("show_if")),
            help=_text(entry.get("help")),
            part=_text(entry.get("form")) if kind == form_kinds.INCLUDE else "",
            parts=tuple(parts.values()),
            choices=tuple(_labels(entry.get("choices"))),
            findings=tuple(finding for element in elements for finding in self._findings.pop(element, ())),
            readers=self._readers(elements),
            rows=tuple(self.rows(content, at, keys)) if is_list else (),
            is_list=is_list,
            out_of=above[-1] if above else "",
            **more,
        )

    def _label(self, entry: Content) -> str:
        """A shared part is called what its own form is called."""
        name = entry.get("form")
        if entry.get("type") != form_kinds.INCLUDE or not isinstance(name, str):
            return _title(entry)
        try:
            title = form_text.read(self._known.shared(name).decode()).get("title")
        except (LookupError, ValueError):
            title = None
        return f"{form_kinds.PART}: {title or name}"

    def _parts(self, entry: Content) -> dict[str, str]:
        return questions(entry, self._known.shared)

    def _readers(self, elements: Iterable[str]) -> tuple[Reader, ...]:
        """Everything that reads the answer, said once; places in the same form are told by its own words."""
        found: dict[tuple[str, str], Reader] = {}
        for element in elements:
            for use in self._uses.get(f"{self._known.file}#{element}", ()):
                words = self._words(use)
                found.setdefault((use.file, words), Reader(use.file, _place_words(use.file, self._known.file), words))
        return tuple(found.values())

    def _words(self, use: Use) -> str:
        name = self._known.names.get((use.file, use.element), "")
        where = _WHERE.get(use.where, use.where)
        if use.file.endswith(".json"):
            return f"{name or use.element}: {where}" if where else name
        return " ".join(filter(None, (where, f"på {name}" if name and where else name))) or use.element


_WHERE = {
    "”show_if”": "visas bara om",
    "”default”": "börjar med",
    "”computed”": "räknas ut",
    "”min”": "minsta värde",
    "”max”": "största värde",
    "”check”": "regel",
    "”varfor”": "meningen om varför",
    "”forfaller”": "när det ska vara klart",
}


def _place_words(file: str, own: str) -> str:
    if file == own:
        return "Det här formuläret"
    kind = {"bpmn": "Diagrammet", "dmn": "Beslutstabellen", "json": "Formuläret"}.get(file.rpartition(".")[2])
    return f"{kind} {file.rpartition('/')[2].rpartition('.')[0]}" if kind else "Förloppets inställningar"


def _title(entry: object) -> str:
    if not isinstance(entry, dict):
        return ""
    if entry.get("type") == form_kinds.INCLUDE:
        return f"{form_kinds.PART}: {_text(entry.get('form')) or '?'}"
    return _text(entry.get("label")) or _text(entry.get("key")) or "Fält utan fråga"


def _heading(entry: Content) -> str:
    return _text(entry.get("heading"))


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _labels(choices: object) -> Iterator[str]:
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict):
            yield _text(choice.get("label")) or str(choice.get("value", ""))
