"""String functions (DMN 1.5 §10.3.4.3) except those with regular expressions."""

# ruff: noqa: ARG001  every built-in is handed the run, also those that need nothing of it

from decimal import Decimal

from workflows.feel.builtins.conversion import whole
from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.errors import Nothing
from workflows.feel.limits import joined


@builtin("substring", "string: string, start position: number, length?: number")
def substring(run: Running, source: str, position: Decimal, length: Decimal | None = None) -> str:
    start = whole(position)
    if start == 0 or abs(start) > max(len(source), 1):
        raise Nothing("Startläget ligger utanför texten.")
    first = start - 1 if start > 0 else len(source) + start
    if length is not None and length < 1:
        raise Nothing("Längden ska vara minst 1.")
    run.string(len(source))
    return source[first:] if length is None else source[first : first + whole(length)]


@builtin("string length", "string: string")
def string_length(run: Running, source: str) -> Decimal:
    return Decimal(len(source))


@builtin("upper case", "string: string")
def upper_case(run: Running, source: str) -> str:
    run.string(len(source) * 3)
    return source.upper()


@builtin("lower case", "string: string")
def lower_case(run: Running, source: str) -> str:
    run.string(len(source) * 3)
    return source.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(run: Running, source: str, match: str) -> str:
    run.string(len(source))
    return source.partition(match)[0] if match and match in source else ""


@builtin("substring after", "string: string, match: string")
def substring_after(run: Running, source: str, match: str) -> str:
    run.string(len(source))
    return source.partition(match)[2] if match else source


@builtin("contains", "string: string, match: string")
def contains(run: Running, source: str, match: str) -> bool:
    run.string(len(source))
    return match in source


@builtin("starts with", "string: string, match: string")
def starts_with(run: Running, source: str, match: str) -> bool:
    run.compared(len(match))
    return source.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(run: Running, source: str, match: str) -> bool:
    run.compared(len(match))
    return source.endswith(match)


@builtin("trim", "string: string")
def trim(run: Running, source: str) -> str:
    run.string(len(source))
    return source.strip()


@builtin("string join", "list: list, delimiter?: string|null")
def string_join(run: Running, items: list[object], delimiter: str | None = None) -> str:
    run.spend(1 + len(items))
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) != sum(1 for item in items if item is not None):
        raise Nothing("Listan innehåller annat än texter.")
    return joined(run, texts, delimiter or "")
