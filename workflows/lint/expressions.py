"""Everything in a diagram that is FEEL or a time can be read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from lxml import etree

from workflows import diagram, feel
from workflows.diagram import NAMESPACES, local
from workflows.engine.loops import MAX_INSTANCES
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
    _repeated(root, report)


def _languages(root: etree._Element, report: Report) -> None:
    for node in root.iter(f"{{{diagram.BPMN}}}*"):
        language = node.get("language") or node.get("scriptFormat")
        if language and "feel" not in language.lower():
            is_script = local(node) == "scriptTask"
            code, what = ("script-language", "Skriptet") if is_script else ("expression-language", "Uttrycket")
            around = (item for item in (node, *node.iterancestors()) if local(item) in DRAWN)
            step = next((item.get("id", "") for item in around), "")
            # Some tools name it by an address: http://www.w3.org/1999/XPath.
            name = language.rstrip("/").rpartition("/")[2][:40]
            report.error(step, code, f"{what} är skrivet i ”{name}”, som inte kan köras här. Skriv om det i FEEL.")


def _missing(root: etree._Element, report: Report) -> None:
    for definition in root.iter(diagram.tag("timerEventDefinition")):
        times = [item for tag in places.TIME_TAGS for item in definition.findall(f"./bpmn:{tag}", NAMESPACES)]
        if len(times) != 1 or not (times[0].text or "").strip():
            report.error(places.owner(definition), "timer", "Bevakningen saknar tid.")
    for node in root.iter(f"{{{diagram.SPIFF}}}parameter"):
        if node.get("value") is None:
            report.error(places.owner(node), "parameter", f"Parametern {node.get('id')} saknar värde.")


def _repeated(root: etree._Element, report: Report) -> None:
    """What a step is done for can be read, and a number that is written out is one that can be."""
    for node in root.iter(diagram.tag("loopDataInputRef")):
        readable(report, places.owner(node), node.text or "", "listan som steget görs för")
    for node in root.iter(diagram.tag("loopCardinality")):
        if _cannot_be(node.text or ""):
            told = f"Antalet gånger ska vara ett heltal från 0 till {MAX_INSTANCES}."
            report.error(places.owner(node), "loop-count", told)


def _cannot_be(count: str) -> bool:
    """False for what only an ärende can say, and for what cannot be read, which is told of as such."""
    try:
        tree = feel.parse(count)
        if feel.free_names(tree):
            return False
        value = feel.evaluate(tree, {}, now=datetime(2000, 1, 1, tzinfo=UTC))
    except feel.FeelError:
        return False
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return True
    return value != int(value) or not 0 <= value <= MAX_INSTANCES
