"""A new name for a question's answer, in every file where it surely is that answer that is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from workbench import form_edits, form_text
from workbench.form_edits import Content, Place
from workbench.table_text import NotATable, Sheet
from workflows import published
from workflows.variables import Use

_IN_FORMS = ("show_if", "default", "computed", "min", "max", "check")


@dataclass(frozen=True)
class Renamed:
    """New texts by file, and the uses that somebody must change by hand."""

    texts: dict[str, str]
    by_hand: tuple[Use, ...]


def renamed(file: str, element: str, key: str, sources: Mapping[str, str], uses: Sequence[Use]) -> Renamed:
    """The other files with a question's new name; the form itself is renamed by an edit of its own.

    `element` is the question as findings name it. What reads the answer under another name needs no change.
    """
    place = f"{file}#{element}"
    old = element.rpartition(".")[2]
    found: dict[str, list[Use]] = defaultdict(list)
    by_hand: list[Use] = [use for use in uses if use.is_whole and _is_around(use.place, place)]
    others = {_spot(use) for use in uses if use.place != place and use.position >= 0}
    for use in uses:
        if use.place == place and use.name == old and use.position >= 0:
            (by_hand if _spot(use) in others else found[use.file]).append(use)
    texts = {}
    for name, there in found.items():
        new = None if name.startswith(published.SHARED) else _file(name, sources[name], there, old, key)
        if new is None:
            by_hand += there
        else:
            texts[name] = new
    return Renamed(texts, tuple(dict.fromkeys(by_hand)))


def _spot(use: Use) -> tuple[str, str, str, int]:
    """Where it stands; the same place may give the answer of one form or of another."""
    return use.file, use.element, use.text, use.position


def _is_around(whole: str, place: str) -> bool:
    """What is read whole holds the answer, and gives it on under its name."""
    return place.startswith(whole if whole.endswith("#") else f"{whole}.") and whole != place


def _file(name: str, text: str, uses: list[Use], old: str, key: str) -> str | None:
    """The file with the new name in every use; None when one of them cannot be told apart."""
    if name.endswith(".json"):
        return _form(text, uses, old, key)
    return _xml(name, text, uses, old, key) if name.endswith((".bpmn", ".dmn")) else _plain(text, uses, old, key)


def _changed(text: str, uses: Sequence[Use], old: str, key: str) -> str | None:
    """One expression; `uses` are those that stand in it, each told once."""
    if not text:
        return text
    for use in sorted(uses, key=lambda use: use.position, reverse=True):
        start = use.position
        if text[start : start + 1] == ".":
            start += 1 + len(text[start + 1 :]) - len(text[start + 1 :].lstrip())
        if not text.startswith(old, start):
            return None
        text = f"{text[:start]}{key}{text[start + len(old) :]}"
    return text


def _by_text(uses: Sequence[Use]) -> dict[tuple[str, str], list[Use]]:
    found: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in uses:
        found[use.element, use.text].append(use)
    return found


def _form(text: str, uses: Sequence[Use], old: str, key: str) -> str | None:
    """In a form the expressions are found by their words: all that are alike must mean the same."""
    content = form_text.read(text)
    news: dict[str, str] = {}
    for (_, was), there in _by_text(uses).items():
        new = _changed(was, _once(there), old, key)
        if new is None or news.setdefault(was, new) != new:
            return None
    elements = {use.text: {other.element for other in uses if other.text == use.text} for use in uses}
    counted: dict[str, int] = defaultdict(int)
    for holder, name in _expressions(content):
        counted[holder[name].strip()] += 1
    if any(not 0 < counted[was] <= len(elements[was]) for was in news):
        return None
    for holder, name in _expressions(content):
        holder[name] = news.get(holder[name].strip(), holder[name])
    return form_text.written(content)


def _once(uses: Sequence[Use]) -> list[Use]:
    return list({use.position: use for use in uses}.values())


def _expressions(value: object) -> Iterator[tuple[Any, str]]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name in _IN_FORMS and isinstance(part, str):
                yield value, name
            else:
                yield from _expressions(part)
    elif isinstance(value, list):
        for part in value:
            yield from _expressions(part)


def _plain(text: str, uses: Sequence[Use], old: str, key: str) -> str | None:
    """Settings: each expression is found as it is written, and must stand there once."""
    for (_, was), there in _by_text(uses).items():
        new = _changed(was, _once(there), old, key)
        if new is None or text.count(was) != 1:
            return None
        text = text.replace(was, new)
    return text


def _xml(name: str, text: str, uses: Sequence[Use], old: str, key: str) -> str | None:
    try:
        sheet = Sheet(text, any_root=name.endswith(".bpmn"))
    except NotATable:
        return None
    elements = {found.get("id"): found for found in sheet.root.iter() if found.get("id")}
    for (element_id, was), there in _by_text(uses).items():
        element = elements.get(element_id)
        if element is None or not _element(element, was, _once(there), old, key):
            return None
    return sheet.written()


def _element(element: etree._Element, was: str, uses: Sequence[Use], old: str, key: str) -> bool:
    """Every text and value of the element that says just this; those of steps inside it are their own."""
    is_done = False
    for part in element.iter():
        tag: object = part.tag
        if not isinstance(tag, str) or (part is not element and _owner(part) is not element):
            continue
        stands = part.text or ""
        expression = was or (stands.strip() if tag.endswith("}text") else "")
        new = _changed(expression, uses, old, key)
        if new is None:
            return False
        if expression and stands.strip() == expression.strip():
            part.text, is_done = stands.replace(expression.strip(), new.strip()), True
        value = part.get("value", "")
        if was and (value == was or f"{{{was}}}" in value):
            part.set("value", value.replace(was, new))
            is_done = True
    return is_done


def _owner(part: etree._Element) -> etree._Element | None:
    """The nearest step, flow or cell around a part; what only defines it belongs to it."""
    around = (above for above in part.iterancestors() if above.get("id"))
    return next((above for above in around if etree.QName(above).localname not in _DEFINITIONS), None)


_DEFINITIONS = frozenset(
    {"timerEventDefinition", "conditionalEventDefinition", "conditionExpression", "timeDuration", "timeDate"}
    | {"timeCycle", "condition", "loopCondition", "completionCondition", "loopCardinality", "activationCondition"}
    | {"multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "serviceTaskOperator"}
    | {"complexBehaviorDefinition", "escalationEventDefinition", "messageEventDefinition", "signalEventDefinition"}
)


def of_place(content: Content, place: Place) -> str:
    """How findings name the field at a place; '' when something around it has no name."""
    keys = [form_edits.at(content, place[: depth + 1]).get("key") for depth in range(len(place))]
    return ".".join(map(str, keys)) if all(isinstance(key, str) and key for key in keys) else ""
