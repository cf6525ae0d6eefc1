"""The grammar of brackets: lists, ranges and contexts."""

from workflows.feel.cursor import Cursor
from workflows.feel.errors import FeelError
from workflows.feel.nodes import (
    ContextOf,
    Entry,
    ListOf,
    Node,
    RangeOf,
)

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
COMPARISON = 3  # how tightly a comparison binds


def round_bracket(parser: Cursor) -> Node:
    position = parser.expect("(").position
    if parser.token.text in COMPARISONS and parser.token.kind == "operator":
        return _half_range(parser, position)
    inner = parser.inner()
    if parser.take(".."):
        return _range(parser, position, inner, low_included=False)
    parser.expect(")")
    return inner


def _half_range(parser: Cursor, position: int) -> Node:
    operator = parser.token.text
    parser.at += 1
    end = parser.expression(COMPARISON)
    parser.expect(")")
    if operator in ("<", "<="):
        return RangeOf(position, None, end, low_included=False, high_included=operator == "<=")
    if operator in (">", ">="):
        return RangeOf(position, end, None, low_included=operator == ">=", high_included=False)
    return RangeOf(position, end, end, low_included=True, high_included=True, operator=operator)


def square_bracket(parser: Cursor) -> Node:
    position = parser.expect("[").position
    if parser.take("]"):
        return ListOf(position, ())
    first = parser.inner()
    if parser.take(".."):
        return _range(parser, position, first, low_included=True)
    items = [first]
    while parser.take(","):
        items.append(parser.inner())
    parser.expect("]")
    return ListOf(position, tuple(items))


def reversed_range(parser: Cursor) -> Node:
    position = parser.expect("]").position
    low = parser.inner()
    parser.expect("..")
    return _range(parser, position, low, low_included=False)


def _range(parser: Cursor, position: int, low: Node, *, low_included: bool) -> Node:
    outer, parser.range_end = parser.range_end, True
    high = parser.expression(COMPARISON)
    parser.range_end = outer
    if parser.take("]"):
        return RangeOf(position, low, high, low_included, high_included=True)
    if parser.take(")") or parser.take("["):
        return RangeOf(position, low, high, low_included, high_included=False)
    raise parser.unexpected("intervallet ska sluta med ] eller )")


def context(parser: Cursor) -> Node:
    position = parser.expect("{").position
    entries: list[Entry] = []
    mark = parser.names.mark()
    while not parser.sees("}"):
        start = parser.token.position
        key = entry_key(parser)
        parser.expect(":")
        entries.append(Entry(start, key, parser.inner()))
        parser.names.add(key)
        if not parser.take(","):
            break
        if parser.sees("}"):
            raise parser.unexpected()
    parser.expect("}")
    parser.names.forget(mark)
    if len({entry.key for entry in entries}) != len(entries):
        raise FeelError(position, "Samma namn förekommer två gånger i kontexten.")
    return ContextOf(position, tuple(entries))


def entry_key(parser: Cursor) -> str:
    """A text, or a name: everything up to the colon."""
    token = parser.token
    if token.kind == "string":
        parser.at += 1
        return token.text
    return parser.names.take_declared(parser)
