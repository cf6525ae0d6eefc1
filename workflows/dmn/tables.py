"""Hit policies: which rules of a table fit, and what they answer together (DMN 1.5 §8.2.11)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from workflows.dmn.errors import DmnError
from workflows.dmn.model import DecisionTable, Expression, Rule
from workflows.feel import Diagnostic, FeelError, Run, Tree, UnaryTree, nodes, parse, parse_unary, temporal
from workflows.feel.comparison import equal
from workflows.feel.errors import Nothing

_READERS: dict[str, Callable[[str], object]] = {
    "date": temporal.read_date,
    "time": temporal.read_time,
    "dateTime": temporal.read_datetime,
    "date and time": temporal.read_datetime,
    "dayTimeDuration": temporal.read_duration,
    "days and time duration": temporal.read_duration,
    "yearMonthDuration": temporal.read_duration,
    "years and months duration": temporal.read_duration,
}


@dataclass(frozen=True, slots=True)
class CellDiagnostic:
    """Why a part of a cell or expression became null."""

    element: str
    message: str


@dataclass(slots=True)
class Evaluation:
    """Evaluates expressions of one decision, knowing which element is at fault."""

    run: Run
    names: frozenset[str]
    diagnostics: list[CellDiagnostic] = field(default_factory=list)

    def value(self, expression: Expression) -> object:
        return self._evaluated(expression, self._parsed(expression, parse), None) if expression.text else None

    def input(self, expression: Expression) -> object:
        """The value of an input column; JSON has no dates, so ISO text becomes what the column's type says."""
        value = self.value(expression)
        reader = _READERS.get(expression.type)
        if reader is None or not isinstance(value, str):
            return value
        try:
            return reader(value)
        except Nothing as reason:
            self.diagnostics.append(CellDiagnostic(expression.element, reason.message_sv))
            return None

    def passes(self, test: Expression, value: object) -> bool:
        if test.text in ("", "-"):
            return True
        return self._evaluated(test, self._parsed(test, parse_unary), {"?": value}) is True

    def listed(self, allowed: Expression) -> list[object]:
        """The values of a list such as `"hög", "låg"`, in order."""
        root = self._parsed(allowed, parse_unary).root
        tests = root.tests if isinstance(root, nodes.UnaryTests) else ()
        return [self._evaluated(allowed, Tree(allowed.text, test), None) for test in tests]

    def _parsed(self, expression: Expression, parser: Callable[[str, frozenset[str]], Tree | UnaryTree]) -> Tree:
        try:
            return parser(expression.text, self.names)
        except FeelError as error:
            raise DmnError(expression.element, str(error)) from None

    def _evaluated(self, expression: Expression, tree: Tree, extra: dict[str, object] | None) -> object:
        notes: list[Diagnostic] = []
        self.run.diagnostics = notes
        try:
            return self.run.value(tree, extra)
        except FeelError as error:
            raise DmnError(expression.element, str(error)) from None
        finally:
            self.diagnostics += [CellDiagnostic(expression.element, note.message_sv) for note in notes]


@dataclass(frozen=True, slots=True)
class TableResult:
    value: object
    hits: tuple[int, ...]  # row numbers from 1, as the editor shows them
    inputs: dict[str, object]


def evaluate_table(table: DecisionTable, evaluation: Evaluation) -> TableResult:
    values = [evaluation.input(column.expression) for column in table.inputs]
    inputs = {column.label: value for column, value in zip(table.inputs, values, strict=True)}
    first_only = table.hit_policy == "FIRST"
    hits: list[int] = []
    for number, rule in enumerate(table.rules, 1):
        evaluation.run.spend(1)
        if all(evaluation.passes(test, value) for test, value in zip(rule.tests, values, strict=True)):
            hits.append(number)
            if first_only:
                break
    if not hits:
        return TableResult(_default(table, evaluation), (), inputs)
    return TableResult(_POLICIES[table.hit_policy](table, hits, evaluation), tuple(hits), inputs)


def _default(table: DecisionTable, evaluation: Evaluation) -> object:
    if not any(output.default for output in table.outputs):
        return None
    return _together(table, [evaluation.value(output.default) if output.default else None for output in table.outputs])


def _together(table: DecisionTable, values: Sequence[object]) -> object:
    """One output is its value; several are a context."""
    if len(table.outputs) == 1:
        return values[0]
    return {output.name: value for output, value in zip(table.outputs, values, strict=True)}


def _cells(rule: Rule, evaluation: Evaluation) -> list[object]:
    return [evaluation.value(cell) for cell in rule.outputs]


def _answer(table: DecisionTable, number: int, evaluation: Evaluation) -> object:
    return _together(table, _cells(table.rules[number - 1], evaluation))


def _rows(hits: Sequence[int]) -> str:
    return ", ".join(map(str, hits[:-1])) + f" och {hits[-1]}"


def _unique(table: DecisionTable, hits: list[int], evaluation: Evaluation) -> object:
    if len(hits) > 1:
        raise DmnError(table.element, f"Rad {_rows(hits)} träffar samtidigt, men bara en rad får träffa (UNIQUE).")
    return _answer(table, hits[0], evaluation)


def _first(table: DecisionTable, hits: list[int], evaluation: Evaluation) -> object:
    return _answer(table, hits[0], evaluation)


def _any(table: DecisionTable, hits: list[int], evaluation: Evaluation) -> object:
    answers = [_answer(table, number, evaluation) for number in hits]
    different = [
        number
        for number, answer in zip(hits, answers, strict=True)
        if equal(answers[0], answer, evaluation.run) is not True
    ]
    if different:
        raise DmnError(table.element, f"Rad {_rows([hits[0], *different])} träffar men svarar olika (ANY).")
    return answers[0]


def _rule_order(table: DecisionTable, hits: list[int], evaluation: Evaluation) -> object:
    return [_answer(table, number, evaluation) for number in hits]


def _collect(table: DecisionTable, hits: list[int], evaluation: Evaluation) -> object:
    answers = [_answer(table, number, evaluation) for number in hits]
    if not table.aggregation:
        return answers
    if table.aggregation == "COUNT":
        return Decimal(len(answers))
    tree = parse(f"{table.aggregation.lower()}(svar)")
    return evaluation.run.value(tree, {"svar": answers})


def _output_order(table: DecisionTable, hits: list[int], evaluation: Evaluation) -> list[object]:
    """The answers by the order of the output values; rows of equal priority keep their order."""
    orders = [evaluation.listed(output.allowed) if output.allowed else [] for output in table.outputs]
    rows = [_cells(table.rules[number - 1], evaluation) for number in hits]
    rows.sort(key=lambda row: [_rank(value, order, evaluation) for value, order in zip(row, orders, strict=True)])
    return [_together(table, row) for row in rows]


def _rank(value: object, order: Sequence[object], evaluation: Evaluation) -> int:
    return next((n for n, other in enumerate(order) if equal(value, other, evaluation.run) is True), len(order))


def _priority(table: DecisionTable, hits: list[int], evaluation: Evaluation) -> object:
    return _output_order(table, hits, evaluation)[0]


_POLICIES: dict[str, Callable[[DecisionTable, list[int], Evaluation], object]] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "ANY": _any,
    "PRIORITY": _priority,
    "COLLECT": _collect,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
}
