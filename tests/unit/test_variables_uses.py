"""Where the answers to a question are read: each place, told once, and no place where only the name is the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from workflows import definitions
from workflows.variables import Use

BPMN = Path(__file__).resolve().parents[2] / "bpmn"


@cache
def found(forlopp: str) -> tuple[Use, ...]:
    return tuple(definitions.checked(definitions.read(BPMN / forlopp)).uses)


def of(forlopp: str, place: str) -> set[tuple[str, str]]:
    return {(use.file, use.element) for use in found(forlopp) if use.place == place}


@pytest.mark.parametrize(
    ("place", "file", "element"),
    [
        ("forms/e2_hemgangsmal.json#mal.utgangslage", "forms/e2_hemgangsmal.json", "mal.skal_samre_lage"),
        ("forms/f1_slututvardering.json#maluppfyllelse", "th_nasta_steg.dmn", "th_nasta_steg_in_1_uttryck"),
        ("forms/b2_erbjud_samtycke.json#svar", "trygg_hemgang.bpmn", "flow_b_gw_svar_b_gw_beslutsform"),
        ("forms/e2_hemgangsmal.json#mal", "process.toml", "e2_hemgangsmal"),
        ("_shared/forms/sip1_svara.json#deltagare", "_shared/sip.bpmn", "sip_svar"),
    ],
)
def test_a_question_knows_who_reads_it(place: str, file: str, element: str) -> None:
    assert (file, element) in of("trygg_hemgang", place)


def test_a_form_that_several_steps_show_is_read_by_any_of_them() -> None:
    conditions = {use.text for use in found("medicingivare_larm") if use.place == "forms/kontakta_patienten.json#svar"}
    assert any("ssk_i_jour.svar" in text and "andra_linjen.svar" in text for text in conditions)


def test_the_name_stands_where_it_is_said_to_stand() -> None:
    for use in (*found("trygg_hemgang"), *found("medicingivare_larm")):
        if use.text and use.position >= 0:
            assert use.text[use.position :].startswith(use.name)


def test_what_reads_a_list_as_a_whole_is_told_apart_from_what_asks_for_one_answer() -> None:
    sent = [use for use in found("trygg_hemgang") if use.place == "_shared/forms/sip1_svara.json#deltagare"]
    asked = [use for use in found("trygg_hemgang") if use.place == "forms/b2_erbjud_samtycke.json#svar"]
    assert all(use.is_whole for use in sent)
    assert not any(use.is_whole for use in asked)
