"""Inputs that no row answers, gathered to a few broad ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workflows.dmn.analysis.cover import any_of, uncovered, widened
from workflows.dmn.analysis.effort import Effort
from workflows.dmn.analysis.samples import Sort
from workflows.dmn.analysis.space import Space

MOST = 10


@dataclass(frozen=True, slots=True)
class Gap:
    """Classes per column; any choice among them is answered by no row."""

    box: tuple[tuple[int, ...], ...]
    sort: Sort  # PLAIN, or what its `column` must be for there to be a gap
    column: int = -1

    def shown(self, space: Space) -> list[bool]:
        """Columns that matter: with any value whatever (but null) in the others there is the same gap."""
        masks = [[item.may for item in column.classes] for column in space.columns]
        box = [list(classes) for classes in self.box]
        found = []
        for number, column in enumerate(space.columns):
            others = (1 << space.rows) - 1
            for other, chosen in enumerate(box):
                if other != number:
                    others &= any_of(masks[other], chosen)
            whole = [n for n, item in enumerate(column.classes) if item.sort < Sort.NULL]
            matters = number == self.column or not whole or bool(others & any_of(masks[number], whole))
            found.append(matters)
            box[number] = box[number] if matters else whole
        return found

    @property
    def point(self) -> tuple[int, ...]:
        return tuple(classes[0] for classes in self.box)


def gaps(space: Space, effort: Effort) -> Iterator[Gap]:
    """At most MOST + 1 among ordinary values; then one per column for a missing or other value; at last anything."""
    found: list[Gap] = []
    for gap in _boxes(space, _ordinary(space), [], effort):
        found.append(gap)
        yield gap
        if len(found) > MOST:
            return
    known = [_stretched(gap, space) for gap in found]
    for column, sort in _special(space):
        for gap in _boxes(space, _choices(space, column, sort), known, effort):
            found.append(gap)
            yield Gap(gap.box, sort, column)
            break
    if not found:
        everything = [_inside(space, number) for number in range(len(space.columns))]
        for gap in _boxes(space, everything, [], effort):
            worst = max(range(len(gap.box)), key=lambda n: space.columns[n].classes[gap.box[n][0]].sort)
            yield Gap(gap.box, space.columns[worst].classes[gap.box[worst][0]].sort, worst)
            break


def is_surely_complete(space: Space, effort: Effort) -> bool:
    """Does some row surely answer every input, whatever cells that cannot be judged turn out to say."""
    masks = [[column.classes[n].must for n in _inside(space, number)] for number, column in enumerate(space.columns)]
    return uncovered(masks, (1 << space.rows) - 1, effort) is None


def _boxes(space: Space, choices: Sequence[Sequence[int]], known: Sequence[Gap], effort: Effort) -> Iterator[Gap]:
    """Box after box, each found beside those already known, which count as rows."""
    masks = [[column.classes[n].may for n in chosen] for column, chosen in zip(space.columns, choices, strict=True)]
    real = (1 << space.rows) - 1
    covering = [list(column) for column in masks]
    rows = real
    for gap in known:
        rows = _with_row(covering, rows, [set(box) for box in gap.box], choices)
    while (point := uncovered(covering, rows, effort)) is not None:
        box = widened(masks, real, point)
        effort.spend(sum(map(len, masks)))
        rows = _with_row(covering, rows, [{choices[c][n] for n in part} for c, part in enumerate(box)], choices)
        yield Gap(tuple(tuple(choices[c][n] for n in part) for c, part in enumerate(box)), Sort.PLAIN)


def _with_row(covering: list[list[int]], rows: int, box: Sequence[set[int]], choices: Sequence[Sequence[int]]) -> int:
    bit = rows + 1
    for column, chosen, part in zip(covering, choices, box, strict=True):
        for index, number in enumerate(chosen):
            if number in part:
                column[index] |= bit
    return rows | bit


def _inside(space: Space, number: int) -> list[int]:
    """The classes of a column that its declared input values allow."""
    return [n for n, found in enumerate(space.columns[number].classes) if found.sort != Sort.OUTSIDE]


def _ordinary(space: Space) -> list[list[int]]:
    """The ordinary classes of every column; where there is none, whatever there is."""
    found = []
    for number, column in enumerate(space.columns):
        inside = _inside(space, number)
        least = column.classes[inside[0]].sort if inside else Sort.PLAIN
        found.append([n for n in inside if column.classes[n].sort <= max(least, Sort.PLAIN)])
    return found


def _special(space: Space) -> Iterator[tuple[int, Sort]]:
    ordinary = _ordinary(space)
    for sort in (Sort.FRACTION, Sort.OTHER, Sort.NULL):
        for number, column in enumerate(space.columns):
            if any(found.sort == sort and n not in ordinary[number] for n, found in enumerate(column.classes)):
                yield number, sort


def _choices(space: Space, column: int, sort: Sort) -> list[list[int]]:
    found = _ordinary(space)
    found[column] = [n for n, value in enumerate(space.columns[column].classes) if value.sort == sort]
    return found


def _stretched(gap: Gap, space: Space) -> Gap:
    """Where the gap does not ask for a column's value, it says nothing new of a missing or other value there."""
    box = []
    for column, part, ordinary in zip(space.columns, gap.box, _ordinary(space), strict=True):
        extra = range(len(column.classes)) if len(part) == len(ordinary) else ()
        box.append(tuple({*part, *extra}))
    return Gap(tuple(box), gap.sort)
