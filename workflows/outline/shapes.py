"""A drawing in words, as plain data: sections of steps, each with what is said of it and the ways onward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workflows.connectors import Operation
from workflows.diagram import Element
from workflows.forms.shapes import Form


@dataclass(frozen=True, kw_only=True)
class Around:
    """What the steps refer to, by key: professions, processes and decisions by name, forms, operations of systems.

    `places` are addresses of processes that are told elsewhere than on the page itself.
    """

    professions: Mapping[str, str] = field(default_factory=dict)
    processes: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line about a step: `code` is FEEL that has no other words."""

    label: str
    text: str = ""
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """To a step that is told elsewhere; `is_back` to one that has been told already."""

    id: str
    number: str
    title: str
    is_back: bool = False


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A way onward: `said` begins the sentence, then come `steps`, or `to`, or nothing when the next step follows."""

    flow: str
    said: str = ""
    name: str = ""
    condition: str = ""
    code: str = ""
    is_default: bool = False
    steps: tuple[Step, ...] = ()
    to: Reference | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """`kind` is a word for what it is, `lead` what introduces its ways; `edges` are lists that begin with an event.

    `result` is what the answer of its `decision` is called in expressions.
    """

    element: Element
    number: str
    kind: str
    title: str
    who: str = ""
    lead: str = ""
    facts: tuple[Fact, ...] = ()
    form_key: str = ""
    form: Form | None = None
    edges: tuple[Turn, ...] = ()
    ways: tuple[Turn, ...] = ()
    inside: Part | None = None
    decision: str = ""
    result: str = ""
    calls: str = ""
    calls_title: str = ""
    calls_at: str = ""

    @property
    def id(self) -> str:
        return self.element.id

    @property
    def is_quiet(self) -> bool:
        """Whether the next step of the list simply follows, without a word."""
        return len(self.ways) == 1 and self.ways[0].to is None and not self.ways[0].steps


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is in a process or a part of one: `steps` in order, and what may happen at any time meanwhile."""

    steps: tuple[Step, ...] = ()
    anytime: tuple[Step, ...] = ()

    def walk(self) -> Iterator[Step]:
        """Every step, in the order of reading."""
        for step in (*self.steps, *self.anytime):
            yield from _walk(step)


def _walk(step: Step) -> Iterator[Step]:
    yield step
    if step.inside is not None:
        yield from step.inside.walk()
    for turn in (*step.edges, *step.ways):
        for each in turn.steps:
            yield from _walk(each)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A process of the drawing, with the pool that it is in."""

    id: str
    title: str
    part: Part


@dataclass(frozen=True, kw_only=True)
class Outline:
    """`others` take part without being drawn, `loose` is what hangs on nothing, `notes` stand beside the steps."""

    sections: tuple[Section, ...] = ()
    others: tuple[Fact, ...] = ()
    notes: tuple[Fact, ...] = ()
    loose: tuple[Fact, ...] = ()

    def walk(self) -> Iterator[Step]:
        for section in self.sections:
            yield from section.part.walk()
