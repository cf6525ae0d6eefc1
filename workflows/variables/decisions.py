"""The shape of what a decision table answers, and what its columns and cells ask in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from workflows import feel
from workflows.dmn.model import Decision, DecisionTable, Expression, LiteralExpression, Model
from workflows.feel import nodes
from workflows.variables.reading import Reader, Remark, Scope
from workflows.variables.shapes import ANY, BOOLEAN, NULL, NUMBER, TEXT, Shape, context, join_all, list_of

_TYPES = {
    "string": TEXT,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "date": Shape("date"),
    "time": Shape("time"),
    "dateTime": Shape("datetime"),
    "date and time": Shape("datetime"),
    "dayTimeDuration": Shape("duration"),
    "yearMonthDuration": Shape("duration"),
}
_LISTS = frozenset({"RULE ORDER", "OUTPUT ORDER"})
Parse = Callable[[str, frozenset[str]], feel.Tree]
Ask = Callable[[Mapping[str, Shape]], Reader]


def shape(decision: Decision, model: Model, known: Mapping[str, Shape]) -> Shape:
    """What the decision answers over these variables."""
    logic: object = decision.logic
    origin = f"beslutet ”{decision.name or decision.id}”"
    if isinstance(logic, LiteralExpression):
        return replace(_value(logic.expression, model, known), origin=origin)
    if not isinstance(logic, DecisionTable):
        return ANY
    known = {**known, **required(decision, model, known)}
    columns = [_column(logic, index, model, known) for index in range(len(logic.outputs))]
    one = columns[0] if len(columns) == 1 else _together(logic, columns)
    return _collected(logic, replace(one, origin=origin))


def required(decision: Decision, model: Model, known: Mapping[str, Shape], depth: int = 0) -> dict[str, Shape]:
    """The answers of the decisions it is built on, under their names and ids."""
    found: dict[str, Shape] = {}
    for needed in decision.requires:
        other = model.decisions.get(needed)
        if other is not None and depth < 20:
            found[needed] = found[other.name] = shape(other, model, known)
    return found


def remarks(decision: Decision, model: Model, ask: Ask) -> Iterator[tuple[str, Remark]]:
    """Cell or column id, and what is to be said of it; `ask` makes a reader with these names beside the variables."""
    logic = decision.logic
    extra = required(decision, model, ask({}).known)
    if isinstance(logic, LiteralExpression):
        yield from _asked(logic.expression, model, ask(extra), None)
    if isinstance(logic, DecisionTable):
        for index in range(len(logic.inputs)):
            yield from _input_remarks(logic, index, model, partial(ask, extra))
        for rule in logic.rules:
            for cell in rule.outputs:
                yield from _asked(cell, model, ask(extra), None)


def _input_remarks(
    table: DecisionTable, index: int, model: Model, ask: Callable[[], Reader]
) -> Iterator[tuple[str, Remark]]:
    expression, reader = table.inputs[index].expression, ask()
    tree = _tree(expression, feel.parse, model)
    found = replace(reader.shape(tree), origin=expression.text) if tree is not None else ANY
    yield from ((expression.element, remark) for remark in reader.remarks)
    for rule in table.rules:
        if index < len(rule.tests):
            yield from _asked(rule.tests[index], model, ask(), _as_typed(found, expression.type))


def _asked(expression: Expression, model: Model, reader: Reader, tested: Shape | None) -> Iterator[tuple[str, Remark]]:
    parse: Parse = feel.parse if tested is None else feel.parse_unary
    tree = _tree(expression, parse, model)
    if tree is not None:
        reader.shape(tree, Scope({"?": tested or ANY}))
        yield from ((expression.element, remark) for remark in reader.remarks)


def _as_typed(found: Shape, type_name: str) -> Shape:
    """What a cell sees: text that stands for a moment has become one where the column says so."""
    wanted = _TYPES.get(type_name)
    if wanted is not None and found.kind == "any":
        return replace(wanted, origin=found.origin)
    if wanted is None or found.kind != "text" or wanted.kind in {"text", "number", "boolean"}:
        return found
    return replace(wanted, origin=found.origin)


def _tree(expression: Expression, parse: Parse, model: Model) -> nodes.Node | None:
    if not expression.text.strip() or expression.text.strip() == "-":
        return None
    try:
        return parse(expression.text, model.names).root
    except feel.FeelError:
        return None


def _value(expression: Expression, model: Model, known: Mapping[str, Shape]) -> Shape:
    tree = _tree(expression, feel.parse, model)
    return Reader(known, is_open=True).shape(tree) if tree is not None else NULL


def _column(table: DecisionTable, index: int, model: Model, known: Mapping[str, Shape]) -> Shape:
    cells = [rule.outputs[index] for rule in table.rules if index < len(rule.outputs)]
    default = table.outputs[index].default
    return join_all(_value(cell, model, known) for cell in [*cells, *([default] if default else [])])


def _together(table: DecisionTable, columns: list[Shape]) -> Shape:
    return context({output.name: column for output, column in zip(table.outputs, columns, strict=True)})


def _collected(table: DecisionTable, one: Shape) -> Shape:
    if table.hit_policy in _LISTS or (table.hit_policy == "COLLECT" and not table.aggregation):
        return list_of(one, one.origin)
    return Shape("number", origin=one.origin) if table.hit_policy == "COLLECT" else one
