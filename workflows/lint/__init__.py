"""What a process owner should know before a diagram is published: every finding at once, on its element, in Swedish.

What is refused here cannot fail, or silently do something else, when a person is waiting for it.
"""

from __future__ import annotations

from lxml import etree

from workflows.findings import Finding
from workflows.lint import elements, expressions, starts, structure, tasks
from workflows.lint.measures import measure_findings, measured
from workflows.lint.names import element_names
from workflows.lint.report import Context, Report
from workflows.lint.settings import config_findings, toml, unused_rules

__all__ = [
    "Context",
    "config_findings",
    "diagram_findings",
    "element_names",
    "measure_findings",
    "measured",
    "toml",
    "unused_rules",
]


def diagram_findings(root: etree._Element, file: str, context: Context) -> list[Finding]:
    """Everything found in one diagram."""
    report = Report(file, context)
    for check in (structure.check, elements.check, starts.check, expressions.check, tasks.check):
        check(root, report)
    return report.found
