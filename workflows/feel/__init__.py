"""FEEL, the expression language of DMN 1.5: parsed once, walked with limits, never compiled to Python."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import workflows.feel.builtins  # noqa: F401  registers the functions
from workflows.feel.analysis import free_names, unknown_functions
from workflows.feel.errors import Diagnostic, FeelError
from workflows.feel.interpreter import Run
from workflows.feel.nodes import Tree, UnaryTree
from workflows.feel.parser import Parser
from workflows.feel.values import Range, YearsMonths, to_plain

__all__ = [
    "Diagnostic",
    "FeelError",
    "Range",
    "Run",
    "Tree",
    "UnaryTree",
    "YearsMonths",
    "evaluate",
    "free_names",
    "parse",
    "parse_unary",
    "to_plain",
    "unknown_functions",
]
_TOO_DEEP = "Uttrycket har för många nivåer inuti varandra."


@lru_cache(maxsize=4096)
def parse(text: str, names: frozenset[str] = frozenset()) -> Tree:
    """The tree of an expression. `names` are variables whose names hold operators or keywords, such as `för-bedömning`."""
    try:
        return Parser(text, names).expression_tree()
    except RecursionError:
        raise FeelError(0, _TOO_DEEP) from None


@lru_cache(maxsize=4096)
def parse_unary(text: str, names: frozenset[str] = frozenset()) -> UnaryTree:
    """The tree of a decision table cell: `"a","b"`, `not("a")`, `[1..5]`, `> 3`, `-`, or any test of `?`."""
    try:
        return Parser(text, names).unary_tree()
    except RecursionError:
        raise FeelError(0, _TOO_DEEP) from None


def evaluate(
    expression: str | Tree,
    variables: Mapping[str, object],
    *,
    now: datetime,
    diagnostics: list[Diagnostic] | None = None,
) -> object:
    """The value of an expression over plain or FEEL variables; a cell's input is the variable `?`.

    Numbers come back as Decimal, missing values as None with a reason in `diagnostics`. Raises FeelError only for an
    expression that does not parse or that a limit stops. `now` is aware and is all the expression knows of the clock.
    """
    tree = parse(expression) if isinstance(expression, str) else expression
    return Run(variables, now=now, diagnostics=diagnostics).value(tree)
