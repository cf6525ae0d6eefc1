"""What the parts of a förlopp are called by people, so that a finding can say where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from workflows import diagram
from workflows.dmn import Model
from workflows.dmn.model import DecisionTable
from workflows.forms.shapes import Form

Named = Iterator[tuple[str, str]]


def element_names(
    diagrams: Mapping[str, etree._Element], models: Mapping[str, Model], forms: Mapping[str, Form]
) -> dict[tuple[str, str], str]:
    """File and element id -> the name of a step, a flow, a cell or a field."""
    found: dict[tuple[str, str], str] = {}
    for named in (
        *((file, _steps(root)) for file, root in diagrams.items()),
        *((file, _cells(model)) for file, model in models.items()),
        *((file, _fields(form)) for file, form in forms.items()),
    ):
        file, pairs = named
        found |= {(file, element): name for element, name in pairs if name}
    return found


def _steps(root: etree._Element) -> Named:
    names = {element.id: f"”{element.name}”" for element in diagram.elements(root).values() if element.name}
    yield from names.items()
    for flow in root.iter(diagram.tag("sequenceFlow")):
        ends = [names.get(flow.get(end, ""), flow.get(end, "")) for end in ("sourceRef", "targetRef")]
        yield flow.get("id", ""), f"flödet från {ends[0]} till {ends[1]}"


def _cells(model: Model) -> Named:
    for decision in model.decisions.values():
        yield decision.id, f"”{decision.name}”"
    for table in model.tables:
        yield from _table(table)


def _table(table: DecisionTable) -> Named:
    columns = [f"kolumnen ”{column.label}”" for column in table.inputs]
    answers = [f"svaret ”{output.name}”" if output.name else "svaret" for output in table.outputs]
    for column, name in zip(table.inputs, columns, strict=True):
        yield column.expression.element, name
    for number, rule in enumerate(table.rules, start=1):
        yield rule.element, f"rad {number}"
        for cells, names in ((rule.tests, columns), (rule.outputs, answers)):
            for cell, name in zip(cells, names, strict=False):
                yield cell.element, f"rad {number}, {name}"


def _fields(form: Form) -> Named:
    for field in form.walk():
        yield field.key, f"fältet ”{field.label}”"
