"""Decision tables as the file writes them: columns, rules and cells, with what is wrong about each."""

from dataclasses import replace

from lxml import etree

from workflows.dmn.boxed import Boxes, Names, register
from workflows.dmn.cells import quick
from workflows.dmn.document import attribute
from workflows.dmn.model import AGGREGATIONS, HIT_POLICIES, DecisionTable, Expression, Input, Output, Rule
from workflows.dmn.parts import Table
from workflows.feel import parse, parse_unary
from workflows.feel.nodes import Node, UnaryTests

_POLICY_LETTERS = {
    "U": "UNIQUE",
    "F": "FIRST",
    "P": "PRIORITY",
    "A": "ANY",
    "C": "COLLECT",
    "R": "RULE ORDER",
    "O": "OUTPUT ORDER",
}


def table(boxes: Boxes, element: etree._Element, place: str, bound: Names) -> Node:
    made = _Reader(boxes, element, place, bound).read()
    boxes.tables.append(made)
    return Table(0, made)


class _Reader:
    """Reads one table."""

    def __init__(self, boxes: Boxes, element: etree._Element, place: str, bound: Names) -> None:
        self._boxes = boxes
        self._document = boxes.document
        self._element = element
        self._place = place
        self._bound = bound

    def read(self) -> DecisionTable:
        inputs = tuple(self._input(part) for part in self._document.children(self._element, "input"))
        outputs = tuple(self._output(part) for part in self._document.children(self._element, "output"))
        rules = tuple(
            self._rule(rule, number, len(inputs), len(outputs))
            for number, rule in enumerate(self._document.children(self._element, "rule"), 1)
        )
        self._check_outputs(outputs)
        if not rules:
            self._say("no-rules", "Tabellen har inga rader och ger aldrig något svar.", warning=True)
        policy, aggregation = self._policy(outputs)
        return DecisionTable(self._place, policy, aggregation, inputs, outputs, rules)

    def _say(self, code: str, message: str, *, place: str = "", warning: bool = False) -> None:
        self._document.say(place or self._place, code, message, "warning" if warning else "error")

    def _policy(self, outputs: tuple[Output, ...]) -> tuple[str, str]:
        policy = attribute(self._element, "hitPolicy") or "UNIQUE"
        policy = _POLICY_LETTERS.get(policy, policy)
        aggregation = self._element.get("aggregation") or ""
        if policy not in HIT_POLICIES:
            self._say("hit-policy", f"Träffregeln {policy[:40]} är okänd.")
        if aggregation and (policy != "COLLECT" or aggregation not in AGGREGATIONS):
            self._say("aggregation", f"Sammanräkningen {aggregation[:40]} går inte att använda här.")
        elif aggregation and len(outputs) > 1:
            self._say("aggregation", "Sammanräkning kräver att tabellen har bara en utdatakolumn.")
        if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.order for output in outputs):
            self._say("priority", f"{policy} kräver en lista med utdatavärden i prioritetsordning.")
        return policy, aggregation

    def _check_outputs(self, outputs: tuple[Output, ...]) -> None:
        names = [output.name for output in outputs]
        if not outputs:
            self._say("no-output", "Tabellen saknar utdatakolumn.")
        elif len(outputs) > 1 and not all(names):
            self._say("output-name", "Varje utdatakolumn måste ha ett namn när de är flera.")
        elif len(set(names)) != len(names):
            self._say("output-name", "Två utdatakolumner har samma namn.")
        for name in names:
            if name.startswith("_") or "." in name:
                rule = "ett namn börjar med en bokstav och har ingen punkt."
                told = f"Utdatakolumnen ”{name[:40]}” kan inte heta så: {rule}"
                self._document.remark(self._place, "output-name", told)

    def _input(self, element: etree._Element) -> Input:
        source = self._document.child(element, "inputExpression")
        place = attribute(element, "id") or self._place
        if source is None:
            self._say("input-expression", "Indatakolumnen saknar uttryck.", place=place)
            return Input(attribute(element, "label"), Expression(place, ""), None)
        expression = self._boxes.expression(source, place, self._bound)
        if not expression.text:
            self._document.remark(place, "empty", "Uttrycket är tomt.")
        wanted = self._boxes.types.named(attribute(source, "typeRef"), place)
        label = attribute(element, "label") or expression.text
        return Input(label, expression, self._tests(element, "inputValues", place), wanted)

    def _output(self, element: etree._Element) -> Output:
        place = attribute(element, "id") or self._place
        default = self._document.child(element, "defaultOutputEntry")
        written = self._boxes.expression(default, place, self._bound) if default is not None else None
        return Output(
            attribute(element, "name"),
            self._tests(element, "outputValues", place),
            written if written is not None and written.text else None,
            self._boxes.types.named(attribute(element, "typeRef"), place),
        )

    def _rule(self, element: etree._Element, number: int, inputs: int, outputs: int) -> Rule:
        rule_id = attribute(element, "id") or f"{self._place} rad {number}"
        tests = tuple(
            self._cell(self._boxes.expression(part, f"{rule_id} indata", self._bound, parse_unary))
            for part in self._document.children(element, "inputEntry")
        )
        results = tuple(
            self._boxes.expression(part, f"{rule_id} utdata", self._bound, parse)
            for part in self._document.children(element, "outputEntry")
        )
        if len(tests) != inputs or len(results) != outputs:
            message = (
                f"Rad {number} har {len(tests)}+{len(results)} celler, men tabellen har {inputs}+{outputs} kolumner."
            )
            self._say("cell-count", message, place=rule_id)
        notes = (self._document.text(part) for part in self._document.children(element, "annotationEntry"))
        return Rule(rule_id, tests, results, tuple(note for note in notes if note))

    def _cell(self, cell: Expression) -> Expression:
        """A cell that every value passes has no tree to ask."""
        if isinstance(cell.node, UnaryTests) and not cell.node.tests and not cell.node.negated:
            return Expression(cell.element, cell.text, cell.type)
        return replace(cell, quick=quick(cell.node))

    def _tests(self, parent: etree._Element, name: str, place: str) -> Expression | None:
        element = self._document.child(parent, name)
        if element is None:
            return None
        found = self._boxes.expression(element, place, self._bound, parse_unary)
        return found if found.text else None


register("decisionTable", table)
