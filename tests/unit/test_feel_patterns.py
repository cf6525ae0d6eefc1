"""Regular expressions mean what XPath says, and run in linear time."""

import re
import string
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import feel
from workflows.feel.characters import complement, difference, in_any_case, union

MEANINGLESS = r"""
( ) a) [ [] [^] [a a{2 a{3,2} a{1001} *a a** } a] [b-a] [a-c-e] [a-[b]c] [a-\d] [[:alpha:]] [\1] (?i)a (?=a) (?P<a>b)
\b \A \z \x41 \Qa\E \1 (a)\1 \ \p{ \p{Q} \p{Greek} \p{^L} \p{IsNowhere}
"""
BOMBS = r"(a+)+$ (a|a)*$ (a*)*b (.*)*x (\w|\d)+! [a-z-[b]]*! (a?){50}a{50}!"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def matches(source: str, pattern: str, flags: str | None = None) -> object:
    return feel.evaluate("matches(s, p, f)", {"s": source, "p": pattern, "f": flags}, now=NOW)


@pytest.mark.parametrize(
    ("source", "pattern", "flags"),
    [
        ("abracadabra", "bra", ""),
        ("abracadabra", "^a.*a$", ""),
        ("Åsa", r"^\w+$", ""),
        ("٣", r"\d", ""),
        ("x", "[a-z-[aeiou]]", ""),
        ("x", "[A-Z-[OI]]", "i"),
        ("X", "[^a-z-[A-W]]", ""),
        ("e", "[a-z-[a-d-[b]]]", ""),
        ("b", "[a-z-[a-d-[b]]]", ""),
        ("a-b", "[a-c-]{3}", ""),
        ("a-b", r"^[\w\-]+$", ""),
        ("]", r"[\]]", ""),
        ("^", "[a^]", ""),
        ("första:del", r"^\i\c*$", ""),
        ("a1", r"\I", ""),
        ("Ω", r"\p{IsGreek}", ""),
        ("Ω", r"\P{IsBasicLatin}", ""),
        ("Ö", r"\p{Lu}", ""),
        ("ö", r"[\p{Lu}ö]", ""),
        ("A", r"^[\p{Lu}]$", "i"),
        ("K", "k", "i"),
        ("\u212a", "k", "i"),
        ("rad 1\nrad 2", "^rad 2$", "m"),
        ("a\nb", "a.b", "s"),
        ("hello world", r"hello\ sworld", "x"),
        ("hello world", "h e l l o[ ]world", "x"),
        ("a.b", "a.b", "q"),
        ("A.B", "a.b", "qi"),
        ("\U0001f600", r"\p{IsEmoticons}", ""),
        ("aaa", "^a{2,3}?", ""),
        ("aaaa", "^a{2,}$", ""),
        ("abab", "^(?:ab)+$", ""),
        ("\ttab", r"^\s\S", ""),
        ("a^b", r"a\^b", ""),
        ("", "", ""),
        ("abc", "b", None),
    ],
)
def test_a_pattern_fits(source: str, pattern: str, flags: str | None) -> None:
    assert matches(source, pattern, flags) is True


@pytest.mark.parametrize(
    ("source", "pattern", "flags"),
    [
        ("a", "[a-z-[aeiou]]", ""),
        ("O", "[A-Z-[OI]]", "i"),
        ("i", "[A-Z-[OI]]", "i"),
        ("q", "[^Q]", "i"),
        ("a", r"\p{Lu}", "i"),
        ("a\rb", "a.b", ""),
        ("a\nb", "a.b", ""),
        ("rad 1\nrad 2", "^rad 2$", ""),
        ("x\n", "x$", ""),
        ("axb", "a.b", "q"),
        ("a", "[a-[a]]", ""),
        ("!", r"\w", ""),
        ("å", "^[a-z]$", ""),
    ],
)
def test_a_pattern_does_not_fit(source: str, pattern: str, flags: str) -> None:
    assert matches(source, pattern, flags) is False


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        *[(pattern, "") for pattern in MEANINGLESS.split()],
        ("(" * 30 + ")" * 30, ""),
        *[("a", flags) for flags in ("X", "g", " ", "imz", "I")],
    ],
)
def test_a_pattern_that_means_nothing_is_null_with_a_reason(pattern: str, flags: str) -> None:
    notes: list[feel.Diagnostic] = []
    assert feel.evaluate("matches(s, p, f)", {"s": "a", "p": pattern, "f": flags}, now=NOW, diagnostics=notes) is None
    assert notes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('replace("abracadabra", "bra", "*")', "a*cada*"),
        ('replace("abracadabra", "a.*a", "*")', "*"),
        ('replace("abracadabra", "a.*?a", "*")', "*c*bra"),
        ('replace("abracadabra", "a(.)", "a$1$1")', "abbraccaddabbra"),
        ('replace("AAAA", "A+?", "b")', "bbbb"),
        ('replace("darted", "^(.*?)d(.*)$", "$1c$2")', "carted"),
        ('replace("ab", "(a)(b)", "$12")', "a2"),
        ('replace("ab", "(a)b", "[$2]")', "[]"),
        ('replace("a", "a", "\\\\$1")', "$1"),
        ('replace("a.b", ".", "$1", "q")', "a$1b"),
        ('replace("abc", "x*", "-")', None),
        ('replace("abc", "b", "$")', None),
        ('replace("abc", "b", "\\\\n")', None),
        ('split("John Doe", "\\\\s")', ["John", "Doe"]),
        ('split("a;b;c;;", ";")', ["a", "b", "c", "", ""]),
        ('extract("ref 12, ref 345", "\\\\d+")', ["12", "345"]),
    ],
)
def test_replacing_and_splitting_follow_xpath(text: str, expected: object) -> None:
    assert feel.evaluate(text, {}, now=NOW) == expected


PIECES = st.sampled_from(["a", "b", "c", "[ab]", "[^a]", "(a|b)", "(?:bc)", "a?", "b*", "c+", "[a-c]{2}", "b+?", "|"])


@given(st.lists(PIECES, max_size=6).map("".join), st.text("abc", max_size=8))
def test_patterns_that_python_shares_answer_as_pythons_own(pattern: str, source: str) -> None:
    assert matches(source, pattern) == (re.search(pattern, source) is not None)


SETS = st.sets(st.sampled_from(string.ascii_letters + "0åÖ§"), max_size=12)


@given(SETS, SETS)
def test_sets_of_characters_are_sets(left: set[str], right: set[str]) -> None:
    a, b = (union((ord(sign), ord(sign)) for sign in found) for found in (left, right))

    def among(sign: str, ranges: object) -> bool:
        return any(low <= ord(sign) <= high for low, high in ranges)  # type: ignore[attr-defined]

    for sign in string.ascii_letters + "0åÅÖ§":
        assert among(sign, union(a, b)) == (sign in left | right)
        assert among(sign, difference(a, b)) == (sign in left - right)
        assert among(sign, complement(a)) == (sign not in left)
        assert among(sign, in_any_case(a)) == (sign.lower() in {letter.lower() for letter in left})


@pytest.mark.parametrize("pattern", BOMBS.split())
def test_no_pattern_takes_long(pattern: str) -> None:
    start = time.thread_time()
    matches("a" * 20_000, pattern)
    assert time.thread_time() - start < 2.5  # a crowded machine; here it is a hundredth
