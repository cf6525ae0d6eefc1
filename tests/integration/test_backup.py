"""What the commands of backup refuse; that a copy works is tried in tests/crash/test_fire.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_files(settings: Any, tmp_path: Path) -> None:
    """Those of other tests are not these tests' matter."""
    settings.FORLOPP_FILES = tmp_path / "none" / "files"


def test_a_copy_is_whole_and_its_owner_s_and_never_written_over(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    call_command("backup", copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    whole = copy.read_bytes()
    with pytest.raises(CommandError, match="finns redan"):
        call_command("backup", copy)
    assert copy.read_bytes() == whole


def test_a_copy_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="gick inte att skriva"):
        call_command("backup", tmp_path / "missing" / "copy")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_restored_over_what_is_there(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    call_command("backup", copy)
    with pytest.raises(CommandError, match="inte tom"):
        call_command("restore", copy)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"SQLite format 2"])
def test_what_is_no_copy_is_refused(tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other"
    other.write_bytes(content)
    with pytest.raises(CommandError, match="ingen säkerhetskopia"):
        call_command("restore", other)
    with pytest.raises(CommandError, match="går inte att läsa"):
        call_command("restore", tmp_path / "missing")
