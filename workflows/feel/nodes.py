"""The syntax tree of FEEL: small frozen nodes that know only their position and their children."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Node:
    position: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: object


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...]  # () when the arguments are positional


@dataclass(frozen=True, slots=True)
class Negate(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InputTest(Node):
    """`< 5` in a cell: the value under test is on the left."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """A whole cell; no tests at all is `-`, which every value passes."""

    tests: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iteration(Node):
    """One `x in list` or `x in from..to` of a for, some or every."""

    name: str
    source: Node
    end: Node | None


@dataclass(frozen=True, slots=True)
class For(Node):
    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    every: bool
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    low: Node | None
    high: Node | None
    low_included: bool
    high_included: bool
    operator: str = ""  # of `(= 5)` and `(!= 5)`, whose ends are one node


@dataclass(frozen=True, slots=True)
class TypeRef(Node):
    """A type as written after `instance of` or a parameter's colon."""

    name: str
    parts: tuple["TypeRef", ...] = ()
    keys: tuple[str, ...] = ()
    allowed: Node | None = None  # a test of `?` that a value must pass, from a type declared outside the expression


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: TypeRef


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    parameters: tuple[str, ...]
    types: tuple[TypeRef | None, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed expression; `source` is what the process owner wrote."""

    source: str
    root: Node
    is_unary: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class UnaryTree(Tree):
    """A parsed cell of a decision table; the value under test is the name `?`."""

    is_unary: ClassVar[bool] = True


_FIELDS: dict[type[Node], tuple[str, ...]] = {}


def children(node: Node) -> Iterator[Node]:
    kind = type(node)
    names = _FIELDS.get(kind)
    if names is None:
        names = _FIELDS[kind] = tuple(f.name for f in fields(kind))
    for name in names:
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Node))


def rewritten(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with every node changed, leaves first; parts that stay the same are shared with the old tree."""
    changed: dict[str, Any] = {}
    for field in fields(node):
        value = getattr(node, field.name)
        new = _rewritten_field(value, change)
        if new is not value:
            changed[field.name] = new
    return change(replace(node, **changed) if changed else node)


def _rewritten_field(value: object, change: Callable[[Node], Node]) -> object:
    if isinstance(value, Node):
        return rewritten(value, change)
    if not isinstance(value, tuple) or not any(isinstance(part, Node) for part in value):
        return value
    parts = tuple(rewritten(part, change) if isinstance(part, Node) else part for part in value)
    return value if all(new is old for new, old in zip(parts, value, strict=True)) else parts


def depth(root: Node) -> int:
    """Nodes from the root to the deepest leaf, found without recursion."""
    deepest = 0
    waiting: list[tuple[Node, int]] = [(root, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((child, level + 1) for child in children(node))
    return deepest
