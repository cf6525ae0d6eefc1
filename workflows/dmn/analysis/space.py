"""The space of a table: per column, the classes of values that no row can tell apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from workflows.dmn.analysis.cells import Marks, marks, orders
from workflows.dmn.analysis.constants import constants
from workflows.dmn.analysis.effort import Effort, Exhausted
from workflows.dmn.analysis.samples import SCALARS, Domain, Sort
from workflows.dmn.model import Decision, DecisionTable, Expression, InputData, Model
from workflows.feel import nodes
from workflows.feel.builtins.registry import BUILTINS
from workflows.feel.values import KINDS

MAX_SAMPLES = 3_000
MAX_COLUMNS = 100
_KINDS = {
    "integer": "number",
    "long": "number",
    "double": "number",
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
} | {kind: kind for kind in SCALARS}


@dataclass(frozen=True, slots=True)
class ValueClass:
    """Values alike to every row. Rows are bits, the first row the lowest."""

    must: int  # rows that surely let them through
    may: int
    sort: Sort
    samples: tuple[int, ...]  # the most ordinary first


@dataclass(frozen=True, slots=True)
class Column:
    """One input expression and the columns of the table that ask for it, most often one."""

    text: str
    inputs: tuple[int, ...]
    kind: str | None  # of its values, when that is declared
    domain: Domain
    classes: tuple[ValueClass, ...]  # the most ordinary first
    allowed: int | None  # samples among the declared input values; None when none are declared
    is_certain: bool  # every sample can occur: a variable, a yes or no, or declared input values
    opaque_rows: int  # rows whose cell depends on more than the input

    def example(self, number: int) -> object:
        return self.domain.samples[self.classes[number].samples[0]].value


@dataclass(frozen=True, slots=True)
class Space:
    columns: tuple[Column, ...]
    rows: int


def kind_of(declared: nodes.TypeRef | None) -> str | None:
    """The kind of plain value that a declared type means."""
    return _KINDS.get(declared.name) if declared is not None else None


def space(table: DecisionTable, model: Model, effort: Effort) -> Space:
    if len(table.inputs) > MAX_COLUMNS:
        raise Exhausted
    return Builder(table, model, effort).space()


class Builder:
    """Reads the cells of one table."""

    def __init__(self, table: DecisionTable, model: Model, effort: Effort) -> None:
        self.table = table
        self.effort = effort
        given = [element for element in model.elements.values() if isinstance(element, (InputData, Decision))]
        self.types = {name: element.type for element in given for name in (element.name, *element.names)}
        # What a decision answers need not be every value of its type.
        self.computed = {
            name for element in given if isinstance(element, Decision) for name in (element.name, *element.names)
        }

    def space(self) -> Space:
        same: dict[str, list[int]] = {}
        for number, column in enumerate(self.table.inputs):
            same.setdefault(_squeezed(column.expression.text), []).append(number)
        independent = self._independent(same)
        columns = (self._column(text, inputs, independent) for text, inputs in same.items())
        return Space(tuple(columns), len(self.table.rules))

    def _independent(self, same: Mapping[str, Sequence[int]]) -> set[str]:
        """Expressions that share no variable with one before them; variables come before what is computed."""
        found: set[str] = set()
        taken: set[tuple[str, ...]] = set()
        roots = [(text, self._root(inputs)) for text, inputs in same.items()]
        for text, root in sorted(roots, key=lambda item: not _is_path(item[1])):
            paths = set(_paths(root))
            self.effort.spend(1 + len(paths) * len(taken))
            if not any(_overlaps(mine, other) for mine in paths for other in taken):
                found.add(text)
                taken |= paths
        return found

    def _root(self, inputs: Sequence[int]) -> nodes.Node:
        return self.table.inputs[inputs[0]].expression.node or nodes.Literal(0, None)

    def _column(self, text: str, inputs: Sequence[int], independent: set[str]) -> Column:
        declared = next((found for number in inputs if (found := self._type(number)) is not None), None)
        domain = self._domain(inputs, declared)
        cells = self._cells(inputs, domain)
        allowing = [marks(root, domain, self.effort) for number in inputs for root in self._allowing(number)]
        allowed = reduce(and_, (found.must for found in allowing)) if allowing else None
        if text not in independent or any(found.must != found.may for found in allowing):
            cells = [_blurred(cell, domain) for cell in cells]
            allowed = None if any(found.must != found.may for found in allowing) else allowed
        possible = domain.all if allowed is None else allowed | 1
        root = self._root(inputs)
        is_variable = _is_path(root) and not any(path[0] in self.computed for path in _paths(root))
        return Column(
            text=text,
            inputs=tuple(inputs),
            kind=kind_of(declared),
            domain=domain,
            classes=self._classes(cells, domain, allowed),
            allowed=allowed,
            is_certain=is_variable or allowed is not None or kind_of(declared) == "boolean",
            opaque_rows=sum(1 << n for n, cell in enumerate(cells) if (cell.must ^ cell.may) & possible),
        )

    def _type(self, number: int) -> nodes.TypeRef | None:
        """The declared type of a column, else of the variable it asks for."""
        column = self.table.inputs[number]
        return column.type or self.types.get(_squeezed(column.expression.text))

    def _domain(self, inputs: Sequence[int], declared: nodes.TypeRef | None) -> Domain:
        named: list[object] = []
        ordered_text = False
        for root in self._roots(inputs):
            found = list(constants(root))
            self.effort.spend(1 + len(found))
            named += found
            ordered_text = ordered_text or (orders(root) and any(isinstance(value, str) for value in found))
        if len(named) > MAX_SAMPLES:
            raise Exhausted
        kind = kind_of(declared)
        kinds = {kind} if kind else {KINDS[type(value)] for value in named} or {"string"}
        domain = Domain(kinds, named, ordered_text=ordered_text)
        self.effort.spend(len(domain.samples))
        return domain

    def _roots(self, inputs: Sequence[int]) -> Iterator[nodes.Node]:
        """The trees of all cells, each text once, and of the allowed values."""
        cells = {(cell := rule.tests[number]).text: cell.node for rule in self.table.rules for number in inputs}
        for text, root in cells.items():
            self.effort.spend(20 * max(0, len(text) - 200))  # long cells may be deep, and are walked again and again
            if root is not None:
                yield root
        for number in inputs:
            yield from self._allowing(number)

    def _allowing(self, number: int) -> Iterator[nodes.Node]:
        """The tests that every value of a column passes, by the column itself and by its type."""
        declared, allowed = self._type(number), self.table.inputs[number].allowed
        if declared is not None and declared.allowed is not None and kind_of(declared) is not None:
            yield declared.allowed
        if allowed is not None and allowed.node is not None:
            yield allowed.node

    def _cells(self, inputs: Sequence[int], domain: Domain) -> list[Marks]:
        """What each row asks of the expression; several columns that ask for the same are one question."""
        known: dict[str, Marks] = {}
        found = []
        for rule in self.table.rules:
            must = may = domain.all
            for number in inputs:
                cell = self._marks(rule.tests[number], domain, known)
                must &= cell.must
                may &= cell.may
            found.append(Marks(must, may))
        return found

    def _marks(self, cell: Expression, domain: Domain, known: dict[str, Marks]) -> Marks:
        if cell.text not in known:
            known[cell.text] = marks(cell.node, domain, self.effort)
        return known[cell.text]

    def _classes(self, cells: Sequence[Marks], domain: Domain, allowed: int | None) -> tuple[ValueClass, ...]:
        """A value that is not allowed comes to the cells as null, so only null need be looked at beside the allowed."""
        size = len(domain.samples)
        self.effort.spend(1 + size * len(cells) // 50)
        must, may = turned([cell.must for cell in cells], size), turned([cell.may for cell in cells], size)
        found: dict[tuple[int, int, bool], list[tuple[Sort, int]]] = {}
        for number, sample in enumerate(domain.samples):
            is_allowed = allowed is None or allowed >> number & 1
            if is_allowed or sample.sort == Sort.NULL:
                sort = sample.sort if is_allowed else Sort.OUTSIDE
                found.setdefault((must[number], may[number], sample.sort == Sort.NULL), []).append((sort, number))
        made = []
        for (sure, possible, _), members in found.items():
            members.sort()
            made.append(ValueClass(sure, possible, members[0][0], tuple(number for _, number in members)))
        return tuple(sorted(made, key=lambda item: (item.sort, item.samples[0])))


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _blurred(cell: Marks, domain: Domain) -> Marks:
    """A column that follows from another: which combinations can occur is not known."""
    return cell if cell.must == domain.all or not cell.may else Marks(0, domain.all)


def turned(rows: Sequence[int], size: int) -> list[int]:
    """Bits of columns per row, as bits of rows per column."""
    if not rows:
        return [0] * size
    texts = [format(row, f"0{size}b") for row in reversed(rows)]
    return [int("".join(bits), 2) for bits in zip(*texts, strict=True)][::-1]


def _is_path(root: nodes.Node) -> bool:
    while isinstance(root, nodes.Path):
        root = root.source
    return isinstance(root, nodes.Name)


def _paths(root: nodes.Node) -> Iterator[tuple[str, ...]]:
    """The variables an expression uses, each with the keys it is asked for."""
    keys: list[str] = []
    inner = root
    while isinstance(inner, nodes.Path):
        keys.append(inner.name)
        inner = inner.source
    if isinstance(inner, nodes.Name):
        if inner.name not in BUILTINS or keys:
            yield (inner.name, *reversed(keys))
        return
    for child in nodes.children(inner):
        yield from _paths(child)


def _overlaps(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    return left[: len(right)] == right[: len(left)]
