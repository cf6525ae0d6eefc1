"""Rows beside one another: which hit together, which never come to answer, which say the same twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workflows.dmn.analysis.cover import uncovered
from workflows.dmn.analysis.effort import Effort
from workflows.dmn.analysis.samples import Sort
from workflows.dmn.analysis.space import Space, turned

_MOST_EXPLAINED = 12  # so many rows are tried one by one for which of them are needed to cover another


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows, counted from 0, that both hit at a point: one class per column."""

    first: int
    second: int
    point: tuple[int, ...]


class Rows:
    """The rows of a space as boxes: per column the classes each lets through, as bits."""

    def __init__(self, space: Space, effort: Effort) -> None:
        self.space = space
        self.effort = effort
        effort.spend(sum(len(column.classes) * space.rows // 20 for column in space.columns))
        self.must = [turned([item.must for item in column.classes], space.rows) for column in space.columns]
        self.may = [turned([item.may for item in column.classes], space.rows) for column in space.columns]
        self.inside = [
            sum(1 << n for n, item in enumerate(column.classes) if item.sort != Sort.OUTSIDE)
            for column in space.columns
        ]

    def never(self, row: int) -> bool:
        """No allowed input at all can hit the row, nor a missing one."""
        return any(self.is_impossible(row, column) for column in range(len(self.may)))

    def is_impossible(self, row: int, column: int) -> bool:
        return not self.may[column][row]

    def overlaps(self) -> Iterator[Overlap]:
        """Every pair of rows that surely hit together for an allowed input."""
        for first in range(self.space.rows):
            for second in self._meeting(self.must, first):
                self.effort.spend(10)
                yield Overlap(first, second, self._meeting_point(first, second))

    def may_overlap(self) -> bool:
        """Is there a pair that hits together or not depending on what cannot be judged in advance."""
        for first in range(self.space.rows):
            if set(self._meeting(self.may, first)) - set(self._meeting(self.must, first)):
                return True
        return False

    def _meeting(self, boxes: Sequence[Sequence[int]], first: int) -> list[int]:
        left = range(first + 1, self.space.rows)
        for column, inside in zip(boxes, self.inside, strict=True):
            mine = column[first] & inside
            self.effort.spend(1 + len(left) // 20)
            left = [other for other in left if column[other] & mine]  # type: ignore[assignment]
        return list(left)

    def _meeting_point(self, first: int, second: int) -> tuple[int, ...]:
        """The most ordinary classes that both rows let through."""
        common = (must[first] & must[second] & inside for must, inside in zip(self.must, self.inside, strict=True))
        return tuple((bits & -bits).bit_length() - 1 for bits in common)

    def masking(self, row: int, before: int) -> list[int] | None:
        """Rows among `before` (bits) that together take every input of this row; None when some input is left."""
        before = self._touching(row, before)
        if not before or uncovered(self._masks(row), before, self.effort) is not None:
            return None
        for other in _numbers(before):
            if self._holds(other, row):
                return [other]
        if before.bit_count() <= _MOST_EXPLAINED:
            for other in reversed(_numbers(before)):
                fewer = before & ~(1 << other)
                if uncovered(self._masks(row), fewer, self.effort) is None:
                    before = fewer
        return _numbers(before)

    def _touching(self, row: int, before: int) -> int:
        for must, may in zip(self.must, self.may, strict=True):
            self.effort.spend(1)
            before = sum(1 << other for other in _numbers(before) if must[other] & may[row])
        return before

    def _holds(self, outer: int, inner: int) -> bool:
        return all(not may[inner] & ~must[outer] for must, may in zip(self.must, self.may, strict=True))

    def _masks(self, row: int) -> list[list[int]]:
        return [[item.must for item in column.classes if item.may >> row & 1] for column in self.space.columns]

    def same_inputs(self, left: int, right: int) -> bool:
        """Do the rows surely let through the same allowed inputs."""
        return all(
            len({must[left] & inside, must[right] & inside, may[left] & inside, may[right] & inside}) == 1
            for must, may, inside in zip(self.must, self.may, self.inside, strict=True)
        )


def _numbers(bits: int) -> list[int]:
    found = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found
