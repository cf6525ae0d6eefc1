"""Where findings of one diagram gather, what the diagram may refer to, and how a text of FEEL or time is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from workflows import connectors, diagram, feel
from workflows.engine import clock
from workflows.findings import Finding
from workflows.published import MessageRule
from workflows.variables import places


@dataclass(frozen=True)
class Context:
    """What the diagram may refer to. For a bare file without a folder, missing forms and rules are not findings."""

    messages: Mapping[str, MessageRule]
    decisions: set[str]
    forms: set[str]
    processes: set[str]
    operations: Mapping[str, Any] | None = None
    is_folder: bool = True
    roles: frozenset[str] = frozenset()
    confined: frozenset[str] | None = None
    """The professions whose own the förlopp is, where it is confined to them."""

    def known_operations(self) -> Mapping[str, Any]:
        return connectors.operations() if self.operations is None else self.operations

    def knows_operation(self, name: str) -> bool:
        known = self.known_operations()
        return not known or name in known

    def parameters(self, operation: str) -> set[str]:
        """The names of its parameters; none when nothing is known of it."""
        return set(getattr(self.known_operations().get(operation), "params", ()))


@dataclass
class Report:
    file: str
    context: Context
    found: list[Finding] = field(default_factory=list)

    def error(self, element: str, code: str, message: str) -> None:
        self.found.append(Finding(self.file, element, "error", code, message))

    def warning(self, element: str, code: str, message: str) -> None:
        self.found.append(Finding(self.file, element, "warning", code, message))


def readable(report: Report, element: str, text: str, what: str) -> None:
    if not text.strip():
        report.error(element, "empty", f"Uttrycket i {what} är tomt.")
        return
    try:
        tree = feel.parse(text)
    except feel.FeelError as error:
        report.error(element, "feel", f"Uttrycket i {what} går inte att läsa: {error}")
        return
    for _, problem in feel.call_problems(tree):
        report.error(element, "unknown-function", f"I {what}: {problem}")


def time(report: Report, owner: str, kind: str, text: str) -> None:
    if not (clock.is_literal(text) or places.looks_bare(text)):
        readable(report, owner, text, "tiden")
        return
    try:
        if kind == "timeCycle":
            clock.parse_cycle(text)
        elif kind == "timeDate":
            clock.parse_moment(text)
        else:
            clock.parse_wait(text)
    except clock.BadTimer as error:
        report.error(owner, "timer", str(error))


def duration(report: Report, element: str, text: str) -> None:
    try:
        clock.parse_duration(text)
    except clock.BadTimer as error:
        report.error(element, "duration", str(error))


def outgoing(root: etree._Element) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for flow in root.iter(diagram.tag("sequenceFlow")):
        found.setdefault(flow.get("sourceRef", ""), []).append(flow)
    return found
