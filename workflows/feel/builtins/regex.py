"""Functions with regular expressions; RE2 matches in linear time, so no pattern can hang the evaluation."""

import re
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.errors import Nothing

_MAX_PATTERN = 1_000
_MAX_PROGRAM_BYTES = 1 << 20  # native memory that no other limit sees
_REFERENCE = re.compile(r"\\(.)|\$(\d)", re.DOTALL)


@lru_cache(maxsize=32)
def _compiled(pattern: str, flags: str) -> Any:
    """An XPath pattern as RE2 reads it, with the flags i, m, s and x."""
    if len(pattern) > _MAX_PATTERN:
        raise Nothing(f"Mönstret är längre än {_MAX_PATTERN} tecken.")
    if set(flags) - set("imsxq"):
        raise Nothing("Mönstrets flaggor får vara i, m, s och x.")
    options = re2.Options()
    options.max_mem = _MAX_PROGRAM_BYTES
    options.log_errors = False
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    options.literal = "q" in flags
    spelled = re.sub(r"(?<!\\)\s", "", pattern) if "x" in flags else pattern
    try:
        return re2.compile(f"(?m){spelled}" if "m" in flags and "q" not in flags else spelled, options)
    except re2.error:
        raise Nothing("Mönstret går inte att tolka.") from None


def _prepared(run: Running, source: str, pattern: str, flags: str | None) -> Any:
    if "\ud800" <= max(source + pattern, default="") <= "\udfff":
        raise Nothing("Texten innehåller ett ogiltigt tecken.")
    run.string(len(source))
    run.spend(10 + len(pattern) + len(source) // 8)
    run.look()  # what a pattern costs is not seen from its length
    return _compiled(pattern, flags or "")


@builtin("matches", "input: string, pattern: string, flags?: string|null")
def matches(run: Running, source: str, pattern: str, flags: str | None = None) -> bool:
    return _prepared(run, source, pattern, flags).search(source) is not None


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string|null")
def replace(run: Running, source: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    compiled = _prepared(run, source, pattern, flags)
    if compiled.search("") is not None:
        raise Nothing("Mönstret får inte träffa den tomma texten.")
    pieces: list[str] = []
    end = size = 0
    for match in compiled.finditer(source):
        piece = source[end : match.start()] + _filled(replacement, match, compiled.groups)
        size += len(piece)
        run.string(size)
        run.spend(1 + len(piece) // 8)
        pieces.append(piece)
        end = match.end()
    return "".join(pieces) + source[end:]


def _filled(replacement: str, match: Any, groups: int) -> str:
    def value(reference: re.Match[str]) -> str:
        escaped, group = reference.groups()
        if escaped is not None:
            return str(escaped)
        return (match.group(int(group)) or "") if int(group) <= groups else ""

    return _REFERENCE.sub(value, replacement)


@builtin("split", "string: string, delimiter: string")
def split(run: Running, source: str, delimiter: str) -> list[object]:
    compiled = _prepared(run, source, delimiter, None)
    if compiled.search("") is not None:
        raise Nothing("Avgränsaren får inte träffa den tomma texten.")
    pieces: list[object] = []
    end = 0
    for match in compiled.finditer(source):
        run.elements(1)
        pieces.append(source[end : match.start()])
        end = match.end()
    return [*pieces, source[end:]]


@builtin("extract", "string: string, pattern: string")
def extract(run: Running, source: str, pattern: str) -> list[object]:
    found: list[object] = []
    for match in _prepared(run, source, pattern, None).finditer(source):
        run.elements(1)
        found.append(match.group(0))
    return found
