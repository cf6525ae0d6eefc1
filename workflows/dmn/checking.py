"""Checks a decision file before it is used: structure, and that every cell can be read and knows its functions."""

from collections.abc import Callable, Iterator

from workflows.dmn.model import DecisionTable, Expression, Model
from workflows.dmn.reader import Reader
from workflows.feel import FeelError, Tree, parse, parse_unary, unknown_functions
from workflows.findings import Finding

Parser = Callable[[str, frozenset[str]], Tree]


def check(data: bytes, filename: str) -> list[Finding]:
    """Every finding at once; an empty list when the file can be used. Never raises, whatever the bytes are."""
    reader = Reader(filename)
    model = reader.read(data)
    findings = list(reader.findings)
    for decision in model.decisions.values():
        for expression, parser in _expressions(model, decision.id):
            findings += _expression_findings(expression, parser, model.names, filename)
    return findings


def _expressions(model: Model, decision_id: str) -> Iterator[tuple[Expression, Parser]]:
    logic = model.decisions[decision_id].logic
    if isinstance(logic, DecisionTable):
        yield from _table_expressions(logic)
    else:
        yield logic.expression, parse


def _table_expressions(table: DecisionTable) -> Iterator[tuple[Expression, Parser]]:
    for column in table.inputs:
        yield column.expression, parse
        if column.allowed:
            yield column.allowed, parse_unary
    for output in table.outputs:
        if output.allowed:
            yield output.allowed, parse_unary
        if output.default:
            yield output.default, parse
    for rule in table.rules:
        yield from ((test, parse_unary) for test in rule.tests if test.text)
        yield from ((cell, parse) for cell in rule.outputs if cell.text)


def _expression_findings(
    expression: Expression, parser: Parser, names: frozenset[str], filename: str
) -> Iterator[Finding]:
    if not expression.text:
        yield Finding(filename, expression.element, "error", "empty", "Uttrycket är tomt.")
        return
    try:
        tree = parser(expression.text, names)
    except FeelError as error:
        yield Finding(filename, expression.element, "error", "feel", f"{error} I cellen står: {expression.text[:80]}")
        return
    for _, name in unknown_functions(tree):
        yield Finding(filename, expression.element, "error", "unknown-function", f"Funktionen {name[:60]} finns inte.")
