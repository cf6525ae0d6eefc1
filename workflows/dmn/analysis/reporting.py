"""Gaps and rows as remarks: few, with an example each."""

from collections.abc import Iterator, Sequence
from itertools import islice

from workflows.dmn.analysis.codes import Remark
from workflows.dmn.analysis.constants import constant
from workflows.dmn.analysis.effort import Effort
from workflows.dmn.analysis.gaps import MOST, Gap, gaps
from workflows.dmn.analysis.rows import Overlap, Rows
from workflows.dmn.analysis.samples import Sort
from workflows.dmn.analysis.space import Space
from workflows.dmn.analysis.wording import cell, example, listed, literal, short
from workflows.dmn.model import DecisionTable, Rule
from workflows.feel.comparison import equal
from workflows.feel.limits import Budget
from workflows.feel.values import KINDS

_ADVICE = "Lägg till en rad eller ett standardvärde, eller ange kolumnens indatavärden"
_ALL_AT_ONCE = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")


# ---- gaps


def gap_remarks(table: DecisionTable, space: Space, effort: Effort) -> Iterator[Remark]:
    ordinary = 0
    missing: list[Gap] = []
    for gap in gaps(space, effort):
        if gap.sort == Sort.NULL:
            missing.append(gap)
        elif gap.sort == Sort.PLAIN:
            ordinary += 1
            if ordinary <= MOST:
                yield Remark(table.element, "gap", _gap_message(space, gap))
        else:
            yield _special(table, space, gap)
    if ordinary > MOST:
        yield Remark(table.element, "gap", f"Tabellen har fler luckor än de {MOST} som nämns.")
    if missing:
        yield _missing(table, space, missing)


def _gap_message(space: Space, gap: Gap) -> str:
    shown = gap.shown(space)
    text = example(space.columns, gap.point, shown)
    message = f"{text} träffar ingen regel." if text else "Inga värden alls träffar någon regel."
    parts = []
    for column, chosen, number, is_shown in zip(space.columns, gap.box, gap.point, shown, strict=True):
        if is_shown:
            whole = cell(column, chosen)
            if whole and whole != literal(column.example(number)):
                parts.append(f"{short(column.text)}: {whole}")
    if parts:
        message += f" Hela luckan: {'; '.join(parts)}."
    if any(is_shown and not column.is_certain for column, is_shown in zip(space.columns, shown, strict=True)):
        message += " Om det inte kan inträffa: ange kolumnens indatavärden."
    return message


def _special(table: DecisionTable, space: Space, gap: Gap) -> Remark:
    column = space.columns[gap.column]
    element = table.inputs[column.inputs[0]].expression.element
    text = example(space.columns, gap.point, gap.shown(space))
    if gap.sort == Sort.FRACTION:
        return Remark(element, "gap-fraction", f"{text} träffar ingen regel: tabellen täcker bara heltalen där.")
    message = f"{text} träffar ingen regel, och inte heller andra värden som tabellen inte nämner. {_ADVICE}."
    return Remark(element, "gap-other", message)


def _missing(table: DecisionTable, space: Space, missing: Sequence[Gap]) -> Remark:
    names = listed([short(space.columns[gap.column].text) for gap in missing], "eller")
    text = example(space.columns, missing[0].point, missing[0].shown(space))
    message = (
        f"När {names} saknas kan det bli så att ingen regel träffar: {text} träffar ingen regel. "
        f"{_ADVICE} om {'värdet' if len(missing) == 1 else 'värdena'} alltid finns."
    )
    return Remark(table.element, "gap-null", message)


# ---- rows


def row_remarks(table: DecisionTable, rows: Rows, effort: Effort) -> Iterator[Remark]:
    answers = [_Answer(rule) for rule in table.rules]
    dead = {row for row in range(len(table.rules)) if rows.never(row)}
    yield from _contradictions(table, rows, dead)
    if table.hit_policy == "UNIQUE":
        yield from _overlaps(table, rows, rows.overlaps())
    elif table.hit_policy == "ANY":
        pairs = (pair for pair in rows.overlaps() if answers[pair.first].surely_differs(answers[pair.second]))
        yield from _overlaps(table, rows, pairs)
    elif table.hit_policy in ("FIRST", "PRIORITY"):
        yield from _masked(table, rows, dead, answers)
    if table.hit_policy in _ALL_AT_ONCE:
        yield from _duplicates(table, rows, dead, answers, effort)


def _contradictions(table: DecisionTable, rows: Rows, dead: set[int]) -> Iterator[Remark]:
    """Rows dead only by two columns together, which ask for the same thing and contradict each other."""
    for row in sorted(dead):
        columns = [n for n in range(len(rows.may)) if rows.is_impossible(row, n)]
        shared = [rows.space.columns[n] for n in columns if len(rows.space.columns[n].inputs) > 1]
        if shared:
            message = f"Rad {row + 1} kan aldrig träffa: cellerna om {short(shared[0].text)} motsäger varandra."
            yield Remark(table.rules[row].element, "dead-row", message)


def _overlaps(table: DecisionTable, rows: Rows, pairs: Iterator[Overlap]) -> Iterator[Remark]:
    for pair in islice(pairs, MOST):
        yield _overlap(table, rows, pair)
    more = sum(1 for _ in pairs)
    if more:
        yield Remark(table.element, "overlap", f"Ytterligare {more} par av rader träffar samtidigt.")


def _overlap(table: DecisionTable, rows: Rows, pair: Overlap) -> Remark:
    columns = rows.space.columns
    shown = [
        must[pair.first] & must[pair.second] & inside != inside
        for must, inside in zip(rows.must, rows.inside, strict=True)
    ]
    when = f"när {text}" if (text := example(columns, pair.point, shown)) else "alltid"
    rule = "svarar olika (ANY)" if table.hit_policy == "ANY" else "bara en rad får träffa (UNIQUE)"
    message = f"Rad {pair.first + 1} och {pair.second + 1} träffar båda {when}, men {rule}."
    certain = all(column.is_certain or not is_shown for column, is_shown in zip(columns, shown, strict=True))
    if not certain:
        message += " Om det inte kan inträffa: ange kolumnens indatavärden."
    return Remark(table.rules[pair.second].element, "overlap", message, None if certain else "warning")


def _masked(table: DecisionTable, rows: Rows, dead: set[int], answers: Sequence["_Answer"]) -> Iterator[Remark]:
    ranks = _ranks(table, answers) if table.hit_policy == "PRIORITY" else None
    for row in range(len(table.rules)):
        if row in dead:
            continue
        before = (1 << row) - 1 if ranks is None else _stronger(ranks, row)
        covering = rows.masking(row, before)
        if covering is not None:
            yield Remark(table.rules[row].element, "masked-row", _masked_message(row, covering, table.hit_policy))


def _masked_message(row: int, covering: Sequence[int], policy: str) -> str:
    if len(covering) > MOST:
        which = f"{len(covering)} andra rader"
    else:
        which = f"rad {listed([number + 1 for number in covering])}"
    together = " tillsammans" if len(covering) > 1 else ""
    first = "går före och" if policy == "FIRST" else "har högre prioritet och"
    return f"Rad {row + 1} blir aldrig svaret: {which} {first} träffar{together} allt som den träffar."


def _ranks(table: DecisionTable, answers: Sequence["_Answer"]) -> list[tuple[int, ...] | None]:
    """Each row's place in the order of output values, the best first; None when it cannot be known."""
    orders = []
    for output in table.outputs:
        tests = getattr(output.allowed.node, "tests", ()) if output.allowed else ()
        orders.append([found.value if (found := constant(test)) else None for test in tests])
    return [answer.rank(orders) for answer in answers]


def _stronger(ranks: Sequence[tuple[int, ...] | None], row: int) -> int:
    mine = ranks[row]
    if mine is None:
        return 0
    return sum(1 << other for other, rank in enumerate(ranks) if rank is not None and rank < mine)


def _duplicates(
    table: DecisionTable, rows: Rows, dead: set[int], answers: Sequence["_Answer"], effort: Effort
) -> Iterator[Remark]:
    seen: dict[object, list[int]] = {}
    for row, rule in enumerate(table.rules):
        earlier = seen.setdefault(answers[row].key, [])
        effort.spend(1 + len(earlier) * len(rows.must))
        twin = next((n for n in earlier if n not in dead and _same_tests(table, rows, n, row)), None)
        if twin is not None:
            twice = "" if table.aggregation in ("MIN", "MAX") else ", så det räknas två gånger"
            message = f"Rad {twin + 1} och {row + 1} har samma villkor och samma svar{twice}."
            yield Remark(rule.element, "duplicate-row", message)
        else:
            earlier.append(row)


def _same_tests(table: DecisionTable, rows: Rows, left: int, right: int) -> bool:
    texts = [[" ".join(test.text.split()) or "-" for test in table.rules[row].tests] for row in (left, right)]
    return texts[0] == texts[1] or rows.same_inputs(left, right)


class _Answer:
    """What a row answers, as far as it is known before any evaluation."""

    def __init__(self, rule: Rule) -> None:
        self.values = [constant(cell.node) if cell.node is not None else None for cell in rule.outputs]
        self.key = tuple(" ".join(cell.text.split()) for cell in rule.outputs)

    def surely_differs(self, other: "_Answer") -> bool:
        """Some output of both is a known plain value, and not the same one."""
        for mine, its in zip(self.values, other.values, strict=True):
            known = mine and its and {KINDS[type(mine.value)], KINDS[type(its.value)]} <= _PLAIN
            if known and mine and its and equal(mine.value, its.value, Budget(None)) is not True:
                return True
        return False

    def rank(self, orders: Sequence[Sequence[object]]) -> tuple[int, ...] | None:
        places = []
        for answer, order in zip(self.values, orders, strict=True):
            if order and not answer:
                return None
            same = (n for n, value in enumerate(order) if answer and equal(answer.value, value, Budget(None)) is True)
            places.append(next(same, len(order)))
        return tuple(places)


_PLAIN = frozenset(KINDS.values()) - {"function", "list", "context", "range"}
