"""A decision model as plain data: what the file says, before anything is evaluated."""

from collections.abc import Mapping
from dataclasses import dataclass, field

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")


@dataclass(frozen=True, slots=True)
class Expression:
    """FEEL text and the id (or description) of the element it stands in."""

    element: str
    text: str
    type: str = ""  # typeRef as written, without namespace prefix


@dataclass(frozen=True, slots=True)
class Input:
    label: str
    expression: Expression
    allowed: Expression | None


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    allowed: Expression | None
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Rule:
    element: str
    tests: tuple[Expression, ...]
    outputs: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    element: str
    hit_policy: str
    aggregation: str  # "" when none
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class LiteralExpression:
    expression: Expression


Logic = DecisionTable | LiteralExpression


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; `requires` are the ids of decisions whose results it uses."""

    id: str
    name: str
    logic: Logic
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    decisions: Mapping[str, Decision]
    inputs: tuple[str, ...]  # names of input data
    names: frozenset[str] = field(default=frozenset())  # every declared name, for names with spaces or hyphens
