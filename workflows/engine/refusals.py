"""What the engine cannot run as BPMN means it, told before anything is published: on its element, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, local, tag
from workflows.engine.event_definitions import TIMES, compensation_handlers, definitions, is_undoing, links
from workflows.findings import Finding

Refusal = tuple[str, str]
"""The element, and why in Swedish."""

AUTOMATIC = frozenset({"task", "scriptTask", "serviceTask", "businessRuleTask", "sendTask", "callActivity"})
CAUGHT_AFTER_GATEWAY = frozenset({"message", "signal", "timer", "conditional"})
CAUGHT = {
    "intermediateCatchEvent": CAUGHT_AFTER_GATEWAY | {"link"},
    "boundaryEvent": CAUGHT_AFTER_GATEWAY | {"error", "escalation", "cancel", "compensate"},
    "startEvent": CAUGHT_AFTER_GATEWAY | {"error", "escalation", "compensate"},
    "intermediateThrowEvent": {"message", "signal", "escalation", "link", "compensate"},
    "endEvent": {"message", "signal", "escalation", "error", "cancel", "compensate", "terminate"},
}
KINDS_SV = {
    "message": "meddelande",
    "timer": "tid",
    "conditional": "villkor",
    "error": "fel",
    "escalation": "eskalering",
    "cancel": "avbryt",
    "compensate": "kompensation",
    "link": "länk",
    "terminate": "slut på allt",
}
MOST_TOKENS = 100
LAST = frozenset({"compensate", "cancel", "error", "terminate"})
"""An event throws at most one of these."""
ACTIVITIES = diagram.TASKS | (diagram.SCOPES - {"process"})
AROUND = frozenset(
    {
        "sequenceFlow",
        "dataObject",
        "dataObjectReference",
        "dataInput",
        "dataOutput",
        "laneSet",
        "documentation",
        "extensionElements",
        "association",
        "textAnnotation",
        "group",
        "ioSpecification",
        "property",
        "incoming",
        "outgoing",
        "auditing",
        "monitoring",
        "category",
        "resourceRole",
        "performer",
        "humanPerformer",
        "potentialOwner",
        "supports",
        "correlationSubscription",
        "dataInputAssociation",
        "dataOutputAssociation",
        "standardLoopCharacteristics",
        "multiInstanceLoopCharacteristics",
        "completionCondition",
    }
)


def refused(root: etree._Element, file: str) -> list[Finding]:
    """Everything in one diagram that cannot be run, in document order of the checks."""
    return [Finding(file, element, "error", "unsupported", text) for element, text in _all(root)]


@diagram.once
def _all(root: etree._Element) -> list[Refusal]:
    return [refusal for check in CHECKS for refusal in check(root)]


@diagram.once
def _scopes(root: etree._Element) -> Sequence[etree._Element]:
    return list(root.iter(*map(tag, sorted(diagram.SCOPES))))


def _id(node: etree._Element) -> str:
    return node.get("id", "")


def _kinds(node: etree._Element) -> list[str]:
    return [local(item).removesuffix("EventDefinition") for item in definitions(node)]


def _unknown(root: etree._Element) -> Iterator[Refusal]:
    for scope in _scopes(root):
        for node in scope:
            if not diagram.is_bpmn(node) or local(node) in diagram.FLOW_NODES | AROUND:
                continue
            if local(node) == "dataStoreReference":
                yield _id(node), "Ett datalager kan inte läsas eller skrivas. Hämta uppgifter med ett systemsteg."
            else:
                yield _id(node), f"Motorn känner inte elementet {local(node)}."


def _gateways(root: etree._Element) -> Iterator[Refusal]:
    ends = Counter(flow.get("targetRef", "") for flow in root.iter(tag("sequenceFlow")))
    for node in root.iter(tag("complexGateway")):
        if ends[_id(node)] > 1 and not (node.findtext("./bpmn:activationCondition", "", NAMESPACES) or "").strip():
            yield _id(node), "Den komplexa grinden säger inte när den går vidare (activationCondition)."
    targets = {_id(node): node for node in diagram.flow_nodes(root)}
    types = {key: local(node) for key, node in targets.items()}
    for flow in root.iter(tag("sequenceFlow")):
        source = types.get(flow.get("sourceRef", ""))
        target = targets.get(flow.get("targetRef", ""))
        if source == "eventBasedGateway" and target is not None and not _can_follow_gateway(target):
            yield (
                _id(target),
                "Efter en händelsegrind kommer en händelse som väntas in: meddelande, tid, signal eller villkor.",
            )
        has_condition = flow.find("./bpmn:conditionExpression", NAMESPACES) is not None
        if source in {"eventBasedGateway", "parallelGateway"} and has_condition:
            yield _id(flow), "Villkoret används inte: ett flöde från en sådan grind har inget villkor."


def _can_follow_gateway(node: etree._Element) -> bool:
    if local(node) == "receiveTask":
        return True
    return local(node) == "intermediateCatchEvent" and set(_kinds(node)) <= CAUGHT_AFTER_GATEWAY and bool(_kinds(node))


def _events(root: etree._Element) -> Iterator[Refusal]:
    for node in diagram.flow_nodes(root):
        allowed = CAUGHT.get(local(node))
        if allowed is None:
            continue
        yield from _several(node, _kinds(node))
        for kind in _kinds(node):
            if kind not in allowed:
                yield _id(node), f"En händelse med {KINDS_SV.get(kind, kind)} kan inte sitta här."
        if not _kinds(node) and local(node) in {"intermediateCatchEvent", "boundaryEvent"}:
            yield _id(node), "Händelsen säger inte vad den väntar på."
        yield from _event_texts(node)


def _several(node: etree._Element, kinds: list[str]) -> Iterator[Refusal]:
    """One event with several definitions waits for the first of them, or for all; or throws all."""
    is_first = local(node) == "startEvent" and (scope := node.getparent()) is not None and local(scope) == "process"
    if is_first and node.get("parallelMultiple") == "true" and len(kinds) > 1:
        yield _id(node), "Ett ärende kan inte börja först när flera saker har hänt."
    if local(node) in {"intermediateThrowEvent", "endEvent"} and len(LAST.intersection(kinds)) > 1:
        yield _id(node), "Händelsen kan bara göra en sak som avbryter eller ångrar. Rita en händelse för varje."
    if len(kinds) > 1 and "link" in kinds:
        yield _id(node), "En länk står ensam i sin händelse."
    if kinds.count("timer") > 1:
        yield _id(node), "Händelsen har flera tider. Rita en händelse för varje."


def _event_texts(node: etree._Element) -> Iterator[Refusal]:
    for item in definitions(node):
        kind = local(item).removesuffix("EventDefinition")
        if kind == "signal" and not item.get("signalRef"):
            yield _id(node), "Signalen är inte vald."
        elif kind == "conditional" and not (item.findtext("./bpmn:condition", "", NAMESPACES) or "").strip():
            yield _id(node), "Villkoret är tomt."
        elif kind == "timer" and not any(item.find(f"./bpmn:{name}", NAMESPACES) is not None for name in TIMES):
            yield _id(node), "Bevakningen saknar tid."


def _links(root: etree._Element) -> Iterator[Refusal]:
    for scope in _scopes(root):
        catches = list(links(scope, "intermediateCatchEvent"))
        throws = list(links(scope, "intermediateThrowEvent"))
        count = Counter(name for name, _ in catches)
        for name, node_id in catches:
            if count[name] > 1:
                yield node_id, f"Länken ”{name}” kommer fram på flera ställen."
            if name not in {other for other, _ in throws}:
                yield node_id, f"Ingen länk går till ”{name}”."
        for name, node_id in throws:
            if name not in count:
                yield node_id, f"Länken ”{name}” kommer inte fram någonstans i samma process eller delprocess."


def _subprocesses(root: etree._Element) -> Iterator[Refusal]:
    for node in _scopes(root):
        if local(node) in {"process", "adHocSubProcess"}:
            continue
        starts = node.findall("./bpmn:startEvent", NAMESPACES)
        if sum(is_undoing(child) for child in node) > 1:
            yield _id(node), "Delprocessen har flera händelsestyrda delprocesser för kompensation. Rita en."
        if node.get("triggeredByEvent") == "true":
            yield from _event_subprocess(node, starts)
        elif len(starts) > 1:
            yield _id(node), "Delprocessen har flera starthändelser. Den börjar på ett ställe."
        else:
            for start in starts:
                if definitions(start):
                    yield _id(start), "En delprocess i flödet börjar när flödet når den: starthändelsen ska vara tom."


def _event_subprocess(node: etree._Element, starts: list[etree._Element]) -> Iterator[Refusal]:
    if len(starts) != 1 or not definitions(starts[0]):
        yield _id(node), "En händelsestyrd delprocess har en starthändelse, som säger vad den väntar på."
        return
    if "error" in _kinds(starts[0]) and starts[0].get("isInterrupting") == "false":
        yield _id(starts[0]), "Ett fel avbryter alltid: starten ska vara heldragen."
    for flow in root_flows(node):
        if _id(node) in {flow.get("sourceRef"), flow.get("targetRef")}:
            yield _id(node), "En händelsestyrd delprocess har inga flöden till eller från sig."


def root_flows(node: etree._Element) -> list[etree._Element]:
    """The flows of the scope that a node is in."""
    scope = node.getparent()
    return scope.findall("./bpmn:sequenceFlow", NAMESPACES) if scope is not None else []


def _ad_hoc(root: etree._Element) -> Iterator[Refusal]:
    for scope in root.iter(tag("adHocSubProcess")):
        if (scope.get("ordering") or "").lower() == "sequential":
            yield from _one_at_a_time(scope)
        targets = {flow.get("targetRef", "") for flow in scope.findall("./bpmn:sequenceFlow", NAMESPACES)}
        inside = [node for node in scope if diagram.is_bpmn(node) and local(node) in diagram.FLOW_NODES]
        if not any(local(node) in ACTIVITIES for node in inside):
            yield _id(scope), "Ad hoc-delprocessen är tom: det finns inget att välja."
        for node in inside:
            if local(node) in {"startEvent", "endEvent"}:
                yield _id(node), "En ad hoc-delprocess har varken start eller slut: teamet väljer."
            elif local(node) in AUTOMATIC and _id(node) not in targets and node.get("isForCompensation") != "true":
                yield (
                    _id(node),
                    "Steget görs av ett system, så ingen kan välja när. Låt en människas uppgift komma före.",
                )


def _one_at_a_time(scope: etree._Element) -> Iterator[Refusal]:
    """A person does one step at a time; what begins by itself is several at once."""
    for node in scope:
        is_several = node.find("./bpmn:multiInstanceLoopCharacteristics", NAMESPACES) is not None
        begins = diagram.is_bpmn(node) and node.get("triggeredByEvent") != "true"
        if begins and (local(node) in diagram.SCOPES or is_several):
            yield _id(node), "I en ad hoc-delprocess med ett steg i taget är varje steg en enda uppgift."


def _transactions(root: etree._Element) -> Iterator[Refusal]:
    transactions = {_id(node) for node in root.iter(tag("transaction"))}
    for node in root.iter(tag("cancelEventDefinition")):
        event = node.getparent()
        if event is None:
            continue
        scope = event.getparent()
        place = (
            event.get("attachedToRef", "")
            if local(event) == "boundaryEvent"
            else _id(scope)
            if scope is not None
            else ""
        )
        if place not in transactions:
            yield _id(event), "Avbryt hör till en transaktion."


def _cancelled(root: etree._Element) -> Iterator[Refusal]:
    """A transaction that is cancelled has somewhere to go."""
    edges = {node.get("attachedToRef", "") for node in root.iter(tag("boundaryEvent")) if "cancel" in _kinds(node)}
    for node in root.iter(tag("transaction")):
        ends = node.findall("./bpmn:endEvent", NAMESPACES)
        if any("cancel" in _kinds(end) for end in ends) and _id(node) not in edges:
            yield _id(node), "Transaktionen kan avbrytas, men har ingen kanthändelse som tar emot det."


def _compensation(root: etree._Element) -> Iterator[Refusal]:
    handlers = compensation_handlers(root)
    by_id = {_id(node): node for node in diagram.flow_nodes(root)}
    ends = {flow.get(end, "") for flow in root.iter(tag("sequenceFlow")) for end in ("sourceRef", "targetRef")}
    for node in root.iter(tag("boundaryEvent")):
        if "compensate" not in _kinds(node):
            continue
        handler = by_id.get(handlers.get(node.get("attachedToRef", ""), ""))
        if handler is None or handler.get("isForCompensation") != "true":
            yield _id(node), "Dra en streckad linje till steget som gör det ogjort, och märk steget som kompensation."
    for key, node in by_id.items():
        is_handler = node.get("isForCompensation") == "true" and not is_undoing(node)
        if is_handler and (key in ends or key not in handlers.values()):
            yield key, "Ett kompensationssteg har inga flöden, bara en streckad linje från en kanthändelse."


def _quantities(root: etree._Element) -> Iterator[Refusal]:
    for node in diagram.flow_nodes(root):
        told = (node.get("startQuantity", "1"), node.get("completionQuantity", "1"))
        if not all(text.isdigit() and 0 < int(text) <= MOST_TOKENS for text in told):
            yield _id(node), f"Antalet flöden som steget väntar på eller ger är ett heltal, högst {MOST_TOKENS}."


def _loops(root: etree._Element) -> Iterator[Refusal]:
    for node in root.iter(tag("standardLoopCharacteristics")):
        owner = _owner(node)
        most = node.get("loopMaximum")
        if most is not None and not (most.isdigit() and int(most) > 0):
            yield owner, "Loopens högsta antal ska vara ett heltal större än noll."
        elif most is None and node.find("./bpmn:loopCondition", NAMESPACES) is None:
            yield owner, "Loopen saknar villkor: den skulle aldrig sluta."
    for node in root.iter(tag("multiInstanceLoopCharacteristics")):
        counted = node.find("./bpmn:loopCardinality", NAMESPACES) is not None
        listed = node.find("./bpmn:loopDataInputRef", NAMESPACES) is not None
        if counted == listed:
            yield _owner(node), "Ange antingen ett antal eller en lista: så många gånger görs steget."
        if (node.get("behavior") or "All") != "All" or node.find(
            "./bpmn:complexBehaviorDefinition", NAMESPACES
        ) is not None:
            yield _owner(node), "Händelser från varje förekomst (behavior) kan inte kastas."


def _owner(node: etree._Element) -> str:
    owner = node.getparent()
    return _id(owner) if owner is not None else ""


def _data(root: etree._Element) -> Iterator[Refusal]:
    names = diagram.data_names(root)
    for node in diagram.flow_nodes(root):
        for kind in (diagram.INTO, diagram.OUT_OF):
            if not all(name.isidentifier() and text for name, text in diagram.moved_data(node, kind, names)):
                yield _id(node), "En datakoppling säger inte vad värdet är, eller vad det ska heta."


def _instantiating(root: etree._Element) -> Iterator[Refusal]:
    """What begins an ärende with a message, without being a start event."""
    gateways = {_id(node): node for node in root.iter(tag("eventBasedGateway")) if node.get("instantiate") == "true"}
    into = Counter(
        flow.get("targetRef", "") for flow in root.iter(tag("sequenceFlow")) if flow.get("sourceRef") not in gateways
    )
    starts = diagram.instantiating(root)
    for node in diagram.flow_nodes(root):
        scope = node.getparent()
        if _id(node) not in starts | gateways.keys():
            continue
        if into[_id(node)] or scope is None or local(scope) != "process":
            yield _id(node), "Det som startar ett ärende har inget före sig, och ligger inte i en delprocess."
        elif _id(node) in gateways and node.get("eventGatewayType") == "Parallel":
            yield _id(node), "Ett ärende kan inte börja först när flera saker har hänt."
        elif _id(node) in starts and local(node) != "receiveTask" and _kinds(node) != ["message"]:
            yield _id(node), "En händelsegrind startar ett ärende bara med meddelanden."


CHECKS: tuple[Callable[[etree._Element], Iterator[Refusal]], ...] = (
    _unknown,
    _gateways,
    _events,
    _links,
    _subprocesses,
    _ad_hoc,
    _transactions,
    _cancelled,
    _compensation,
    _loops,
    _quantities,
    _data,
    _instantiating,
)
