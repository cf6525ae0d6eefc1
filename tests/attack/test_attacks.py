"""Nothing that can be written anywhere escapes, tells what is inside, hangs or fills the memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attack import arsenal, judging
from tests.attack.files import FILES


@pytest.fixture(scope="session")
def arena() -> Iterator[judging.Arena]:
    started = judging.Arena()
    yield started
    started.close()


def _parts() -> list[tuple[str, int]]:
    """The entrances; the one with hundreds of bombs in parts that several workers can share."""
    return [
        (entrance, start) for entrance in arsenal.everywhere() for start in range(0, len(arsenal.groups(entrance)), 60)
    ]


@pytest.mark.parametrize(("entrance", "start"), _parts())
def test_no_attack_succeeds(arena: judging.Arena, entrance: str, start: int) -> None:
    assert arena.faults(entrance, arsenal.groups(entrance)[start : start + 60]) == {}


def test_the_attacks_are_many() -> None:
    assert len(arsenal.EVERYTHING) + sum(len(attacks) for attacks in FILES.values()) >= 150
