"""The forms' door to FEEL: reading, names and values, where a value that cannot be had is null."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from workflows import feel
from workflows.feel import nodes


def problem(text: str) -> str:
    """Why the expression cannot be read, in Swedish; '' when it can."""
    try:
        feel.parse(text)
    except feel.FeelError as error:
        return str(error)
    return ""


def value(text: str, variables: Mapping[str, Any], *, now: datetime) -> object:
    """What the expression says; null when it has no value or was stopped by a limit."""
    try:
        return feel.evaluate(text, variables, now=now)
    except feel.FeelError:
        return None


def holds(text: str, variables: Mapping[str, Any], *, now: datetime) -> bool:
    """True only for true: null, false and everything else count as no."""
    return value(text, variables, now=now) is True


@lru_cache(maxsize=2_000)
def names(text: str) -> frozenset[str]:
    """The names the expression takes from outside itself; an expression that cannot be read takes none.

    Names inside a list filter are left out: they may be keys of the filtered rows.
    """
    try:
        return frozenset(_free(feel.parse(text).root, frozenset()))
    except feel.FeelError:
        return frozenset()


def _free(node: nodes.Node, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, nodes.Name):
        yield from {node.name} - bound
    elif isinstance(node, nodes.For | nodes.Quantified):
        yield from _iterated(node, bound)
    elif isinstance(node, nodes.ContextOf):
        for entry in node.entries:
            yield from _free(entry.value, bound)
            bound |= {entry.key}
    else:
        bound |= frozenset(node.parameters) if isinstance(node, nodes.FunctionOf) else frozenset()
        for child in _outside(node):
            yield from _free(child, bound)


def _outside(node: nodes.Node) -> Iterator[nodes.Node]:
    """The children whose names come from outside: not the name of a called function, not a filter's condition."""
    if isinstance(node, nodes.Call):
        yield from node.arguments
    elif isinstance(node, nodes.Filter):
        yield node.source
    else:
        yield from nodes.children(node)


def _iterated(node: nodes.For | nodes.Quantified, bound: frozenset[str]) -> Iterator[str]:
    for iteration in node.iterations:
        for source in nodes.children(iteration):
            yield from _free(source, bound)
        bound |= {iteration.name}
    yield from _free(node.body if isinstance(node, nodes.For) else node.condition, bound | {"partial"})
