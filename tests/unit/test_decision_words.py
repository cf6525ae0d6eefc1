"""What a decision saw and answered is told in Swedish words."""

from __future__ import annotations

import pytest

from workflows.views import decisions


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "saknas"),
        (True, "ja"),
        (2.5, "2,5"),
        ("", "–"),
        ([], "inget"),
        (["a", False], "a, nej"),
        ({"utfall": "ja", "skal": None}, "utfall: ja; skal: saknas"),
        ("2026-11-28", "28 november 2026"),
        ("2026-11-28T09:00:00+01:00", "28 november 2026 09:00"),
        ("2026-13-01", "2026-13-01"),
        ("TORSDAG", "TORSDAG"),
    ],
)
def test_a_value_in_words(value: object, words: str) -> None:
    assert decisions.words(value) == words
