"""What the page of settings shows: what the file says, what has been typed, and what there is to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench import settings_edits as edits
from workbench import toml_text
from workbench.settings_edits import Column, Rows
from workflows import diagram, safe_xml
from workflows.definitions import Folder, main_file
from workflows.outline import times


@dataclass(frozen=True)
class Control:
    """`problem` is what is wrong with what was typed."""

    name: str
    label: str
    kind: str
    value: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """`index` is its place in the file, `ny` for the empty one."""

    place: str
    title: str
    controls: tuple[Control, ...]
    is_new: bool = False


@dataclass(frozen=True)
class Group:
    """A table of the file with its rows; `is_otherwise` when it is written in a way that only the text shows."""

    rows: Rows
    written: tuple[Row, ...]
    new: Row
    is_otherwise: bool = False


@dataclass(frozen=True)
class Parameter:
    name: str
    control: str
    value: str
    kind: str
    hint: str


@dataclass(frozen=True)
class Start:
    """How the förlopp begins, as it is drawn."""

    title: str
    how: str


@dataclass(frozen=True)
class Around:
    """What has been typed and not saved, tasks of the diagrams by id, and the messages that they wait for."""

    typed: Mapping[str, str]
    tasks: Mapping[str, str]
    messages: tuple[str, ...]


def around(folder: Folder, typed: Mapping[str, str]) -> Around:
    tasks: dict[str, str] = {}
    messages: set[str] = set()
    for root in diagram.readable(folder.sources).values():
        found = diagram.elements(root).values()
        tasks |= {one.id: one.name or one.id for one in found if one.type == "userTask"}
        messages |= {one.message for one in found if one.message}
    return Around(typed, tasks, tuple(sorted(messages)))


def groups(text: str, known: Around) -> list[Group]:
    document = toml_text.read(text)
    return [_group(document, rows, known) for rows in edits.ALL]


def _group(document: Any, rows: Rows, known: Around) -> Group:
    stands = document.get(rows.key, {} if rows.is_named else [])
    named = list(stands.items()) if isinstance(stands, dict) else [("", row) for row in stands]
    if not all(isinstance(row, dict) for _, row in named):
        return Group(rows, (), _row(rows, edits.NEW, "", {}, known), is_otherwise=True)
    written = tuple(
        _row(rows, str(at), name or _title(rows, row, known.tasks), row, known) for at, (name, row) in enumerate(named)
    )
    return Group(rows, written, _row(rows, edits.NEW, "", {}, known))


def _title(rows: Rows, row: Mapping[str, Any], tasks: Mapping[str, str]) -> str:
    first = str(row.get(rows.columns[0].key, ""))
    return tasks.get(first, first)


def _row(rows: Rows, at: str, title: str, row: Mapping[str, Any], known: Around) -> Row:
    place = f"{rows.key}-{at}"
    controls = tuple(_control(place, column, row, known) for column in rows.columns)
    return Row(place, title, controls, is_new=at == edits.NEW)


def _control(place: str, column: Column, row: Mapping[str, Any], known: Around) -> Control:
    name = f"{place}-{column.key}"
    value = known.typed.get(name, str(row.get(column.key, column.otherwise)))
    options = dict(column.options)
    if column.key == "ttl":
        options = {"": "Sparas inte", **lengths(edits.WAITS, value)}
    elif column.key == "task":
        options = dict(known.tasks)
    elif column.key == "from":
        options = dict.fromkeys(known.messages, "")
    return Control(name, column.label, column.kind, value, options)


def lengths(usual: tuple[str, ...], value: str) -> dict[str, str]:
    """Lengths of time in words, with the one that is chosen."""
    return {one: times.span(one) or one for one in (*usual, *([value] if value and value not in usual else []))}


def parameters(text: str, typed: Mapping[str, str]) -> list[Parameter]:
    """With the comment that stands beside each."""
    table = toml_text.read(text).get("parameters", {})
    return [
        _parameter(at, name, item, typed) for at, (name, item) in enumerate(table.items() if _is_table(table) else ())
    ]


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _parameter(at: int, name: str, item: Any, typed: Mapping[str, str]) -> Parameter:
    control, value = f"parameter-{at}", item.unwrap() if hasattr(item, "unwrap") else item
    kind = "choice" if isinstance(value, bool) else "text" if isinstance(value, str | int | float) else "otherwise"
    shown = ("ja" if value else "nej") if isinstance(value, bool) else str(value)
    if isinstance(value, float):
        shown = shown.replace(".", ",")
    hint = getattr(getattr(item, "trivia", None), "comment", "") or ""
    return Parameter(name, control, typed.get(control, shown), kind, hint.lstrip("# ").strip())


def starts(folder: Folder) -> list[Start]:
    """The starts of the main process, as they are drawn."""
    file, process = main_file(folder.config, folder.sources), str(folder.config.get("process", ""))
    try:
        root = diagram.parse(folder.sources.get(file, "").encode())
    except safe_xml.UnsafeXml:
        return []
    found = (one for one in diagram.elements(root).values() if one.type == "startEvent" and one.scope == process)
    return [Start(one.name or one.id, _how(one)) for one in found]


def _how(one: Any) -> str:
    if one.message:
        return f"när meddelandet {one.message} kommer"
    if one.signal:
        return f"när signalen {one.signal} hörs"
    return "när tiden är inne" if one.event == "timer" else "för hand" if not one.event else "när det händer"
