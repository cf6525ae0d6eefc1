"""What one can do with a form, as typed edits: each gives a new definition and leaves the old one as it was.

A place is where a field stands: (2,) is the third field of the form, (2, 0) the first one of its rows. What an edit
does not speak of is passed on untouched, also what no form has.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows import feel
from workflows.forms.parts import MAX_DEPTH

Content = dict[str, Any]
Place = tuple[int, ...]
Entries = list[Any]

UP, DOWN = -1, 1
_NUMBERED = re.compile(r"(.*?)_?(\d+)")


class Impossible(ValueError):
    """The edit cannot be made here; the message is Swedish and says why."""


@dataclass(frozen=True, kw_only=True)
class Add:
    """A new field at a place, which may be just below the last one."""

    place: Place
    content: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Move:
    """Up or down past what stands there; an edge of a section counts as something that stands there."""

    place: Place
    way: int


@dataclass(frozen=True, kw_only=True)
class MoveIn:
    """Into the rows of the list just above, at the end."""

    place: Place


@dataclass(frozen=True, kw_only=True)
class MoveOut:
    """Out of the rows of a list, to just below it."""

    place: Place


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    place: Place


@dataclass(frozen=True, kw_only=True)
class Remove:
    place: Place


@dataclass(frozen=True, kw_only=True)
class Change:
    """Properties of a field, or of the form itself at (); None takes one away."""

    place: Place
    properties: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rename:
    """A field's name, also where the form's own conditions, calculations and rules read it."""

    place: Place
    key: str


Edit = Add | Move | MoveIn | MoveOut | Duplicate | Remove | Change | Rename


@dataclass(frozen=True)
class Edited:
    """The new definition, and where what was edited stands now."""

    content: Content
    place: Place = field(default=())


def edited(content: Content, edit: Edit) -> Edited:
    """The definition after the edit; Impossible when it cannot be made."""
    new = copy.deepcopy(content)
    place = _EDITS[type(edit)](new, edit)
    return Edited(new, place)


def at(content: Content, place: Place) -> Content:
    """The field at a place, the form itself at (); Impossible when there is none."""
    if not place:
        return content
    entries = level(content, place[:-1])
    if not 0 <= place[-1] < len(entries) or not isinstance(entries[place[-1]], dict):
        raise Impossible("Fältet finns inte längre.")
    found: Content = entries[place[-1]]
    return found


def level(content: Content, parent: Place) -> Entries:
    """The fields of the form at (), else those of a list's rows."""
    holder = at(content, parent)
    found = holder.get("item" if parent else "fields", [])
    if not isinstance(found, list):
        raise Impossible("Det här har inga fält att flytta bland.")
    return found


# -- places ------------------------------------------------------------------------------------------------------------


def _own_level(content: Content, parent: Place) -> Entries:
    """The same, made when it is missing, to put fields in."""
    holder = at(content, parent)
    found = level(content, parent)
    holder.setdefault("item" if parent else "fields", found)
    return found


def _add(content: Content, edit: Add) -> Place:
    *parent, number = edit.place
    _refuse_depth(tuple(parent), edit.content)
    entries = _own_level(content, tuple(parent))
    number = min(max(number, 0), len(entries))
    new = copy.deepcopy(dict(edit.content))
    if isinstance(new.get("key"), str):
        new["key"] = free_key(new["key"], keys(entries))
    entries.insert(number, new)
    return (*parent, number)


def _refuse_depth(parent: Place, content: Mapping[str, Any]) -> None:
    below = _depth(content)
    if len(parent) + below > MAX_DEPTH:
        raise Impossible(f"Rader i rader får vara högst {MAX_DEPTH} nivåer.")


def _depth(content: Mapping[str, Any]) -> int:
    inside = content.get("item")
    parts = [part for part in inside if isinstance(part, dict)] if isinstance(inside, list) else []
    return 1 + max((_depth(part) for part in parts), default=0)


def _move(content: Content, edit: Move) -> Place:
    *parent, number = edit.place
    entries = level(content, tuple(parent))
    at(content, edit.place)
    items = _with_headings(entries)
    here = next(n for n, item in enumerate(items) if item.number == number)
    there = here + edit.way
    if not 0 <= there < len(items):
        raise Impossible("Fältet står redan " + ("först." if edit.way == UP else "sist."))
    items[here], items[there] = items[there], items[here]
    entries[:] = _without_headings(items)
    fields = [item.number for item in items if item.number is not None]
    return (*parent, fields.index(number))


def _move_in(content: Content, edit: MoveIn) -> Place:
    *parent, number = edit.place
    entries = level(content, tuple(parent))
    moved = at(content, edit.place)
    above = entries[number - 1] if number else None
    if not isinstance(above, dict) or above.get("type") != "list":
        raise Impossible("Ställ fältet just under den grupp av rader som det ska in i.")
    _refuse_depth((*parent, number - 1), moved)
    _take(entries, number)
    inside = _own_level(content, (*parent, number - 1))
    _keep_key_free(moved, inside)
    inside.append(moved)
    return (*parent, number - 1, len(inside) - 1)


def _move_out(content: Content, edit: MoveOut) -> Place:
    if len(edit.place) < 2:
        raise Impossible("Fältet står inte i någon grupp av rader.")
    *parent, above, number = edit.place
    moved = at(content, edit.place)
    _take(level(content, (*parent, above)), number)
    entries = level(content, tuple(parent))
    _keep_key_free(moved, entries)
    entries.insert(above + 1, moved)
    return (*parent, above + 1)


def _keep_key_free(moved: Content, entries: Sequence[Any]) -> None:
    """Two fields of one name would be one answer; it is told to rename, not done in silence."""
    if isinstance(moved.get("key"), str) and moved["key"] in keys(entries):
        raise Impossible(f"Där finns redan ett fält som heter ”{moved['key']}”. Byt namn på det ena först.")


def _duplicate(content: Content, edit: Duplicate) -> Place:
    *parent, number = edit.place
    entries = level(content, tuple(parent))
    new = copy.deepcopy(at(content, edit.place))
    new.pop("heading", None)
    if isinstance(new.get("key"), str):
        new["key"] = free_key(new["key"], keys(entries))
    entries.insert(number + 1, new)
    return (*parent, number + 1)


def _remove(content: Content, edit: Remove) -> Place:
    at(content, edit.place)
    *parent, number = edit.place
    entries = level(content, tuple(parent))
    _take(entries, number)
    return (*parent, min(number, len(entries) - 1)) if entries else tuple(parent)


def _take(entries: Entries, number: int) -> None:
    """Takes a field out; the section that it began begins with the next one, unless that begins its own."""
    taken = entries.pop(number)
    heading = taken.pop("heading", None) if isinstance(taken, dict) else None
    following = entries[number] if number < len(entries) else None
    if heading and isinstance(following, dict) and not following.get("heading"):
        entries[number] = {"heading": heading, **following}


# -- sections ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Item:
    """A field by its number among the fields, or (None) the heading that begins a section."""

    number: int | None
    content: Any


def _with_headings(entries: Entries) -> list[_Item]:
    found = []
    for number, entry in enumerate(entries):
        heading = entry.get("heading") if isinstance(entry, dict) else None
        if isinstance(heading, str) and heading.strip():
            without = {name: value for name, value in entry.items() if name != "heading"}
            found += [_Item(None, heading), _Item(number, without)]
        else:
            found.append(_Item(number, entry))
    return found


def _without_headings(items: list[_Item]) -> Entries:
    """Headings go to the field that follows; one with no field below it is gone with its section."""
    found: Entries = []
    heading = ""
    for item in items:
        if item.number is None:
            heading = item.content
            continue
        entry = item.content
        found.append({"heading": heading, **entry} if heading and isinstance(entry, dict) else entry)
        heading = ""
    return found


# -- properties --------------------------------------------------------------------------------------------------------


def _change(content: Content, edit: Change) -> Place:
    target = at(content, edit.place)
    for name, value in edit.properties.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = copy.deepcopy(value)
    return edit.place


# -- names -------------------------------------------------------------------------------------------------------------


def keys(entries: Sequence[Any]) -> frozenset[str]:
    """The names of the fields of one level."""
    found = (entry.get("key") for entry in entries if isinstance(entry, dict))
    return frozenset(key for key in found if isinstance(key, str))


def free_key(key: str, taken: frozenset[str]) -> str:
    """The name, with the next free number behind it when it is taken."""
    if key not in taken:
        return key
    numbered = _NUMBERED.fullmatch(key)
    stem, number = (numbered[1], int(numbered[2])) if numbered else (key, 1)
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _rename(content: Content, edit: Rename) -> Place:
    target = at(content, edit.place)
    parent, old = edit.place[:-1], target.get("key")
    entries = level(content, parent)
    if edit.key in keys([entry for entry in entries if entry is not target]):
        raise Impossible(f"Ett annat fält heter redan ”{edit.key}”.")
    if isinstance(old, str) and old:
        _rename_inside(entries, {old: edit.key})
        _rename_rules(at(content, parent).get("rules"), {old: edit.key})
    target["key"] = edit.key
    return edit.place


def _rename_inside(entries: Sequence[Any], names: Mapping[str, str]) -> None:
    for entry in entries:
        if isinstance(entry, dict):
            for name in ("show_if", "default", "computed", "min", "max"):
                _rename_text(entry, name, names)
            inside = entry.get("item")
            if isinstance(inside, list):
                outer = {old: new for old, new in names.items() if old not in keys(inside)}
                _rename_inside(inside, outer)
                _rename_rules(entry.get("rules"), outer)


def _rename_rules(rules: object, names: Mapping[str, str]) -> None:
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, dict):
            _rename_text(rule, "check", names)
            if isinstance(rule.get("field"), str) and rule["field"] in names:
                rule["field"] = names[rule["field"]]


def _rename_text(holder: Content, name: str, names: Mapping[str, str]) -> None:
    """Expressions that cannot be read are left; where a name may be a row's own the whole is refused."""
    text = holder.get(name)
    if not names or not isinstance(text, str):
        return
    try:
        tree = feel.parse(text)
    except feel.FeelError:
        return
    try:
        holder[name] = feel.renamed(text, tree, names)
    except feel.FeelError as problem:
        raise Impossible(f"Namnet kan inte bytas: i ”{text[:80]}” går det inte att säga vilket som menas.") from problem


# -- which edit does what ----------------------------------------------------------------------------------------------

_EDITS: dict[type, Callable[[Content, Any], Place]] = {
    Add: _add,
    Move: _move,
    MoveIn: _move_in,
    MoveOut: _move_out,
    Duplicate: _duplicate,
    Remove: _remove,
    Change: _change,
    Rename: _rename,
}


def places(content: Content, parent: Place = ()) -> Iterator[tuple[Place, Content]]:
    """Every field that can be edited, in the order of the page."""
    for number, entry in enumerate(level(content, parent)):
        if isinstance(entry, dict):
            place = (*parent, number)
            yield place, entry
            if isinstance(entry.get("item"), list):
                yield from places(content, place)
