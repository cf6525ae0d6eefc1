"""FEEL says what DMN 1.5 says, and null with a reason where it has nothing to say."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from workflows import feel

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
VARIABLES: dict[str, object] = {
    "person": {"alder": 82, "namn på boende": "Åsa"},
    "mått": 2.5,
    "lista": [1, 2, 3],
    "rader": [{"x": 1, "typ": "a"}, {"x": 2, "typ": "b"}, {"x": 3, "typ": "b"}],
    "skickad": "2026-11-24T11:59:00+01:00",
    "sann": True,
    "tom": None,
}


def value(text: str, **extra: object) -> object:
    return feel.evaluate(text, {**VARIABLES, **extra}, now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 ** 2", 19),
        ("-2 ** 2", 4),
        ("2 ** 3 ** 2", 64),
        ("(1 + 2) * 3", 9),
        ("7 / 2", Decimal("3.5")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("mått * 2", 5),
        ("1e3", 1000),
        (".5", Decimal("0.5")),
        ('"å" + "ä"', "åä"),
        ('"rad\\n\\u00e5\\U01F600"', "rad\nå😀"),
        ("person.alder > 80 and sann", True),
        ("person.namn på boende", "Åsa"),
        ("saknas and false", False),
        ("saknas or true", True),
        ("saknas and true", None),
        ("saknas or false", None),
        ("saknas = null", True),
        ('1 = "a"', None),
        ("1 = null", False),
        ("1 != 2", True),
        ("5 between 1 and 5", True),
        ("3 in (1, 2, 3)", True),
        ("3 in [1..3)", False),
        ("3 in ]1..3]", True),
        ("3 in [1..3[ or 1 in [1..3[", True),
        ("[1..10[.end", 10),
        ("3 in (< 2, > 5)", False),
        ("3 in (1..5)", True),
        ("2 in lista", True),
        ("if person.alder >= 65 then 1 else 2", 1),
        ("if saknas then 1 else 2", 2),
        ("if sann then if tom then 1 else 2 else 3", 2),
        ("for i in 1..3 return i * i", [1, 4, 9]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in lista, j in [10, 20] return i * j", [10, 20, 20, 40, 30, 60]),
        ("for i in 1..4 return if i = 1 then 1 else i * partial[-1]", [1, 2, 6, 24]),
        ("some x in lista satisfies x > 2", True),
        ("every x in lista satisfies x > 2", False),
        ("lista[1]", 1),
        ("lista[-1]", 3),
        ("lista[4]", None),
        ("lista[item > 1]", [2, 3]),
        ('rader[typ = "b"].x', [2, 3]),
        ('count(rader[typ = "b" and x > 2])', 1),
        ("{a: 1, b: a + 1}.b", 2),
        ('{"a b": 1, c: a b + 1}.c', 2),
        ("{steg-1: 4, c: steg-1 * 2}.c", 8),
        ("{f: function(x) x * 2, r: f(4)}.r", 8),
        ("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(6)}.r", 720),
        ("(function(a, b) a - b)(b: 1, a: 3)", 2),
        ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
        ("1 instance of number", True),
        ('["a"] instance of list<string>', True),
        ("tom instance of string", False),
        ("// kommentar\n1 /* två */ + 1", 2),
    ],
)
def test_an_expression_has_its_value(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('string length("åäö")', 3),
        ('upper case("åäö")', "ÅÄÖ"),
        ('substring("foobar", 3, 2)', "ob"),
        ('substring("foobar", -2)', "ar"),
        ('substring before("a-b", "-")', "a"),
        ('contains("foobar", "oba")', True),
        ('starts with("foobar", "foo")', True),
        ('string join(["a", null, "b"], "+")', "a+b"),
        ('matches("abc", "^a.c$")', True),
        ('replace("abab", "(a)(b)", "$2$1")', "baba"),
        ('split("a;b;c", ";")', ["a", "b", "c"]),
        ("list contains(lista, 2)", True),
        ("min(3, 1, 2)", 1),
        ("max(lista)", 3),
        ("sum(lista)", 6),
        ("mean(lista)", 2),
        ("median(1, 2, 3, 4)", Decimal("2.5")),
        ("append(lista, 4)", [1, 2, 3, 4]),
        ("concatenate([1], [2, 3])", [1, 2, 3]),
        ("distinct values([1, 2, 1])", [1, 2]),
        ("flatten([1, [2, [3]]])", [1, 2, 3]),
        ("index of([1, 2, 1], 1)", [1, 3]),
        ("sublist(lista, 2)", [2, 3]),
        ("all([true, null])", None),
        ("any([true, null])", True),
        ("decimal(1 / 3, 2)", Decimal("0.33")),
        ("round half up(2.5, 0)", 3),
        ("decimal(2.5, 0)", 2),
        ("floor(-1.5)", -2),
        ("ceiling(1.2)", 2),
        ("modulo(-12, 5)", 3),
        ('number("1 000,5", " ", ",")', Decimal("1000.5")),
        ("string(1.50)", "1.5"),
        ('string([1, "a", {b: null}])', '[1, "a", {b: null}]'),
        ("not(true)", False),
        ("not(tom)", None),
        ("is defined(person.vikt)", False),
        ("get or else(tom, 1)", 1),
        ('get value(person, "alder")', 82),
        ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
        ("before([1..5], 6)", True),
        ("overlaps([1..5], [5..6])", True),
        ("overlaps([1..5), [5..6])", False),
        ("during(3, [1..5])", True),
    ],
)
def test_a_built_in_function_has_its_value(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('date("2026-11-27")', date(2026, 11, 27)),
        ("date(2026, 2, 29)", None),
        ('time("12:00:00")', time(12)),
        ('date and time("2026-11-27T12:00:00")', datetime(2026, 11, 27, 12)),  # noqa: DTZ001
        ('duration("P1DT2H")', timedelta(days=1, hours=2)),
        ('duration("P1Y2M")', feel.YearsMonths(14)),
        ('@"2026-11-27".weekday', 5),
        ('date("2026-01-31") + duration("P1M")', date(2026, 2, 28)),
        ('date("2024-02-29") + duration("P1Y")', date(2025, 2, 28)),
        ('date("2026-11-27") - date("2026-11-20")', timedelta(days=7)),
        ('date("2026-11-27") > today()', True),
        ('(date("2026-11-27") - date("2026-11-20")).days', 7),
        ('years and months duration(date("2011-12-22"), date("2013-08-24"))', feel.YearsMonths(20)),
        ('duration("PT1H") * 1.5', timedelta(minutes=90)),
        ('duration("P1D") / duration("PT6H")', 4),
        ('time("23:00:00") + duration("PT2H")', time(1)),
        ('date and time(skickad) = date and time("2026-11-24T10:59:00Z")', True),
        ('date and time("2026-11-24T10:59:00") < now()', None),
        ('string(duration("P1DT90M"))', "P1DT1H30M"),
        ('day of week(date("2026-11-27"))', "Friday"),
        ('week of year(date("2027-01-01"))', 53),
        ("now().hour", 9),
    ],
)
def test_times_are_computed_as_the_standard_says(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("cell", "given", "passes"),
    [
        ('"a","b"', "b", True),
        ('"a","b"', "c", False),
        ('not("a")', "b", True),
        ('not("a","b")', "b", False),
        ("[1..5]", 5, True),
        ("(1..5)", 5, False),
        ("true", True, True),
        ("true", False, False),
        ("false", False, True),
        ("true", None, False),
        ("null", None, True),
        ("null", 1, False),
        ("-", None, True),
        ("< 5", 4, True),
        ("< 5", None, False),
        (">= 5, < 2", 1, True),
        ("? > 2 and ? < 5", 3, True),
        ('contains(?, "x")', "axb", True),
        ("[1, 2, 3]", 2, True),
        ('date("2026-01-01")', date(2026, 1, 1), True),
        ('> date("2026-01-01")', date(2026, 1, 2), True),
        ("1", "1", False),
        ("mått", 2.5, True),
    ],
)
def test_a_cell_tests_its_input(cell: str, given: object, passes: bool) -> None:
    assert feel.evaluate(feel.parse_unary(cell), {**VARIABLES, "?": given}, now=NOW) is passes


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("1 +", 3, "tar slut"),
        ('"öppen', 0, "citattecken"),
        ("a = “x”", 4, "raka citattecken"),
        ("{a: 1, a: 2}", 0, "två gånger"),
        ("1 = = 2", 4, "ett enda likhetstecken"),
        ("f(1, b: 2)", 1, "namn"),
        ('@"2026-13-01"', 0, "finns inte"),
        ("", 0, "tar slut"),
        ("a and not b", 6, "parentes"),
        ("[1, 2", 5, "inte stängd"),
    ],
)
def test_what_does_not_parse_says_where_and_why(text: str, position: int, reason: str) -> None:
    with pytest.raises(feel.FeelError) as caught:
        feel.parse(text)
    assert caught.value.position == position
    assert reason in caught.value.message_sv


def test_a_null_keeps_its_reason_and_position() -> None:
    kept: list[feel.Diagnostic] = []
    assert feel.evaluate("1 + saknas.x", {}, now=NOW, diagnostics=kept) is None
    assert [(note.position, note.message_sv) for note in kept] == [
        (4, "Namnet 'saknas' finns inte."),
        (2, "Det går inte att lägga ihop när ett värde saknas."),
    ]


def test_a_variable_does_not_take_a_function_away() -> None:
    assert value("count(lista) + count", count=4) == 7


def test_names_and_functions_of_a_tree_can_be_listed() -> None:
    tree = feel.parse("for i in rader return foo(i.x) + bar + count(i) + {lokal: 1, y: lokal}.y")
    assert feel.free_names(tree) == {"rader", "foo", "bar"}
    assert [position for position, _ in feel.call_problems(tree)] == [22]


def test_results_become_strict_json() -> None:
    text = '{a: 1, b: 1.5, c: date("2026-11-27"), d: duration("P1D"), e: [time("12:00:00")], f: now(), g: [1..2]}'
    assert feel.to_plain(value(text)) == {
        "a": 1,
        "b": 1.5,
        "c": "2026-11-27",
        "d": "P1D",
        "e": ["12:00:00"],
        "f": "2026-11-23T09:00:00+01:00",
        "g": "[1..2]",
    }


def test_declared_names_may_hold_operators_and_digits() -> None:
    tree = feel.parse("för-bedömning + steg 1", frozenset({"för-bedömning", "steg 1"}))
    assert feel.evaluate(tree, {"för-bedömning": 1, "steg 1": 2}, now=NOW) == 3


def test_the_clock_and_its_zone_come_from_outside() -> None:
    late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert feel.evaluate("today()", {}, now=late) == date(2026, 7, 1)
    assert feel.evaluate("today()", {}, now=late, zone=UTC) == date(2026, 6, 30)
    assert feel.evaluate("string(now())", {}, now=late, zone=UTC) == "2026-06-30T22:30:00Z"


def test_a_function_may_call_itself_many_times_but_not_forever() -> None:
    assert value("{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(40)}.r") == 40
    with pytest.raises(feel.FeelError, match="nivåer"):
        value("{f: function(n) 1 + f(n - 1), r: f(40)}.r")


def test_an_argument_with_an_unusual_name_is_given_by_it() -> None:
    assert value("{f: function(steg 1, a-b) steg 1 - a-b, r: f(a-b: 1, steg 1: 3)}.r") == 2
