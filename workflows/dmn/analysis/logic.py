"""Three-valued answers over all samples at once: comparisons with what a cell names, and what is built from them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from workflows.dmn.analysis.constants import constant, is_input
from workflows.dmn.analysis.effort import Effort
from workflows.dmn.analysis.samples import Domain
from workflows.feel import nodes

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The samples for which an answer is true, and those for which it is false; for the rest it is null."""

    true: int
    false: int

    def __and__(self, other: "Verdict") -> "Verdict":
        return Verdict(self.true & other.true, self.false | other.false)

    def __or__(self, other: "Verdict") -> "Verdict":
        return Verdict(self.true | other.true, self.false & other.false)

    def __invert__(self) -> "Verdict":
        return Verdict(self.false, self.true)


def verdict(node: nodes.Node, domain: Domain, effort: Effort) -> Verdict | None:
    """None for expressions that are more than comparisons of `?` with constants."""
    effort.spend(3)
    known = constant(node)
    if known is not None:
        return Verdict(domain.all if known.value is True else 0, domain.all if known.value is False else 0)
    reader = _READERS.get(type(node))
    return reader(node, domain, effort) if reader else None


def _comparison(node: nodes.Compare, domain: Domain, _effort: Effort) -> Verdict | None:
    left, right = constant(node.left), constant(node.right)
    if is_input(node.left) and right is not None:
        return _compared(node.operator, right.value, domain)
    if is_input(node.right) and left is not None:
        return _compared(_MIRRORED.get(node.operator, node.operator), left.value, domain)
    return None


def _compared(operator: str, value: object, domain: Domain) -> Verdict:
    return Verdict(domain.compared(operator, value), domain.compared(_OPPOSITE[operator], value))


def _between(node: nodes.Between, domain: Domain, _effort: Effort) -> Verdict | None:
    low, high = constant(node.low), constant(node.high)
    if not is_input(node.value) or low is None or high is None:
        return None
    return _compared(">=", low.value, domain) & _compared("<=", high.value, domain)


def _negation(node: nodes.Call, domain: Domain, effort: Effort) -> Verdict | None:
    if not isinstance(node.function, nodes.Name) or node.function.name != "not" or len(node.arguments) != 1:
        return None
    inner = verdict(node.arguments[0], domain, effort)
    return None if inner is None else ~inner


def _conjunction(node: nodes.And, domain: Domain, effort: Effort) -> Verdict | None:
    parts = _parts(node.operands, domain, effort)
    return reduce(Verdict.__and__, parts) if parts else None


def _disjunction(node: nodes.Or, domain: Domain, effort: Effort) -> Verdict | None:
    parts = _parts(node.operands, domain, effort)
    return reduce(Verdict.__or__, parts) if parts else None


def _parts(operands: Iterable[nodes.Node], domain: Domain, effort: Effort) -> list[Verdict]:
    """Of every operand; nothing when one of them cannot be judged."""
    found = []
    for operand in operands:
        part = verdict(operand, domain, effort)
        if part is None:
            return []
        found.append(part)
    return found


_READERS: dict[type[nodes.Node], Callable[[Any, Domain, Effort], Verdict | None]] = {
    nodes.Compare: _comparison,
    nodes.Between: _between,
    nodes.Call: _negation,
    nodes.And: _conjunction,
    nodes.Or: _disjunction,
}
