"""Gaps of a table as the rows that would fill them, for those who edit it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workflows.dmn.analysis.effort import Effort, Exhausted
from workflows.dmn.analysis.gaps import MOST, Gap, gaps
from workflows.dmn.analysis.space import Space, space
from workflows.dmn.analysis.wording import cell, literal
from workflows.dmn.model import DecisionTable, Model

ANYTHING = "-"


@dataclass(frozen=True, slots=True)
class Missing:
    """A row that no rule answers: a cell for each input column.

    `example` are the columns that matter: label, the whole of what is missing, and one value of it.
    """

    cells: tuple[str, ...]
    example: tuple[tuple[str, str, str], ...]


def is_complete_without(table: DecisionTable) -> bool:
    """Whether the table has an answer when no row fits; counting needs none, for no row is 0."""
    return table.aggregation == "COUNT" or any(output.default for output in table.outputs)


def missing_rows(table: DecisionTable, model: Model) -> Iterator[Missing]:
    """At most MOST of them; none where the table answers without a row, or is too large to be told of."""
    if not table.rules or not table.inputs or is_complete_without(table):
        return
    effort = Effort()
    try:
        found = space(table, model, effort)
        for number, gap in enumerate(gaps(found, effort)):
            if number >= MOST:
                return
            yield _missing(table, found, gap)
    except Exhausted:
        return


def _missing(table: DecisionTable, found: Space, gap: Gap) -> Missing:
    cells = [ANYTHING] * len(table.inputs)
    example = []
    parts = zip(found.columns, gap.box, gap.point, gap.shown(found), strict=True)
    for column, chosen, number, is_shown in parts:
        if is_shown:
            one = literal(column.example(number))
            whole = cells[column.inputs[0]] = cell(column, chosen) or one
            example.append((table.inputs[column.inputs[0]].label or column.text, whole, one))
    return Missing(tuple(cells), tuple(example))
