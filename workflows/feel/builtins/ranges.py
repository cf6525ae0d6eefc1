"""Range functions, Allen's interval relations (DMN 1.5 §10.3.4.9), and range()."""

# ruff: noqa: ARG001  every built-in is handed the run, also those that need nothing of it

from collections.abc import Callable

from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.comparison import order
from workflows.feel.errors import FeelError, Nothing
from workflows.feel.nodes import Call, Literal, Name, Negate, Node, RangeOf, children
from workflows.feel.parser import Parser
from workflows.feel.values import Range

_LOW, _HIGH = -1, 1


def _as_range(value: object) -> Range:
    """A point is the range that holds only it."""
    if isinstance(value, Range):
        if value.low is None or value.high is None:
            raise Nothing("Intervallet är öppet åt ena hållet.")
        return value
    if value is None:
        raise Nothing("Ett värde saknas.")
    return Range(value, value, low_included=True, high_included=True)


def _before(a: Range, b: Range) -> bool:
    sign = order(a.high, b.low)
    return sign < 0 or (sign == 0 and not (a.high_included and b.low_included))


def _starts_no_later(a: Range, b: Range) -> bool:
    sign = order(a.low, b.low)
    return sign < 0 or (sign == 0 and (a.low_included or not b.low_included))


def _ends_no_earlier(a: Range, b: Range) -> bool:
    sign = order(a.high, b.high)
    return sign > 0 or (sign == 0 and (a.high_included or not b.high_included))


def _same_start(a: Range, b: Range) -> bool:
    return order(a.low, b.low) == 0 and a.low_included == b.low_included


def _same_end(a: Range, b: Range) -> bool:
    return order(a.high, b.high) == 0 and a.high_included == b.high_included


def _meets(a: Range, b: Range) -> bool:
    return a.high_included and b.low_included and order(a.high, b.low) == 0


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _includes(a: Range, b: Range) -> bool:
    return _starts_no_later(a, b) and _ends_no_earlier(a, b)


def _overlaps_before(a: Range, b: Range) -> bool:
    return (_overlaps(a, b) and not _starts_no_later(b, a) and not _ends_no_earlier(a, b)) or (
        _overlaps(a, b) and _starts_no_later(a, b) and not _same_start(a, b) and _ends_no_earlier(b, a)
    )


def _starts(a: Range, b: Range) -> bool:
    return _same_start(a, b) and _ends_no_earlier(b, a)


def _finishes(a: Range, b: Range) -> bool:
    return _same_end(a, b) and _starts_no_later(b, a)


def _coincides(a: Range, b: Range) -> bool:
    return _same_start(a, b) and _same_end(a, b)


def _relation(name: str, test: Callable[[Range, Range], bool], *, swapped: bool = False) -> None:
    kinds = ("range", "point")
    names = [
        f"{first}{'1' if first == second else ''}: any, {second}{'2' if first == second else ''}: any"
        for first in kinds
        for second in kinds
    ]

    @builtin(name, *names)
    def relation(run: Running, left: object, right: object) -> bool:
        a, b = _as_range(left), _as_range(right)
        return test(b, a) if swapped else test(a, b)


_relation("before", _before)
_relation("after", _before, swapped=True)
_relation("meets", _meets)
_relation("met by", _meets, swapped=True)
_relation("overlaps", _overlaps)
_relation("overlaps before", _overlaps_before)
_relation("overlaps after", _overlaps_before, swapped=True)
_relation("finishes", _finishes)
_relation("finished by", _finishes, swapped=True)
_relation("includes", _includes)
_relation("during", _includes, swapped=True)
_relation("starts", _starts)
_relation("started by", _starts, swapped=True)
_relation("coincides", _coincides)


@builtin("range", "from: string")
def to_range(run: Running, source: str) -> object:
    """The range written in a text, whose ends are literal values."""
    run.spend(len(source))
    try:
        tree = Parser(source).expression_tree()
    except FeelError as error:
        raise Nothing(error.message_sv) from None
    root = tree.root
    if not isinstance(root, RangeOf) or not all(_is_literal(end) for end in children(root)):
        raise Nothing("Texten är inget intervall av färdiga värden.")
    return run.value(tree)


def _is_literal(node: Node) -> bool:
    if isinstance(node, Negate):
        return _is_literal(node.operand)
    if isinstance(node, Call):
        return isinstance(node.function, Name) and all(isinstance(part, Literal) for part in node.arguments)
    return isinstance(node, Literal)
