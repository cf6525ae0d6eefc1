"""FEEL as the text of DMN 1.5 chapter 10 says it, written from the standard and not from any other tests.

Each line of the cases is `expression => what it equals`, both FEEL; the values are compared with their kinds.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from workflows import feel
from workflows.feel import writing

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

CASES = Path(__file__).parents[1] / "fixtures" / "feel_standard.txt"


def _cases() -> list[tuple[str, str]]:
    """Expression and what it equals; an expression may go on over several lines."""
    found, text = [], ""
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("## "):
            continue
        text += line
        expression, arrow, expected = text.rpartition(" => ")
        if arrow:
            found.append((expression, expected))
        text = "" if arrow else text + "\n"
    return found


def literal(text: str, notes: list[feel.Diagnostic] | None = None) -> str:
    return writing.text([feel.evaluate(text, {}, now=NOW, diagnostics=notes)])


@pytest.mark.parametrize(("expression", "expected"), _cases(), ids=[expression[:60] for expression, _ in _cases()])
def test_an_expression_means_what_the_standard_says(expression: str, expected: str) -> None:
    assert literal(expression) == literal(expected)


def test_what_has_no_value_is_explained() -> None:
    silent = {"null", "null + null"}
    for expression, expected in _cases():
        notes: list[feel.Diagnostic] = []
        if expected == "null" and literal(expression, notes) == "[null]" and not notes:
            silent.add(expression)
    assert silent <= EXPLAINED_BY_LOGIC, silent - EXPLAINED_BY_LOGIC


# Where null is what three-valued logic, an absent key or null itself gives, there is nothing to explain.
EXPLAINED_BY_LOGIC = {
    *("null", "null + null", "true and null", "null and null", "false or null", "not(null)", "null.a", "string(null)"),
    *('time("12:30:15").time offset', "all([true, null])", "any([false, null])", 'get value({a: null}, "a")'),
}
