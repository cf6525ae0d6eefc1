"""The arrows of a requirements graph: what every element needs, and under which names it then sees it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from workflows.dmn.document import Document, attribute
from workflows.dmn.model import Decision, Element, Need

_KINDS = {
    "requiredInput": "inputData",
    "requiredDecision": "decision",
    "requiredKnowledge": "businessKnowledgeModel",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """An element that the file declares or imports."""

    kind: str
    names: tuple[tuple[str, ...], ...]  # with the import's name first when it is imported


def declared(document: Document, documents: Iterable[Document]) -> dict[str, Declared]:
    """By key, everything that the elements of a file may require."""
    found = dict(_of(document, ()))
    for prefix, namespace in document.imports.items():
        for other in documents:
            if other.namespace == namespace and other is not document:
                found |= dict(_of(other, (prefix,) if prefix else ()))
    return found


def _of(document: Document, prefix: tuple[str, ...]) -> Iterator[tuple[str, Declared]]:
    for element in document.elements():
        key = document.key(identity(element))
        yield key, Declared(document.kind(element), tuple((*prefix, name) for name in names(document, element)))


def identity(element: etree._Element) -> str:
    """The id of an element of the graph; its name where the id is missing."""
    return attribute(element, "id") or attribute(element, "name")


def names(document: Document, element: etree._Element) -> tuple[str, ...]:
    """What an element's value is called: its name, and what its variable is called where they differ, and its id."""
    variable = document.child(element, "variable")
    spelled = [attribute(element, "name"), attribute(variable, "name") if variable is not None else ""]
    return tuple(dict.fromkeys(name for name in (*spelled, identity(element)) if name))


def needs(document: Document, element: etree._Element, known: Mapping[str, Declared]) -> tuple[Need, ...]:
    """What an element requires; a requirement that leads nowhere is told of."""
    found: list[Need] = []
    for requirement in document.children(element, "informationRequirement", "knowledgeRequirement"):
        for kind in _KINDS:
            target = document.child(requirement, kind)
            if target is not None:
                found += _need(document, element, attribute(target, "href"), kind, known)
    return tuple(found)


def _need(
    document: Document, element: etree._Element, href: str, kind: str, known: Mapping[str, Declared]
) -> Iterator[Need]:
    key = document.referred(href)
    if key in known:
        yield Need(key, known[key].names)
        return
    shown = href.removeprefix("#")[:80]
    words = {"requiredInput": "indata", "requiredDecision": "beslut", "requiredKnowledge": "kunskapsmodell"}
    code = "missing-" + kind.removeprefix("required").lower()
    message = f"Beslutet bygger på {words[kind]} {shown}, som inte går att använda."
    document.say(identity(element), code, message)


def refuse_circles(document: Document, own: Iterable[Element], elements: Mapping[str, Element]) -> None:
    """Tell of every decision that is built on itself."""
    built_on = {
        key: {need.key for need in element.needs}
        for key, element in elements.items()
        if isinstance(element, Decision) and element.needs
    }
    circling = _circling(built_on)
    for element in own:
        if isinstance(element, Decision) and element.key in circling:
            document.say(element.id, "circular", "Beslutet bygger på sig självt.")


def _circling(built_on: Mapping[str, set[str]]) -> set[str]:
    """Those left when whoever needs nobody left, or is needed by nobody left, has been taken away again and again."""
    left = _without_ends(built_on)
    needed_by: dict[str, set[str]] = {}
    for key in left:
        for needed in built_on[key] & left:
            needed_by.setdefault(needed, set()).add(key)
    return _without_ends(needed_by)


def _without_ends(built_on: Mapping[str, set[str]]) -> set[str]:
    """The keys that are on the way to a circle."""
    users: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for key, needed in built_on.items():
        counts[key] = len(needed)
        for one in needed:
            users.setdefault(one, []).append(key)
    waiting = [one for one in users if one not in counts] + [key for key, count in counts.items() if not count]
    left = set(counts)
    while waiting:
        current = waiting.pop()
        left.discard(current)
        for user in users.get(current, ()):
            counts[user] -= 1
            if not counts[user]:
                waiting.append(user)
    return left
