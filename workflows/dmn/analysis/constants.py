"""Parts of a cell that need nothing but themselves: constants, known before any evaluation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from workflows.dmn.analysis.samples import SAMPLED
from workflows.feel import FeelError, Run, Tree, nodes
from workflows.feel.errors import Diagnostic
from workflows.feel.values import Range

NOW = datetime(2026, 1, 1, tzinfo=UTC)  # nothing analysed may ask for the clock
# Functions that give the same every time and cannot be made to run long.
_STEADY = frozenset(
    ["date", "time", "date and time", "duration", "years and months duration", "number", "string", "not", "abs"]
).union(["floor", "ceiling", "lower case", "upper case", "starts with", "ends with", "contains", "string length"])
_STEADY_NODES = (
    nodes.Literal, nodes.Negate, nodes.Arithmetic, nodes.Compare, nodes.And, nodes.Or, nodes.Between, nodes.In,
    nodes.InputTest, nodes.If, nodes.ListOf, nodes.RangeOf, nodes.UnaryTests, nodes.InstanceOf, nodes.TypeRef,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Constant:
    """The value of an expression that needs nothing from outside; `reason` when it became null."""

    value: object
    reason: str


def constant(node: nodes.Node) -> Constant | None:
    """None when the expression needs a variable, its input or the clock."""
    if isinstance(node, nodes.Literal):
        return Constant(node.value, "") if is_known(node.value) else None
    if not is_steady(node, with_input=False):
        return None
    notes: list[Diagnostic] = []
    try:
        value = Run({}, now=NOW, diagnostics=notes).value(Tree("", node))
    except FeelError:
        return None
    if not is_known(value):
        return None
    return Constant(value, notes[0].message_sv if notes and value is None else "")


def is_known(value: object) -> bool:
    """A value that is among those sampled, or null; dates far outside the calendar are not."""
    return all(type(part) in SAMPLED for part in parts(value))


def parts(value: object) -> Iterator[object]:
    """A value, or what a list or an interval is made of; without null."""
    if isinstance(value, list):
        for item in value:
            yield from parts(item)
    elif isinstance(value, Range):
        yield from parts(value.low)
        yield from parts(value.high)
    elif value is not None:
        yield value


def is_steady(node: nodes.Node, *, with_input: bool) -> bool:
    if isinstance(node, nodes.Name):
        return with_input and node.name == "?"
    if isinstance(node, (nodes.InputTest, nodes.UnaryTests)) and not with_input:
        return False  # they are about the input without naming it
    if isinstance(node, nodes.Call):
        function = node.function
        return (
            isinstance(function, nodes.Name)
            and function.name in _STEADY
            and all(is_steady(argument, with_input=with_input) for argument in node.arguments)
        )
    return isinstance(node, _STEADY_NODES) and all(
        is_steady(child, with_input=with_input) for child in nodes.children(node)
    )


def constants(node: nodes.Node) -> Iterator[object]:
    """Every plain value a cell names, also as the end of a range or in a list."""
    found = constant(node) if not isinstance(node, (nodes.UnaryTests, nodes.InputTest)) else None
    if found is not None:
        yield from parts(found.value)
    if found is None or isinstance(node, (nodes.ListOf, nodes.RangeOf)):
        for child in nodes.children(node):
            yield from constants(child)


def is_input(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "?"
