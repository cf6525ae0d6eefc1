"""Who writes FEEL wrongly in a common way is told what to write instead."""

from datetime import UTC, datetime

import pytest

from workflows import feel

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TOLD = [
    ("a == 1", "a = b"),
    ("a === 1", "a = b"),
    ("a = = b", "a = b"),
    ("a !== b", "!="),
    ("a <> b", "!="),
    ("a => b", ">="),
    ("a =< b", "<="),
    ("a ≤ b", "<="),
    ("a ≥ b", ">="),
    ("a ≠ b", "!="),
    ("a := 1", "till höger"),
    ("=a > 1", "Ta bort likhetstecknet"),
    ("{a = 1}", "kolon"),
    ("a && b", "and"),
    ("a & b", "and"),
    ("a || b", "or"),
    ("!a", "not("),
    ("not a", "not("),
    ("a > 1 och b > 1", "and"),
    ("a > 1 eller b > 1", "or"),
    ("om a > 1 då 1 annars 2", "if villkor then"),
    ("a > 1 AND b > 1", "and"),
    ("IF a > 1 THEN 1 ELSE 2", "then"),
    ("if a > 1 then 1 Else 2", "else"),
    ("ålder mellan 18 and 64", "between"),
    ("a > 12,5", "12.5"),
    ("a > 1 000", "1000"),
    ("a > 12:00", 'time("12:00:00")'),
    ("a > 10 %", "0.25"),
    ("a % 2", "modulo(a, b)"),
    ("a ^ 2", "**"),
    ("a × 2", "*"),
    ("a ÷ 2", "/"),
    ("a – 2", "minustecken"),
    ("“ja”", "raka citattecken"),
    ("svar = ”ja”", "raka citattecken"),
    ("svar = 'ja'", '"text"'),
    ("svar = ‘ja’", '"text"'),
    ('svar = "ja', "avslutande citattecken"),
    ("a &gt; 1", "Skriv tecknet självt"),
    ("a > 1; b", "kommatecken"),
    ("${a > 1}", "utan omgivande"),
    ("#{a > 1}", "utan omgivande"),
    ("a is null", "a = null"),
    ("a is not null", "a != null"),
    ("a is true", "a = true"),
    ("a ?? b", "if a = null"),
    ("a ? 1 : 2", "if villkor then"),
    ("for (x in xs) return x", "utan parentes"),
    ("for x xs return x", "in"),
    ("for x in xs x + 1", "return"),
    ("some x in xs return x", "satisfies"),
    ("every x in xs satisfies", "för tidigt"),
    ("if a > 1 then 1", "else"),
    ("if a > 1 1 else 2", "then"),
    ("if a > 1 then 1 elif b > 1 then 2 else 3", "else if"),
    ("[1, 2,]", "Ta bort kommatecknet"),
    ("f(1, )", "Ta bort kommatecknet"),
    ("(a + 1", "inte stängd"),
    ("[1, 2", "inte stängd"),
    ("{a: 1", "inte stängd"),
    ("a instance number", "instance of"),
    ("a between 1, 5", "a between 1 and 5"),
    ("1 2", "saknas ett tecken"),
    ('a = "x" "y"', "saknas ett tecken"),
    ('@"2026-13-01"', "Datumet finns inte"),
    ("a +", "för tidigt"),
    ("C:\\temp", "omvänt snedstreck"),
]
WRITTEN_SO = [
    "a = 1 and b != 2 or not(c >= 3)",
    'if a is = 1 then "ja" else "nej"',
    "{a: 1, b: a}.b",
    "[1, 2][item > 1]",
    'svar = "och" or svar = "!"',
    'x between @"12:00:00" and time("13:00:00")',
]


@pytest.mark.parametrize(("text", "told"), TOLD)
def test_a_common_mistake_is_told_with_what_to_write_instead(text: str, told: str) -> None:
    with pytest.raises(feel.FeelError) as caught:
        feel.parse(text)
    assert told.lower() in caught.value.message_sv.lower()
    assert 0 <= caught.value.position <= len(text)


@pytest.mark.parametrize("text", WRITTEN_SO)
def test_what_is_rightly_written_is_read(text: str) -> None:
    feel.parse(text)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a och b", "and"),
        ("sant", "true"),
        ("FALSE", "false"),
        ("NULL", "null"),
        ("inte", "not("),
        ("inte(a)", "not("),
        ("a mod b", "modulo"),
        ("undefined", "null"),
    ],
)
def test_a_name_that_gives_a_mistake_away_is_null_and_told_of(name: str, told: str) -> None:
    notes: list[feel.Diagnostic] = []
    assert feel.evaluate(name, {"a": True, "b": True}, now=NOW, diagnostics=notes) is None
    assert told in notes[0].message_sv


def test_a_variable_with_such_a_name_is_simply_a_variable() -> None:
    variables = {"vård och omsorg": 1, "steg 1": 2, "för-bedömning": 3, "a/b": 4, "is": 5}
    for name, expected in variables.items():
        assert feel.evaluate(f"{name} + 0", variables, now=NOW) == expected


def test_a_key_with_an_unusual_name_is_reached_after_its_dot() -> None:
    assert feel.evaluate("{steg 1: {för-bedömning: 4}}.steg 1.för-bedömning", {}, now=NOW) == 4


def test_two_tests_in_one_cell_are_joined_by_words_about_the_value() -> None:
    with pytest.raises(feel.FeelError, match=r"\? > 5 and \? < 10"):
        feel.parse_unary("> 5 and < 10")
