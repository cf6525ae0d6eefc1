"""Steps and events that refer to something outside the diagram: forms, decisions, operations, messages."""

from __future__ import annotations

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, Element, local
from workflows.lint.report import Report, duration
from workflows.published import form_file

DURATION_SETTINGS = ("eskalera_efter",)


def check(root: etree._Element, report: Report) -> None:
    _events(root, report)
    _tasks(root, report)


def _events(root: etree._Element, report: Report) -> None:
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


def _tasks(root: etree._Element, report: Report) -> None:
    for element in diagram.elements(root).values():
        if element.type in {"userTask", "manualTask"}:
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


def _service_task(node: etree._Element, report: Report) -> None:
    operator = node.find("./bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES)
    name = operator.get("id", "") if operator is not None else ""
    if not name:
        report.error(node.get("id", ""), "no-operation", "Systemsteget saknar koppling (operation).")
    elif not report.context.knows_operation(name):
        report.error(node.get("id", ""), "unknown-operation", f"Kopplingen {name} finns inte.")


def _user_task(element: Element, report: Report) -> None:
    if not element.name:
        report.warning(element.id, "no-name", "Uppgiften saknar namn.")
    if not element.lane and report.context.is_folder:
        report.error(element.id, "no-lane", "Uppgiften ligger inte i någon bana: ingen profession får den.")
    key = element.properties.get("formKey") or element.id
    if report.context.is_folder and form_file(key) not in report.context.forms:
        report.error(element.id, "no-form", f"Formuläret {form_file(key)} saknas.")
    for name in DURATION_SETTINGS:
        if element.properties.get(name):
            duration(report, element.id, element.properties[name])
