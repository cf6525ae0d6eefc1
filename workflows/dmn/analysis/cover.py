"""Which points of a space no row covers: a search that never looks twice at the same remaining rows."""

from collections.abc import Sequence

from workflows.dmn.analysis.effort import Effort

Masks = Sequence[Sequence[int]]  # per column and class the rows that cover it, as bits


class _Search:
    def __init__(self, masks: Masks, effort: Effort) -> None:
        self.masks = masks
        self.effort = effort
        self.covered: set[tuple[int, int]] = set()
        self.always = [0] * len(masks) + [-1]
        everything = -1
        for number in range(len(masks) - 1, -1, -1):
            for mask in masks[number]:
                everything &= mask
            self.always[number] = everything

    def from_column(self, number: int, rows: int) -> list[int] | None:
        """Classes for this column and those after it that none of the rows covers."""
        if not rows:
            return [0] * (len(self.masks) - number)
        if rows & self.always[number] or (number, rows) in self.covered:
            return None
        self.effort.spend(2 + len(self.masks[number]))
        left: dict[int, int] = {}
        for index, mask in enumerate(self.masks[number]):
            left.setdefault(rows & mask, index)
        for rest in sorted(left, key=int.bit_count):
            found = self.from_column(number + 1, rest)
            if found is not None:
                return [left[rest], *found]
        self.covered.add((number, rows))
        return None


def uncovered(masks: Masks, rows: int, effort: Effort) -> list[int] | None:
    """One class per column such that no row covers the point; None when every point is covered."""
    if not all(masks):
        return None
    by_weight = sorted(range(len(masks)), key=lambda n: sum(map(int.bit_count, masks[n])) / len(masks[n]))
    found = _Search([masks[n] for n in by_weight], effort).from_column(0, rows)
    if found is None:
        return None
    return [index for _, index in sorted(zip(by_weight, found, strict=True))]


def widened(masks: Masks, rows: int, point: Sequence[int]) -> list[list[int]]:
    """The largest box around an uncovered point that no row touches: first the columns that do not matter at all."""
    box = [[index] for index in point]
    for only_whole in (True, False):
        for number in range(len(masks) - 1, -1, -1):
            others = rows
            for other, chosen in enumerate(box):
                if other != number:
                    others &= any_of(masks[other], chosen)
            free = [index for index, mask in enumerate(masks[number]) if not mask & others]
            if not only_whole or len(free) == len(masks[number]):
                box[number] = free
    return box


def any_of(masks: Sequence[int], chosen: Sequence[int]) -> int:
    found = 0
    for index in chosen:
        found |= masks[index]
    return found
