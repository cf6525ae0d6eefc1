"""Cells that can never be right by themselves: of the wrong type, outside the allowed values, or no value at all."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from workflows.dmn.analysis.cells import marks, passing
from workflows.dmn.analysis.codes import Remark
from workflows.dmn.analysis.constants import Constant, constant, constants
from workflows.dmn.analysis.effort import Effort
from workflows.dmn.analysis.samples import SCALARS, Domain
from workflows.dmn.analysis.space import Column, Space, kind_of
from workflows.dmn.analysis.wording import listed, literal, short
from workflows.dmn.model import DecisionTable, Expression, Output
from workflows.feel import nodes
from workflows.feel.values import KINDS, SWEDISH_KINDS, swedish_kind

_MIDNIGHT = ("date", "date and time")
_MOST_SUGGESTED_FROM, _LONGEST_SUGGESTED = 100, 60


def cell_remarks(table: DecisionTable, space: Space, effort: Effort) -> Iterator[Remark]:
    """Of every input cell, and of the allowed values of its column."""
    for column in space.columns:
        for number in column.inputs:
            allowed = table.inputs[number].allowed
            if allowed is not None:
                yield from _of_tests(allowed, column, effort, allowed=None)
            for row, rule in enumerate(table.rules, 1):
                cell = rule.tests[number]
                if cell.node is not None:
                    found = list(_of_tests(cell, column, effort, allowed=column.allowed))
                    yield from found or _dead(cell, row, column, effort)


def _of_tests(cell: Expression, column: Column, effort: Effort, *, allowed: int | None) -> Iterator[Remark]:
    for test in cell.node.tests if isinstance(cell.node, nodes.UnaryTests) else ():
        effort.spend(3)
        operand = test.operand if isinstance(test, nodes.InputTest) else test
        value = constant(operand)
        if value is None:
            continue
        if value.reason:
            yield Remark(cell.element, "cell-null", f"Cellen {short(cell.text)} blir inget värde: {value.reason}")
        elif (strange := _of_other_kind(operand, column.kind)) is not None:
            yield Remark(cell.element, "cell-type", _type_message(strange, column.kind or "", "kolumnen är"))
        elif allowed is not None and not passing(test, column.domain, effort).may & (allowed | 1):
            yield Remark(cell.element, "cell-value", _value_message(operand, cell, column, effort))


def _of_other_kind(operand: nodes.Node, declared: str | None) -> object:
    """A value the operand names that is not of the declared kind; None when all are."""
    if declared is None:
        return None
    return next((value for value in constants(operand) if KINDS[type(value)] != declared), None)


def _type_message(value: object, declared: str, of_what: str) -> str:
    written = short(literal(value))
    hint = ""
    if isinstance(value, str) and declared in ("date", "time", "date and time"):
        hint = f" Skriv {declared}({written})."
    elif isinstance(value, str) and declared.endswith("duration"):
        hint = f" Skriv duration({written})."
    return f"{written} är {swedish_kind(value)}, men {of_what} {SWEDISH_KINDS[declared]}.{hint}"


def _value_message(operand: nodes.Node, cell: Expression, column: Column, effort: Effort) -> str:
    value = constant(operand)
    if value is None or KINDS.get(type(value.value)) not in SCALARS or cell.text.lstrip()[:1] in "<>=!":
        return f"Ett villkor i {short(cell.text)} stämmer inte med något av kolumnens indatavärden."
    known = [sample.value for n, sample in enumerate(column.domain.samples) if (column.allowed or 0) >> n & 1]
    near = _suggestion(value.value, known, effort)
    return f"{short(literal(value.value))} finns inte bland kolumnens indatavärden.{near}"


def _suggestion(value: object, known: Sequence[object], effort: Effort) -> str:
    texts = [text for text in known if isinstance(text, str) and len(text) <= _LONGEST_SUGGESTED]
    if not isinstance(value, str) or len(value) > _LONGEST_SUGGESTED:
        return ""
    effort.spend(50 * len(texts[:_MOST_SUGGESTED_FROM]))
    near = get_close_matches(value, texts[:_MOST_SUGGESTED_FROM], 1)
    return f" Menade du {literal(near[0])}?" if near else ""


def _dead(cell: Expression, row: int, column: Column, effort: Effort) -> Iterator[Remark]:
    possible = marks(cell.node, column.domain, effort).may
    inside = column.domain.all if column.allowed is None else column.allowed | 1  # what is not allowed comes as null
    if not possible & inside:
        why = "inget värde" if column.allowed is None else "inget av kolumnens indatavärden"
        yield Remark(cell.element, "dead-row", f"Rad {row} kan aldrig träffa: {why} stämmer med {short(cell.text)}.")


def output_remarks(table: DecisionTable, effort: Effort) -> Iterator[Remark]:
    """Of literal answers: their type, whether they are allowed, and which allowed ones never come."""
    for number, output in enumerate(table.outputs):
        cells = [rule.outputs[number] for rule in table.rules]
        if output.default is not None:
            cells.append(output.default)
        answers = [constant(cell.node) if cell.node is not None else None for cell in cells]
        strange = [_is_of_other_kind(answer, kind_of(output.type)) for answer in answers]
        for cell, answer, is_strange in zip(cells, answers, strange, strict=True):
            if answer is not None and is_strange:
                message = _type_message(answer.value, kind_of(output.type) or "", "svaret ska vara")
                yield Remark(cell.element, "output-type", message)
        if not any(strange):
            for allowed in _allowing(output):
                yield from _against(allowed, cells, answers, effort)


def _is_of_other_kind(answer: Constant | None, declared: str | None) -> bool:
    """A date may stand for its midnight; else one kind is never another."""
    kind = KINDS[type(answer.value)] if answer is not None else ""
    return declared is not None and kind in SCALARS and kind != declared and (kind, declared) != _MIDNIGHT


def _allowing(output: Output) -> Iterator[Expression]:
    """The allowed values of a column itself, and those of its type."""
    if output.allowed is not None:
        yield output.allowed
    if output.type is not None and output.type.allowed is not None:
        yield Expression("", "", node=output.type.allowed)


def _against(
    allowed: Expression, cells: Sequence[Expression], answers: Sequence[Constant | None], effort: Effort
) -> Iterator[Remark]:
    plain = [answer.value for answer in answers if answer and KINDS[type(answer.value)] in SCALARS]
    named = list(constants(allowed.node)) if allowed.node is not None else []
    kinds = {KINDS[type(value)] for value in [*plain, *named]}
    domain = Domain(kinds, [*plain, *named], ordered_text=True)
    effort.spend(len(domain.samples) + 5 * len(cells))
    may = marks(allowed.node, domain, effort).may
    for cell, answer in zip(cells, answers, strict=True):
        if answer and KINDS[type(answer.value)] in SCALARS and not domain.member(answer.value) & may:
            near = _suggestion(answer.value, named, effort)
            message = f"{short(literal(answer.value))} finns inte bland kolumnens utdatavärden.{near}"
            yield Remark(cell.element, "output-value", message)
    are_all_known = all(answer and (answer.value is None or KINDS[type(answer.value)] in SCALARS) for answer in answers)
    if are_all_known and allowed.element:
        yield from _unused(allowed, plain, domain)


def _unused(allowed: Expression, plain: Sequence[object], domain: Domain) -> Iterator[Remark]:
    given = 0
    for value in plain:
        given |= domain.member(value)
    tests = allowed.node.tests if isinstance(allowed.node, nodes.UnaryTests) else ()
    values = [test.value for test in tests if isinstance(test, nodes.Literal)]
    unused = [literal(value) for value in values if not domain.member(value) & given]
    if unused:
        verb = "är inte svaret" if len(unused) == 1 else "är inte svar"
        yield Remark(allowed.element, "unused-output-value", f"{short(listed(unused), 200)} {verb} på någon rad.")
