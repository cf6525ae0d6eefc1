"""Reads DMN 1.1-1.5 XML into a model and tells what is wrong with its structure."""

from collections.abc import Iterable, Iterator

from lxml import etree

from workflows import safe_xml
from workflows.dmn.errors import DmnError
from workflows.dmn.model import (
    AGGREGATIONS,
    HIT_POLICIES,
    Decision,
    DecisionTable,
    Expression,
    Input,
    LiteralExpression,
    Logic,
    Model,
    Output,
    Rule,
)
from workflows.findings import Finding, Severity

NAMESPACES = (
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
)
_BOXED = (
    "context",
    "invocation",
    "list",
    "relation",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "some",
    "every",
)


def load(data: bytes, others: Iterable[bytes] = ()) -> Model:  # noqa: ARG001  imports are not read yet
    """The model in a file. Raises DmnError for anything but well-formed decisions; see `check` for all findings."""
    reader = Reader("")
    model = reader.read(data)
    for finding in reader.findings:
        if finding.severity == "error":
            raise DmnError(finding.element, finding.message)
    return model


class Reader:
    """Reads one file, collecting findings instead of stopping at the first."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.findings: list[Finding] = []
        self._namespace = ""

    def read(self, data: bytes) -> Model:
        root = self._root(data)
        if root is None:
            return Model({}, ())
        self._refuse_duplicates(root)
        decisions: dict[str, Decision] = {}
        for element in self._children(root, "decision"):
            decision = self._decision(element)
            if decision is not None:
                decisions.setdefault(decision.id, decision)
        if not decisions and not self.findings:
            self._say("", "no-decision", "Filen innehåller inget beslut.")
        inputs = tuple(_attribute(element, "name") for element in self._children(root, "inputData"))
        names = frozenset({*inputs, *(decision.name for decision in decisions.values())} - {""})
        self._requirements(decisions)
        return Model(decisions, inputs, names)

    def _root(self, data: bytes) -> etree._Element | None:
        try:
            root = safe_xml.parse(data)
        except safe_xml.UnsafeXml as error:
            self._say("", error.code, error.message)
            return None
        name = etree.QName(root)
        if name.localname != "definitions" or name.namespace not in NAMESPACES:
            self._say("", "not-dmn", "Filen är ingen DMN-modell av version 1.1–1.5.")
            return None
        self._namespace = name.namespace or ""
        return root

    def _say(self, element: str, code: str, message: str, severity: Severity = "error") -> None:
        self.findings.append(Finding(self.filename, element, severity, code, message))

    def _children(self, parent: etree._Element, name: str) -> Iterator[etree._Element]:
        return parent.iterchildren(f"{{{self._namespace}}}{name}")

    def _child(self, parent: etree._Element, name: str) -> etree._Element | None:
        return next(self._children(parent, name), None)

    def _refuse_duplicates(self, root: etree._Element) -> None:
        seen: set[str] = set()
        for element in root.iter():
            found = element.get("id")
            if found is not None and found in seen:
                self._say(found, "duplicate-id", f"Id {found} används av flera element.")
            if found is not None:
                seen.add(found)

    # ---- decisions

    def _decision(self, element: etree._Element) -> Decision | None:
        decision_id, name = _attribute(element, "id"), _attribute(element, "name")
        if not decision_id:
            self._say(name, "missing-id", "Beslutet saknar id.")
            return None
        for _ in self._children(element, "knowledgeRequirement"):
            self._say(decision_id, "unsupported", "Beslutet använder en kunskapsmodell, vilket ännu inte stöds.")
        logic = self._logic(element, decision_id)
        if logic is None:
            return None
        return Decision(decision_id, name or decision_id, logic, tuple(self._required(element, decision_id)))

    def _logic(self, element: etree._Element, decision_id: str) -> Logic | None:
        table = self._child(element, "decisionTable")
        if table is not None:
            return self._table(table, decision_id)
        literal = self._child(element, "literalExpression")
        if literal is not None:
            return LiteralExpression(self._expression(literal, decision_id))
        boxed = next((name for name in _BOXED if self._child(element, name) is not None), None)
        if boxed is not None:
            self._say(
                decision_id, "unsupported", f"Beslut av formen {boxed} stöds ännu inte; använd tabell eller uttryck."
            )
        else:
            self._say(decision_id, "no-logic", "Beslutet har varken tabell eller uttryck.")
        return None

    def _required(self, element: etree._Element, decision_id: str) -> Iterator[str]:
        for requirement in self._children(element, "informationRequirement"):
            required = self._child(requirement, "requiredDecision")
            if required is None:
                continue
            href = _attribute(required, "href")
            if not href.startswith("#"):
                self._say(
                    decision_id, "unsupported", "Beslutet bygger på ett beslut i en annan fil, vilket inte stöds."
                )
            else:
                yield href[1:]

    def _requirements(self, decisions: dict[str, Decision]) -> None:
        for decision in decisions.values():
            for required in decision.requires:
                if required not in decisions:
                    self._say(
                        decision.id, "missing-decision", f"Beslutet bygger på {required}, som inte går att använda."
                    )
        for decision in decisions.values():
            if _reaches_itself(decision.id, decisions):
                self._say(decision.id, "circular", "Beslutet bygger på sig självt.")

    # ---- tables

    def _table(self, element: etree._Element, decision_id: str) -> DecisionTable:
        table_id = _attribute(element, "id") or decision_id
        inputs = tuple(self._input(part, table_id) for part in self._children(element, "input"))
        outputs = tuple(self._output(part) for part in self._children(element, "output"))
        rules = tuple(
            self._rule(rule, number, table_id, len(inputs), len(outputs))
            for number, rule in enumerate(self._children(element, "rule"), 1)
        )
        self._check_outputs(outputs, table_id)
        if not rules:
            self._say(table_id, "no-rules", "Tabellen har inga rader och ger aldrig något svar.", "warning")
        policy, aggregation = self._policy(element, table_id, outputs)
        return DecisionTable(table_id, policy, aggregation, inputs, outputs, rules)

    def _policy(self, element: etree._Element, table_id: str, outputs: tuple[Output, ...]) -> tuple[str, str]:
        policy = " ".join((element.get("hitPolicy") or "UNIQUE").split())
        aggregation = element.get("aggregation") or ""
        if policy not in HIT_POLICIES:
            self._say(table_id, "hit-policy", f"Träffregeln {policy[:40]} är okänd.")
        if aggregation and (policy != "COLLECT" or aggregation not in AGGREGATIONS):
            self._say(table_id, "aggregation", f"Sammanräkningen {aggregation[:40]} går inte att använda här.")
        elif aggregation and len(outputs) > 1:
            self._say(table_id, "aggregation", "Sammanräkning kräver att tabellen har bara en utdatakolumn.")
        if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.allowed for output in outputs):
            self._say(table_id, "priority", f"{policy} kräver en lista med utdatavärden i prioritetsordning.")
        return policy, aggregation

    def _check_outputs(self, outputs: tuple[Output, ...], table_id: str) -> None:
        names = [output.name for output in outputs]
        if not outputs:
            self._say(table_id, "no-output", "Tabellen saknar utdatakolumn.")
        elif len(outputs) > 1 and not all(names):
            self._say(table_id, "output-name", "Varje utdatakolumn måste ha ett namn när de är flera.")
        elif len(set(names)) != len(names):
            self._say(table_id, "output-name", "Två utdatakolumner har samma namn.")

    def _input(self, element: etree._Element, table_id: str) -> Input:
        source = self._child(element, "inputExpression")
        place = _attribute(element, "id") or table_id
        if source is None:
            self._say(place, "input-expression", "Indatakolumnen saknar uttryck.")
            return Input(_attribute(element, "label"), Expression(place, ""), None)
        expression = self._expression(source, place)
        label = _attribute(element, "label") or expression.text
        return Input(label, expression, self._optional(element, "inputValues", place))

    def _output(self, element: etree._Element) -> Output:
        place = _attribute(element, "id")
        return Output(
            _attribute(element, "name"),
            self._optional(element, "outputValues", place),
            self._optional(element, "defaultOutputEntry", place),
        )

    def _rule(self, element: etree._Element, number: int, table_id: str, inputs: int, outputs: int) -> Rule:
        rule_id = _attribute(element, "id") or f"{table_id} rad {number}"
        tests = [self._expression(part, f"{rule_id} indata") for part in self._children(element, "inputEntry")]
        results = [self._expression(part, f"{rule_id} utdata") for part in self._children(element, "outputEntry")]
        if len(tests) != inputs or len(results) != outputs:
            self._say(
                rule_id,
                "cell-count",
                f"Rad {number} har {len(tests)}+{len(results)} celler, men tabellen har {inputs}+{outputs} kolumner.",
            )
        return Rule(rule_id, tuple(tests), tuple(results))

    def _optional(self, parent: etree._Element, name: str, place: str) -> Expression | None:
        element = self._child(parent, name)
        if element is None:
            return None
        found = self._expression(element, place)
        return found if found.text else None

    def _expression(self, element: etree._Element, place: str) -> Expression:
        place = _attribute(element, "id") or place
        language = element.get("expressionLanguage") or ""
        if language and "feel" not in language.lower():
            self._say(place, "language", f"Uttrycket är skrivet i {language[:60]}; bara FEEL går att använda.")
        text = self._child(element, "text")
        written = "".join(map(str, text.itertext())).strip() if text is not None else ""
        return Expression(place, written, _attribute(element, "typeRef").rpartition(":")[2])


def _attribute(element: etree._Element, name: str) -> str:
    return " ".join((element.get(name) or "").split())


def _reaches_itself(start: str, decisions: dict[str, Decision]) -> bool:
    seen: set[str] = set()
    waiting = list(decisions[start].requires)
    while waiting:
        current = waiting.pop()
        if current == start:
            return True
        if current not in seen and current in decisions:
            seen.add(current)
            waiting.extend(decisions[current].requires)
    return False
