"""Where the answers to each question of a form are read later: by whom, in which words, and where in the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from workflows import diagram, feel
from workflows.feel import nodes
from workflows.findings import Finding
from workflows.variables import checking, places
from workflows.variables.course import Course
from workflows.variables.knowledge import Knowledge
from workflows.variables.reading import Reader, Seen
from workflows.variables.shapes import Shape

IN_LIST = "listan som steget görs för"
PERSON = "det som hör till personen"


@dataclass(frozen=True)
class Use:
    """`file` and `element` read a question at `place` (forms/x.json#mal.maldatum), said by `where` in Swedish.

    `name` stands at `position` in `text`; a position below 0 means that the name is another, or that it reads the
    whole answer around the question. `text` is empty for the parts of a decision.
    """

    place: str
    file: str
    element: str
    where: str
    text: str
    name: str
    position: int
    is_whole: bool = False


@dataclass(frozen=True)
class Told:
    """All that one reading of a förlopp tells: findings, who reads which answer, and the names there are."""

    findings: list[Finding]
    uses: list[Use]
    names: list[str]


def told(course: Course) -> Told:
    """Each use once, in the order of the files."""
    known = Knowledge(course)
    asked = list(checking.readings(course, known))
    more = [*_lists(course, known), *_persons(course, known)]
    uses = list(dict.fromkeys(use for one in (*asked, *more) for use in _of(one)))
    return Told(checking.of_readings(asked), uses, sorted(_paths(known.shapes, "")))


def _paths(shapes: Mapping[str, Shape], above: str) -> Iterator[str]:
    """Every name there is, with the keys of what has such: person.alder."""
    for name, shape in shapes.items():
        yield f"{above}{name}"
        if not above:
            yield from _paths(shape.keys, f"{name}.")


def _of(asked: checking.Asked) -> Iterator[Use]:
    for seen in asked.reader.seen:
        is_whole = id(seen.node) not in asked.reader.opened and bool(_parts(seen.shape))
        for place in sorted(seen.shape.at):
            yield Use(
                place,
                asked.file,
                seen.element or asked.element,
                asked.where,
                asked.text,
                seen.node.name,
                _position(seen, asked.text) if seen.is_key else -1,
                is_whole,
            )


def _parts(shape: Shape) -> Mapping[str, Shape]:
    """The questions inside the answer, of a list those of its rows."""
    return (shape.item.keys if shape.item is not None else {}) if shape.kind == "list" else shape.keys


def _position(seen: Seen, text: str) -> int:
    """Where the name itself begins; behind the point and blanks of a path."""
    node = seen.node
    if isinstance(node, nodes.Name) or not text:
        return node.position
    behind = text[node.position + 1 :]
    return node.position + 1 + len(behind) - len(behind.lstrip())


# -- what is no expression of its own, or is read by the platform ---------------------------------------------------


def _lists(course: Course, known: Knowledge) -> Iterator[checking.Asked]:
    for file, root in course.diagrams.items():
        for node in root.iter(diagram.tag("loopDataInputRef")):
            text = node.text or ""
            reader = _read(Reader(known.shapes, is_open=True), text)
            yield checking.Asked(file, places.owner(node), IN_LIST, text, reader)


def _persons(course: Course, known: Knowledge) -> Iterator[checking.Asked]:
    """What process.toml points out as the person's own is read by its keys."""
    entries = course.config.get("person")
    for entry in entries if isinstance(entries, list) else ():
        task, value = (entry.get("task"), entry.get("value")) if isinstance(entry, Mapping) else (None, None)
        if isinstance(task, str) and isinstance(value, str):
            answered = known.shapes.get(task)
            reader = Reader(dict(answered.keys) if answered else {}, is_open=True)
            reader.own, reader.form = frozenset(reader.known), answered
            yield checking.Asked(checking.SETTINGS, task, PERSON, value, _read(reader, value))


def _read(reader: Reader, text: str) -> Reader:
    with suppress(feel.FeelError):
        reader.shape(feel.parse(text).root)
    return reader
