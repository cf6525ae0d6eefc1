"""A decision model as plain data: what the file says, with every expression already read into a tree of FEEL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from workflows.dmn.cells import Quick
from workflows.feel.nodes import Node, TypeRef

if TYPE_CHECKING:
    from workflows.dmn.evaluation import Result

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")


@dataclass(frozen=True, slots=True)
class Expression:
    """FEEL text and the id (or description) of the element it stands in; `node` is None for an empty cell or `-`."""

    element: str
    text: str
    type: str = ""  # typeRef as written, without namespace prefix
    node: Node | None = field(default=None, compare=False, repr=False)
    quick: Quick | None = field(default=None, compare=False, repr=False)  # answers most cells without walking the tree


@dataclass(frozen=True, slots=True)
class Input:
    label: str
    expression: Expression
    allowed: Expression | None
    type: TypeRef | None = None


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    allowed: Expression | None
    default: Expression | None
    type: TypeRef | None = None

    @property
    def order(self) -> Node | None:
        """The values in order of priority: the column's own, else those that its type allows."""
        if self.allowed is not None:
            return self.allowed.node
        return self.type.allowed if self.type is not None else None


@dataclass(frozen=True, slots=True)
class Rule:
    element: str
    tests: tuple[Expression, ...]
    outputs: tuple[Expression, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionTable:
    element: str
    hit_policy: str
    aggregation: str  # "" when none
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    @property
    def answers_list(self) -> bool:
        return self.hit_policy in ("RULE ORDER", "OUTPUT ORDER") or (
            self.hit_policy == "COLLECT" and not self.aggregation
        )


@dataclass(frozen=True, slots=True)
class LiteralExpression:
    expression: Expression


@dataclass(frozen=True, slots=True)
class Boxed:
    """Any other form: context, invocation, list, relation, function, conditional, filter, for, some or every."""

    kind: str


Logic = DecisionTable | LiteralExpression | Boxed


@dataclass(frozen=True, slots=True)
class Need:
    """An element that another one may use, and the names it then has: `("Lista",)`, or `("gemensamt", "Lista")`."""

    key: str
    names: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class InputData:
    key: str
    name: str
    names: tuple[str, ...]  # what its value may be called among the variables given
    type: TypeRef | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; `requires` are the ids of decisions whose results it uses. Without logic `node` is None."""

    id: str
    name: str
    logic: Logic | None
    requires: tuple[str, ...]
    key: str = ""
    needs: tuple[Need, ...] = ()
    type: TypeRef | None = None
    node: Node | None = field(default=None, compare=False, repr=False)
    names: tuple[str, ...] = ()  # what a value may be called that is given instead of being decided
    reads: frozenset[tuple[str, ...]] = (
        frozenset()
    )  # names its expressions take from outside, with the keys that follow


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function that decisions and other functions call."""

    key: str
    name: str
    function: Node
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: some decisions of the model as a function of input data and of other decisions."""

    id: str
    key: str
    name: str
    parameters: tuple[tuple[str, str], ...]  # name and key
    outputs: tuple[tuple[str, str], ...]  # name and key
    type: TypeRef | None


Element = InputData | Decision | Knowledge | Service


@dataclass(frozen=True, slots=True)
class Model:
    """One file with what it imports: `decisions` and `services` by id, `elements` of all files by key."""

    decisions: Mapping[str, Decision]
    inputs: tuple[str, ...]  # names of input data
    names: frozenset[str] = field(default=frozenset())  # every declared name, for names with spaces or hyphens
    services: Mapping[str, Service] = field(default_factory=dict)
    elements: Mapping[str, Element] = field(default_factory=dict)
    tables: tuple[DecisionTable, ...] = ()  # wherever they stand, also inside other forms and functions
    declared: frozenset[str] = frozenset()  # names that are seen only where they are required

    def evaluate(self, decision: str, variables: Mapping[str, object], *, now: datetime) -> "Result":
        """The answer of a decision or service by its id, or its name; see `workflows.dmn.evaluate`."""
        from workflows.dmn.evaluation import evaluate

        return evaluate(self, decision, variables, now=now)
