"""Functions with regular expressions; RE2 matches in linear time, so no pattern can hang the evaluation."""

import re
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.errors import Nothing
from workflows.feel.patterns import translated

_MAX_PATTERN = 1_000
_MAX_PROGRAM_BYTES = 1 << 20  # native memory that no other limit sees
_REFERENCE = re.compile(r"\\([\\$])|\$(\d{0,4})|\\", re.ASCII)


@lru_cache(maxsize=32)
def _compiled(pattern: str, flags: str) -> Any:
    if len(pattern) > _MAX_PATTERN:
        raise Nothing(f"Mönstret är längre än {_MAX_PATTERN} tecken.")
    options = re2.Options()
    options.max_mem = _MAX_PROGRAM_BYTES
    options.log_errors = False
    try:
        return re2.compile(translated(pattern, flags), options)
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
    template = _template(replacement, compiled.groups, literal="q" in (flags or ""))
    pieces: list[str] = []
    end = size = 0
    for match in compiled.finditer(source):
        piece = source[end : match.start()] + _filled(template, match)
        size += len(piece)
        run.string(size)
        run.spend(1 + len(piece) // 8)
        pieces.append(piece)
        end = match.end()
    return "".join(pieces) + source[end:]


def _template(replacement: str, groups: int, *, literal: bool) -> list[str | int]:
    """The texts and the groups' numbers that a replacement consists of; `$12` is group 1 and a 2 if there is no 12."""
    parts: list[str | int] = []
    end = 0
    if literal:
        return [replacement]
    for reference in _REFERENCE.finditer(replacement):
        parts.append(replacement[end : reference.start()])
        end = reference.end()
        escaped, digits = reference.groups()
        if escaped is None and not digits:
            raise Nothing("I ersättningen skrivs ett dollartecken \\$ och ett omvänt snedstreck \\\\.")
        parts.extend([escaped] if escaped else _group(digits, groups))
    return [*parts, replacement[end:]]


def _group(digits: str, groups: int) -> list[str | int]:
    known = next((size for size in range(len(digits), 1, -1) if int(digits[:size]) <= groups), 1)
    number = int(digits[:known])
    return [number if number <= groups else "", digits[known:]]


def _filled(template: list[str | int], match: Any) -> str:
    return "".join(part if isinstance(part, str) else match.group(part) or "" for part in template)


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
