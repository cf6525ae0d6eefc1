"""What a cell says of the sample values: which it surely lets through, and which it may let through."""

from dataclasses import dataclass
from functools import reduce
from operator import and_

from workflows.dmn.analysis.constants import NOW, constant, is_input, is_steady
from workflows.dmn.analysis.effort import Effort
from workflows.dmn.analysis.logic import verdict
from workflows.dmn.analysis.samples import Domain
from workflows.feel import FeelError, Run, UnaryTree, nodes
from workflows.feel.interpreter import mentions_input

_ORDERING = ("<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Marks:
    """Sample values as bits: those that surely pass, and those that may."""

    must: int
    may: int


def orders(node: nodes.Node) -> bool:
    """Does the cell ask what comes before what."""
    if isinstance(node, (nodes.RangeOf, nodes.Between)):
        return True
    if isinstance(node, (nodes.InputTest, nodes.Compare)) and node.operator in _ORDERING:
        return True
    return any(orders(child) for child in nodes.children(node))


def marks(root: nodes.Node | None, domain: Domain, effort: Effort) -> Marks:
    """None is the cell that everything passes."""
    if isinstance(root, nodes.And):  # allowed values of a type that narrows another
        parts = [marks(part, domain, effort) for part in root.operands]
        return Marks(reduce(and_, (part.must for part in parts)), reduce(and_, (part.may for part in parts)))
    if root is None or (isinstance(root, nodes.UnaryTests) and not root.tests):
        return Marks(domain.all, domain.all)
    if not isinstance(root, nodes.UnaryTests):
        return Marks(0, domain.all)
    must = may = 0
    for test in root.tests:
        found = passing(test, domain, effort)
        must |= found.must
        may |= found.may
    return Marks(domain.all & ~may, domain.all & ~must) if root.negated else Marks(must, may)


def passing(test: nodes.Node, domain: Domain, effort: Effort) -> Marks:
    """The samples that one test of a cell lets through."""
    effort.spend(5)
    named = constant(test.operand if isinstance(test, nodes.InputTest) else test)
    if named is not None and (isinstance(test, (nodes.InputTest, nodes.Literal)) or not isinstance(named.value, bool)):
        return _named(test, named.value, domain, effort)
    known = verdict(test, domain, effort) if named is None and mentions_input(test) else None
    if known is not None:
        return Marks(known.true, known.true)
    if _is_piecewise(test):
        return _tried(test, domain, domain.all, effort)
    return _tried(test, domain, domain.points if is_steady(test, with_input=True) else 0, effort)


def _named(test: nodes.Node, value: object, domain: Domain, effort: Effort) -> Marks:
    """A test that only names a value: `5`, `> 5`, `[1..5]`."""
    if isinstance(test, nodes.InputTest):
        found = domain.compared(test.operator, value)
    else:
        effort.spend(len(value) if isinstance(value, list) else 1)
        found = 0 if value is None and isinstance(test, nodes.RangeOf) else domain.member(value)
    return Marks(found, found)


def _is_piecewise(node: nodes.Node) -> bool:
    """Can the answer change only at a value the cell names: `? > 5 and ? < 8`, but not `? * 2 > 5`."""
    if is_input(node) or constant(node) is not None:
        return True
    if isinstance(node, (nodes.And, nodes.Or, nodes.If)):
        return all(_is_piecewise(child) for child in nodes.children(node))
    if isinstance(node, nodes.Call):
        is_not = isinstance(node.function, nodes.Name) and node.function.name == "not"
        return is_not and all(_is_piecewise(argument) for argument in node.arguments)
    if isinstance(node, (nodes.Compare, nodes.Between, nodes.In, nodes.InputTest, nodes.InstanceOf)):
        return all(_is_end(child) for child in nodes.children(node))
    return False


def _is_end(node: nodes.Node) -> bool:
    if isinstance(node, nodes.InputTest):
        return constant(node.operand) is not None
    return isinstance(node, nodes.TypeRef) or is_input(node) or constant(node) is not None


def _tried(test: nodes.Node, domain: Domain, known: int, effort: Effort) -> Marks:
    """The test evaluated on those samples that tell what it says of them; of the others nothing is known."""
    tree = UnaryTree("", nodes.UnaryTests(test.position, (test,), negated=False))
    effort.spend(10 * known.bit_count())
    found = 0
    try:
        for number, sample in enumerate(domain.samples):
            if known >> number & 1 and Run({}, now=NOW).value(tree, {"?": sample.value}) is True:
                found |= 1 << number
    except FeelError:
        return Marks(0, domain.all)
    return Marks(found, found | (domain.all & ~known))
