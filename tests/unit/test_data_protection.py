"""What the shipped papers of data protection say of the product is so: tests they name, links, owners and dates."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPERS = sorted((ROOT / "docs" / "dataskydd").glob("*.md"))
COMMANDS = {path.stem for path in ROOT.glob("*/management/commands/*.py")}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_a_paper_has_owner_date_and_a_day_when_it_is_looked_over(paper: Path) -> None:
    told = paper.read_text()
    assert "**Ägare" in told
    days = [date.fromisoformat(day) for day in re.findall(r"\d{4}-\d{2}-\d{2}", told.partition("\n## ")[0])]
    assert len(days) >= 2 or paper.stem == "README"
    assert max(days) > date(2027, 1, 1)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_what_a_paper_points_to_is_there(paper: Path) -> None:
    told = paper.read_text()
    for name in re.findall(r"`(tests/[\w/]+\.py)`", told):
        assert (ROOT / name).is_file(), name
    for link in re.findall(r"\]\(([^)#]+)", told):
        assert (paper.parent / link).is_file() or link.startswith("https://"), link
    for command in re.findall(r"manage\.py (\w+)", told):
        assert command in COMMANDS, command


def test_each_measure_that_the_product_has_is_proved_by_a_test() -> None:
    told = (ROOT / "docs/dataskydd/konsekvensbedomning.md").read_text()
    risks = told.partition("## 4. Risker")[2].partition("## 5")[0]
    rows = [line for line in risks.splitlines() if re.match(r"\| \d+ \|", line)]
    assert len(rows) >= 12
    assert all("`tests/" in row or "organisatorisk" in row for row in rows)
