"""Points and boxes of a table in words: values as FEEL writes them, so that they can be pasted."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from workflows.dmn.analysis.samples import Sample, Sort
from workflows.dmn.analysis.space import Column
from workflows.feel import writing
from workflows.feel.values import YearsMonths

_LONGEST = 60
_LONGEST_CELL = 120


def literal(value: object) -> str:
    """`"hog"`, `5`, `null`, `date("2026-11-27")`: what gives the value back when pasted."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    written = writing.text(value)
    if value is None or isinstance(value, (bool, Decimal, list, dict)):
        return written
    if isinstance(value, (timedelta, YearsMonths)):
        return f'duration("{written}")'
    name = "date and time" if isinstance(value, datetime) else "time" if isinstance(value, time) else "date"
    return f'{name}("{written}")'


def short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def listed(words: Sequence[object], joint: str = "och") -> str:
    """`1, 2 och 3`."""
    texts = [str(word) for word in words]
    return f"{', '.join(texts[:-1])} {joint} {texts[-1]}" if len(texts) > 1 else texts[0]


def example(columns: Sequence[Column], point: Sequence[int], shown: Sequence[bool]) -> str:
    """`aktivitetsformaga = "hog" och styrformaga = "nedsatt"`, of the columns that matter."""
    parts = [
        f"{short(column.text)} = {short(literal(column.example(number)))}"
        for column, number, is_shown in zip(columns, point, shown, strict=True)
        if is_shown
    ]
    return listed(parts) if parts else ""


def cell(column: Column, classes: Sequence[int]) -> str:
    """The classes as a cell of the column: `> 65`, `"a", "b"`, `not("a")`; "" when that would be long."""
    chosen = {sample for number in classes for sample in column.classes[number].samples}
    parts = ["null"] if 0 in chosen else []
    for start, end in column.domain.groups.values():
        inside = [number for number in range(start, end) if number in chosen]
        if inside:
            parts += _parts(column.domain.samples, start, end, inside)
    written = ", ".join(parts)
    return written if len(written) <= _LONGEST_CELL else ""


def _parts(samples: Sequence[Sample], start: int, end: int, inside: Sequence[int]) -> list[str]:
    other = next((number for number in range(start, end) if samples[number].sort == Sort.OTHER), None)
    if other is not None and other in inside:
        missing = [literal(samples[number].value) for number in range(start, end) if number not in inside]
        return [f"not({', '.join(missing)})" if missing else "not(null)"]
    if other is not None or isinstance(samples[start].value, bool):
        return [literal(samples[number].value) for number in inside]
    return [_run(samples, start, end, first, final) for first, final in _runs(inside)]


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = previous = numbers[0]
    for number in numbers[1:]:
        if number != previous + 1:
            yield first, previous
            first = number
        previous = number
    yield first, previous


def _run(samples: Sequence[Sample], start: int, end: int, first: int, final: int) -> str:
    """Following samples as a comparison or an interval; what lies between two named values is written by them."""
    low = samples[first] if samples[first].is_point else samples[first - 1] if first > start else None
    high = samples[final] if samples[final].is_point else samples[final + 1] if final + 1 < end else None
    if low is None and high is None:
        return "not(null)"
    if low is not None and low is high:
        return literal(low.value)
    with_low, with_high = low is samples[first], high is samples[final]
    if low is None or high is None:
        known, sign = (high, "<") if low is None else (low, ">")
        equal = "=" if (with_high if low is None else with_low) else ""
        return f"{sign}{equal} {literal(known.value if known else None)}"
    return f"{'[' if with_low else '('}{literal(low.value)}..{literal(high.value)}{']' if with_high else ')'}"
