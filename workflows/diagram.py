"""Reads a BPMN diagram as plain data: which elements there are, who does them, what they are called.

Pure; knows nothing of the engine. The engine, the checks and the pages all read diagrams through here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from functools import wraps
from typing import Any, TypeVar

from lxml import etree

from workflows import safe_xml

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NAMESPACES = {"bpmn": BPMN, "spiff": SPIFF}

LANE_PREFIX = "lane_"
INTO, OUT_OF = "dataInputAssociation", "dataOutputAssociation"
REACH = "galler"
"""The property of a signal that says whom it concerns; when nothing is said it stays in its ärende (`INSTANCE`)."""
INSTANCE, PERSON, EVERYONE = "arende", "person", "alla"
REACHES = (INSTANCE, PERSON, EVERYONE)
COULD_NOT, NOT_NEEDED = "kunde_ej_utforas", "ej_aktuellt"
"""The codes of events on the edge of a user task: somebody tried in vain; nobody needs it."""
DEVIATION = "avvikelse"
"""The code of the escalation that is heard anywhere in an ärende: something has gone wrong."""
GONE_WRONG = "har_gatt_fel"
"""The variable that tells what had gone wrong when somebody last said so on a task: which step, and in their words."""
NOT_DONE = "ej_gjort"
"""The variable that knows which user tasks have been told so, by element; one that is done is gone from it."""

SCOPES = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})
TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
        "callActivity",
    }
)
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
FLOW_NODES = TASKS | GATEWAYS | EVENTS | (SCOPES - {"process"})
_NODES = tuple(f"{{{BPMN}}}{name}" for name in sorted(FLOW_NODES))
T = TypeVar("T")
REFERRING = frozenset({"calledElement", "bpmnElement"})
"""Attributes that refer to an element, besides those whose names end with `Ref`."""


@dataclass(frozen=True)
class Element:
    """One flow node. `lane` is a profession key; `properties` are the product's own settings."""

    id: str
    type: str
    name: str
    process: str
    scope: str
    lane: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    documentation: str = ""
    event: str = ""
    message: str = ""
    signal: str = ""
    called: str = ""
    attached_to: str = ""
    is_interrupting: bool = True
    is_event_subprocess: bool = False

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in ("", {}, None)}


INDIVIDUAL = "individ"
"""Among those who sign: the person whom it is about, whose agreement somebody writes down."""


@dataclass(frozen=True)
class Signing:
    """Who signs a joint task: so many different ones of these professions, and the person."""

    professions: tuple[str, ...]
    needed: int
    with_individual: bool


_kept: ContextVar[dict[tuple[object, etree._Element], Any] | None] = ContextVar("kept", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Inside it a diagram is read once, however many ask; nobody changes one meanwhile."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(read: Callable[[etree._Element], T]) -> Callable[[etree._Element], T]:
    """What is read of a diagram, or of a part of one, and is kept as long as `read_once` lasts."""

    @wraps(read)
    def kept(node: etree._Element) -> T:
        known = _kept.get()
        if known is None:
            return read(node)
        if (read, node) not in known:
            known[read, node] = read(node)
        found: T = known[read, node]
        return found

    return kept


def parse(data: bytes) -> etree._Element:
    """A diagram's root element. Raises UnsafeXml.

    What refers to another element may do so by a name with a prefix for the diagram's own namespace (QName in the
    standard); an id has none, so it is taken away.
    """
    root = safe_xml.parse(data)
    own = root.get("targetNamespace", "")
    for node in root.iter():
        for name, value in ((str(name), str(value)) for name, value in node.attrib.items()):
            prefix, colon, key = value.partition(":")
            if colon and (name.endswith("Ref") or name in REFERRING) and node.nsmap.get(prefix) == own:
                node.set(name, key)
    inline(root)
    return root


def inline(root: etree._Element) -> None:
    """Put what events refer to (`eventDefinitionRef`) where it is meant, as if it was drawn there."""
    shared = {node.get("id", ""): node for node in root if is_bpmn(node) and local(node).endswith("EventDefinition")}
    for ref in list(root.iter(tag("eventDefinitionRef"))):
        meant, event = shared.get((ref.text or "").strip().rpartition(":")[2]), ref.getparent()
        if meant is not None and event is not None:
            definition = deepcopy(meant)
            del definition.attrib["id"]
            event.replace(ref, definition)


def readable(sources: Mapping[str, str]) -> dict[str, etree._Element]:
    """The diagrams among the files of a förlopp, by name; one that is no XML is for the checks to tell of."""
    found = {}
    for name, text in sources.items():
        if name.endswith(".bpmn"):
            with suppress(safe_xml.UnsafeXml):
                found[name] = parse(text.encode())
    return found


def signing(settings: dict[str, str]) -> Signing | None:
    """What the settings of a user task say of signing; None when one person does it."""
    named = settings.get("signeras_av", "").replace(",", " ").split()
    professions = tuple(dict.fromkeys(name for name in named if name != INDIVIDUAL))
    if not named:
        return None
    least = settings.get("signeras_minst", "").strip()
    needed = int(least) if least.isdecimal() else len(professions)
    return Signing(professions, needed, INDIVIDUAL in named)


def local(node: etree._Element) -> str:
    """The tag without its namespace."""
    return etree.QName(node).localname


def is_bpmn(node: etree._Element) -> bool:
    return bool(etree.QName(node).namespace == BPMN)


def tag(name: str) -> str:
    """The tag of a BPMN element with its namespace."""
    return f"{{{BPMN}}}{name}"


@once
def processes(root: etree._Element) -> list[etree._Element]:
    return list(root.iter(tag("process")))


@once
def flow_nodes(root: etree._Element) -> Sequence[etree._Element]:
    """All flow nodes of all processes, in document order."""
    return [node for process in processes(root) for node in process.iter(*_NODES)]


@once
def elements(root: etree._Element) -> dict[str, Element]:
    """Every flow node by id."""
    lanes = _lanes(root)
    names = {"message": message_names(root), "signal": {key: name for key, (name, _) in signals(root).items()}}
    found = {node.get("id", ""): _element(node, lanes, names) for node in flow_nodes(root)}
    starts = {key: replace(found[key], type="startEvent", event="message") for key in instantiating(root)}
    return found | starts


def instantiating(root: etree._Element) -> set[str]:
    """The steps whose message begins an ärende, as that of a start event does: receive tasks that say so, and what
    comes after an event gateway that says so."""
    nodes = {node.get("id", ""): node for node in flow_nodes(root) if node.get("instantiate") == "true"}
    after = {
        flow.get("targetRef", "")
        for flow in root.iter(tag("sequenceFlow"))
        if flow.get("sourceRef") in nodes and local(nodes[flow.get("sourceRef", "")]) == "eventBasedGateway"
    }
    return after | {key for key, node in nodes.items() if local(node) == "receiveTask"}


def message_names(root: etree._Element) -> dict[str, str]:
    """Message id -> the name that travels."""
    return {node.get("id", ""): node.get("name", "") for node in root.iter(tag("message"))}


def signals(root: etree._Element) -> dict[str, tuple[str, str]]:
    """Signal id -> the name that is heard, and whom it concerns."""
    return {node.get("id", ""): (node.get("name", ""), reach(node)) for node in root.iter(tag("signal"))}


def reach(signal: etree._Element) -> str:
    """Whom a signal concerns: this ärende alone, the person's, or everyone's who listen for such."""
    return properties(signal).get(REACH, "").strip() or INSTANCE


@once
def properties(node: etree._Element) -> dict[str, str]:
    """The spiffworkflow:properties of a node."""
    found = node.findall("./bpmn:extensionElements/spiff:properties/spiff:property", NAMESPACES)
    return {item.get("name", ""): item.get("value", "") for item in found}


def result_variable(node: etree._Element) -> str:
    """The variable that a script or decision gives its value to: a property, or the attribute that editors write."""
    known = properties(node)
    attribute = next(
        (value for key, value in node.attrib.items() if etree.QName(key).localname == "resultVariable"), ""
    )
    return (known.get("resultat") or known.get("resultVariable") or str(attribute)).strip()


def extension_text(node: etree._Element, name: str) -> str:
    """The text of a spiffworkflow extension anywhere directly on the node or its event definition."""
    for path in (f"./bpmn:extensionElements/spiff:{name}", f"./*/bpmn:extensionElements/spiff:{name}"):
        found = node.find(path, NAMESPACES)
        if found is not None and found.text:
            return found.text.strip()
    return ""


def data_names(root: etree._Element) -> dict[str, str]:
    """What the data of a diagram is called in expressions, by id; '' for what an editor has made up."""
    found = {node.get("id", ""): node.get("dataObjectRef", "") for node in root.iter(tag("dataObjectReference"))}
    for kind in ("dataInput", "dataOutput", "property"):
        for node in root.iter(tag(kind)):
            name = node.get("name", "")
            found[node.get("id", "")] = name if name.isidentifier() else node.get("id", "")
    return {key: "" if name.startswith("__") else name for key, name in found.items()}


def moved_data(node: etree._Element, kind: str, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What the data associations of one kind give: the name, and the FEEL expression that is its value.

    What a step gives whole is not told of here, nor what cannot be called anything in an expression: that is a drawing.
    """
    for item in node.findall(f"./bpmn:{kind}", NAMESPACES):
        target = item.findtext("./bpmn:targetRef", "", NAMESPACES).strip()
        source = item.findtext("./bpmn:sourceRef", "", NAMESPACES).strip()
        for assignment in item.findall("./bpmn:assignment", NAMESPACES):
            to, text = (assignment.findtext(f"./bpmn:{name}", "", NAMESPACES).strip() for name in ("to", "from"))
            yield names.get(to, to), text
        computed = item.find("./bpmn:transformation", NAMESPACES)
        if computed is not None:
            yield names.get(target, target), (computed.text or "").strip()
        elif item.find("./bpmn:assignment", NAMESPACES) is None and (kind == INTO or local(node) == "callActivity"):
            given, taken = names.get(source, source), names.get(target, target)
            if given.isidentifier() and taken.isidentifier() and given != taken:
                yield taken, given


def operations(root: etree._Element) -> dict[str, str]:
    """Of the steps that ask a system for something: what they ask for, by element."""
    found = {}
    for node in flow_nodes(root):
        operator = node.find("./bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES)
        if operator is not None:
            found[node.get("id", "")] = operator.get("id", "")
    return found


def event_definition(node: etree._Element) -> etree._Element | None:
    for child in node:
        if is_bpmn(child) and local(child).endswith("EventDefinition"):
            return child
    return None


def _element(node: etree._Element, lanes: dict[str, str], names: dict[str, dict[str, str]]) -> Element:
    definition = event_definition(node)
    scope = node.getparent()
    scope_id = scope.get("id", "") if scope is not None else ""
    message_ref = node.get("messageRef") or (definition.get("messageRef") if definition is not None else None)
    signal_ref = definition.get("signalRef", "") if definition is not None else ""
    documentation = node.find("./bpmn:documentation", NAMESPACES)
    return Element(
        id=node.get("id", ""),
        type=local(node),
        name=" ".join((node.get("name") or "").split()),
        process=_process_of(node),
        scope=scope_id,
        lane=_lane_of(node, lanes),
        properties=properties(node),
        documentation=(documentation.text or "").strip() if documentation is not None else "",
        event=local(definition).removesuffix("EventDefinition") if definition is not None else "",
        message=names["message"].get(message_ref or "", ""),
        signal=names["signal"].get(signal_ref, "") or signal_ref,
        called=node.get("calledElement", ""),
        attached_to=node.get("attachedToRef", ""),
        is_interrupting=node.get("isInterrupting", node.get("cancelActivity", "true")) != "false",
        is_event_subprocess=node.get("triggeredByEvent") == "true",
    )


def lane_names(root: etree._Element) -> dict[str, str]:
    """Profession key -> what its lane is called."""
    named = {_profession(lane): " ".join((lane.get("name") or "").split()) for lane in root.iter(tag("lane"))}
    return {key: name for key, name in named.items() if name}


def _profession(lane: etree._Element) -> str:
    """The part of a lane's id that says whose it is; lane_x.fas_b is the same profession again."""
    return str((lane.get("id") or "").removeprefix(LANE_PREFIX).partition(".")[0])


def _lanes(root: etree._Element) -> dict[str, str]:
    """Flow node id -> profession key, the innermost lane winning."""
    found: dict[str, str] = {}
    for lane in root.iter(tag("lane")):
        key = _profession(lane)
        for ref in lane.findall("./bpmn:flowNodeRef", NAMESPACES):
            found[(ref.text or "").strip()] = key
    return found


def _lane_of(node: etree._Element, lanes: dict[str, str]) -> str:
    own = properties(node).get("tilldelad_roll")
    if own:
        return own
    current: etree._Element | None = node
    while current is not None:
        lane = lanes.get(current.get("id", ""))
        if lane:
            return lane
        current = current.getparent()
    return ""


def _process_of(node: etree._Element) -> str:
    for ancestor in node.iterancestors(tag("process")):
        return ancestor.get("id", "")
    return ""
