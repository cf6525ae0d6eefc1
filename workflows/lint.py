"""What a process owner should know before a diagram is published: every finding at once, on its element, in Swedish.

SpiffWorkflow accepts much that later fails or silently does something else; what is refused here cannot happen.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from workflows import connectors, diagram, feel
from workflows.diagram import NAMESPACES, Element, local
from workflows.engine import clock
from workflows.findings import Finding
from workflows.published import MessageRule, form_file

RESERVED = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})
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
TIME_TAGS = ("timeDate", "timeDuration", "timeCycle")
DURATION_SETTINGS = ("eskalera_efter",)


@dataclass(frozen=True)
class Context:
    """What the diagram may refer to. For a bare file without a folder, missing forms and rules are not findings."""

    messages: Mapping[str, MessageRule]
    decisions: set[str]
    forms: set[str]
    processes: set[str]
    operations: Mapping[str, Any] | None = None
    is_folder: bool = True

    def knows_operation(self, name: str) -> bool:
        known = connectors.operations() if self.operations is None else self.operations
        return not known or name in known


@dataclass
class _Report:
    file: str
    context: Context
    found: list[Finding] = field(default_factory=list)

    def error(self, element: str, code: str, message: str) -> None:
        self.found.append(Finding(self.file, element, "error", code, message))

    def warning(self, element: str, code: str, message: str) -> None:
        self.found.append(Finding(self.file, element, "warning", code, message))


def diagram_findings(root: etree._Element, file: str, context: Context) -> list[Finding]:
    """Everything found in one diagram."""
    report = _Report(file, context)
    checks: tuple[Callable[[etree._Element, _Report], None], ...] = (
        _processes,
        _ids,
        _flows,
        _unsupported,
        _gateways,
        _expressions,
        _timers,
        _events,
        _tasks,
        _reach,
    )
    for check in checks:
        check(root, report)
    return report.found


def config_findings(config: Mapping[str, Any], file: str) -> list[Finding]:
    """Message rules, what is known and durations of process.toml."""
    report = _Report(file, Context({}, set(), set(), set()))
    for name, rule in config.get("messages", {}).items():
        if not isinstance(rule, dict):
            report.error(name, "message", f"[messages.{name}] ska vara en tabell.")
            continue
        if not rule.get("key"):
            report.error(name, "message-key", f"Meddelandet {name} saknar ”key”: utan nyckel matchar det ingen.")
        if rule.get("value"):
            _feel(report, name, str(rule["value"]), "nyckelns värde")
        if rule.get("ttl"):
            _duration(report, name, str(rule["ttl"]))
    _known(config.get("known", []), report)
    if config.get("retention"):
        _duration(report, "retention", str(config["retention"]))
    return report.found


def _known(facts: object, report: _Report) -> None:
    for fact in facts if isinstance(facts, list) else [None]:
        if isinstance(fact, dict) and fact.get("label"):
            _feel(report, "known", str(fact.get("value", "")), f"”{fact['label']}”")
        else:
            report.error("known", "known", "Varje [[known]] ska ha ”label” och ”value”.")


def _processes(root: etree._Element, report: _Report) -> None:
    executable = [item for item in diagram.processes(root) if item.get("isExecutable") == "true"]
    if not executable:
        report.error("", "no-process", "Diagrammet har ingen körbar process (isExecutable).")
    for process in executable:
        starts = process.findall("./bpmn:startEvent", NAMESPACES)
        if not starts:
            report.error(process.get("id", ""), "no-start", "Processen har ingen starthändelse.")
        if process.find(".//bpmn:endEvent", NAMESPACES) is None:
            report.warning(process.get("id", ""), "no-end", "Processen har ingen sluthändelse.")


def _ids(root: etree._Element, report: _Report) -> None:
    semantic = [node for node in root.iter() if diagram.is_bpmn(node) and node.get("id")]
    for node_id, count in Counter(node.get("id", "") for node in semantic).items():
        if count > 1:
            report.error(node_id, "duplicate-id", f"Id {node_id} används {count} gånger.")
    for node in diagram.flow_nodes(root):
        node_id = node.get("id", "")
        if not node_id:
            report.error("", "no-id", f"Ett element ({local(node)}) saknar id.")
        elif node_id in RESERVED or node_id.endswith(".EndJoin") or "__" in node_id:
            report.error(node_id, "reserved-id", f"Id {node_id} är reserverat av motorn. Välj ett annat.")


def _flows(root: etree._Element, report: _Report) -> None:
    scope_of = {node.get("id", ""): node.getparent() for node in diagram.flow_nodes(root)}
    for flow in root.iter(diagram.tag("sequenceFlow")):
        for end in ("sourceRef", "targetRef"):
            if scope_of.get(flow.get(end, "")) is not flow.getparent():
                report.error(flow.get("id", ""), "flow-end", "Flödet börjar eller slutar i något som inte finns här.")
    for node in root.iter(diagram.tag("boundaryEvent")):
        if node.get("attachedToRef", "") not in scope_of:
            report.error(node.get("id", ""), "boundary", "Kanthändelsen sitter inte på något steg.")


def _unsupported(root: etree._Element, report: _Report) -> None:
    for node in root.iter():
        name = local(node) if diagram.is_bpmn(node) else ""
        if name in UNSUPPORTED:
            owner = node if node.get("id") and name in diagram.FLOW_NODES else node.getparent()
            owner_id = owner.get("id", "") if owner is not None else ""
            report.error(owner_id, "unsupported", f"Motorn kör inte {UNSUPPORTED[name]} ännu.")


def _gateways(root: etree._Element, report: _Report) -> None:
    outgoing = _outgoing(root)
    for node in diagram.flow_nodes(root):
        node_id, flows = node.get("id", ""), outgoing.get(node.get("id", ""), [])
        if node.get("default") and node.get("default") not in {flow.get("id") for flow in flows}:
            report.error(node_id, "default", "Standardflödet finns inte.")
        if local(node) in {"exclusiveGateway", "inclusiveGateway"} and len(flows) > 1:
            for flow in flows:
                if flow.find("./bpmn:conditionExpression", NAMESPACES) is None and flow.get("id") != node.get(
                    "default"
                ):
                    report.error(flow.get("id", ""), "condition", "Flödet från en grind saknar villkor.")
            if not node.get("default"):
                report.warning(
                    node_id, "no-default", "Grinden saknar standardflöde: stämmer inget villkor blir det stopp."
                )
        elif local(node) not in diagram.GATEWAYS and local(node) != "startEvent" and len(flows) > 1:
            report.error(node_id, "many-out", "Steget har flera utgående flöden. Använd en grind.")


def _expressions(root: etree._Element, report: _Report) -> None:
    _conditions(root, report)
    _scripts(root, report)
    for node in root.iter(f"{{{diagram.SPIFF}}}*"):
        name = local(node)
        if name in {"preScript", "postScript", "messagePayload", "payloadExpression"}:
            _feel(report, _owner(node), node.text or "", name)
        elif name == "parameter" and node.get("value") is None:
            report.error(_owner(node), "parameter", f"Parametern {node.get('id')} saknar värde.")
        elif name == "parameter":
            _feel(report, _owner(node), node.get("value", ""), f"parametern {node.get('id')}")


def _conditions(root: etree._Element, report: _Report) -> None:
    for flow in root.iter(diagram.tag("sequenceFlow")):
        condition = flow.find("./bpmn:conditionExpression", NAMESPACES)
        if condition is not None:
            _feel(report, flow.get("id", ""), condition.text or "", "villkoret")


def _scripts(root: etree._Element, report: _Report) -> None:
    for node in root.iter(diagram.tag("scriptTask")):
        script = node.find("./bpmn:script", NAMESPACES)
        if (node.get("scriptFormat") or "feel").lower() != "feel":
            report.error(node.get("id", ""), "script-language", "Skriptet ska vara FEEL (scriptFormat=”feel”).")
        _feel(report, node.get("id", ""), (script.text if script is not None else "") or "", "skriptet")


def _timers(root: etree._Element, report: _Report) -> None:
    for definition in root.iter(diagram.tag("timerEventDefinition")):
        owner = _owner(definition)
        found = [definition.find(f"./bpmn:{tag}", NAMESPACES) for tag in TIME_TAGS]
        texts = [(local(node), (node.text or "").strip()) for node in found if node is not None]
        if len(texts) != 1 or not texts[0][1]:
            report.error(owner, "timer", "Bevakningen saknar tid.")
            continue
        _time(report, owner, *texts[0])


def _time(report: _Report, owner: str, kind: str, text: str) -> None:
    looks_bare = clock.is_literal(text) or (
        text.lstrip("+-")[:1] in {"P", "R"} and text.isascii() and text == text.upper()
    )
    if not looks_bare:
        _feel(report, owner, text, "tiden")
        return
    try:
        if kind == "timeCycle":
            clock.parse_cycle(text)
        elif kind == "timeDate":
            clock.parse_moment(text)
        else:
            clock.parse_duration(text)
    except clock.BadTimer as error:
        report.error(owner, "timer", str(error))


def _events(root: etree._Element, report: _Report) -> None:
    messages = diagram.message_names(root)
    for node in diagram.flow_nodes(root):
        definition = diagram.event_definition(node)
        waits = local(node) in {"receiveTask", "sendTask"}
        if not waits and (definition is None or local(definition) != "messageEventDefinition"):
            continue
        ref = node.get("messageRef") or (definition.get("messageRef") if definition is not None else None)
        name = messages.get(ref or "", "")
        if not name:
            report.error(
                node.get("id", ""), "no-message", "Steget väntar på eller skickar ett meddelande som inte är valt."
            )
        elif (
            report.context.is_folder
            and name not in report.context.messages
            and local(node)
            not in {
                "sendTask",
                "endEvent",
                "intermediateThrowEvent",
            }
        ):
            report.error(node.get("id", ""), "message-rule", f"Meddelandet {name} saknar regel i process.toml.")


def _tasks(root: etree._Element, report: _Report) -> None:
    for element in diagram.elements(root).values():
        if element.type == "userTask":
            _user_task(element, report)
    for node in root.iter(diagram.tag("serviceTask")):
        _service_task(node, report)
    for node in root.iter(diagram.tag("businessRuleTask")):
        decision = diagram.extension_text(node, "calledDecisionId")
        if not decision or (report.context.is_folder and decision not in report.context.decisions):
            report.error(node.get("id", ""), "no-decision", f"Beslutet ”{decision}” finns inte i någon beslutstabell.")
    for node in root.iter(diagram.tag("callActivity")):
        called = node.get("calledElement", "")
        if called not in report.context.processes:
            report.error(node.get("id", ""), "no-process", f"Den anropade processen ”{called}” finns inte.")


def _service_task(node: etree._Element, report: _Report) -> None:
    operator = node.find("./bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES)
    name = operator.get("id", "") if operator is not None else ""
    if not name:
        report.error(node.get("id", ""), "no-operation", "Systemsteget saknar koppling (operation).")
    elif not report.context.knows_operation(name):
        report.error(node.get("id", ""), "unknown-operation", f"Kopplingen {name} finns inte.")


def _user_task(element: Element, report: _Report) -> None:
    if not element.name:
        report.warning(element.id, "no-name", "Uppgiften saknar namn.")
    if not element.lane and report.context.is_folder:
        report.error(element.id, "no-lane", "Uppgiften ligger inte i någon bana: ingen profession får den.")
    key = element.properties.get("formKey") or element.id
    if report.context.is_folder and form_file(key) not in report.context.forms:
        report.error(element.id, "no-form", f"Formuläret {form_file(key)} saknas.")
    due = element.properties.get("forfaller", "")
    if due:
        _time(report, element.id, "timeDuration" if due.startswith("P") else "timeDate", due)
    for name in DURATION_SETTINGS:
        if element.properties.get(name):
            _duration(report, element.id, element.properties[name])
    parts = element.properties.get("varfor", "").replace("}", "{").split("{")
    for part in parts[1::2]:
        _feel(report, element.id, part, "meningen om varför")


def _reach(root: etree._Element, report: _Report) -> None:
    """Steps that no flow ever reaches."""
    outgoing = _outgoing(root)
    for scope in (node for node in root.iter() if diagram.is_bpmn(node) and local(node) in diagram.SCOPES):
        nodes = {
            node.get("id", ""): node for node in scope if diagram.is_bpmn(node) and local(node) in diagram.FLOW_NODES
        }
        entries = [
            key
            for key, node in nodes.items()
            if local(node) in {"startEvent", "boundaryEvent"} or node.get("triggeredByEvent") == "true"
        ]
        seen, queue = set(entries), deque(entries)
        while queue:
            for flow in outgoing.get(queue.popleft(), []):
                target = flow.get("targetRef", "")
                if target in nodes and target not in seen:
                    seen.add(target)
                    queue.append(target)
        for key in nodes.keys() - seen:
            report.warning(key, "unreachable", "Inget flöde når hit.")


def _outgoing(root: etree._Element) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for flow in root.iter(diagram.tag("sequenceFlow")):
        found.setdefault(flow.get("sourceRef", ""), []).append(flow)
    return found


def _feel(report: _Report, element: str, text: str, what: str) -> None:
    if not text.strip():
        report.error(element, "empty", f"Uttrycket i {what} är tomt.")
        return
    try:
        tree = feel.parse(text)
    except feel.FeelError as error:
        report.error(element, "feel", f"Uttrycket i {what} går inte att läsa: {error}")
        return
    for name in sorted(feel.unknown_functions(tree)):
        report.error(element, "unknown-function", f"Funktionen {name} i {what} finns inte.")


def _duration(report: _Report, element: str, text: str) -> None:
    try:
        clock.parse_duration(text)
    except clock.BadTimer as error:
        report.error(element, "duration", str(error))


def _owner(node: etree._Element) -> str:
    """The id of the nearest flow node around an extension or definition."""
    for ancestor in _ancestors(node):
        if diagram.is_bpmn(ancestor) and local(ancestor) in diagram.FLOW_NODES:
            return ancestor.get("id", "")
    return ""


def _ancestors(node: etree._Element) -> Iterator[etree._Element]:
    yield from node.iterancestors()
