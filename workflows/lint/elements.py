"""What the engine does not run as BPMN means it."""

from __future__ import annotations

from lxml import etree

from workflows import diagram, engine
from workflows.lint.report import Report


def check(root: etree._Element, report: Report) -> None:
    report.found += engine.refused(root, report.file)
    _pools(root, report)


def _pools(root: etree._Element, report: Report) -> None:
    """One pool is run; the others are those we talk with."""
    called = {node.get("calledElement", "") for node in root.iter(diagram.tag("callActivity"))}
    own = [item.get("id", "") for item in diagram.processes(root) if item.get("isExecutable") == "true"]
    first, *others = [name for name in own if name not in called] or [""]
    for name in others:
        text = f"Bara en pool körs, här {first}. Gör de andra till egna förlopp som skickar meddelanden, eller stängda."
        report.error(name, "several-pools", text)
