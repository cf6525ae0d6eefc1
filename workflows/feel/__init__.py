"""FEEL, the expression language of DMN 1.5: parsed once, walked with limits, never compiled to Python."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import TypeVar

import workflows.feel.access
import workflows.feel.builtins
import workflows.feel.interpreter
import workflows.feel.iteration  # noqa: F401  these four register functions and kinds of nodes
from workflows.feel.analysis import call_problems, free_names
from workflows.feel.errors import Diagnostic, FeelError
from workflows.feel.functions import catalogue
from workflows.feel.mistakes import explained
from workflows.feel.names import is_plain
from workflows.feel.nodes import Tree, UnaryTree
from workflows.feel.parser import Parser
from workflows.feel.plain import to_plain
from workflows.feel.renaming import renamed
from workflows.feel.run import Run
from workflows.feel.temporal import STOCKHOLM
from workflows.feel.values import Range, YearsMonths

__all__ = [
    "Diagnostic",
    "FeelError",
    "Range",
    "Run",
    "Tree",
    "UnaryTree",
    "YearsMonths",
    "call_problems",
    "catalogue",
    "evaluate",
    "free_names",
    "parse",
    "parse_unary",
    "renamed",
    "to_plain",
]
Read = TypeVar("Read", bound=Tree)
_KEPT_TEXT = 1_000  # longer texts are rare, and a cache of them could fill the memory
_TOO_DEEP = "Uttrycket har för många nivåer inuti varandra."


def parse(text: str, names: frozenset[str] = frozenset()) -> Tree:
    """The tree of an expression, kept for next time. Raises FeelError.

    `names` are variables whose names plain reading would cut apart, such as `för-bedömning` or `steg 1`.
    """
    return _kept_tree(text, names) if len(text) <= _KEPT_TEXT else _tree(text, names)


def parse_unary(text: str, names: frozenset[str] = frozenset()) -> UnaryTree:
    """The tree of a decision table cell: `"a","b"`, `not("a")`, `[1..5]`, `> 3`, `-`, or any test of `?`."""
    return _kept_unary_tree(text, names) if len(text) <= _KEPT_TEXT else _unary_tree(text, names)


def _tree(text: str, names: frozenset[str]) -> Tree:
    return _read(text, lambda: Parser(text, names).expression_tree())


def _unary_tree(text: str, names: frozenset[str]) -> UnaryTree:
    return _read(text, lambda: Parser(text, names).unary_tree())


def _read(text: str, read: Callable[[], Read]) -> Read:
    try:
        return read()
    except RecursionError:
        raise FeelError(0, _TOO_DEEP) from None
    except FeelError as error:
        raise explained(text, error) from None


_kept_tree = lru_cache(maxsize=1024)(_tree)
_kept_unary_tree = lru_cache(maxsize=2048)(_unary_tree)


@lru_cache(maxsize=256)
def _cut_apart(names: tuple[str, ...]) -> frozenset[str]:
    """The names that the parser must know to read."""
    return frozenset(name for name in map(str, names) if not is_plain(name))


def evaluate(
    expression: str | Tree,
    variables: Mapping[str, object],
    *,
    now: datetime,
    zone: tzinfo = STOCKHOLM,
    diagnostics: list[Diagnostic] | None = None,
) -> object:
    """The value of an expression over plain or FEEL variables; a cell's input is the variable `?`.

    Numbers come back as Decimal, missing values as None with a reason in `diagnostics`. Raises FeelError only for an
    expression that does not parse or that a limit stops. `now` is aware and is all the expression knows of the clock.
    """
    tree = parse(expression, _cut_apart(tuple(variables))) if isinstance(expression, str) else expression
    return Run(variables, now=now, zone=zone, diagnostics=diagnostics).value(tree)
