"""Everything in a diagram that is FEEL or a time can be read."""

from __future__ import annotations

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, local
from workflows.lint.report import Report, owner, readable, time

TIME_TAGS = ("timeDate", "timeDuration", "timeCycle")


def check(root: etree._Element, report: Report) -> None:
    _conditions(root, report)
    _scripts(root, report)
    _timers(root, report)
    _extensions(root, report)


def _extensions(root: etree._Element, report: Report) -> None:
    for node in root.iter(f"{{{diagram.SPIFF}}}*"):
        name = local(node)
        if name in {"preScript", "postScript", "messagePayload", "payloadExpression"}:
            readable(report, owner(node), node.text or "", name)
        elif name == "parameter" and node.get("value") is None:
            report.error(owner(node), "parameter", f"Parametern {node.get('id')} saknar värde.")
        elif name == "parameter":
            readable(report, owner(node), node.get("value", ""), f"parametern {node.get('id')}")


def _conditions(root: etree._Element, report: Report) -> None:
    for flow in root.iter(diagram.tag("sequenceFlow")):
        condition = flow.find("./bpmn:conditionExpression", NAMESPACES)
        if condition is not None:
            readable(report, flow.get("id", ""), condition.text or "", "villkoret")


def _scripts(root: etree._Element, report: Report) -> None:
    for node in root.iter(diagram.tag("scriptTask")):
        script = node.find("./bpmn:script", NAMESPACES)
        if (node.get("scriptFormat") or "feel").lower() != "feel":
            report.error(node.get("id", ""), "script-language", "Skriptet ska vara FEEL (scriptFormat=”feel”).")
        readable(report, node.get("id", ""), (script.text if script is not None else "") or "", "skriptet")


def _timers(root: etree._Element, report: Report) -> None:
    for definition in root.iter(diagram.tag("timerEventDefinition")):
        step = owner(definition)
        found = [definition.find(f"./bpmn:{tag}", NAMESPACES) for tag in TIME_TAGS]
        texts = [(local(node), (node.text or "").strip()) for node in found if node is not None]
        if len(texts) != 1 or not texts[0][1]:
            report.error(step, "timer", "Bevakningen saknar tid.")
            continue
        time(report, step, *texts[0])
