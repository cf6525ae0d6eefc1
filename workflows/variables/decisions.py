"""The shape of what a decision answers, and what its columns, cells and boxed expressions ask in vain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workflows.dmn import parts
from workflows.dmn.model import Decision, DecisionTable, Expression, InputData, Model, Need
from workflows.feel.nodes import Node, TypeRef
from workflows.variables import reading
from workflows.variables.reading import Reader, Scope, reads
from workflows.variables.shapes import ANY, BOOLEAN, NULL, NUMBER, TEXT, Shape, context, join, join_all, list_of
from workflows.variables.spelling import did_you_mean

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
    "days and time duration": Shape("duration"),
    "years and months duration": Shape("duration"),
}
_LISTS = frozenset({"RULE ORDER", "OUTPUT ORDER"})
_DEEPEST = 20


def shape(decision: Decision, model: Model, reader: Reader, depth: int = 0) -> Shape:
    """What the decision answers; what it asks in vain becomes remarks of the reader, each with its element."""
    if decision.node is None:
        return ANY
    before, reader.element = reader.element, decision.id
    names = dict(_required(decision, model, reader, depth))
    found = reader.shape(decision.node, Scope(names))
    reader.element = before
    return replace(found, origin=f"beslutet ”{decision.name or decision.id}”")


def _required(decision: Decision, model: Model, reader: Reader, depth: int) -> Iterator[tuple[str, Shape]]:
    """The names that what it requires has in it."""
    for need in decision.needs:
        found = _needed(need, model, reader, depth)
        for path in need.names:
            yield path[0], found if len(path) == 1 else ANY


def _needed(need: Need, model: Model, reader: Reader, depth: int) -> Shape:
    element = model.elements.get(need.key)
    if isinstance(element, InputData):
        return _input_data(element, reader)
    if isinstance(element, Decision) and depth < _DEEPEST:
        quiet = Reader(reader.known, is_open=True)  # it is read on its own for what it asks in vain
        return shape(element, model, quiet, depth + 1)
    return ANY


def _input_data(element: InputData, reader: Reader) -> Shape:
    for name in element.names:
        if name in reader.known:
            return reader.known[name]
    if not reader.is_open:
        hint = did_you_mean(element.name, reader.known)
        reader.say("unknown-name", f"Indata ”{element.name}” finns inte i ärendet.{hint}")
    return _typed_shape(ANY, element.type)


def _typed_shape(found: Shape, wanted: TypeRef | None) -> Shape:
    """Narrowed by a declared type, where nothing else is known."""
    return _TYPES.get(wanted.name, ANY) if wanted is not None and found.kind == "any" else found


# -- the nodes that a decision model adds to FEEL ----------------------------------------------------------------------


@reads(parts.Placed)
def _placed(reader: Reader, node: parts.Placed, scope: Scope) -> Shape:
    before, reader.element = reader.element, node.element
    found = reader.shape(node.root, scope)
    reader.element = before
    return found


@reads(parts.Typed)
def _typed(reader: Reader, node: parts.Typed, scope: Scope) -> Shape:
    return _typed_shape(reader.shape(node.root, scope), node.type)


@reads(parts.Faulty, parts.Foreign, parts.ServiceCall)
def _unread(_reader: Reader, _node: Node, _scope: Scope) -> Shape:
    return ANY


@reads(parts.Conditional)
def _conditional(reader: Reader, node: parts.Conditional, scope: Scope) -> Shape:
    reading.condition(reader, node.condition, scope)
    return join(reader.shape(node.then, scope), reader.shape(node.otherwise, scope))


@reads(parts.Verdicts)
def _verdicts(reader: Reader, node: parts.Verdicts, scope: Scope) -> Shape:
    reader.shape(node.loop, scope)
    return BOOLEAN


@reads(parts.Table)
def _table(reader: Reader, node: parts.Table, scope: Scope) -> Shape:
    table = node.table
    for index, column in enumerate(table.inputs):
        found = _cell(reader, column.expression, scope)
        tested = _as_typed(replace(found, origin=column.expression.text), column.expression.type)
        seen = Scope({"?": tested}, outer=scope)
        for rule in table.rules:
            if index < len(rule.tests):
                _cell(reader, rule.tests[index], seen)
    columns = [_column(reader, table, index, scope) for index in range(len(table.outputs))]
    names = [output.name for output in table.outputs]
    one = columns[0] if len(columns) == 1 else context(dict(zip(names, columns, strict=True)))
    return _collected(table, one)


def _cell(reader: Reader, expression: Expression, scope: Scope) -> Shape:
    if expression.node is None:
        return ANY
    before, reader.element = reader.element, expression.element
    found = reader.shape(expression.node, scope)
    reader.element = before
    return found


def _column(reader: Reader, table: DecisionTable, index: int, scope: Scope) -> Shape:
    """All that the column can answer; an empty cell answers null."""
    default = table.outputs[index].default
    cells = [rule.outputs[index] for rule in table.rules if index < len(rule.outputs)]
    asked = [cell for cell in (*cells, default) if cell is not None and cell.node is not None]
    return join_all(_cell(reader, cell, scope) for cell in asked) if asked else NULL


def _as_typed(found: Shape, type_name: str) -> Shape:
    """What a cell sees: text that stands for a moment has become one where the column says so."""
    wanted = _TYPES.get(type_name)
    if wanted is not None and found.kind == "any":
        return replace(wanted, origin=found.origin)
    if wanted is None or found.kind != "text" or wanted.kind in {"text", "number", "boolean"}:
        return found
    return replace(wanted, origin=found.origin)


def _collected(table: DecisionTable, one: Shape) -> Shape:
    if table.hit_policy in _LISTS or (table.hit_policy == "COLLECT" and not table.aggregation):
        return list_of(one)
    return NUMBER if table.hit_policy == "COLLECT" else one
