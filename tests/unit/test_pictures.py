"""Every picture of the documents can be taken again, is shown somewhere, and is small."""

from __future__ import annotations

import re
from pathlib import Path

from tests.screenshots import PICTURES

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 150_000


def test_the_pictures_are_those_that_are_shown_and_those_that_are_taken() -> None:
    shown = set()
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        told = re.findall(r"!\[[^\]]+\]\((?:docs/)?images/([^)]+)\.png\)", document.read_text(encoding="utf-8"))
        shown |= set(told)
    assert shown == {file.stem for file in IMAGES.iterdir()} == set(PICTURES)


def test_the_pictures_are_small() -> None:
    assert {file.name for file in IMAGES.iterdir() if file.stat().st_size > MOST_BYTES} == set()
