"""Events on the edge of a user task: only what a person can say of it is ever heard there."""

from __future__ import annotations

from lxml import etree

from workflows import diagram
from workflows.diagram import COULD_NOT, NOT_NEEDED, local
from workflows.lint.report import Report
from workflows.variables.spelling import did_you_mean

CODES = (COULD_NOT, NOT_NEEDED)
KINDS = {"errorEventDefinition": ("error", "errorCode"), "escalationEventDefinition": ("escalation", "escalationCode")}


def check(root: etree._Element, report: Report) -> None:
    """An error or escalation there has a code that can come, once, and what is not needed ends."""
    tasks = {node.get("id", "") for kind in ("userTask", "manualTask") for node in root.iter(diagram.tag(kind))}
    known: set[tuple[str, str]] = set()
    for node in root.iter(diagram.tag("boundaryEvent")):
        host, definition = node.get("attachedToRef", ""), diagram.event_definition(node)
        if host not in tasks or definition is None or local(definition) not in KINDS:
            continue
        code, element = _code(root, definition), node.get("id", "")
        if code not in CODES:
            report.error(element, "edge-code", _unknown(code))
        elif (host, code) in known:
            report.error(
                element, "edge-twice", f"Steget har redan en kanthändelse med koden {code}: bara en av dem hörs."
            )
        elif code == NOT_NEEDED and node.get("cancelActivity") == "false":
            text = f"En uppgift som är {NOT_NEEDED} är slut. Gör kanthändelsen heldragen, så att den avbryter."
            report.error(element, "edge-goes-on", text)
        known.add((host, code))


def _code(root: etree._Element, definition: etree._Element) -> str:
    """A reference to what is not there is a code of its own, as in the engine."""
    kind, name = KINDS[local(definition)]
    ref = definition.get(f"{kind}Ref", "")
    meant = next((node for node in root.iter(diagram.tag(kind)) if node.get("id") == ref), None)
    return str(meant.get(name, "")) if meant is not None else ref


def _unknown(code: str) -> str:
    hint = did_you_mean(code, CODES) or f" Koder som finns är {COULD_NOT} och {NOT_NEEDED}."
    return f"På kanten av en uppgift hörs bara det som en människa säger om den, inte ”{code}”.{hint}"
