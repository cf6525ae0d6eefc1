"""Rows 1 to 104 of the table of bad inputs, each through the edge where it would come."""

from __future__ import annotations

import importlib
import logging
import re
from html import unescape
from pathlib import Path

import pytest

from tests.bad_inputs import table
from tests.bad_inputs.edges import RUNNERS

ROOT = Path(__file__).resolve().parents[2]
LAST = 104
for module in sorted((Path(__file__).parent / "edges").glob("[a-z]*.py")):
    importlib.import_module(f"tests.bad_inputs.edges.{module.stem}")


def as_read(page: str) -> str:
    """The words of a page without its tags, each step away from the next by one space."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", page)).split())


@pytest.mark.django_db
@pytest.mark.parametrize("case", table.cases(), ids=str)
def test_is_answered(case: table.Case, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    answer = RUNNERS[case.edge](case.feed, monkeypatch)
    said = as_read(answer.text)
    assert answer.status == case.status, said[-1500:]
    assert [sentence for sentence in case.says if sentence.strip() not in said] == []
    assert not any(inside in said for inside in ("Traceback", "site-packages", "SpiffWorkflow"))
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    warned = [record.getMessage() for record in caplog.records if record.name != "config.middleware"]
    if "logs" in case.feed:
        assert bool(warned) == bool(case.feed["logs"])
        assert case.feed["logs"] in "".join(warned)
    if 400 <= case.status < 500:
        lines = [record.getMessage() for record in caplog.records if record.name == "config.middleware"]
        assert lines
        assert lines[-1].endswith(f": {case.status} {case.code}")


def test_no_row_is_missing_and_none_says_nothing() -> None:
    assert [row.number for row in table.rows()] == list(range(1, LAST + 1))
    assert [row.number for row in table.rows() if not row.cases and not row.proved_by] == []
    assert [str(case) for case in table.cases() if not case.says] == []
    assert [str(case) for case in table.cases() if 400 <= case.status < 500 and not case.code] == []


@pytest.mark.parametrize("name", sorted({name for row in table.rows() for name in row.proved_by}))
def test_what_is_proved_elsewhere_is_there(name: str) -> None:
    path, _, function = name.partition("::")
    assert f"def {function.rpartition('::')[2]}(" in (ROOT / path).read_text(encoding="utf-8")


def test_the_document_is_as_the_table() -> None:
    assert table.DOCUMENT.read_text(encoding="utf-8") == table.text(), "python -m tests.bad_inputs writes it"
