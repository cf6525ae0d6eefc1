"""What is said of one step: when it is due, with which form, system, table and rule, how often, and why."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows import diagram
from workflows.diagram import Element, tag
from workflows.forms.shapes import Field
from workflows.outline import drawing as drawings
from workflows.outline import happenings, times
from workflows.outline.conditions import Known, said
from workflows.outline.drawing import Drawing
from workflows.outline.shapes import Around, Fact

PERSONS = frozenset({"userTask", "manualTask"})
DONE_BY = PERSONS | {"task"}
PRIORITIES = {"1": "hög", "2": "vanlig", "3": "låg"}


def form_key(one: Element) -> str:
    """Of the form that a person answers; '' where there is none."""
    if one.type == "startEvent" and not one.event:
        return one.id
    return one.properties.get("formKey") or one.id if one.type in PERSONS else ""


def profession(key: str, drawing: Drawing, around: Around) -> str:
    return around.professions.get(key) or drawing.lanes.get(key) or key


def questions(drawing: Drawing, around: Around) -> dict[str, Field]:
    """The questions of the forms by the names that expressions have for their answers."""
    found: dict[str, Field] = {}
    for one in drawing.elements.values():
        form = around.forms.get(form_key(one))
        for asked in form.fields if form is not None else ():
            found[f"{one.id}.{asked.key}"] = asked
    return found


def decisions(drawing: Drawing, around: Around) -> dict[str, str]:
    """What decisions are called, by the name of their answer."""
    found = {}
    for node in drawing.root.iter(tag("businessRuleTask")):
        key = diagram.extension_text(node, "calledDecisionId")
        if key in around.decisions:
            found[diagram.result_variable(node) or key] = around.decisions[key]
    return found


def of(one: Element, node: etree._Element, drawing: Drawing, around: Around, known: Known) -> Iterator[Fact]:
    yield from _repeated(node, known)
    yield from _due(one, drawing, around)
    yield from _signed(one, drawing, around)
    for event in drawing.events.of(node):
        if code := happenings.in_feel(event, known):
            yield Fact(label="Tid" if event["kind"] == "timer" else "Villkor", code=code)
    if why := one.properties.get("varfor"):
        yield Fact(label="Varför", text=why)
    yield from _with(node, around)
    yield from _passed(one, drawing)
    for text in drawing.beside.get(one.id, ()):
        yield Fact(label="Anteckning", text=text)


def between_pools(drawing: Drawing) -> Iterator[Fact]:
    """Those who take part without being drawn, and what passes between pools and not from or to a step."""
    for item in drawing.root.iter(tag("participant")):
        if not item.get("processRef") or item.get("processRef") not in _drawn(drawing):
            yield Fact(label="Deltar", text=drawing.name_of(item.get("id", "")))
    for line in drawing.root.iter(tag("messageFlow")):
        ends = [line.get(end, "") for end in ("sourceRef", "targetRef")]
        if not any(end in drawing.elements for end in ends):
            text = f"från {drawing.name_of(ends[0])} till {drawing.name_of(ends[1])}"
            yield Fact(label="Meddelande", text=f"{_named(line)}{text}")


def _drawn(drawing: Drawing) -> set[str]:
    return {node.get("id", "") for node in diagram.processes(drawing.root)}


def _passed(one: Element, drawing: Drawing) -> Iterator[Fact]:
    for source, target, line in drawing.passed:
        if source == one.id:
            yield Fact(label="Meddelande", text=f"{_named(line)}till {drawing.name_of(target)}")
        if target == one.id:
            yield Fact(label="Meddelande", text=f"{_named(line)}från {drawing.name_of(source)}")


def _named(line: etree._Element) -> str:
    name = " ".join((line.get("name") or "").split())
    return f"”{name}” " if name else ""


def _repeated(node: etree._Element, known: Known) -> Iterator[Fact]:
    how, text = drawings.repeats(node)
    if not how:
        return
    asked = known.questions.get(text)
    words = f"”{asked.label}”" if asked is not None else said(text, known) if text else ""
    yield Fact(label=how, text=words or ("" if text else "så många gånger som behövs"), code="" if words else text)


def _due(one: Element, drawing: Drawing, around: Around) -> Iterator[Fact]:
    settings = one.properties
    if due := settings.get("forfaller", "").strip():
        words = f"inom {times.span(due)}" if times.span(due) else times.moment(due)
        yield Fact(label="Ska vara klart", text=words, code="" if words else due)
    if late := settings.get("eskalera_efter", "").strip():
        to = profession(settings.get("eskaleras_till", ""), drawing, around) or "någon mer"
        yield Fact(label="Om det blir sent", text=f"efter {times.span(late) or late} får också {to} uppgiften")
    if settings.get("prioritet") in PRIORITIES:
        yield Fact(label="Prioritet", text=PRIORITIES[settings["prioritet"]])


def _signed(one: Element, drawing: Drawing, around: Around) -> Iterator[Fact]:
    if asked := diagram.signing(one.properties):
        names = [profession(key, drawing, around) for key in asked.professions]
        person = ["personen själv"] if asked.with_individual else []
        least = f" (minst {asked.needed})" if asked.needed < len(names) else ""
        yield Fact(label="Skrivs under av", text=", ".join([*names, *person]) + least)


def _with(node: etree._Element, around: Around) -> Iterator[Fact]:
    """The system, the table or the calculation that does the step."""
    if key := drawings.operation(node):
        found = around.operations.get(key)
        yield Fact(label="System", text=f"{found.title} ({found.system})" if found else "", code="" if found else key)
    if key := diagram.extension_text(node, "calledDecisionId"):
        yield Fact(label="Beslutstabell", text=around.decisions.get(key, key))
    if text := drawings.script(node):
        yield Fact(label="Räknar ut", code=text)
