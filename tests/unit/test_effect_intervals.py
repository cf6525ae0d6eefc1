"""Intervals as the textbooks have them: worked examples that others have published."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import pytest

from followup import intervals
from followup.intervals import Sums
from followup.telling import decimal, signed
from workflows.measures import CHANGE, MEAN, RATIO, SHARE


def sums(pairs: Sequence[tuple[float, float]]) -> Sums:
    values, bases = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    products = [
        math.fsum(one * two for one, two in zip(a, b, strict=True))
        for a, b in ((values, values), (bases, bases), (values, bases))
    ]
    return Sums(len(pairs), math.fsum(values), math.fsum(bases), *products)


def of_share(successes: int, many: int) -> Sums:
    return Sums(many, successes, 0, successes)


def test_wilson_as_newcombe_gives_it() -> None:
    low, high = intervals.wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    low, high = intervals.wilson(0, 20)
    assert (low, round(high, 4)) == (0.0, 0.1611)


def test_a_difference_of_shares_as_newcombe_gives_it() -> None:
    found = intervals.difference(SHARE, of_share(48, 80), of_share(56, 70))
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert (round(found.value, 4), round(found.low, 2), round(found.high, 2)) == (20.0, 5.24, 33.39)


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.706), (5, 2.571), (30, 2.042), (40, 2.021), (120, 1.980)])
def test_students_t_as_in_the_tables(freedom: int, quantile: float) -> None:
    assert round(intervals.t(freedom), 3) == quantile


def test_a_mean_and_a_change_are_told_as_by_the_plain_formula() -> None:
    before, after = [26.0, 30.0, 22.0, 28.5], [10.0, 16.0, 4.0, 12.25]
    changes = [two - one for one, two in zip(before, after, strict=True)]
    for kind, told, numbers in (
        (MEAN, [(one, 0.0) for one in after], after),
        (CHANGE, list(zip(after, before, strict=True)), changes),
    ):
        found = intervals.span(kind, sums(told))
        assert found is not None
        assert found.low is not None
        assert found.value == pytest.approx(statistics.fmean(numbers))
        wide = 3.1824 * statistics.stdev(numbers) / 2
        assert found.low == pytest.approx(statistics.fmean(numbers) - wide)


def test_a_ratio_is_of_the_sums_and_not_the_mean_of_ratios() -> None:
    found = intervals.span(RATIO, sums([(27, 28), (28, 28), (13, 14)]))
    assert found is not None
    assert found.low is not None
    assert found.value == pytest.approx(100 * 68 / 70)
    rate, pairs = 68 / 70, [(27, 28), (28, 28), (13, 14)]
    variance = 3 / 2 * sum((one - rate * two) ** 2 for one, two in pairs) / 70**2
    assert found.low == pytest.approx(100 * (rate - 4.3027 * math.sqrt(variance)))


def test_of_one_there_is_a_figure_and_no_interval_and_of_nobody_nothing() -> None:
    alone = intervals.span(MEAN, sums([(3, 0)]))
    assert alone is not None
    assert (alone.value, alone.low) == (3, None)
    assert intervals.span(MEAN, Sums()) is None
    assert intervals.difference(MEAN, Sums(), sums([(3, 0)])) is None


def test_numbers_are_written_in_swedish() -> None:
    assert [decimal(number) for number in (1234.4, 56.71, 0.254, -16.0, 0, -0.001)] == [
        "1\N{NO-BREAK SPACE}234", "56,7", "0,25", "\N{MINUS SIGN}16", "0", "0",
    ]  # fmt: skip
    assert (signed(2), signed(0)) == ("+2", "0")
