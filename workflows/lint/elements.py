"""Which elements the engine does not run; the list shrinks as it learns."""

from __future__ import annotations

from lxml import etree

from workflows import diagram
from workflows.diagram import local
from workflows.lint.report import Report

UNSUPPORTED = {
    "complexGateway": "komplex grind",
    "adHocSubProcess": "ad hoc-delprocess",
    "multiInstanceLoopCharacteristics": "flera förekomster av samma steg",
    "standardLoopCharacteristics": "loop på ett steg",
    "compensateEventDefinition": "kompensation",
    "conditionalEventDefinition": "villkorshändelse",
    "linkEventDefinition": "länkhändelse",
    "cancelEventDefinition": "avbruten transaktion",
    "transaction": "transaktion",
    "dataStoreReference": "datalager",
}


def check(root: etree._Element, report: Report) -> None:
    for node in root.iter():
        name = local(node) if diagram.is_bpmn(node) else ""
        if name in UNSUPPORTED:
            owner = node if node.get("id") and name in diagram.FLOW_NODES else node.getparent()
            owner_id = owner.get("id", "") if owner is not None else ""
            report.error(owner_id, "unsupported", f"Motorn kör inte {UNSUPPORTED[name]} ännu.")
