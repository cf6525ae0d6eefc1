"""Events on the edge of a step, and parts with steps of their own, written in words and drawn with what comes after."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lxml import etree

from workbench.beginning import key_of
from workbench.diagram_picture import meant
from workbench.diagram_work import Impossible, Work
from workbench.outline_edits import KINDS, Edited
from workflows import diagram
from workflows.diagram import COULD_NOT, NOT_NEEDED

PART = "subProcess"
NEW_PART = "del"
ADDED = {**KINDS, NEW_PART: "En del med egna steg"}
"""What can be added after a step; a part is drawn by itself."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A kind of event: what it is called in the list, its definition, and what may have it."""

    title: str
    name: str
    event: str
    is_interrupting: bool = True
    code: str = ""
    hosts: frozenset[str] = diagram.TASKS | frozenset({PART, "transaction", "adHocSubProcess"})


_PERSONS = frozenset({"userTask"})
EDGES = {
    "tid": Edge(title="När en tid har gått: steget avbryts", name="Tiden är ute", event="timer"),
    "paminnelse": Edge(
        title="När en tid har gått: något görs medan steget fortsätter",
        name="Dags",
        event="timer",
        is_interrupting=False,
    ),
    "meddelande": Edge(title="När ett meddelande kommer: steget avbryts", name="Besked kommer", event="message"),
    "meddelande_bredvid": Edge(
        title="När ett meddelande kommer: något görs medan steget fortsätter",
        name="Besked kommer",
        event="message",
        is_interrupting=False,
    ),
    "kunde_inte": Edge(
        title="När någon inte kunde göra det: något görs bredvid",
        name="Kunde inte göras",
        event="escalation",
        is_interrupting=False,
        code=COULD_NOT,
        hosts=_PERSONS,
    ),
    "ej_aktuell": Edge(
        title="När någon säger att det inte är aktuellt: en annan väg",
        name="Ej aktuellt",
        event="escalation",
        code=NOT_NEEDED,
        hosts=_PERSONS,
    ),
    "eskalering": Edge(
        title="När något eskaleras inifrån delen: något görs bredvid",
        name="Eskaleras",
        event="escalation",
        is_interrupting=False,
        hosts=frozenset({PART, "transaction", "adHocSubProcess", "callActivity"}),
    ),
    "fel": Edge(
        title="När systemet säger nej: en annan väg",
        name="Systemet säger nej",
        event="error",
        hosts=frozenset({"serviceTask", "callActivity", PART, "transaction"}),
    ),
}
_ROOTS = {"escalation": ("escalationRef", "escalationCode"), "error": ("errorRef", "errorCode")}


def offered(kind: str) -> dict[str, str]:
    """What can be put on the edge of a step of this type."""
    return {key: edge.title for key, edge in EDGES.items() if kind in edge.hosts}


def add_edge(text: str, element: str, kind: str, name: str) -> Edited:
    """The event with a step that somebody does then; an interrupted step's way goes on where it led."""
    edge = EDGES.get(kind)
    work = Work(text, element)
    if edge is None or work.home.name not in edge.hosts:
        raise Impossible("Välj vad som kan hända.")
    on, called = work.out_of(element), name or edge.name
    root = ""
    if edge.event in _ROOTS:
        root = _coded(work, edge.event, edge.code or key_of(called))
    attributes = f' attachedToRef="{element}"' + ("" if edge.is_interrupting else ' cancelActivity="false"')
    made = work.add_on_edge(element, key_of(called), called, attributes=attributes, inner=_definition(work, edge, root))
    step = work.add("userTask", "nytt_steg", "Nytt steg", after=made, below=True)
    work.link(made, step)
    if edge.is_interrupting and len(on) == 1:
        work.link(step, on[0].target)
    else:
        work.link(step, work.add("endEvent", "klart", "Klart", after=step))
    return Edited(work.finish(), made)


def _definition(work: Work, edge: Edge, root: str) -> str:
    prefix, tag = work.prefix, f"{edge.event}EventDefinition"
    if edge.event == "timer":
        return f"<{prefix}{tag}><{prefix}timeDuration>P1D</{prefix}timeDuration></{prefix}{tag}>"
    reference = f' {_ROOTS[edge.event][0]}="{root}"' if root else ""
    return f"<{prefix}{tag}{reference} />"


def _coded(work: Work, event: str, code: str) -> str:
    """The escalation or error with that code, which the file may not have said yet; its id."""
    attribute = _ROOTS[event][1]
    known = next((key for key, node in work.by_id.items() if node.name == event and node.get(attribute) == code), "")
    if known:
        return known
    key, prefix = work.free_id(f"{event}_{key_of(code)}"), work.text.root.prefix_of(diagram.BPMN) or ""
    told = f"{attribute}={quoteattr(code)} name={quoteattr(code)}"
    first = next(each for each in work.text.root.children if each.name == "process")
    work.text.put_after(first, f'<{prefix}{event} id="{key}" {told} />')
    return key


def code_of(node: etree._Element) -> str:
    """What an event waits for, where that is an error or an escalation."""
    for event, (reference, attribute) in _ROOTS.items():
        found = node.find(f"./bpmn:{event}EventDefinition", diagram.NAMESPACES)
        if found is not None:
            key = found.get(reference, "").rpartition(":")[2]
            roots = node.getroottree().getroot().iter(diagram.tag(event))
            return next((each.get(attribute, "") for each in roots if each.get("id") == key), "")
    return ""


def put_code(text: str, element: str, code: str) -> str:
    """Another code for the escalation or error of an event."""
    work = Work(text, element)
    found = next(
        (each for each in work.home.children if each.name in {f"{one}EventDefinition" for one in _ROOTS}), None
    )
    if found is None:
        raise Impossible("Händelsen har ingen kod.")
    event = found.name.removesuffix("EventDefinition")
    stands = work.by_id.get(meant(found, _ROOTS[event][0]))
    if stands is not None and stands.get(_ROOTS[event][1]) == code:
        return text
    work.text.set(found, _ROOTS[event][0], _coded(work, event, code))
    return work.finish()


def put_interrupting(text: str, element: str, told: str) -> str:
    """Whether the step is broken off when it happens: ja or nej."""
    work = Work(text, element)
    work.text.set(work.home, "cancelActivity", None if told == "ja" else "false")
    return work.finish()


def add_part(text: str, element: str, name: str) -> Edited:
    """A part with a start, a step and an end, drawn by itself; what is in it is written when it is opened."""
    work = Work(text, element)
    ways = work.out_of(element)
    if len(ways) != 1:
        raise Impossible("Härifrån går inte en väg. Lägg till delen efter ett steg som har ett steg efter sig.")
    called = name or "Ny del"
    target = ways[0].target
    start, step, end = (work.free_id(f"{key_of(called)}_{stem}") for stem in ("start", "steg", "slut"))
    made = work.add(PART, key_of(called), called, after=element, before=target, inner=_inner(work, start, step, end))
    work.point(ways[0], target=made)
    work.link(made, target)
    work.picture.draw_part(made, [(start, "startEvent"), (step, "userTask"), (end, "endEvent")], _flow_ids(start, step))
    return Edited(work.finish(), made)


def _flow_ids(start: str, step: str) -> list[str]:
    return [f"flow_{start}", f"flow_{step}"]


def _inner(work: Work, start: str, step: str, end: str) -> str:
    prefix, (first, second) = work.prefix, _flow_ids(start, step)
    return (
        f'<{prefix}startEvent id="{start}"><{prefix}outgoing>{first}</{prefix}outgoing></{prefix}startEvent>'
        f'<{prefix}userTask id="{step}" name="Nytt steg"><{prefix}incoming>{first}</{prefix}incoming>'
        f"<{prefix}outgoing>{second}</{prefix}outgoing></{prefix}userTask>"
        f'<{prefix}endEvent id="{end}"><{prefix}incoming>{second}</{prefix}incoming></{prefix}endEvent>'
        f'<{prefix}sequenceFlow id="{first}" sourceRef="{start}" targetRef="{step}" />'
        f'<{prefix}sequenceFlow id="{second}" sourceRef="{step}" targetRef="{end}" />'
    )
