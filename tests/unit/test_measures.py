"""What utfall.toml may say, and what is told of what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from workflows import definitions, measures
from workflows.definitions import Folder
from workflows.findings import Finding

HEMBESOK = Path(__file__).resolve().parent.parent / "fixtures" / "forlopp" / "hembesok"
GOOD = (HEMBESOK / measures.FILE).read_text(encoding="utf-8")


def found(text: str) -> list[Finding]:
    read = definitions.read(HEMBESOK)
    checked = definitions.checked(Folder(read.config, read.sources | {measures.FILE: text}))
    return [item for item in checked.findings if item.file == measures.FILE]


def test_what_is_right_is_told_nothing_of() -> None:
    assert found(GOOD) == []
    assert found("") == []


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ('kind = "share"', 'kind = "shares"', "kind"),
        ('after = "gor_besok"', 'after = "gor_besoket"', "after"),
        ('value = "gor_besok.uppfoljning"', 'value = "gor_besok..uppfoljning"', "feel"),
        ('value = "gor_besok.uppfoljning"', 'value = "gor_besok.uppfoljningen"', "unknown-key"),
        ('value = "gor_besok.uppfoljning"', "value = 3", "text"),
        ('value = "gor_besok.uppfoljning"', 'value = "1"\nbase = "2"', "base"),
        ('key = "ord"', 'key = "uppfoljning"', "twice"),
        ('key = "ord"', 'key = "Ord!"', "key"),
        ("low = 36", 'low = "36"', "number"),
        ('better = "lower"', 'better = "less"', "better"),
        ('better = "lower"', 'betr = "lower"', "unknown-setting"),
        ("[[measure]]", "ages = [75, 65]\n[[measure]]", "ages"),
        ("[[measure]]", "[measure", "not-toml"),
    ],
)
def test_each_mistake_is_told(right: str, wrong: str, code: str) -> None:
    assert code in {item.code for item in found(GOOD.replace(right, wrong, 1))}


def test_every_age_is_in_one_band() -> None:
    declared = measures.Declared(ages=(65, 76, 86))
    ages = (0, 64, 65, 75, 76, 86, 101)
    assert [declared.age_band(age) for age in ages] == [
        "under 65", "under 65", "65–75", "65–75", "76–85", "86 och äldre", "86 och äldre",
    ]  # fmt: skip
    assert declared.age_band(None) == ""


def test_it_is_part_of_the_version() -> None:
    assert measures.of(definitions.read(HEMBESOK).sources).measures.keys() == {"uppfoljning", "ord"}
