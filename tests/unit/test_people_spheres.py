"""Health care and social services apart: the predicates."""

import datetime
from dataclasses import dataclass

import pytest

from people import spheres

TODAY = datetime.date(2026, 11, 28)
HEALTH, SOCIAL = frozenset({"hsl"}), frozenset({"sol"})


@dataclass
class Consent:
    kind: str = "mellan_sfarer"
    given_on: datetime.date = datetime.date(2026, 11, 1)
    valid_to: datetime.date | None = None
    withdrawn_on: datetime.date | None = None
    is_mistake: bool = False


@pytest.mark.parametrize(
    ("course", "profession", "expected"),
    [("hsl", "sol", "hsl"), ("sol", "bada", "sol"), ("bada", "hsl", "hsl"), ("bada", "", "bada"), ("", "sol", "sol")],
)
def test_a_forlopp_of_one_sphere_decides_and_a_joint_one_leaves_it_to_the_profession(
    course: str, profession: str, expected: str
) -> None:
    assert spheres.of_task(course, profession) == expected


def test_one_reads_ones_own_sphere_and_what_is_of_both() -> None:
    assert spheres.may_read("hsl", reached=HEALTH, opened=False)
    assert not spheres.may_read("hsl", reached=SOCIAL, opened=False)
    assert not spheres.may_read("sol", reached=frozenset(), opened=False)
    assert spheres.may_read("bada", reached=frozenset(), opened=False)
    assert spheres.may_read("hsl", reached=SOCIAL, opened=True)
    assert spheres.may_read("hsl", reached=SOCIAL, opened=False, is_own=True)


def test_who_works_in_both_reaches_both_and_writes_in_both() -> None:
    assert spheres.reach(["bada"]) == spheres.reach(["sol", "hsl"]) == {"sol", "hsl"}
    assert spheres.reach(["", "sol"]) == {"sol"}
    assert [spheres.of_writing(reached) for reached in (HEALTH, spheres.reach(["bada"]), frozenset[str]())] == [
        "hsl",
        "bada",
        "bada",
    ]


@pytest.mark.parametrize(
    ("consent", "is_open"),
    [
        (Consent(), True),
        (Consent(kind="sip"), False),
        (Consent(given_on=datetime.date(2026, 11, 29)), False),
        (Consent(valid_to=TODAY), True),
        (Consent(valid_to=datetime.date(2026, 11, 27)), False),
        (Consent(withdrawn_on=TODAY), False),
        (Consent(is_mistake=True), False),
    ],
)
def test_a_consent_opens_from_its_day_until_it_ends(consent: Consent, is_open: bool) -> None:
    assert spheres.are_open([consent], on=TODAY) is is_open


def test_a_unit_keeps_out_those_of_its_professions_who_work_elsewhere_and_nobody_else() -> None:
    at_norr = {("hemtjanst", "norr")}
    assert spheres.is_theirs({("hemtjanst", "soder")}, set(), set())
    assert spheres.is_theirs({("hemtjanst", "norr")}, at_norr, {"norr"})
    assert not spheres.is_theirs({("hemtjanst", "soder")}, at_norr, {"norr"})
    assert spheres.is_theirs({("sjukskoterska", "hemsjukvard")}, at_norr, {"norr"})
