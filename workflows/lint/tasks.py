"""Steps and events that refer to something outside the diagram: forms, decisions, operations, messages."""

from __future__ import annotations

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, Element, local
from workflows.lint import edges
from workflows.lint.report import Report, duration
from workflows.published import form_file
from workflows.variables.spelling import did_you_mean, listed, nearest

DURATION_SETTINGS = ("eskalera_efter",)
ROLE_SETTINGS = ("eskaleras_till", "reserv_roll", "tilldelad_roll")
SIGNING = ("signeras_av", "signeras_minst")
SETTINGS = (*DURATION_SETTINGS, *ROLE_SETTINGS, "forfaller", "formKey", "prioritet", "varfor", "resultat", *SIGNING)
PRIORITIES = ("1", "2", "3")
THROWERS = frozenset({"sendTask", "endEvent", "intermediateThrowEvent"})


def check(root: etree._Element, report: Report) -> None:
    _events(root, report)
    _tasks(root, report)
    edges.check(root, report)


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
            text = "Steget väntar på eller skickar ett meddelande som inte är valt."
            report.error(node.get("id", ""), "no-message", text)
        elif report.context.is_folder and name not in report.context.messages and local(node) not in THROWERS:
            hint = did_you_mean(name, report.context.messages)
            report.error(node.get("id", ""), "message-rule", f"Meddelandet {name} saknar regel i process.toml.{hint}")


def _tasks(root: etree._Element, report: Report) -> None:
    for element in diagram.elements(root).values():
        _settings(element, report)
        _confined(element, report)
        if element.type in {"userTask", "manualTask"}:
            _user_task(element, report)
    for node in root.iter(diagram.tag("serviceTask")):
        _service_task(node, report)
    for node in root.iter(diagram.tag("businessRuleTask")):
        decision = diagram.extension_text(node, "calledDecisionId")
        if not decision or (report.context.is_folder and decision not in report.context.decisions):
            hint = did_you_mean(decision, report.context.decisions)
            text = f"Beslutet ”{decision}” finns inte i någon beslutstabell.{hint}"
            report.error(node.get("id", ""), "no-decision", text)
    for node in root.iter(diagram.tag("callActivity")):
        _called(node, report)


def _called(node: etree._Element, report: Report) -> None:
    called = node.get("calledElement", "")
    if called not in report.context.processes:
        hint = did_you_mean(called, report.context.processes)
        report.error(node.get("id", ""), "no-process", f"Den anropade processen ”{called}” finns inte.{hint}")


def _service_task(node: etree._Element, report: Report) -> None:
    operator = node.find("./bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES)
    name = operator.get("id", "") if operator is not None else ""
    if not name:
        report.error(node.get("id", ""), "no-operation", "Systemsteget saknar koppling (operation).")
    elif not report.context.knows_operation(name):
        hint = did_you_mean(name, report.context.known_operations())
        report.error(node.get("id", ""), "unknown-operation", f"Kopplingen {name} finns inte.{hint}")
    else:
        _parameters(node, name, report)


def _parameters(node: etree._Element, operation: str, report: Report) -> None:
    """A parameter that the operation does not know never arrives."""
    known = report.context.parameters(operation)
    for parameter in node.iter(f"{{{diagram.SPIFF}}}parameter"):
        name = parameter.get("id", "")
        if known and name not in known:
            hint = did_you_mean(name, known) or f" De som finns är {listed(known)}."
            text = f"Kopplingen {operation} har ingen parameter ”{name}”.{hint}"
            report.warning(node.get("id", ""), "unknown-parameter", text)


def _settings(element: Element, report: Report) -> None:
    """The product's own settings on a step: spelt right, and with values that can be used."""
    for name, value in element.properties.items():
        meant = nearest(name, SETTINGS) if name not in SETTINGS else ""
        if meant:
            report.warning(element.id, "unknown-setting", f"Egenskapen ”{name}” finns inte. Menade du ”{meant}”?")
        elif name == "prioritet" and value not in PRIORITIES:
            report.error(element.id, "priority", f"”prioritet” ska vara 1, 2 eller 3, inte ”{value}”.")
        elif name in ROLE_SETTINGS and report.context.roles and value not in report.context.roles:
            meant = nearest(value, report.context.roles)
            if meant:
                text = f"Rollen ”{value}” i ”{name}” används ingen annanstans. Menade du ”{meant}”?"
                report.warning(element.id, "unknown-role", text)


def _confined(element: Element, report: Report) -> None:
    """Nothing of a confined förlopp comes to anybody but those whose own it is."""
    if report.context.confined is None or element.type not in {"userTask", "manualTask", "serviceTask"}:
        return
    told, signing = element.properties, diagram.signing(element.properties)
    named = [told.get("eskaleras_till", ""), *(signing.professions if signing else ())]
    if element.type in {"userTask", "manualTask"}:
        named.append(element.lane)
    else:
        named.append(told.get("reserv_roll") or element.lane or "samordnare")
    for role in dict.fromkeys(role for role in named if role and role not in report.context.confined):
        text = f"Akten är sluten, men det här kommer till ”{role}”. Välj en roll som får se den (”visible_to”)."
        report.error(element.id, "confined", text)


def _user_task(element: Element, report: Report) -> None:
    if not element.name:
        report.warning(element.id, "no-name", "Uppgiften saknar namn.")
    if not element.lane and report.context.is_folder:
        report.error(element.id, "no-lane", "Uppgiften ligger inte i någon bana: ingen profession får den.")
    key = element.properties.get("formKey") or element.id
    if report.context.is_folder and form_file(key) not in report.context.forms:
        meant = nearest(form_file(key), report.context.forms, likeness=0.85)
        hint = f" Menade du ”{meant}”?" if meant else ""
        report.error(element.id, "no-form", f"Formuläret {form_file(key)} saknas.{hint}")
    for name in DURATION_SETTINGS:
        if element.properties.get(name):
            duration(report, element.id, element.properties[name])
    _signing(element, report)


def _signing(element: Element, report: Report) -> None:
    """Who must sign: known professions, the one that has the task among them, and no more than there are."""
    asked, least = diagram.signing(element.properties), element.properties.get("signeras_minst", "").strip()
    if asked is None:
        if least:
            report.error(element.id, "signing", "”signeras_minst” säger hur många, men ”signeras_av” säger inte vilka.")
        return
    if element.type != "userTask" or not asked.professions:
        report.error(element.id, "signing", "”signeras_av” ska namnge minst en profession, på en användaruppgift.")
    elif element.lane and element.lane not in asked.professions:
        text = f"Uppgiften ligger hos ”{element.lane}”. Skriv den rollen också i ”signeras_av”."
        report.error(element.id, "signing", text)
    if least and not (least.isdecimal() and 1 <= int(least[:3]) <= len(asked.professions)):
        text = f"”signeras_minst” ska vara ett heltal från 1 till {len(asked.professions)}, inte ”{least}”."
        report.error(element.id, "signing", text)
    for role in asked.professions:
        meant = nearest(role, report.context.roles) if report.context.roles and role not in report.context.roles else ""
        if meant:
            report.error(element.id, "signing", f"Rollen ”{role}” i ”signeras_av” finns inte. Menade du ”{meant}”?")
