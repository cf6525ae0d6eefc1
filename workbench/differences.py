"""What is different between two readings of a förlopp, in words and by element. Pure.

What has words of its own is told so: steps, ways between them, questions of forms, rows of tables, settings. Anything
else that differs is told as such and shown line by line, so that nothing passes unseen.
"""

from __future__ import annotations

import copy
import difflib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from workflows import diagram, dmn, safe_xml, strict_json

How = Literal["new", "gone", "changed"]
MOST_LINES = 2_000
DMN = ".dmn"
_NAMED = {
    "name": "Namn",
    "lane": "Profession",
    "type": "Slag",
    "documentation": "Beskrivning",
    "message": "Meddelande",
    "signal": "Signal",
    "called": "Anropar",
    "attached_to": "Sitter på",
    "scope": "Ligger i",
    "event": "Händelse",
    "is_interrupting": "Avbryter steget",
}
_APART = diagram.FLOW_NODES | {"incoming", "outgoing", "sequenceFlow", "laneSet"}
"""What is told by itself, when a step is compared with what it was."""
_FIELD = {"label": "Fråga", "type": "Slag", "required": "Måste besvaras", "show_if": "Visas om", "help": "Hjälptext"}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference: `element` is a step, field or row ("" for the file), `before` and `after` what it said."""

    file: str
    how: How
    element: str = ""
    name: str = ""
    what: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class FileChanges:
    """All that differs in one file, and the same line by line."""

    name: str
    how: How
    changes: tuple[Change, ...]
    lines: tuple[str, ...]

    @property
    def elements(self) -> dict[str, Change]:
        """One change of each element, for its name."""
        return {change.element: change for change in self.changes if change.element}


def between(old: Mapping[str, str], new: Mapping[str, str]) -> list[FileChanges]:
    """The files that differ, by name."""
    return [
        _file(name, old.get(name), new.get(name)) for name in sorted({*old, *new}) if old.get(name) != new.get(name)
    ]


def marks(changes: list[FileChanges], file: str) -> dict[str, How]:
    """How each element of a diagram differs: a new one is new, whatever else is said of it."""
    found: dict[str, How] = {}
    for one in (change for changed in changes if changed.name == file for change in changed.changes):
        if one.element and found.get(one.element) != "new":
            found[one.element] = one.how
    return found


def _file(name: str, old: str | None, new: str | None) -> FileChanges:
    lines = _lines(old or "", new or "")
    if old is None or new is None:
        how: How = "new" if old is None else "gone"
        return FileChanges(name, how, (Change(file=name, how=how),), lines)
    told = tuple(_reader(name)(name, old, new))
    return FileChanges(name, "changed", told or (Change(file=name, how="changed"),), lines)


def _reader(name: str) -> Callable[[str, str, str], Iterator[Change]]:
    if name.endswith(".bpmn"):
        return _diagram
    if name.endswith(DMN):
        return _table
    if name.endswith(".toml"):
        return _settings
    return _form if "forms/" in name else _nothing


def _nothing(_name: str, _old: str, _new: str) -> Iterator[Change]:
    yield from ()


def _lines(old: str, new: str) -> tuple[str, ...]:
    found = difflib.unified_diff(old.splitlines(), new.splitlines(), "gäller", "utkast", lineterm="", n=2)
    return tuple(line for _, line in zip(range(MOST_LINES), found, strict=False))


# -- diagrams ----------------------------------------------------------------------------------------------------------


def _diagram(file: str, old: str, new: str) -> Iterator[Change]:
    try:
        before, after = diagram.parse(old.encode()), diagram.parse(new.encode())
    except safe_xml.UnsafeXml:
        return
    was, now = diagram.elements(before), diagram.elements(after)
    raw_was, raw_now = _raw(before), _raw(after)
    for key in [*now, *(key for key in was if key not in now)]:
        if key not in was or key not in now:
            one = now.get(key) or was[key]
            yield Change(file=file, how="new" if key not in was else "gone", element=key, name=one.name or key)
            continue
        told = list(_element(file, was[key], now[key]))
        yield from told
        if not told and raw_was[key] != raw_now[key]:
            yield Change(file=file, how="changed", element=key, name=now[key].name or key, what="Inställningar")
    yield from _flows(file, before, after, {**was, **now})


def _element(file: str, old: diagram.Element, new: diagram.Element) -> Iterator[Change]:
    about = {"file": file, "element": new.id, "name": new.name or new.id}
    for field, title in _NAMED.items():
        was, now = getattr(old, field), getattr(new, field)
        if was != now:
            yield Change(how="changed", what=title, before=_said(was), after=_said(now), **about)
    for key in sorted({*old.properties, *new.properties}):
        was, now = old.properties.get(key, ""), new.properties.get(key, "")
        if was != now:
            yield Change(how="changed", what=key, before=was, after=now, **about)


def _raw(root: etree._Element) -> dict[str, bytes]:
    """Each step as it is written, without what is inside it and the ways to and from it."""
    found = {}
    for node in diagram.flow_nodes(root):
        bare = copy.deepcopy(node)
        for child in list(bare.iterchildren("{*}*")):
            if diagram.local(child) in _APART:
                bare.remove(child)
        for part in bare.iter("{*}*"):
            part.text, part.tail = (part.text or "").strip() or None, None
        found[node.get("id", "")] = etree.tostring(bare, method="c14n", with_comments=False)
    return found


def _flows(
    file: str, before: etree._Element, after: etree._Element, elements: Mapping[str, diagram.Element]
) -> Iterator[Change]:
    """Ways between steps, by their ends: an editor gives a way that was drawn again another id."""
    was, now = _ways(before), _ways(after)
    for ends in sorted({*was, *now}):
        name = " → ".join(elements[end].name or end if end in elements else end for end in ends)
        if ends not in was or ends not in now:
            how: How = "new" if ends not in was else "gone"
            yield Change(file=file, how=how, name=f"Väg {name}", after=now.get(ends, ""), before=was.get(ends, ""))
        elif was[ends] != now[ends]:
            told = {"what": "Villkor", "before": was[ends], "after": now[ends]}
            yield Change(file=file, how="changed", element=ends[0], name=f"Väg {name}", **told)


def _ways(root: etree._Element) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for flow in root.iter(diagram.tag("sequenceFlow")):
        ends = (flow.get("sourceRef", ""), flow.get("targetRef", ""))
        condition = flow.findtext("./bpmn:conditionExpression", "", diagram.NAMESPACES).strip()
        found[ends] = " / ".join(filter(None, (found.get(ends, ""), condition)))
    return found


# -- tables, forms and settings ----------------------------------------------------------------------------------------


def _table(file: str, old: str, new: str) -> Iterator[Change]:
    try:
        before, after = (safe_xml.parse(text.encode(), most_elements=dmn.MAX_ELEMENTS) for text in (old, new))
    except safe_xml.UnsafeXml:
        return
    was, now = _rows(before), _rows(after)
    for key in [*now, *(key for key in was if key not in now)]:
        if was.get(key) != now.get(key):
            how: How = "new" if key not in was else "gone" if key not in now else "changed"
            number, text = now.get(key) or was[key]
            about = {"element": key, "name": f"Rad {number}" if number else key}
            yield Change(
                file=file, how=how, before=was.get(key, ("", ""))[1], after="" if how == "gone" else text, **about
            )


def _rows(root: etree._Element) -> dict[str, tuple[str, str]]:
    """The rules of every table by id: their number, and what their cells say."""
    found = {}
    for table in root.iter("{*}decisionTable"):
        for number, rule in enumerate(table.iterchildren("{*}rule"), start=1):
            cells = [(text.text or "").strip() or "–" for text in rule.iter("{*}text")]
            found[rule.get("id") or f"{number}"] = (str(number), " | ".join(cells))
    return found


def _form(file: str, old: str, new: str) -> Iterator[Change]:
    try:
        before, after = strict_json.parse(old), strict_json.parse(new)
    except ValueError:
        return
    was, now = dict(_fields(before)), dict(_fields(after))
    for key in [*now, *(key for key in was if key not in now)]:
        if key not in was or key not in now:
            one = now.get(key) or was[key]
            how: How = "new" if key not in was else "gone"
            yield Change(file=file, how=how, element=key, name=str(one.get("label") or key))
            continue
        name = str(now[key].get("label") or key)
        for part in sorted({*was[key], *now[key]} - {"item", "fields"}):
            if was[key].get(part) != now[key].get(part):
                told = {"before": _said(was[key].get(part)), "after": _said(now[key].get(part))}
                yield Change(file=file, how="changed", element=key, name=name, what=_FIELD.get(part, part), **told)


def _fields(form: Any, before: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    parts = form.get("fields") if isinstance(form, dict) else None
    inside = form.get("item") if isinstance(form, dict) else None
    for one in [*(parts if isinstance(parts, list) else ()), *(inside if isinstance(inside, list) else ())]:
        if isinstance(one, dict):
            key = f"{before}{one.get('key') or one.get('use') or one.get('part') or '?'}"
            yield key, one
            yield from _fields(one, f"{key}.")


def _settings(file: str, old: str, new: str) -> Iterator[Change]:
    try:
        was, now = dict(_flat(tomllib.loads(old))), dict(_flat(tomllib.loads(new)))
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    for key in sorted({*was, *now}):
        if was.get(key) != now.get(key):
            how: How = "new" if key not in was else "gone" if key not in now else "changed"
            yield Change(file=file, how=how, name=key, before=was.get(key, ""), after=now.get(key, ""))


def _flat(found: Any, before: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _flat(value, f"{before}.{key}" if before else str(key))
    elif isinstance(found, list) and any(isinstance(item, dict) for item in found):
        for number, value in enumerate(found, start=1):
            yield from _flat(value, f"{before} {number}")
    else:
        yield before, _said(found)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, list):
        return ", ".join(_said(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_said(item)}" for key, item in value.items())
    return "" if value is None else str(value)
