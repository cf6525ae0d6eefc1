"""What the forms of the care content demand of those who fill them in, and what its sample messages may hold."""

from __future__ import annotations

import itertools
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from people.invented import MARK, PEOPLE
from workflows import definitions, diagram, dmn, feel, safe_xml
from workflows.diagram import NAMESPACES
from workflows.forms import answers, definition

BPMN = Path(__file__).parents[2] / "bpmn"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Europe/Stockholm"))
COURSES = sorted(path.parent.name for path in BPMN.glob("*/process.toml"))
SAMPLES = sorted(BPMN.glob("*/samples/*.json"))
NURSE = {"roll": "sjukskoterska", "namn": "Siri", "narvarosatt": "fysiskt"}
THERAPIST = {"roll": "arbetsterapeut", "namn": "Alva", "narvarosatt": "video"}
DAUGHTER = {"roll": "anhorig", "namn": "Dotter", "narvarosatt": "telefon"}
GOAL = {"mal": "Gå till brevlådan", "utfall": "uppnatt", "nulage": 1}


def _shared(key: str) -> bytes:
    return (BPMN / "_shared" / "forms" / f"{key.removeprefix('_shared/')}.json").read_bytes()


def wrong(form: str, data: dict[str, Any], **variables: object) -> set[str]:
    """The top fields that the form refuses."""
    read = definition.load((BPMN / form).read_bytes(), shared=_shared)
    return {str(error.path[0]) for error in answers.clean(read, data, variables, now=NOW).errors}


def follow_up(**changes: object) -> set[str]:
    data = {"deltagare": [NURSE, THERAPIST], "individ_deltog": True, "maluppfoljning": [GOAL], "nasta_steg": "avslut"}
    return wrong("_shared/forms/f_uppfoljning.json", data | changes)


def test_a_follow_up_is_done_by_two_roles_together_with_the_person() -> None:
    assert follow_up() == set()
    assert follow_up(deltagare=[NURSE, NURSE]) == {"deltagare"}
    assert follow_up(deltagare=[NURSE, DAUGHTER]) == {"deltagare"}


def test_a_follow_up_without_the_person_says_why() -> None:
    assert follow_up(individ_deltog=False) == {"skal_individ_ej_deltog"}
    assert follow_up(individ_deltog=False, skal_individ_ej_deltog="Orkade inte i dag") == set()


def test_a_follow_up_that_goes_on_has_a_next_date() -> None:
    assert follow_up(nasta_steg="fortsatt") == {"nasta_uppfoljning"}


def area(**changes: object) -> dict[str, object]:
    return {"omrade": "d4", "relevant": True, "individens_beskrivning": "Trappan är svår.", **changes}


def test_a_part_of_life_is_written_once_and_a_harder_aim_has_a_reason() -> None:
    def ibic(*rows: dict[str, object]) -> set[str]:
        return wrong("_shared/forms/f_ibic.json", {"livsomraden": list(rows)})

    assert ibic() == set()
    assert ibic(area(aktuellt=3, avsett=1), area(omrade="d5", relevant=False, individens_beskrivning="")) == set()
    assert ibic(area(), area()) == {"livsomraden"}
    assert ibic(area(individens_beskrivning="")) == {"livsomraden"}
    assert ibic(area(aktuellt=2, avsett=3)) == {"livsomraden"}
    assert ibic(area(aktuellt=2, avsett=3, skal_samre_lage="Sjukdomen blir sämre.")) == set()
    assert ibic(area(aktuellt=8, avsett=3)) == set()
    assert ibic(area(aktuellt=5)) == {"livsomraden"}


def test_how_a_person_is_reached_and_by_whom_they_are_represented() -> None:
    named = {"namn": "Gun (påhittad)", "typ": "god_man", "telefon": "070-174 06 05"}
    assert wrong("_shared/forms/f_person.json", {"kontaktvag": "1177", "foretradare": [named]}) == set()
    assert wrong("_shared/forms/f_person.json", {"kontaktvag": "fax"}) == {"kontaktvag"}
    assert wrong("_shared/forms/f_person.json", {"foretradare": [named | {"typ": ""}]}) == {"foretradare"}


def test_nothing_is_decided_without_a_goal() -> None:
    decision = {
        "beslut": "bifall",
        "giltig_fran": "2026-11-27",
        "lagrum": "11 kap. 1 §",
        "beslutsdatum": "2026-11-23",
        "delegat": "SE2120000000-A1B2",
    }
    assert wrong("trygg_hemgang/forms/b3_beslut.json", decision) == {"mal_refs"}
    assert wrong("trygg_hemgang/forms/b3_beslut.json", decision | {"mal_refs": [{"mal": "Laga frukost"}]}) == set()


@pytest.mark.parametrize(("choice", "visits", "refused"), [
    ("trappa_ned", 3, set()),
    ("trappa_ned", 4, {"besok_per_dag_nasta"}),
    ("fortsatt", 4, {"skal_ej_farre"}),
    ("trappa_upp", 4, {"skal_ej_farre", "besok_per_dag_nasta"}),
])  # fmt: skip
def test_a_team_meeting_gives_fewer_visits_or_a_reason(choice: str, visits: int, refused: set[str]) -> None:
    data = {"deltagare": [NURSE], "beslut": choice, "besok_per_dag_nasta": visits}
    before = {"c4_bemanna": {"besok_per_dag": 4}}
    assert wrong("trygg_hemgang/forms/e4_teamavstamning.json", data, **before) == refused


@pytest.mark.parametrize(("day", "refused"), [(14, {"till_dag"}), (15, set()), (21, set()), (22, {"till_dag"})])
def test_the_period_at_home_is_extended_to_day_21_at_most(day: int, refused: set[str]) -> None:
    data = {"forlang": True, "orsak": "mal_nara", "till_dag": day}
    assert wrong("trygg_hemgang/forms/e7_forlang.json", data, parametrar={"period_dagar": 14}) == refused


def test_nobody_is_handed_over_to_a_unit_that_has_not_said_yes() -> None:
    data = {"avslutsorsak": "sarskilt_boende", "avslutsdatum": "2026-11-23", "mottagande_enhet": "e1"}
    assert wrong("_shared/forms/f_avslut.json", data | {"mottagande_bekraftat": False}) == {"mottagande_bekraftat"}
    assert wrong("_shared/forms/f_avslut.json", data | {"mottagande_bekraftat": True}) == set()
    after_team = {"mottagande_enhet": "e1", "bekraftat_av": "Frida", "bekraftat_dt": "2026-11-23T08:00:00+01:00"}
    assert wrong("spt/forms/mottagande.json", after_team | {"mottagande_bekraftat": False}) == {"mottagande_bekraftat"}
    assert wrong("spt/forms/mottagande.json", after_team | {"mottagande_bekraftat": True}) == set()


CASES = {  # of the ten rows, those that Örebro has put a name in
    ("hog", "sjalv", "forutsebar"): ("F1_snabb", "avslut", "kort"),
    ("utvecklingsbar", "sjalv", "sammansatt"): ("F4_utveckla", "minskat_behov", "lang"),
    ("nedsatt_varaktig", "nedsatt", "sammansatt"): ("F10_livskvalitet", "livskvalitet", "ingen"),
}


def test_each_combination_of_the_matrix_hits_one_row_and_the_two_impossible_ones_go_to_a_person() -> None:
    model = dmn.load((BPMN / "_shared" / "valj_forlopp.dmn").read_bytes())
    asked = itertools.product(
        ("hog", "utvecklingsbar", "nedsatt_varaktig"), ("sjalv", "nedsatt"), ("forutsebar", "sammansatt")
    )
    found: dict[tuple[str, ...], Any] = {}
    for combination in asked:
        told = dict(zip(("aktivitetsformaga", "styrformaga", "komplexitet"), combination, strict=True))
        found[combination] = feel.to_plain(dmn.evaluate(model, "valj_forlopp", {"bedom_formaga": told}, now=NOW).value)
    by_hand = {combination for combination, row in found.items() if row["forlopp"] == "manuell"}
    assert by_hand == {("hog", "nedsatt", "forutsebar"), ("hog", "nedsatt", "sammansatt")}
    chosen = [row["forlopp"] for combination, row in found.items() if combination not in by_hand]
    assert len(chosen) == len(set(chosen)) == 10
    for combination, expected in CASES.items():
        row = found[combination]
        assert (row["forlopp"], row["slutmal"], row["tidsram"]) == expected
    needs = {combination for combination, row in found.items() if row["samordnare_kravs"]} - by_hand
    assert needs == {one for one in found if "nedsatt" in one[1:2] or "sammansatt" in one} - by_hand


@pytest.mark.parametrize("form", ["grundforlopp/forms/beslut.json", "grundforlopp/forms/utan_provning.json",
                                  "_shared/forms/ib_beslut.json"])  # fmt: skip
def test_no_decision_stands_without_a_goal(form: str) -> None:
    assert "mal_refs" in wrong(form, {"mal_refs": []})


def test_where_need_is_to_fall_it_is_measured_at_every_follow_up() -> None:
    joint = {"deltagare": [NURSE, THERAPIST], "individ_deltog": True, "maluppfoljning": [GOAL], "nasta_steg": "avslut"}
    measured: dict[str, Any] = {"uppfoljning_av": {"mal": [], "hjalp_mats": True}}
    assert wrong("_shared/forms/gemensam_uppfoljning.json", joint, **measured) == {"hjalp_timmar_manad"}
    assert wrong("_shared/forms/gemensam_uppfoljning.json", joint | {"hjalp_timmar_manad": 12}, **measured) == set()
    assert wrong("_shared/forms/gemensam_uppfoljning.json", joint) == set()


CLOSING = {
    # förlopp: (the closing, what all ways to it go through)
    "grundforlopp": ("avsluta", "u_uppfoljning"),
    "hemtjanst_bestallning": ("avsluta", "uppfoljning"),
    "ibic_utredning": ("avsluta", "folj_upp"),
    "ihr": ("end_avslut_utan_hemtjanst", "slututvardering"),
}


def ways(root: Any) -> dict[str, set[str]]:
    """From each step to those that may come next: a part to its beginnings and what interrupts it, its ends to what
    comes after it.
    """
    found: dict[str, set[str]] = {}
    for flow in root.iter(diagram.tag("sequenceFlow")):
        found.setdefault(flow.get("sourceRef"), set()).add(flow.get("targetRef"))
    for part in root.iter(diagram.tag("subProcess")):
        after = found.pop(part.get("id"), set())
        for end in part.iterchildren(diagram.tag("endEvent")):
            found[end.get("id")] = after
        found[part.get("id")] = {start.get("id") for start in part.iterchildren(diagram.tag("startEvent"))}
    for event in root.iter(diagram.tag("boundaryEvent")):
        found.setdefault(event.get("attachedToRef"), set()).add(event.get("id"))
    return found


@pytest.mark.parametrize("folder", CLOSING)
def test_no_way_leads_to_the_closing_but_through_the_joint_follow_up(folder: str) -> None:
    root = diagram.parse((BPMN / folder / f"{folder}.bpmn").read_bytes())
    (closing, through), leads = CLOSING[folder], ways(root)
    reached: set[str] = set()
    waiting = {start.get("id", "") for start in root.iterfind("./bpmn:process/bpmn:startEvent", NAMESPACES)}
    while waiting:
        reached |= waiting
        waiting = {after for here in waiting for after in leads.get(here, ())} - reached - {through}
    assert closing not in reached


SHARED_PARTS = {
    "avliden": "avbryt_bestallningar",
    "flyttat": "flytt",
    "inskriven": "sjukhusvistelse",
    "samtycke_aterkallat": "samtycke_aterkallat",
    "skyddade_uppgifter_andrad": "skyddade_uppgifter",
    "avvikelse": "avvikelse",
    "byt_forlopp": "byt_forlopp",
}
WITH_CONSENT = {"oppet_intag": {"oppenvard_kommun"}}
"""Who has one task because the person has said yes to that, and sees nothing else."""
EVENTS = ("messageRef", "signalRef", "escalationRef")


def called_when(folder: str) -> dict[str, set[str]]:
    """What each outermost event sub-process calls, by what it starts with."""
    root = safe_xml.parse((BPMN / folder / f"{folder}.bpmn").read_bytes())
    found: dict[str, set[str]] = {}
    for box in root.findall("./bpmn:process/bpmn:subProcess[@triggeredByEvent='true']", NAMESPACES):
        events = [item.get(name) for item in box.findall("./bpmn:startEvent/*", NAMESPACES) for name in EVENTS]
        calls = {item.get("calledElement", "") for item in box.findall("./bpmn:callActivity", NAMESPACES)}
        found |= {event.partition("_")[2]: calls for event in events if event}
    return found


def told_otherwise(folder: str) -> dict[str, str]:
    """Which of them the README says are drawn in another way or of no consequence there, and why."""
    text = (BPMN / folder / "README.md").read_text(encoding="utf-8")
    _, _, told = text.partition("\n## När något händer personen\n")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", told.partition("\n## ")[0], re.MULTILINE)
    return {event: why.strip() for event, why in rows}


@pytest.mark.parametrize("folder", COURSES)
def test_what_may_happen_at_any_time_is_done_by_the_shared_parts_or_the_readme_says_why_not(folder: str) -> None:
    found, told = called_when(folder), told_otherwise(folder)
    lacking = {event for event, part in SHARED_PARTS.items() if part not in found.get(event, set())}
    assert set(told) == lacking
    assert [why for why in told.values() if len(why) < len("Ett skäl som går att läsa.")] == []


@pytest.mark.parametrize("folder", COURSES)
def test_no_task_comes_to_a_profession_that_may_not_see_the_arende(folder: str) -> None:
    told = definitions.read(BPMN / folder)
    roots = [diagram.parse(text.encode()) for name, text in told.sources.items() if name.endswith(".bpmn")]
    home = {process.get("id"): root for root in roots for process in diagram.processes(root)}
    drawings = [home[told.config["process"]]]
    for root in drawings:
        called = [home[call.get("calledElement", "")] for call in root.iter(diagram.tag("callActivity"))]
        drawings += [other for other in called if other not in drawings]
    tasks = [one for root in drawings for one in diagram.elements(root).values() if one.type == "userTask"]
    given = {role for one in tasks for role in (one.lane, one.properties.get("eskaleras_till")) if role}
    assert given - set(told.config["visible_to"]) - WITH_CONSENT.get(folder, set()) == set()


OF_LAW = {
    # Lag (2017:612) 4 kap. 3 §: the region calls to a SIP within three days.
    "kalenderdagar_efter(utskrivningsklar.skickad_dt, 3)",
}


@pytest.mark.parametrize("path", sorted(BPMN.glob("*/*.bpmn")), ids=lambda path: path.stem)
def test_no_time_that_a_process_owner_may_want_to_change_is_drawn(path: Path) -> None:
    timers = safe_xml.parse(path.read_bytes()).iterfind(".//bpmn:timerEventDefinition/*", NAMESPACES)
    drawn = {(timer.text or "").strip() for timer in timers} - OF_LAW
    assert [text for text in drawn if re.search(r"\bP(T?\d+[A-Z])+|kalenderdagar_efter\([^()]*, *-?\d+\)", text)] == []


def test_a_broken_dispenser_is_not_left_before_the_doses_are_secured() -> None:
    data = {
        "doser_sakrade": False,
        "fel_orsak": "okant",
        "atgard": "Startade om",
        "fungerar": True,
        "dokumenterad_hsl": True,
    }
    assert wrong("medicingivare_larm/forms/atgarda_tekniskt_fel.json", data) == {"doser_sakrade"}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_samples_are_about_invented_people_only(path: Path) -> None:
    person = json.loads(path.read_text(encoding="utf-8")).get("person")
    if person is not None:
        assert person["namn"].endswith(MARK)
        assert person["id"] in {invented.number for invented in PEOPLE}
