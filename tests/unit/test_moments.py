"""When a time of a diagram would come, as the editor tells it."""

from datetime import UTC, datetime

import pytest

from workbench import moments

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # a Thursday, ten o'clock in Sweden


@pytest.mark.parametrize(
    ("text", "is_cycle", "told"),
    [
        ("P3D", False, ["söndag 29 november 2026 10:00"]),
        ("arbetsdagar_efter(now(), 2)", False, ["måndag 30 november 2026 10:00"]),
        ('nasta_klockan(now(), "08:00")', False, ["fredag 27 november 2026 08:00"]),
        ("2026-12-24T15:00", False, ["torsdag 24 december 2026 15:00"]),
        ("R2/P1D", True, ["fredag 27 november 2026 10:00", "lördag 28 november 2026 10:00"]),
        ("R/2026-12-01T08:00/P1W", True, [f"tisdag {day} december 2026 08:00" for day in (1, 8, 15)]),
    ],
)  # fmt: skip
def test_the_first_three_moments_are_told_in_words(text: str, is_cycle: bool, told: list[str]) -> None:
    assert list(moments.of_timer(text, is_cycle=is_cycle, now=NOW).times) == told


def test_a_time_that_asks_for_the_instance_is_not_guessed() -> None:
    found = moments.of_timer("planera_besok.besoksdag", is_cycle=False, now=NOW)
    assert (found.times, found.problem, found.why) == ((), "", moments.DEPENDS)


@pytest.mark.parametrize("text", ["R/P0D", "2026-13-01", "arbetsdagar_efter(", "P9999Y", '"i morgon"'])
def test_what_is_no_time_is_told_in_swedish(text: str) -> None:
    assert moments.of_timer(text, is_cycle=text.startswith("R"), now=NOW).problem
