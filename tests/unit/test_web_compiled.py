"""What is kept of a template is never what another text, address, module or Jinja would have made."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from web import addresses, compiled

PAGE = "{{ url('tasks:inbox') }} {{ static('web/a.css') }} {{ name }}"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> compiled.Kept:
    monkeypatch.setattr(compiled, "FOLDER", tmp_path / "templates")
    monkeypatch.setattr(addresses, "url", lambda name: f"/{name}/")
    monkeypatch.setattr(addresses, "static", lambda name: f"/static/{name}")
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    compiled._ours.cache_clear()
    return compiled.Kept()


@pytest.mark.parametrize("changed", ["text", "address", "file", "jinja"])
def test_another_outcome_is_another_sum(kept: compiled.Kept, changed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.get_source_checksum(PAGE)
    assert kept.get_source_checksum(PAGE) == before
    if changed == "address":
        monkeypatch.setattr(addresses, "url", lambda name: f"/annat/{name}/")
    if changed == "file":
        monkeypatch.setattr(addresses, "static", lambda name: f"/static/{name}.2")
    if changed == "jinja":
        monkeypatch.setattr(compiled, "version", lambda _name: "0")
        compiled._ours.cache_clear()
    assert kept.get_source_checksum(PAGE + ("!" if changed == "text" else "")) != before
    compiled._ours.cache_clear()


def test_it_is_used_again_and_a_folder_that_cannot_be_written_is_no_hindrance(kept: compiled.Kept) -> None:
    def shown() -> str:
        environment = Environment(loader=DictLoader({"a": "{{ 1 + 1 }}"}), bytecode_cache=kept)  # noqa: S701 - no page
        return environment.get_template("a").render()

    assert shown() == "2"
    (file,) = compiled.FOLDER.iterdir()
    made = file.read_bytes()
    assert shown() == "2"
    assert file.read_bytes() == made
    file.unlink()
    compiled.FOLDER.rmdir()
    assert shown() == "2"
