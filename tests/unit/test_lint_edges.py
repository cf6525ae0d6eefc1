"""What is drawn and written for tasks that are not done: a misspelt code is refused, with what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.engine_bpmn import chain, flow, process
from workflows import definitions
from workflows.findings import Finding
from workflows.forms import definition


def edge(code: str, key: str = "k", more: str = "") -> str:
    return (
        f'<boundaryEvent id="{key}" attachedToRef="a"{more}><escalationEventDefinition escalationRef="{code}"/>'
        f'</boundaryEvent><endEvent id="e_{key}"/>' + chain(key, f"e_{key}")
    )


def findings(tmp_path: Path, *edges: str, condition: str = "") -> list[Finding]:
    body = '<startEvent id="s"/><userTask id="a" name="A"/><exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>'
    body += (
        '<endEvent id="f"/>' + chain("s", "a", "g", "e") + flow("g", "f", condition or "a.svar = 1") + "".join(edges)
    )
    path = tmp_path / "p.bpmn"
    path.write_bytes(process(body))
    return definitions.checked(definitions.read(path)).findings


@pytest.mark.parametrize(
    ("edges", "code", "told"),
    [
        ([edge("kunde_ej_utforras")], "edge-code", "Menade du ”kunde_ej_utforas”?"),
        ([edge("sent")], "edge-code", "kunde_ej_utforas och ej_aktuellt"),
        ([edge("")], "edge-code", "kunde_ej_utforas och ej_aktuellt"),
        ([edge("ej_aktuellt"), edge("ej_aktuellt", "l")], "edge-twice", "bara en av dem hörs"),
        ([edge("ej_aktuellt", more=' cancelActivity="false"')], "edge-goes-on", "heldragen"),
    ],
)
def test_an_edge_that_can_never_be_heard_is_refused(tmp_path: Path, edges: list[str], code: str, told: str) -> None:
    (found,) = [item for item in findings(tmp_path, *edges) if item.code.startswith("edge")]
    assert (found.code, found.severity) == (code, "error")
    assert told in found.message


def test_the_codes_that_can_come_are_taken(tmp_path: Path) -> None:
    drawn = (edge("ej_aktuellt"), edge("kunde_ej_utforas", "l", ' cancelActivity="false"'))
    assert [item for item in findings(tmp_path, *drawn) if item.severity == "error"] == []


def test_conditions_know_what_was_not_done_by_its_codes(tmp_path: Path) -> None:
    assert findings(tmp_path, condition='ej_gjort.a.kod = "ej_aktuellt"') == []
    (found,) = findings(tmp_path, condition='ej_gjort.a.kod = "ej_aktuelt"')
    assert "ej_aktuelt" in found.message


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ej_aktuell": []}, "form_unknown_key"),
        ({"ej_aktuellt": []}, "form_no_choices"),
        ({"kunde_ej_utforas": [{"value": "x"}]}, "form_missing_key"),
        ({"kunde_ej_utforas": [{"value": "x", "label": "X", "text": ""}]}, "form_unknown_key"),
    ],
)
def test_reasons_that_cannot_be_used_are_refused(more: dict[str, object], code: str) -> None:
    content = {"title": "Prov", "fields": [], **more}
    assert [item.code for item in definition.check(content, "f.json", lambda _key: {})] == [code]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"signeras_minst": "2"}, "säger inte vilka"),
        ({"signeras_av": "individ"}, "minst en profession"),
        ({"signeras_av": "sjukskoterska, arbetsterapeut"}, "Skriv den rollen också"),
        ({"signeras_av": "samordnare, sjukskoterska", "signeras_minst": "3"}, "heltal från 1 till 2"),
        ({"signeras_av": "samordnare, sjukskoterska", "signeras_minst": "två"}, "heltal från 1 till 2"),
        ({"signeras_a": "samordnare"}, "Menade du ”signeras_av”?"),
    ],
)
def test_signing_that_could_never_be_done_is_refused(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    (found,) = [item for item in signed_by(tmp_path, settings) if item.element == "a"]
    assert told in found.message


def test_signing_that_can_be_done_is_taken(tmp_path: Path) -> None:
    assert signed_by(tmp_path, {"signeras_av": "samordnare, sjukskoterska, individ", "signeras_minst": "1"}) == []


def signed_by(tmp_path: Path, settings: dict[str, str]) -> list[Finding]:
    properties = "".join(f'<spiffworkflow:property name="{key}" value="{text}"/>' for key, text in settings.items())
    lanes = '<laneSet id="l"><lane id="lane_samordnare"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    step = f'<userTask id="a" name="A"><extensionElements><spiffworkflow:properties>{properties}'
    step += "</spiffworkflow:properties></extensionElements></userTask>"
    path = tmp_path / "p.bpmn"
    path.write_bytes(process(lanes + '<startEvent id="s"/><endEvent id="e"/>' + step + chain("s", "a", "e")))
    return definitions.checked(definitions.read(path)).findings
