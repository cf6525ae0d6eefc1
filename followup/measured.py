"""One measure of a förlopp: by month, version, unit, age and part, each beside the others, and nothing of too few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from followup import intervals
from followup.figures import FEW
from followup.results import BY_MONTH, Cell, Results, summed
from followup.telling import Figure, month_name
from web import swedish
from workflows.measures import ALL, Measure

OF_ONE = f"{BY_MONTH} AND measure = %s"
BEFORE, FROM = "fore", "fran"


@dataclass(frozen=True)
class Measured:
    """The cells of a measure, in every version, unit and age of the months that were chosen."""

    results: Results
    measure: Measure
    cells: Sequence[Cell]

    @classmethod
    def of(cls, results: Results, key: str) -> Measured | None:
        """None when there is no such measure."""
        measure = results.declared.measures.get(key)
        return cls(results, measure, results.read(OF_ONE, key)) if measure is not None else None

    @cached_property
    def whole(self) -> Figure:
        return self.results.figure(self.measure, self._whole)

    @cached_property
    def by_month(self) -> list[Figure]:
        cells = self.results.chosen(self._whole, self.results.asked)
        names = {f"{cell.month:%Y-%m}": month_name(cell.month) for cell in cells if cell.month}
        return self._groups(cells, lambda cell: f"{cell.month:%Y-%m}", sorted(names.items()))

    @cached_property
    def by_version(self) -> list[Figure]:
        cells, numbers = self._whichever("version"), self.results.numbers
        found = sorted({numbers[cell.version] for cell in cells})
        names = [(str(number), f"Version {number}") for number in found]
        return self._compared(cells, lambda cell: str(numbers[cell.version]), names)

    @cached_property
    def by_unit(self) -> list[Figure]:
        cells, units = self._whichever("unit"), self.results.units
        names = [(key, units.get(key, key) or "Okänd enhet") for key in {cell.unit for cell in cells}]
        return self._compared(cells, lambda cell: cell.unit, sorted(names, key=lambda one: swedish.sorting(one[1])))

    @cached_property
    def by_age(self) -> list[Figure]:
        cells = self._whichever("age")
        bands = [name for _, name in self.results.declared.age_bands]
        order = [*bands, *sorted({cell.age for cell in cells} - {*bands, ""}), ""]
        return self._compared(cells, lambda cell: cell.age, [(age, age or "Okänd ålder") for age in order])

    @cached_property
    def by_part(self) -> list[Figure]:
        """An ärende may be in several."""
        cells = self.results.chosen((cell for cell in self.cells if cell.part != ALL), self.results.asked)
        return self._groups(cells, lambda cell: cell.part, list(self.measure.parts.items()))

    @cached_property
    def since(self) -> list[Figure]:
        """Before a version and from it on, the later with the difference; nothing when none was chosen."""
        number, numbers = self.results.asked.since, self.results.numbers
        if number not in numbers.values():
            return []
        names = [(BEFORE, f"Före version {number}"), (FROM, f"Från version {number}")]
        found = self._compared(
            self._whichever("version"), lambda cell: BEFORE if numbers[cell.version] < number else FROM, names
        )
        return [replace(one, beside=None) if one.key == BEFORE else one for one in found]

    # -- inside --------------------------------------------------------------------------------------------------------

    @cached_property
    def _whole(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.part == ALL]

    def _whichever(self, name: str) -> list[Cell]:
        """What was chosen, but of each of this."""
        return self.results.chosen(self._whole, self.results.asked.without(name))

    def _compared(
        self, cells: Sequence[Cell], key: Callable[[Cell], str], names: Sequence[tuple[str, str]]
    ) -> list[Figure]:
        """With how much more each is than the others together, where none of them is hidden."""
        found = self._groups(cells, key, names)
        if len(found) < 2 or any(one.is_few for one in found):
            return found
        made = []
        for one in found:
            rest = intervals.together(other.sums for other in found if other is not one)
            made.append(replace(one, beside=intervals.difference(self.measure.kind, rest, one.sums)))
        return made

    def _groups(
        self, cells: Sequence[Cell], key: Callable[[Cell], str], names: Sequence[tuple[str, str]]
    ) -> list[Figure]:
        """One figure for each name that there is anything of."""
        by_key: dict[str, list[Cell]] = defaultdict(list)
        for cell in cells:
            by_key[key(cell)].append(cell)
        hidden = self._hidden(by_key)
        return [
            Figure(measure=self.measure, key=name, name=title, sums=summed(by_key[name]), is_few=name in hidden)
            for name, title in names
            if name in by_key
        ]

    def _hidden(self, by_key: dict[str, list[Cell]]) -> set[str]:
        """Those of few, and the least of the others while the sum of all would tell how few they are."""
        if self.results.knows_few:
            return set()
        if self.whole.is_few:
            return set(by_key)
        many = {key: self.results.persons(self.measure, cells) for key, cells in by_key.items()}
        hidden = {key for key, count in many.items() if count < FEW}
        for key in sorted(many, key=lambda key: many[key]):
            if 0 < sum(many[one] for one in hidden) < FEW:
                hidden.add(key)
        return hidden
