"""What the form editor's page shows of a form, and what it offers there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench import form_editing, form_edits, form_kinds, form_properties, form_rows, form_text
from workbench.form_edits import Content, Place
from workflows import published
from workflows.definitions import Checked, Folder
from workflows.findings import Finding

MOST_SUGGESTED = 60


@dataclass(frozen=True)
class Conflict:
    """Who saved in between and when, and the whole text that was to be saved; empty when it is not known."""

    who: str
    at: Any
    text: str


@dataclass(frozen=True)
class Page:
    title: str
    rows: tuple[form_rows.Row, ...]
    findings: tuple[Finding, ...]
    panel: form_properties.Panel | None
    kinds: Mapping[str, str]
    shared: Mapping[str, str]
    wheres: tuple[tuple[str, str], ...]
    suggested: tuple[str, ...]
    revision: int
    is_fixed: bool
    can_undo: bool = False
    told: str = ""
    refused: str = ""
    conflict: Conflict | None = None
    new: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """What the view knows: the form, where it is, and what of it is open; `typed` are properties not saved yet."""

    file: str
    content: Content
    open: Place | None
    folder: Folder
    checked: Checked
    typed: Mapping[str, Any] = field(default_factory=dict)


def page(shown: Shown, **more: Any) -> Page:
    shared = shared_in(shown.folder)
    known = form_rows.Known(
        file=shown.file,
        findings=shown.checked.findings,
        uses=shown.checked.uses,
        names=shown.checked.names,
        shared=shared,
    )
    listed = form_rows.listed(shown.content, known)
    return Page(
        title=str(shown.content.get("title") or shown.file),
        rows=listed.rows,
        findings=listed.findings,
        panel=_panel(shown, shared),
        kinds=form_kinds.KINDS,
        shared=parts_of(shown.folder),
        wheres=tuple(_wheres(listed.rows)),
        suggested=tuple(_suggested(shown.content, shown.open))[:MOST_SUGGESTED],
        **more,
    )


def shared_in(folder: Folder) -> form_rows.Shared:
    def content(name: str) -> bytes:
        return folder.sources[published.form_file(name)].encode()

    return content


def parts_of(folder: Folder) -> dict[str, str]:
    """The shared parts there are: name to put in the file, and title."""
    found = {}
    for file, text in sorted(folder.sources.items()):
        if file.startswith(published.SHARED) and file.endswith(".json"):
            try:
                title = form_text.read(text).get("title")
            except form_text.NotAForm:
                continue
            found[published.form_key(file)] = str(title or file)
    return found


def _panel(shown: Shown, shared: form_rows.Shared) -> form_properties.Panel | None:
    if shown.open is None:
        return None
    content = {**form_edits.at(shown.content, shown.open), **shown.typed}
    parts = form_editing.parts(content, shared)
    spot = form_rows.spot(shown.open)
    return form_properties.panel(content, shown.open, spot, shared=parts_of(shown.folder), parts=parts)


def _wheres(rows: tuple[form_rows.Row, ...]) -> Iterator[tuple[str, str]]:
    yield form_editing.LAST, "Sist i formuläret"
    yield from _below(rows)


def _below(rows: tuple[form_rows.Row, ...]) -> Iterator[tuple[str, str]]:
    for row in rows:
        yield row.spot, f"Efter ”{row.label}”"
        if row.is_list:
            yield f"i:{row.spot}", f"Sist i gruppen ”{row.label}”"
            yield from _below(row.rows)


def _suggested(content: Content, place: Place | None) -> Iterator[str]:
    """Conditions on the answers above the open field, those nearest first."""
    for depth in range(len(place or ()), 0, -1):
        *parent, number = (place or ())[:depth]
        above = form_edits.level(content, tuple(parent))[:number]
        for entry in reversed(above):
            if isinstance(entry, dict) and isinstance(entry.get("key"), str):
                yield from _conditions(entry)


def _conditions(entry: Content) -> Iterator[str]:
    key, kind = entry["key"], entry.get("type")
    if kind == "bool":
        yield f"{key} = true"
        yield f"{key} = false"
    choices = entry.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        value = choice.get("value") if isinstance(choice, dict) else None
        if isinstance(value, str | int):
            literal = f'"{value}"' if isinstance(value, str) else str(value)
            yield f"list contains({key}, {literal})" if kind == "multi" else f"{key} = {literal}"
