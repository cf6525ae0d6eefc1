"""Cells that need no walk over their tree: plain texts, numbers, comparisons and ranges, which most cells are."""

import operator
from collections.abc import Callable
from decimal import Decimal

from workflows.feel import nodes
from workflows.feel.nodes import InputTest, Literal, Node, RangeOf, UnaryTests

Quick = Callable[[object], bool | None]
_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


def quick(cell: Node | None) -> Quick | None:
    """The same answer as the cell's tree gives for values of its own kind; for others it answers None: ask the tree."""
    if not isinstance(cell, UnaryTests) or not cell.tests:
        return None
    made = _listed(cell.tests) or (_single(cell.tests[0]) if len(cell.tests) == 1 else None)
    return _negated(made) if made is not None and cell.negated else made


def _negated(inner: Quick) -> Quick:
    def answer(value: object) -> bool | None:
        found = inner(value)
        return None if found is None else not found

    return answer


def _listed(tests: tuple[Node, ...]) -> Quick | None:
    """`"a", "b"`, or `1, 2`, or `true`: all of one kind."""
    values = [test.value for test in tests if isinstance(test, Literal)]
    kinds = {type(value) for value in values}
    if len(values) < len(tests) or len(kinds) > 1 or not kinds <= {str, Decimal, bool}:
        return None
    wanted, (kind,) = frozenset(values), kinds
    return lambda value: value in wanted if type(value) is kind else None


def _single(test: Node) -> Quick | None:
    if isinstance(test, InputTest):
        limit = _number(test.operand)
        compare = _COMPARISONS.get(test.operator)
        if limit is None or compare is None:
            return None
        return lambda value: compare(value, limit) if type(value) is Decimal else None
    return _range(test) if isinstance(test, RangeOf) else None


def _range(test: RangeOf) -> Quick | None:
    low, high = _number(test.low), _number(test.high)
    if low is None or high is None or low > high:
        return None
    above = operator.le if test.low_included else operator.lt
    below = operator.le if test.high_included else operator.lt
    return lambda value: above(low, value) and below(value, high) if type(value) is Decimal else None


def _number(node: Node | None) -> Decimal | None:
    if isinstance(node, nodes.Negate):
        inner = _number(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, Literal) and isinstance(node.value, Decimal) else None
