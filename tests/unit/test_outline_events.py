"""Events on edges, repeats and parts written in words: the drawing holds together, and no check complains."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.test_outline_edits import drawn, hembesok, holds
from workbench import outline_editing, outline_events, outline_repeats
from workbench.diagram_work import Impossible
from workbench.outline_events import EDGES
from workbench.outline_repeats import IN_TURN, TOGETHER, WHILE, Repeat
from workflows import definitions, diagram

ROOT = Path(__file__).resolve().parents[2]
DIAGRAMS = sorted([*ROOT.glob("bpmn/*/*.bpmn"), *ROOT.glob("tests/fixtures/forlopp/*/*.bpmn")])


def elements(text: str) -> dict[str, diagram.Element]:
    return diagram.elements(diagram.parse(text.encode()))


def repeat(text: str, element: str) -> Repeat:
    nodes = {node.get("id"): node for node in diagram.flow_nodes(diagram.parse(text.encode()))}
    return outline_repeats.read(nodes[element])


def errors(text: str) -> list[str]:
    """What stops Hembesök with this diagram from being published, apart from forms that the page writes."""
    read = definitions.read(ROOT / "tests/fixtures/forlopp/hembesok")
    sources = {**read.sources, **outline_editing._forms(hembesok(), text), "hembesok.bpmn": text}
    checked = definitions.checked(definitions.from_sources(sources, Path("hembesok.zip")))
    return [item.message for item in checked.findings if item.severity == "error"]


@pytest.mark.parametrize("kind", [key for key, edge in EDGES.items() if "userTask" in edge.hosts])
def test_what_can_happen_to_a_task_is_an_event_with_a_step_after_it(kind: str) -> None:
    made = outline_events.add_edge(hembesok(), "planera_besok", kind, "")
    holds(made.text)
    found = elements(made.text)
    edge = found[made.element]
    assert (edge.type, edge.attached_to) == ("boundaryEvent", "planera_besok")
    assert edge.is_interrupting is EDGES[kind].is_interrupting
    told = errors(made.text)
    if EDGES[kind].event == "message":
        text = outline_editing.carried_out(made.text, post(made.element, **{"e-meddelande": "besked"})).text
        assert elements(text)[made.element].message == "besked"
    else:
        assert told == []
    places = drawn(made.text)
    host, event = places["planera_besok"], places[made.element]
    assert host[0] <= event[0] <= host[0] + host[2]
    assert event[1] < host[1] + host[3] < event[1] + event[3]


def post(element: str, **more: str) -> dict[str, str]:
    return {"steg": element, "e-namn": "Händer", "e-text": "", "gor": "spara", **more}


def test_two_on_one_edge_stand_beside_one_another_and_share_no_code() -> None:
    first = outline_events.add_edge(hembesok(), "gor_besok", "kunde_inte", "Hann inte")
    second = outline_events.add_edge(first.text, "gor_besok", "tid", "För sent")
    holds(second.text)
    places = drawn(second.text)
    assert abs(places[first.element][0] - places[second.element][0]) >= 36
    third = outline_events.add_edge(second.text, "bekrafta_mal", "kunde_inte", "")
    assert third.text.count("escalationCode=") == 1
    changed = outline_events.put_code(third.text, first.element, "annat")
    assert changed.count("escalationCode=") == 2
    assert outline_events.put_code(changed, first.element, "annat") == changed


def test_what_is_said_of_an_event_is_changed_where_it_stands() -> None:
    made = outline_events.add_edge(hembesok(), "gor_besok", "tid", "För sent")
    asked = {"e-avbryter": "nej", "e-tid-antal": "3", "e-tid-enhet": "H"}
    text = outline_editing.carried_out(made.text, post(made.element, **asked)).text
    assert elements(text)[made.element].is_interrupting is False
    assert "<bpmn:timeDuration>PT3H</bpmn:timeDuration>" in text
    assert outline_editing.carried_out(text, post(made.element, **asked)).text == text
    back = outline_editing.carried_out(text, post(made.element, **{"e-avbryter": "ja"})).text
    assert "cancelActivity" not in back


@pytest.mark.parametrize(
    ("element", "kind"), [("start_hembesok", "tid"), ("dela", "tid"), ("gor_besok", "fel"), ("gor_besok", "?")]
)
def test_what_cannot_happen_there_is_refused(element: str, kind: str) -> None:
    with pytest.raises(Impossible):
        outline_events.add_edge(hembesok(), element, kind, "")


def test_help_that_is_called_in_is_said_on_the_task() -> None:
    asked = {"e-eskalera-antal": "2", "e-eskalera-enhet": "D", "e-eskaleras": "enhetschef"}
    text = outline_editing.carried_out(hembesok(), post("gor_besok", **asked)).text
    told = elements(text)["gor_besok"].properties
    assert (told["eskalera_efter"], told["eskaleras_till"]) == ("P2D", "enhetschef")


@pytest.mark.parametrize(
    "wanted", [Repeat(TOGETHER, "planera_besok.tider", "tid"), Repeat(IN_TURN, "[1, 2]"), Repeat(WHILE, "true")]
)
def test_a_step_is_done_several_times_and_once_again(wanted: Repeat) -> None:
    text = outline_repeats.put(hembesok(), "gor_besok", wanted)
    holds(text)
    assert repeat(text, "gor_besok") == wanted
    assert outline_repeats.put(text, "gor_besok", wanted) == text
    other = Repeat(IN_TURN if wanted.kind != IN_TURN else WHILE, "annat", "rad" if wanted.kind != IN_TURN else "")
    assert repeat(outline_repeats.put(text, "gor_besok", other), "gor_besok") == other
    assert repeat(outline_repeats.put(text, "gor_besok", Repeat()), "gor_besok") == Repeat()


def test_what_else_a_repetition_says_stays() -> None:
    text = outline_repeats.put(hembesok(), "gor_besok", Repeat(TOGETHER, "a.b", "rad"))
    more = "<bpmn:completionCondition>x > 1</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>"
    text = text.replace("</bpmn:multiInstanceLoopCharacteristics>", more)
    changed = outline_repeats.put(text, "gor_besok", Repeat(IN_TURN, "a.c", "annan"))
    assert "x > 1" in changed
    counted = text.replace(
        "<bpmn:loopDataInputRef>a.b</bpmn:loopDataInputRef>", "<bpmn:loopCardinality>3</bpmn:loopCardinality>"
    )
    assert outline_repeats.put(counted, "gor_besok", Repeat(TOGETHER)) == counted


@pytest.mark.parametrize(
    "wanted", [Repeat(TOGETHER), Repeat(WHILE), Repeat("?", "a"), Repeat(TOGETHER, "a", "två ord")]
)
def test_a_repetition_that_says_too_little_is_refused(wanted: Repeat) -> None:
    with pytest.raises(Impossible):
        outline_repeats.put(hembesok(), "gor_besok", wanted)


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_a_step_that_is_saved_as_it_is_shown_is_not_rewritten(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tasks = [node for node in diagram.flow_nodes(diagram.parse(text.encode())) if diagram.local(node) in diagram.TASKS]
    tasks.sort(key=lambda node: outline_repeats.read(node) == Repeat())
    for node in tasks[:3]:
        assert outline_repeats.put(text, node.get("id", ""), outline_repeats.read(node)) == text


def test_a_part_has_steps_of_its_own_and_a_drawing_of_its_own() -> None:
    made = outline_events.add_part(hembesok(), "planera_besok", "Förbered hemma")
    holds(made.text)
    assert errors(made.text) == []
    found = elements(made.text)
    assert sorted(one.type for one in found.values() if one.scope == made.element) == [
        "endEvent",
        "startEvent",
        "userTask",
    ]
    assert f'bpmnElement="{made.element}"' in made.text.partition('BPMNDiagram id="forbered_hemma_bild"')[2]
    inner = next(one.id for one in found.values() if one.scope == made.element and one.type == "userTask")
    again = outline_editing.carried_out(
        made.text, {"steg": inner, "gor": "lagg-till", "ny-slag": "uppgift", "ny-namn": "Till"}
    )
    assert again.refused == ""
    holds(again.text)
    assert outline_events.add_part(made.text, "planera_besok", "Förbered hemma").element == "forbered_hemma_2"
