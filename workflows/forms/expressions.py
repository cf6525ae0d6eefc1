"""The forms' door to FEEL: reading, names and values, where a value that cannot be had is null."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from workflows import feel


def problem(text: str) -> str:
    """Why the expression cannot be used, in Swedish; '' when it can."""
    try:
        tree = feel.parse(text)
    except feel.FeelError as error:
        return str(error)
    problems = feel.call_problems(tree)
    return problems[0][1] if problems else ""


def value(text: str, variables: Mapping[str, Any], *, now: datetime) -> object:
    """What the expression says, as JSON; null when it has no value or was stopped by a limit."""
    try:
        return feel.to_plain(feel.evaluate(text, variables, now=now))
    except feel.FeelError:
        return None


def holds(text: str, variables: Mapping[str, Any], *, now: datetime) -> bool:
    """True only for true: null, false and everything else count as no."""
    return value(text, variables, now=now) is True


@lru_cache(maxsize=2_000)
def names(text: str) -> frozenset[str]:
    """The names the expression takes from outside itself; an expression that cannot be read takes none."""
    try:
        return feel.free_names(feel.parse(text))
    except feel.FeelError:
        return frozenset()
