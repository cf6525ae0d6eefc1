"""Where findings of one diagram gather, what the diagram may refer to, and how a text of FEEL or time is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from workflows import connectors, diagram, feel
from workflows.diagram import local
from workflows.engine import clock
from workflows.findings import Finding
from workflows.published import MessageRule


@dataclass(frozen=True)
class Context:
    """What the diagram may refer to. For a bare file without a folder, missing forms and rules are not findings."""

    messages: Mapping[str, MessageRule]
    decisions: set[str]
    forms: set[str]
    processes: set[str]
    operations: Mapping[str, Any] | None = None
    is_folder: bool = True

    def knows_operation(self, name: str) -> bool:
        known = connectors.operations() if self.operations is None else self.operations
        return not known or name in known


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
    for _, name in feel.unknown_functions(tree):
        report.error(element, "unknown-function", f"Funktionen {name} i {what} finns inte.")


def time(report: Report, owner: str, kind: str, text: str) -> None:
    looks_bare = clock.is_literal(text) or (
        text.lstrip("+-")[:1] in {"P", "R"} and text.isascii() and text == text.upper()
    )
    if not looks_bare:
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


def owner(node: etree._Element) -> str:
    """The id of the nearest flow node around an extension or definition."""
    for ancestor in node.iterancestors():
        if diagram.is_bpmn(ancestor) and local(ancestor) in diagram.FLOW_NODES:
            return ancestor.get("id", "")
    return ""


def outgoing(root: etree._Element) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for flow in root.iter(diagram.tag("sequenceFlow")):
        found.setdefault(flow.get("sourceRef", ""), []).append(flow)
    return found
