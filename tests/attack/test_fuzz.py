"""A small part of `make fuzz` in every run."""

from benchmarks import fuzz


def test_random_expressions_give_a_value_or_a_feel_error() -> None:
    total = fuzz.run(3_000, seed=7)
    assert total.faults == []
    assert {"does not parse", "value", "null"} <= set(total.outcomes)


def test_the_same_seed_and_number_write_the_same_expression() -> None:
    assert [fuzz.written(7, number) for number in range(50)] == [fuzz.written(7, number) for number in range(50)]
