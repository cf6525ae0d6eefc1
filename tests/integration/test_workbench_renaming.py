"""A question with a new name: whoever reads its answer asks by the new name, and the check finds nothing new."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from workbench import form_editing, form_edits, form_page, form_text
from workflows import definitions
from workflows.definitions import Checked, Folder

BPMN = Path(__file__).resolve().parents[2] / "bpmn"


@cache
def folder(name: str) -> Folder:
    return definitions.read(BPMN / name)


@cache
def checked(name: str) -> Checked:
    return definitions.checked(folder(name))


def renamed(name: str, file: str, old: str, key: str) -> tuple[form_editing.Outcome, Folder]:
    was = folder(name)
    content = form_text.read(was.sources[file])
    place = next(place for place, entry in form_edits.places(content) if entry.get("key") == old)
    around = form_editing.Around(file, was.sources, form_page.shared_in(was), lambda: checked(name).uses)
    post = {"falt": "-".join(map(str, place)), "e-key": key, "gor": "spara"}
    done = form_editing.carried_out(content, post, around)
    texts = {**was.sources, **done.others, file: form_text.written(done.content)}
    read = definitions.from_sources(texts, Path("utkast.zip"))
    return done, Folder(read.config, texts, read.findings, was.papers)


@pytest.mark.parametrize(
    ("name", "file", "key", "changed"),
    [
        ("trygg_hemgang", "forms/b2_erbjud_samtycke.json", "svar", {"trygg_hemgang.bpmn"}),
        ("trygg_hemgang", "forms/f1_slututvardering.json", "maluppfyllelse", {"th_nasta_steg.dmn"}),
        ("trygg_hemgang", "forms/b1_bedom_malgrupp.json", "adl_personlig", set()),
        ("medicingivare_larm", "forms/folj_upp_leverantor.json", "fungerar", {"medicingivare_larm.bpmn"}),
    ],
)
def test_a_new_name_goes_everywhere(name: str, file: str, key: str, changed: set[str]) -> None:
    new = f"{key}_nytt"
    done, after = renamed(name, file, key, new)
    assert not done.by_hand
    assert changed <= set(done.others)
    before, found = checked(name), definitions.checked(after)
    assert {(item.file, item.code) for item in found.findings} == {(item.file, item.code) for item in before.findings}
    reads = sorted(use.file for use in before.uses if use.place == f"{file}#{key}")
    assert sorted(use.file for use in found.uses if use.place == f"{file}#{new}") == reads


def test_what_cannot_be_told_apart_is_said() -> None:
    """A script gives one of three forms a name of its own, and what asks by that name may mean any of them."""
    done, _ = renamed("medicingivare_larm", "forms/kontakta_patienten.json", "svar", "svar_nytt")
    assert "sammanfatta" in {use.element for use in done.by_hand}
