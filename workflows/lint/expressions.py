"""Everything in a diagram that is FEEL or a time can be read."""

from __future__ import annotations

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, local
from workflows.lint.report import Report, owner, readable, time

FEEL_TAGS = {
    "condition": "händelsens villkor",
    "loopCondition": "loopens villkor",
    "loopCardinality": "antalet gånger",
    "completionCondition": "villkoret för att vara klar",
    "activationCondition": "villkoret för att gå vidare",
    "messagePath": "det som meddelandet matchas med",
}
DRAWN = diagram.FLOW_NODES | {"sequenceFlow"}
TIME_TAGS = ("timeDate", "timeDuration", "timeCycle")


def check(root: etree._Element, report: Report) -> None:
    _conditions(root, report)
    _scripts(root, report)
    _languages(root, report)
    _timers(root, report)
    _extensions(root, report)
    for node in root.iter(*map(diagram.tag, FEEL_TAGS)):
        readable(report, owner(node), node.text or "", FEEL_TAGS[local(node)])


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
        readable(report, node.get("id", ""), (script.text if script is not None else "") or "", "skriptet")


def _languages(root: etree._Element, report: Report) -> None:
    for node in root.iter(f"{{{diagram.BPMN}}}*"):
        language = node.get("language") or node.get("scriptFormat")
        if language and "feel" not in language.lower():
            code = "script-language" if local(node) == "scriptTask" else "expression-language"
            around = (item for item in (node, *node.iterancestors()) if local(item) in DRAWN)
            step = next((item.get("id", "") for item in around), "")
            report.error(step, code, f"Språket ska vara FEEL, inte {language[:40]}.")


def _timers(root: etree._Element, report: Report) -> None:
    for definition in root.iter(diagram.tag("timerEventDefinition")):
        step = owner(definition)
        found = [definition.find(f"./bpmn:{tag}", NAMESPACES) for tag in TIME_TAGS]
        texts = [(local(node), (node.text or "").strip()) for node in found if node is not None]
        if len(texts) != 1 or not texts[0][1]:
            report.error(step, "timer", "Bevakningen saknar tid.")
            continue
        time(report, step, *texts[0])
