"""Analyses a decision table: gaps, overlaps, rows and cells that cannot be right, each with a concrete example.

Every remark is true of the table as it will be evaluated: a cell that depends on more than its input may hit or
miss, and nothing is said that does not hold either way. `CODES` tells what can be said.
"""

from collections.abc import Iterator

from workflows.dmn.analysis.codes import CODES, Remark
from workflows.dmn.analysis.effort import Effort, Exhausted
from workflows.dmn.analysis.filling import Missing, is_complete_without, missing_rows
from workflows.dmn.analysis.gaps import is_surely_complete
from workflows.dmn.analysis.reporting import gap_remarks, row_remarks
from workflows.dmn.analysis.rows import Rows
from workflows.dmn.analysis.space import Space, space
from workflows.dmn.analysis.values import cell_remarks, output_remarks
from workflows.dmn.analysis.wording import listed
from workflows.dmn.model import DecisionTable, Model
from workflows.dmn.parts import Faulty

__all__ = ["CODES", "Effort", "Missing", "Remark", "analyse", "missing_rows"]


def analyse(table: DecisionTable, model: Model, effort: Effort) -> Iterator[Remark]:
    """Remarks on a table; nothing where a cell cannot be read, which the reader has told of."""
    if _is_unreadable(table):
        return
    try:
        yield from _remarks(table, model, effort)
    except Exhausted:
        message = "Tabellen är för stor för att analyseras helt: analysen avbröts. Fler luckor och överlapp kan finnas."
        yield Remark(table.element, "analysis-stopped", message)


def _remarks(table: DecisionTable, model: Model, effort: Effort) -> Iterator[Remark]:
    yield from output_remarks(table, effort)
    if not table.rules or not table.inputs:
        return
    found = space(table, model, effort)
    yield from cell_remarks(table, found, effort)
    rows = Rows(found, effort)
    yield from row_remarks(table, rows, effort)
    has_default = is_complete_without(table)
    if not has_default:
        yield from gap_remarks(table, found, effort)
    yield from _partial(table, found, rows, effort, has_default=has_default)


def _partial(table: DecisionTable, found: Space, rows: Rows, effort: Effort, *, has_default: bool) -> Iterator[Remark]:
    """One word when cells that cannot be judged in advance leave something unsaid."""
    opaque = [column for column in found.columns if column.opaque_rows]
    if not opaque:
        return
    gaps_unsaid = not has_default and not is_surely_complete(found, effort)
    if gaps_unsaid or (table.hit_policy in ("UNIQUE", "ANY") and rows.may_overlap()):
        numbers = [n for n in range(len(table.rules)) if any(column.opaque_rows >> n & 1 for column in opaque)]
        which = listed([table.inputs[column.inputs[0]].label or column.text for column in opaque][:5])
        message = (
            f"Analysen kan inte se om det finns fler luckor eller överlapp: cellerna i {which} "
            f"(rad {listed([n + 1 for n in numbers][:10])}) beror på mer än kolumnens eget värde."
        )
        yield Remark(table.element, "analysis-partial", message)


def _is_unreadable(table: DecisionTable) -> bool:
    heads = [column.expression for column in table.inputs]
    lists = [*(column.allowed for column in table.inputs), *(column.allowed for column in table.outputs)]
    parts = [*heads, *(part for part in lists if part is not None)]
    parts += [cell for rule in table.rules for cell in (*rule.tests, *rule.outputs)]
    return any(head.node is None for head in heads) or any(isinstance(part.node, Faulty) for part in parts)
