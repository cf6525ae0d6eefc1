"""What the engine does not run as BPMN means it, and what nobody would begin."""

from __future__ import annotations

from lxml import etree

from workflows import diagram, engine
from workflows.diagram import NAMESPACES, local
from workflows.lint.report import Report

BEGUN_BY: tuple[list[str], ...] = ([], ["messageEventDefinition"])


def check(root: etree._Element, report: Report) -> None:
    report.found += engine.refused(root, report.file)
    _starts(root, report)
    _pools(root, report)


def _starts(root: etree._Element, report: Report) -> None:
    """A person or a message begins an ärende; nothing watches the clock for one that does not exist yet."""
    for process in diagram.processes(root):
        for start in process.findall("./bpmn:startEvent", NAMESPACES):
            kinds = [local(item) for item in start if local(item).endswith("EventDefinition")]
            if kinds not in BEGUN_BY:
                text = "Ett ärende börjar med ett meddelande eller av en människa, inte så här."
                report.error(start.get("id", ""), "unsupported", text)


def _pools(root: etree._Element, report: Report) -> None:
    """One pool is run; the others are those we talk with."""
    called = {node.get("calledElement", "") for node in root.iter(diagram.tag("callActivity"))}
    own = [item.get("id", "") for item in diagram.processes(root) if item.get("isExecutable") == "true"]
    first, *others = [name for name in own if name not in called] or [""]
    for name in others:
        text = f"Bara en pool körs, här {first}. Gör de andra till egna förlopp som skickar meddelanden, eller stängda."
        report.error(name, "several-pools", text)
