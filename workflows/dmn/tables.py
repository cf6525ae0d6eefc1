"""Hit policies: which rules of a table fit, and what they answer together (DMN 1.5 §8.2.11)."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from workflows.dmn.arriving import arrived
from workflows.dmn.errors import DmnError
from workflows.dmn.model import DecisionTable, Expression, Input, Output, Rule
from workflows.dmn.parts import ModelRun, Table, TableTrace
from workflows.feel import FeelError, nodes
from workflows.feel.builtins.registry import call_builtin
from workflows.feel.comparison import equal
from workflows.feel.errors import Nothing
from workflows.feel.nodes import Node
from workflows.feel.run import Scope, handles

_KEPT_TRACES = 40  # a table inside a loop is explained so many times


@handles(Table)
def _table(run: ModelRun, node: Table, scope: Scope | None) -> object:
    before = run.element
    try:
        return _evaluated(node.table, run, scope)
    except FeelError as error:
        raise DmnError(run.element, str(error)) from None
    finally:
        run.element = before


def _evaluated(table: DecisionTable, run: ModelRun, scope: Scope | None) -> object:
    values = [_input(column, run, scope) for column in table.inputs]
    hits, stops = _examined(table, [Scope({"?": value}, scope) for value in values], run)
    if len(run.traces) < _KEPT_TRACES:
        run.traces.append(TableTrace(table, tuple(values), tuple(hits), tuple(stops)))
    answers = _Answers(table, run, scope)
    return _POLICIES[table.hit_policy](answers, hits) if hits else answers.default()


def _examined(table: DecisionTable, scopes: list[Scope], run: ModelRun) -> tuple[list[int], list[int]]:
    """The rows that fit, and by row tried the column that did not."""
    first_only = table.hit_policy == "FIRST"
    hits: list[int] = []
    stops: list[int] = []
    for number, rule in enumerate(table.rules, 1):
        run.spend(1)
        stop = _misfit(rule, scopes, run)
        stops.append(stop)
        if stop < 0:
            hits.append(number)
            if first_only:
                break
    return hits, stops


def _misfit(rule: Rule, scopes: list[Scope], run: ModelRun) -> int:
    for column, test in enumerate(rule.tests):
        if test.node is None:
            continue
        fits = test.quick(scopes[column].values["?"]) if test.quick is not None else None
        if fits is None:
            run.element = test.element
            fits = run.evaluate(test.node, scopes[column]) is True
        if not fits:
            return column
    return -1


def _input(column: Input, run: ModelRun, scope: Scope | None) -> object:
    """The value of an input column; JSON has no dates, so ISO text becomes what the column's type says."""
    value = _value(column.expression, run, scope)
    if value is None:
        return None
    value = run.conformed(arrived(value, column.type, run), column.type)
    if column.allowed is not None and not _is_allowed(value, column.allowed, run, scope):
        run.note("Värdet är inte ett av kolumnens tillåtna.")
        return None
    return value


def _is_allowed(value: object, allowed: Expression, run: ModelRun, scope: Scope | None) -> bool:
    if value is None or allowed.node is None:
        return True
    if run.evaluate(allowed.node, Scope({"?": value}, scope)) is True:
        return True
    return isinstance(value, list) and all(_is_allowed(item, allowed, run, scope) for item in value)


def _value(expression: Expression, run: ModelRun, scope: Scope | None) -> object:
    run.element = expression.element
    return run.evaluate(expression.node, scope) if expression.node is not None else None


def _together(table: DecisionTable, values: Sequence[object]) -> object:
    """One output is its value; several are a context."""
    if len(table.outputs) == 1:
        return values[0]
    return {output.name: value for output, value in zip(table.outputs, values, strict=True)}


class _Answers:
    """What the rows of one table answer."""

    def __init__(self, table: DecisionTable, run: ModelRun, scope: Scope | None) -> None:
        self.table = table
        self.run = run
        self.scope = scope

    def cells(self, number: int) -> list[object]:
        rule = self.table.rules[number - 1]
        return [self._cell(cell, output) for cell, output in zip(rule.outputs, self.table.outputs, strict=True)]

    def default(self) -> object:
        """What the table answers when no row fits."""
        outputs = self.table.outputs
        if not any(output.default for output in outputs):
            return Decimal(0) if self.table.aggregation == "COUNT" else None
        return _together(
            self.table, [self._cell(output.default, output) if output.default else None for output in outputs]
        )

    def row(self, number: int) -> object:
        return _together(self.table, self.cells(number))

    def _cell(self, cell: Expression, output: Output) -> object:
        value = self.run.conformed(_value(cell, self.run, self.scope), output.type)
        if output.allowed is not None and not _is_allowed(value, output.allowed, self.run, self.scope):
            self.run.note("Svaret är inte ett av kolumnens tillåtna.")
            return None
        return value

    def listed(self, root: Node | None) -> list[object]:
        """The values of a list such as `"hög", "låg"`, in order."""
        tests = root.tests if isinstance(root, nodes.UnaryTests) else ()
        return [self.run.evaluate(test, self.scope) for test in tests]


def _rows(hits: Sequence[int]) -> str:
    return ", ".join(map(str, hits[:-1])) + f" och {hits[-1]}"


def _unique(answers: _Answers, hits: list[int]) -> object:
    if len(hits) > 1:
        message = f"Rad {_rows(hits)} träffar samtidigt, men bara en rad får träffa (UNIQUE)."
        raise DmnError(answers.table.element, message)
    return answers.row(hits[0])


def _first(answers: _Answers, hits: list[int]) -> object:
    return answers.row(hits[0])


def _any(answers: _Answers, hits: list[int]) -> object:
    found = [answers.row(number) for number in hits]
    different = [
        number for number, answer in zip(hits, found, strict=True) if equal(found[0], answer, answers.run) is not True
    ]
    if different:
        raise DmnError(answers.table.element, f"Rad {_rows([hits[0], *different])} träffar men svarar olika (ANY).")
    return found[0]


def _rule_order(answers: _Answers, hits: list[int]) -> object:
    return [answers.row(number) for number in hits]


def _collect(answers: _Answers, hits: list[int]) -> object:
    found = _rule_order(answers, hits)
    aggregation = answers.table.aggregation
    if not aggregation:
        return found
    answers.run.element = answers.table.element
    try:
        return call_builtin(answers.run, aggregation.lower(), [found], ())
    except Nothing as reason:
        answers.run.note(reason.message_sv)
        return None


def _output_order(answers: _Answers, hits: list[int]) -> list[object]:
    """The answers by the order of the output values; rows of equal priority keep their order."""
    outputs = answers.table.outputs
    orders = [answers.listed(output.order) for output in outputs]
    rows = [answers.cells(number) for number in hits]
    rows.sort(key=lambda row: [_rank(value, order, answers.run) for value, order in zip(row, orders, strict=True)])
    return [_together(answers.table, row) for row in rows]


def _rank(value: object, order: Sequence[object], run: ModelRun) -> int:
    return next((n for n, other in enumerate(order) if equal(value, other, run) is True), len(order))


def _priority(answers: _Answers, hits: list[int]) -> object:
    return _output_order(answers, hits)[0]


_POLICIES: dict[str, Callable[[_Answers, list[int]], object]] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "ANY": _any,
    "PRIORITY": _priority,
    "COLLECT": _collect,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
}
