"""Everything in a diagram that is FEEL or a time can be read."""

from __future__ import annotations

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, local
from workflows.lint.report import Report, readable, time
from workflows.variables import places

DRAWN = diagram.FLOW_NODES | {"sequenceFlow"}


def check(root: etree._Element, report: Report) -> None:
    for place in places.of_diagram(root):
        if place.kind in places.TIME_TAGS:
            time(report, place.element, place.kind, place.text)
        else:
            readable(report, place.element, place.text, place.what)
    _languages(root, report)
    _missing(root, report)


def _languages(root: etree._Element, report: Report) -> None:
    for node in root.iter(f"{{{diagram.BPMN}}}*"):
        language = node.get("language") or node.get("scriptFormat")
        if language and "feel" not in language.lower():
            code = "script-language" if local(node) == "scriptTask" else "expression-language"
            around = (item for item in (node, *node.iterancestors()) if local(item) in DRAWN)
            step = next((item.get("id", "") for item in around), "")
            report.error(step, code, f"Språket ska vara FEEL, inte {language[:40]}.")


def _missing(root: etree._Element, report: Report) -> None:
    for definition in root.iter(diagram.tag("timerEventDefinition")):
        times = [item for tag in places.TIME_TAGS for item in definition.findall(f"./bpmn:{tag}", NAMESPACES)]
        if len(times) != 1 or not (times[0].text or "").strip():
            report.error(places.owner(definition), "timer", "Bevakningen saknar tid.")
    for node in root.iter(f"{{{diagram.SPIFF}}}parameter"):
        if node.get("value") is None:
            report.error(places.owner(node), "parameter", f"Parametern {node.get('id')} saknar värde.")
