"""FEEL agrees with slow and obvious references: fractions, enumerations, truth tables, plain loops."""

import itertools
import statistics
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflows import feel
from workflows.feel.values import NUMBERS, Range

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NUMBERS_OF_ALL_SIZES = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40).map(
    NUMBERS.plus
)
SMALL = st.integers(-6, 6)
TRUTH = st.sampled_from([True, False, None])
ITEMS = st.lists(st.one_of(SMALL, st.sampled_from(["a", "b"]), st.none(), st.booleans()), max_size=8)
INTEGERS = st.lists(SMALL, max_size=8)


def value(text: str, **variables: object) -> object:
    return feel.evaluate(text, variables, now=NOW)


def rounded(exact: Fraction) -> Decimal:
    """The fraction to 34 digits, half even, by way of far more digits."""
    with localcontext(Context(prec=200)):
        precise = Decimal(exact.numerator) / Decimal(exact.denominator)
    return NUMBERS.plus(precise)


# ---- numbers


@given(NUMBERS_OF_ALL_SIZES, NUMBERS_OF_ALL_SIZES)
def test_arithmetic_is_that_of_fractions_rounded_once(a: Decimal, b: Decimal) -> None:
    left, right = Fraction(a), Fraction(b)
    assert value("a + b", a=a, b=b) == rounded(left + right)
    assert value("a - b", a=a, b=b) == rounded(left - right)
    assert value("a * b", a=a, b=b) == rounded(left * right)
    assert value("a / b", a=a, b=b) == (rounded(left / right) if right else None)
    assert value("[a < b, a <= b, a = b]", a=a, b=b) == [left < right, left <= right, left == right]


@given(st.integers(-(10**9), 10**9), st.integers(-(10**6), 10**6))
def test_modulo_has_the_sign_of_the_divisor(a: int, b: int) -> None:
    assert value("modulo(a, b)", a=a, b=b) == (a % b if b else None)


ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "floor(n, s)": lambda scaled: scaled.__floor__(),
    "ceiling(n, s)": lambda scaled: scaled.__ceil__(),
    "round down(n, s)": lambda scaled: scaled.__trunc__(),
    "round up(n, s)": lambda scaled: scaled.__floor__() if scaled < 0 else scaled.__ceil__(),
    "decimal(n, s)": round,
    "round half up(n, s)": lambda scaled: (abs(scaled) + Fraction(1, 2)).__floor__() * (-1 if scaled < 0 else 1),
    "round half down(n, s)": lambda scaled: (abs(scaled) - Fraction(1, 2)).__ceil__() * (-1 if scaled < 0 else 1),
}


@pytest.mark.parametrize("text", ROUNDINGS)
@given(number=st.decimals(-1000, 1000, places=3), scale=st.integers(-2, 4))
def test_rounding_is_that_of_fractions(text: str, number: Decimal, scale: int) -> None:
    unit = Fraction(10) ** scale
    assert value(text, n=number, s=scale) == rounded(Fraction(ROUNDINGS[text](Fraction(number) * unit)) / unit)


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=9))
def test_statistics_are_those_of_pythons_library(numbers: list[int]) -> None:
    assert value("sum(l)", l=numbers) == sum(numbers)
    assert value("mean(l)", l=numbers) == rounded(Fraction(sum(numbers), len(numbers)))
    assert value("median(l)", l=numbers) == rounded(Fraction(statistics.median(map(Fraction, numbers))))
    assert value("mode(l)", l=numbers) == sorted(statistics.multimode(numbers))
    assert value("[min(l), max(l)]", l=numbers) == [min(numbers), max(numbers)]
    found = value("stddev(l)", l=numbers)
    if len(numbers) > 1:
        assert isinstance(found, Decimal)
        assert float(found) == pytest.approx(statistics.stdev(numbers))


# ---- three-valued logic


both, either = (lambda *known: all(known)), (lambda *known: any(known))
LOGIC: dict[str, Callable[..., object]] = {
    "a and b and c": both,
    "a or b or c": either,
    "not(a and b and c)": lambda *known: not all(known),
    "not(a) or not(b) or not(c)": lambda *known: not all(known),
    "a and b or c": lambda a, b, c: (a and b) or c,
    "a and (b or c)": lambda a, b, c: a and (b or c),
    "all([a, b, c])": both,
    "any([a, b, c])": either,
    "some x in [a, b, c] satisfies x": either,
    "every x in [a, b, c] satisfies x": both,
}


@given(TRUTH, TRUTH, TRUTH)
def test_logic_is_kleenes(a: bool | None, b: bool | None, c: bool | None) -> None:
    """A result is certain only when it is the same whatever the unknown ones turn out to be."""
    for text, compute in LOGIC.items():
        choices = [[known] if known is not None else [True, False] for known in (a, b, c)]
        results = {compute(*choice) for choice in itertools.product(*choices)}
        assert value(text, a=a, b=b, c=c) == (results.pop() if len(results) == 1 else None), text


# ---- ranges


def points(low: int, high: int, low_included: bool, high_included: bool) -> set[Fraction]:
    """The sixths inside a range of whole ends: enough to tell any two such ranges apart."""
    sixths = {Fraction(n, 6) for n in range(6 * low, 6 * high + 1)}
    return sixths - (set() if low_included else {Fraction(low)}) - (set() if high_included else {Fraction(high)})


RANGES = st.tuples(SMALL, SMALL, st.booleans(), st.booleans()).filter(lambda ends: ends[0] < ends[1])


def as_range(ends: tuple[int, int, bool, bool]) -> Range:
    return Range(Decimal(ends[0]), Decimal(ends[1]), ends[2], ends[3])


@given(RANGES, st.integers(-14, 14))
def test_a_range_holds_what_its_enumeration_holds(ends: tuple[int, int, bool, bool], halves: int) -> None:
    inside = Fraction(halves, 2) in points(*ends)
    number = Decimal(halves) / 2
    assert value("x in r", x=number, r=as_range(ends)) is inside
    assert value("includes(r, x)", x=number, r=as_range(ends)) is inside
    assert value("during(x, r)", x=number, r=as_range(ends)) is inside
    assert value("not(before(x, r)) and not(after(x, r))", x=number, r=as_range(ends)) is inside


@given(RANGES, RANGES)
def test_relations_of_ranges_are_those_of_their_points(
    one: tuple[int, int, bool, bool], other: tuple[int, int, bool, bool]
) -> None:
    a, b = points(*one), points(*other)
    found = {name: value(f"{name}(a, b)", a=as_range(one), b=as_range(other)) for name in NAMES}
    assert found == {
        "overlaps": bool(a & b),
        "before": max(a) < min(b),
        "after": min(a) > max(b),
        "includes": a >= b,
        "during": a <= b,
        "coincides": a == b,
        "starts": min(a) == min(b) and a <= b,
        "started by": min(a) == min(b) and a >= b,
        "finishes": max(a) == max(b) and a <= b,
        "finished by": max(a) == max(b) and a >= b,
        "meets": len(a & b) == 1 and max(a) == min(b),
        "met by": len(a & b) == 1 and max(b) == min(a),
        "overlaps before": bool(a & b) and min(a) < min(b) and max(a) <= max(b),
        "overlaps after": bool(a & b) and min(a) > min(b) and max(a) >= max(b),
    }


NAMES = (
    *("overlaps", "before", "after", "includes", "during", "coincides", "starts", "started by", "finishes"),
    *("finished by", "meets", "met by", "overlaps before", "overlaps after"),
)


@given(SMALL, SMALL)
def test_a_loop_over_a_range_counts_up_or_down(low: int, high: int) -> None:
    step = 1 if low <= high else -1
    assert value("for i in a..b return i", a=low, b=high) == list(range(low, high + step, step))
    days = [date.fromordinal(740_000 + n) for n in range(low, high + step, step)]
    found = value("for d in a..b return d", a=date.fromordinal(740_000 + low), b=date.fromordinal(740_000 + high))
    assert found == days


# ---- lists


def same(a: object, b: object) -> bool:
    return type(a) is type(b) and a == b


@given(ITEMS, ITEMS)
def test_list_functions_are_plain_loops(items: list[object], others: list[object]) -> None:
    first, second = (value("x", x=found) for found in (items, others))
    assert isinstance(first, list)
    assert isinstance(second, list)
    needle = second[0] if second else None
    distinct = [x for n, x in enumerate(first) if not any(same(x, y) for y in first[:n])]
    for text, expected in {
        "count(l)": len(first),
        "reverse(l)": first[::-1],
        "concatenate(l, m)": first + second,
        "append(l, x)": [*first, needle],
        "list contains(l, x)": any(same(x, needle) for x in first),
        "index of(l, x)": [n for n, x in enumerate(first, 1) if same(x, needle)],
        "distinct values(l)": distinct,
        "count(union(l, l))": len(distinct),
        "l[item = x]": [x for x in first if same(x, needle)],
        "for i in l return i": first,
        "flatten([l, [m]])": first + second,
        "l = m": len(first) == len(second) and all(map(same, first, second)),
    }.items():
        assert value(text, l=items, m=others, x=needle) == expected, text


@given(INTEGERS, st.integers(-9, 9), st.integers(1, 9))
def test_places_in_a_list_count_from_one_or_backwards(items: list[int], at: int, length: int) -> None:
    index = at - 1 if at > 0 else len(items) + at
    inside = at != 0 and 0 <= index < len(items)
    assert value("l[a]", l=items, a=at) == (items[index] if inside else None)
    assert value("remove(l, a)", l=items, a=at) == (items[:index] + items[index + 1 :] if inside else None)
    assert value("sublist(l, a)", l=items, a=at) == (items[index:] if inside else None)
    fits = inside and index + length <= len(items)
    assert value("sublist(l, a, n)", l=items, a=at, n=length) == (items[index : index + length] if fits else None)
    assert value("insert before(l, a, 7)", l=items, a=at) == ([*items[:index], 7, *items[index:]] if inside else None)


@given(INTEGERS)
def test_sorting_is_stable_and_by_any_order(items: list[int]) -> None:
    assert value("sort(l, function(a, b) a < b)", l=items) == sorted(items)
    assert value("sort(l, function(a, b) a > b)", l=items) == sorted(items, reverse=True)
    rows = [{"n": item % 3, "at": at} for at, item in enumerate(items)]
    assert value("sort(l, function(a, b) a.n < b.n)", l=rows) == sorted(rows, key=lambda row: row["n"])


@given(st.text(alphabet="abå😀", max_size=8), st.text(alphabet="abå😀", max_size=2), st.integers(-9, 9))
def test_text_functions_count_characters(text: str, part: str, at: int) -> None:
    assume(part)
    assert value("string length(t)", t=text) == len(text)
    assert value("contains(t, p)", t=text, p=part) is (part in text)
    assert value("[substring before(t, p), substring after(t, p)]", t=text, p=part) == [
        text.partition(part)[0] if part in text else "",
        text.partition(part)[2],
    ]
    assert value("string join(split(t, p), p)", t=text, p=part) == text
    index = at - 1 if at > 0 else len(text) + at
    inside = at != 0 and (0 <= index < len(text) or (text == "" and abs(at) == 1))  # the empty text begins at 1 too
    assert value("substring(t, a)", t=text, a=at) == (text[index:] if inside else None)
