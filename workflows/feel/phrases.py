"""The grammar of constructs that begin with a word: if, for, some, every, function, and types."""

from workflows.feel.brackets import entry_key
from workflows.feel.cursor import Cursor
from workflows.feel.errors import FeelError
from workflows.feel.limits import MAX_PARSE_DEPTH
from workflows.feel.nodes import (
    For,
    FunctionOf,
    If,
    Iteration,
    Node,
    Quantified,
    TypeRef,
)


def conditional(parser: Cursor) -> Node:
    position = parser.expect("if").position
    condition = parser.inner()
    parser.expect("then")
    then = parser.inner()
    parser.expect("else")
    return If(position, condition, then, parser.expression())


def loop(parser: Cursor) -> Node:
    position = parser.expect("for").position
    mark = parser.names.mark()
    iterations = _iterations(parser, "return")
    parser.names.add("partial")
    body = parser.expression()
    parser.names.forget(mark)
    return For(position, iterations, body)


def quantified(parser: Cursor) -> Node:
    token = parser.token
    parser.at += 1
    mark = parser.names.mark()
    iterations = _iterations(parser, "satisfies")
    condition = parser.expression()
    parser.names.forget(mark)
    return Quantified(token.position, token.text == "every", iterations, condition)


def _iterations(parser: Cursor, end: str) -> tuple[Iteration, ...]:
    found: list[Iteration] = []
    while True:
        position = parser.token.position
        name = parser.names.take_declared(parser)
        parser.expect("in")
        source = parser.expression()
        stop = parser.expression() if parser.take("..") else None
        found.append(Iteration(position, name, source, stop))
        parser.names.add(name)
        if not parser.take(","):
            break
    parser.expect(end)
    return tuple(found)


def function(parser: Cursor) -> Node:
    position = parser.expect("function").position
    parser.expect("(")
    mark = parser.names.mark()
    parameters: list[str] = []
    types: list[TypeRef | None] = []
    while not parser.sees(")"):
        parameters.append(parser.names.take_declared(parser))
        types.append(type_reference(parser) if parser.take(":") else None)
        if not parser.take(","):
            break
    parser.expect(")")
    if parser.sees("external"):
        raise FeelError(position, "Funktioner i andra språk (external) går inte att använda.")
    for name in parameters:
        parser.names.add(name)
    body = parser.expression()
    parser.names.forget(mark)
    if len(set(parameters)) != len(parameters):
        raise FeelError(position, "Två parametrar har samma namn.")
    return FunctionOf(position, tuple(parameters), tuple(types), body)


def type_reference(parser: Cursor) -> TypeRef:
    parser.depth += 1
    if parser.depth > MAX_PARSE_DEPTH:
        raise FeelError(parser.token.position, "Typen har för många nivåer inuti varandra.")
    position = parser.token.position
    found = _function_type(parser, position) if parser.take("function") else _named_type(parser, position)
    parser.depth -= 1
    return found


def _function_type(parser: Cursor, position: int) -> TypeRef:
    if not parser.take("<"):
        return TypeRef(position, "function")
    parts: list[TypeRef] = []
    while not parser.sees(">"):
        parts.append(type_reference(parser))
        if not parser.take(","):
            break
    parser.expect(">")
    parser.expect("->")
    return TypeRef(position, "function", (*parts, type_reference(parser)))


def _named_type(parser: Cursor, position: int) -> TypeRef:
    if parser.token.kind != "name":
        raise parser.unexpected("här väntades en typ")
    name = parser.names.take_type(parser)
    if not parser.sees("<") or name not in ("list", "range", "context"):
        return TypeRef(position, name)
    parser.expect("<")
    keys: list[str] = []
    parts: list[TypeRef] = []
    while True:
        if name == "context":
            keys.append(entry_key(parser))
            parser.expect(":")
        parts.append(type_reference(parser))
        if not parser.take(","):
            break
    parser.expect(">")
    return TypeRef(position, name, tuple(parts), tuple(keys))
