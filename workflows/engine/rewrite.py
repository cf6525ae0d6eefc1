"""Rewrites a diagram into what SpiffWorkflow executes rightly; ids of the author's elements stay as they are.

SpiffWorkflow 3.2 ignores `isInterrupting` on event sub-processes: what they should cancel goes on. An event
sub-process means the same as a boundary event on a sub-process around the rest of its scope, and boundary events
do work. So a scope with event sub-processes becomes

    start -> [ interrupting shell [ non-interrupting shell: the author's nodes ] ] -> end

where each event sub-process is the handler behind a boundary event of its shell. Names with "__" are ours.
"""

from __future__ import annotations

from lxml import etree

from workflows.diagram import FLOW_NODES, NAMESPACES, SCOPES, event_definition, is_bpmn, local, tag

SHELL = "__shell"
START_PREFIX = "__start:"


def rewritten(root: etree._Element) -> etree._Element:
    """The same tree, changed in place."""
    _name_plain_starts(root)
    scopes = [node for node in root.iter() if is_bpmn(node) and local(node) in SCOPES]
    for scope in reversed(scopes):
        _fold_event_subprocesses(scope)
    _join_ends(root)
    return root


def _name_plain_starts(root: etree._Element) -> None:
    """A process with several starts waits for the first to happen; a plain start would happen by itself at once.

    It is given a message of its own, which `start` sends when a person starts the förlopp by hand.
    """
    for process in root.iter(tag("process")):
        starts = process.findall("./bpmn:startEvent", NAMESPACES)
        if len(starts) < 2:
            continue
        for start in starts:
            if event_definition(start) is None:
                name = START_PREFIX + start.get("id", "")
                message = etree.SubElement(root, tag("message"), id=f"{start.get('id')}__message", name=name)
                etree.SubElement(start, tag("messageEventDefinition"), messageRef=message.get("id", ""))


def _fold_event_subprocesses(scope: etree._Element) -> None:
    handlers = [
        node for node in scope.findall("./bpmn:subProcess", NAMESPACES) if node.get("triggeredByEvent") == "true"
    ]
    quiet = [node for node in handlers if not _interrupts(node)]
    loud = [node for node in handlers if _interrupts(node)]
    if quiet:
        _wrap(scope, quiet, "quiet")
    if loud:
        _wrap(scope, loud, "loud")


def _interrupts(handler: etree._Element) -> bool:
    start = handler.find("./bpmn:startEvent", NAMESPACES)
    return start is None or start.get("isInterrupting", "true") != "false"


def _wrap(scope: etree._Element, handlers: list[etree._Element], kind: str) -> None:
    """Move the scope's content into a shell with one boundary event per handler."""
    shell_id = f"{scope.get('id')}{SHELL}_{kind}"
    shell = etree.Element(tag("subProcess"), id=shell_id)
    starts = [] if local(scope) != "process" else scope.findall("./bpmn:startEvent", NAMESPACES)
    for child in list(scope):
        if child in handlers or local(child) in {"laneSet", "extensionElements", "documentation"}:
            continue
        if local(child) in FLOW_NODES or local(child) in {"sequenceFlow", "dataObject", "dataObjectReference"}:
            shell.append(child)
    if starts:
        _lift_starts(scope, shell, starts, shell_id)
    else:
        etree.SubElement(scope, tag("startEvent"), id=f"{shell_id}_start")
        _flow(scope, f"{shell_id}_start", shell_id)
    scope.append(shell)
    etree.SubElement(scope, tag("endEvent"), id=f"{shell_id}_end")
    _flow(scope, shell_id, f"{shell_id}_end")
    for handler in handlers:
        _attach(scope, handler, shell_id)


def _lift_starts(scope: etree._Element, shell: etree._Element, starts: list[etree._Element], shell_id: str) -> None:
    """The starts of a process stay outside the shell; inside, a gateway sends each on where it was going.

    With one start there is nothing to choose. With several, the start that happened is known by the variable
    that the engine sets (`arende.start`).
    """
    inner = f"{shell_id}_enter"
    etree.SubElement(shell, tag("startEvent"), id=inner)
    targets: list[tuple[str, str]] = []
    for start in starts:
        shell.remove(start)
        scope.append(start)
        start_id = start.get("id", "")
        for flow in list(shell.findall("./bpmn:sequenceFlow", NAMESPACES)):
            if flow.get("sourceRef") == start_id:
                targets.append((start_id, flow.get("targetRef", "")))
                shell.remove(flow)
        _flow(scope, start_id, shell_id)
    if len(targets) == 1:
        _flow(shell, inner, targets[0][1])
        return
    gateway = f"{shell_id}_which"
    etree.SubElement(shell, tag("exclusiveGateway"), id=gateway)
    _flow(shell, inner, gateway)
    for start_id, target in targets:
        _flow(shell, gateway, target, condition=f'arende.start = "{start_id}"')


def _attach(scope: etree._Element, handler: etree._Element, shell_id: str) -> None:
    """Turn an event sub-process into the handler of a boundary event that has its start event's id."""
    start = handler.find("./bpmn:startEvent", NAMESPACES)
    handler_id = handler.get("id", "")
    handler.attrib.pop("triggeredByEvent", "")
    scope.append(handler)
    end_id = f"{handler_id}__end"
    etree.SubElement(scope, tag("endEvent"), id=end_id)
    _flow(scope, handler_id, end_id)
    if start is None:
        return
    start_id = start.get("id", "")
    interrupts = "true" if _interrupts(handler) else "false"
    boundary = etree.SubElement(
        scope, tag("boundaryEvent"), id=start_id, attachedToRef=shell_id, cancelActivity=interrupts
    )
    boundary.set("name", start.get("name", ""))
    for child in list(start):
        if local(child) not in {"incoming", "outgoing"}:
            boundary.append(child)
    inner_id = f"{start_id}__inner"
    start.set("id", inner_id)
    start.attrib.pop("isInterrupting", "")
    for flow in handler.findall("./bpmn:sequenceFlow", NAMESPACES):
        if flow.get("sourceRef") == start_id:
            flow.set("sourceRef", inner_id)
    _flow(scope, start_id, handler_id)


def _join_ends(root: etree._Element) -> None:
    """SpiffWorkflow wants an end event in each sub-process; BPMN does not."""
    for node in root.iter(tag("subProcess"), tag("transaction")):
        if node.find("./bpmn:endEvent", NAMESPACES) is None:
            _add_implicit_ends(node)


def _add_implicit_ends(scope: etree._Element) -> None:
    sources = {flow.get("sourceRef") for flow in scope.findall("./bpmn:sequenceFlow", NAMESPACES)}
    for node in list(scope):
        node_id = node.get("id", "")
        if local(node) in FLOW_NODES and node_id not in sources and node.get("triggeredByEvent") != "true":
            etree.SubElement(scope, tag("endEvent"), id=f"{node_id}__end")
            _flow(scope, node_id, f"{node_id}__end")


def _flow(scope: etree._Element, source: str, target: str, condition: str = "") -> None:
    flow = etree.SubElement(
        scope, tag("sequenceFlow"), id=f"flow__{source}__{target}", sourceRef=source, targetRef=target
    )
    if condition:
        etree.SubElement(flow, tag("conditionExpression")).text = condition
