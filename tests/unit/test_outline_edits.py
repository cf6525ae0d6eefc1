"""Editing the diagram in words: what was not touched is byte for byte the same, and the drawing holds together."""

from __future__ import annotations

import difflib
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from lxml import etree

from workbench import outline_edits as edits
from workbench import outline_settings as steps
from workbench.diagram_work import Impossible
from workbench.outline_edits import DOWN, KINDS, NEW_END, NEW_STEP, UP
from workbench.outline_settings import Change, Told
from workbench.xml_text import Text
from workflows import diagram

ROOT = Path(__file__).resolve().parents[2]
DIAGRAMS = sorted([*ROOT.glob("bpmn/*/*.bpmn"), *ROOT.glob("tests/fixtures/**/*.bpmn")])
STRANGE = """<?xml version='1.0'  encoding="UTF-8"?>
<!-- kept -->
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"
   xmlns:other='http://other.example/' targetNamespace = "x">
  <b:process id="p" isExecutable="true"><b:startEvent id='s' other:colour="blå"/>
    <b:task id="a"   name="A &amp; B"><b:extensionElements><other:thing><![CDATA[ <x> ]]></other:thing>
    </b:extensionElements></b:task>
    <b:endEvent id="e"></b:endEvent>
    <b:sequenceFlow id="f1" sourceRef="s" targetRef="a"/><b:sequenceFlow id="f2" sourceRef="a" targetRef="e"/>
  </b:process>
</b:definitions>
<!-- and this -->"""


def lines(before: str, after: str) -> list[str]:
    """What is gone, line by line."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line[1:] for line in found if line.startswith("-") and not line.startswith("---")]


def holds(text: str) -> None:
    """Flows go between steps of one scope, steps tell their flows, what is drawn is there and whole."""
    root = diagram.parse(text.encode())
    ids = [node.get("id") for node in root.iter("{*}*") if node.get("id") and diagram.SPIFF not in str(node.tag)]
    assert len(ids) == len(set(ids))
    nodes = {node.get("id", ""): node for node in diagram.flow_nodes(root)}
    has_ends = root.find(f".//{diagram.tag('incoming')}") is not None
    for flow in root.iter(diagram.tag("sequenceFlow")):
        source, target = nodes[flow.get("sourceRef", "")], nodes[flow.get("targetRef", "")]
        assert source.getparent() is target.getparent() is flow.getparent()
        if has_ends:
            assert flow.get("id") in [node.text for node in source.findall(diagram.tag("outgoing"))]
            assert flow.get("id") in [node.text for node in target.findall(diagram.tag("incoming"))]
    flows = {flow.get("id") for flow in root.iter(diagram.tag("sequenceFlow"))}
    for node in nodes.values():
        ends = [end.text for name in ("incoming", "outgoing") for end in node.findall(diagram.tag(name))]
        assert set(ends) <= flows
        assert node.get("default") is None or node.get("default") in flows
    for lane in root.iter(diagram.tag("flowNodeRef")):
        assert lane.text in nodes
    drawn = [shape.get("bpmnElement") for shape in root.iter("{*}BPMNShape", "{*}BPMNEdge")]
    assert set(drawn) <= set(ids)
    assert len(drawn) == len(set(drawn))
    for edge in root.iter("{*}BPMNEdge"):
        assert len(edge.findall("{*}waypoint")) >= 2


def drawn(text: str) -> dict[str, tuple[float, ...]]:
    root = etree.fromstring(text.encode())
    return {
        shape.get("bpmnElement", ""): tuple(float(shape[0].get(name, "")) for name in ("x", "y", "width", "height"))
        for shape in root.iter("{*}BPMNShape")
    }


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def hembesok() -> str:
    return text_of(ROOT / "tests/fixtures/forlopp/hembesok/hembesok.bpmn")


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_a_file_that_is_read_and_written_is_the_same(path: Path) -> None:
    assert Text(text_of(path)).written() == text_of(path)


def test_only_what_is_changed_is_changed() -> None:
    after = steps.change(STRANGE, "a", Change(name='Ny "A" <1>', documentation="Först & sist"))
    assert lines(STRANGE, after) == [line for line in STRANGE.splitlines() if 'id="a"' in line]
    assert "<![CDATA[ <x> ]]>" in after
    assert after.endswith("<!-- and this -->")
    element = diagram.elements(diagram.parse(after.encode()))["a"]
    assert (element.name, element.documentation) == ('Ny "A" <1>', "Först & sist")


def test_a_step_is_put_in_and_taken_out_again_without_a_trace() -> None:
    made = edits.add_after(STRANGE, "s", "uppgift", "Ring först")
    holds(made.text)
    assert made.element == "ring_forst"
    assert 'other:colour="blå"' in made.text
    back = edits.remove(made.text, made.element)
    assert diagram.elements(diagram.parse(back.text.encode())).keys() == {"s", "a", "e"}


def test_every_kind_of_step_can_be_added_and_is_drawn_where_nothing_else_is() -> None:
    text = hembesok()
    for kind in KINDS:
        made = edits.add_after(text, "planera_besok", kind, f"Steg {kind}")
        holds(made.text)
        text, places = made.text, drawn(made.text)
        root = diagram.parse(text.encode())
        elements = diagram.elements(root)
        small = [places[key] for key, one in elements.items() if key in places and one.type not in diagram.SCOPES]
        small = [place for key, place in places.items() if key in elements and elements[key].type != "boundaryEvent"]
        for number, (x, y, width, height) in enumerate(small):
            for a, b, c, d in small[number + 1 :]:
                assert x >= a + c or a >= x + width or y >= b + d or b >= y + height
        assert made.element in places


def test_the_drawing_is_read_from_left_to_right_whatever_lanes_the_steps_are_in() -> None:
    text = hembesok()
    for name in ("Ett", "Två", "Tre"):
        made = edits.add_after(text, "planera_besok", "uppgift", name)
        text = steps.change(
            made.text, made.element, Change(profession="sjukskoterska" if name == "Två" else "samordnare")
        )
    text = edits.add_after(text, "planera_besok", "val", "Behövs det?").text
    places = drawn(text)
    row = ["planera_besok", "gw_behovs_det", "tre", "tva", "ett"]
    for one, other in itertools.pairwise(row):
        assert places[one][0] + places[one][2] < places[other][0]
    assert places["nytt_steg"][0] + places["nytt_steg"][2] < places["tre"][0]


def test_steps_in_a_row_change_places_and_back() -> None:
    text = edits.add_after(hembesok(), "planera_besok", "uppgift", "Ett").text
    text = edits.add_after(text, "ett", "uppgift", "Två").text
    up = edits.move(text, "tva", UP).text
    holds(up)
    root = diagram.parse(up.encode())
    ways = {(flow.get("sourceRef"), flow.get("targetRef")) for flow in root.iter(diagram.tag("sequenceFlow"))}
    assert ("planera_besok", "tva") in ways
    assert ("tva", "ett") in ways
    assert drawn(up)["tva"][0] < drawn(up)["ett"][0]
    down = edits.move(up, "tva", DOWN).text
    assert drawn(down)["tva"] == drawn(text)["tva"]


def test_a_choice_has_two_ways_a_default_and_can_get_more() -> None:
    made = edits.add_after(hembesok(), "planera_besok", "val", "Behövs tolk?")
    assert made.element == "gw_behovs_tolk"
    more = edits.add_way(made.text, made.element, "Vet inte", NEW_END)
    holds(more.text)
    again = edits.add_way(more.text, made.element, "Fråga", NEW_STEP)
    holds(again.text)
    back = edits.add_way(again.text, made.element, "Om igen", "planera_besok")
    holds(back.text)
    root = diagram.parse(back.text.encode())
    ways = [flow for flow in root.iter(diagram.tag("sequenceFlow")) if flow.get("sourceRef") == made.element]
    assert [flow.get("name") for flow in ways] == ["Nej", "Ja", "Vet inte", "Fråga", "Om igen"]
    told = [
        Told(flow=str(way.get("id")), name=f"V{at}", condition="1 < 2", is_default=at == 1)
        for at, way in enumerate(ways)
    ]
    text = steps.change_ways(back.text, made.element, told)
    holds(text)
    root = diagram.parse(text.encode())
    gateway = next(node for node in diagram.flow_nodes(root) if node.get("id") == made.element)
    assert gateway.get("default") == ways[1].get("id")
    conditions = [node.text for node in root.iter(diagram.tag("conditionExpression")) if node.text == "1 < 2"]
    assert len(conditions) == 4
    fewer = edits.remove_way(text, made.element, str(ways[2].get("id")))
    holds(fewer.text)
    assert "slut" not in diagram.elements(diagram.parse(fewer.text.encode()))


def test_the_settings_of_a_step_are_written_where_the_editor_writes_them() -> None:
    text = steps.change(hembesok(), "planera_besok", Change(properties={"forfaller": "P2D", "formKey": ""}))
    element = diagram.elements(diagram.parse(text.encode()))["planera_besok"]
    assert element.properties["forfaller"] == "P2D"
    text = steps.change(text, "planera_besok", Change(properties={"forfaller": ""}))
    assert "forfaller" not in diagram.elements(diagram.parse(text.encode()))["planera_besok"].properties
    made = edits.add_after(STRANGE, "s", "system", "Skicka")
    text = steps.change(made.text, "skicka", Change(operation="notis.send", params={"text": '"hej"', "till": ""}))
    node = next(node for node in diagram.flow_nodes(diagram.parse(text.encode())) if node.get("id") == "skicka")
    operator = node.find(".//spiff:serviceTaskOperator", diagram.NAMESPACES)
    assert operator is not None
    assert operator.get("id") == "notis.send"
    assert [(one.get("id"), one.get("value")) for one in operator.iter(f"{{{diagram.SPIFF}}}parameter")] == [
        ("text", '"hej"')
    ]


def test_a_time_a_message_and_a_table_are_chosen_and_chosen_again() -> None:
    made = edits.add_after(STRANGE, "s", "tid", "Vänta")
    for time in (("timeDuration", "P3D"), ("timeDate", "2026-12-01T08:00"), ("timeCycle", "R3/P1D")):
        text = steps.change(made.text, made.element, Change(time=time))
        assert f"<b:{time[0]}>{time[1]}</b:{time[0]}>" in text
    made = edits.add_after(STRANGE, "s", "meddelande", "Besked")
    text = steps.change(made.text, made.element, Change(message="besked_fran_lab"))
    text = steps.change(text, made.element, Change(message="annat"))
    text = steps.change(text, made.element, Change(message="besked_fran_lab"))
    assert text.count('name="besked_fran_lab"') == 1
    assert diagram.elements(diagram.parse(text.encode()))[made.element].message == "besked_fran_lab"
    made = edits.add_after(STRANGE, "s", "beslut", "Avgör")
    text = steps.change(
        steps.change(made.text, made.element, Change(decision="t1")), made.element, Change(decision="t2")
    )
    assert text.count("<spiffworkflow:calledDecisionId") == 1


def test_another_profession_is_another_lane_or_a_word_on_the_step() -> None:
    text = steps.change(hembesok(), "planera_besok", Change(profession="sjukskoterska"))
    holds(text)
    assert diagram.elements(diagram.parse(text.encode()))["planera_besok"].lane == "sjukskoterska"
    text = steps.change(text, "planera_besok", Change(profession="arbetsterapeut"))
    assert diagram.elements(diagram.parse(text.encode()))["planera_besok"].lane == "arbetsterapeut"
    text = steps.change(text, "planera_besok", Change(profession="samordnare"))
    holds(text)
    assert diagram.elements(diagram.parse(text.encode()))["planera_besok"].lane == "samordnare"


TWO_PLANES = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"
 xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI">
 <process id="p"><startEvent id="s"/><subProcess id="sub"><task id="inner"/></subProcess><endEvent id="e"/>
 <sequenceFlow id="f1" sourceRef="s" targetRef="sub"/><sequenceFlow id="f2" sourceRef="sub" targetRef="e"/></process>
 <di:BPMNDiagram id="d1"><di:BPMNPlane id="p1" bpmnElement="p"><di:BPMNShape bpmnElement="sub"/></di:BPMNPlane>
 </di:BPMNDiagram><di:BPMNDiagram id="d2"><di:BPMNPlane id="p2" bpmnElement="sub">
 <di:BPMNShape bpmnElement="inner"/></di:BPMNPlane></di:BPMNDiagram></definitions>"""
OWN_PREFIXES = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"><process id="p">
 <n:task xmlns:n="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns="" id="a"/><endEvent id="e"/>
 <sequenceFlow id="f" sourceRef="a" targetRef="e"/></process></definitions>"""


def test_what_is_gone_is_drawn_in_no_plane() -> None:
    after = edits.remove(TWO_PLANES, "sub").text
    holds(after)
    assert 'id="d2"' not in after
    assert 'id="d1"' in after


@pytest.mark.parametrize("kind", KINDS)
def test_a_tool_that_declares_its_prefixes_anew_everywhere_is_no_hindrance(kind: str) -> None:
    made = edits.add_after(OWN_PREFIXES, "a", kind, "Nytt")
    holds(made.text)
    holds(steps.change(made.text, "a", Change(name="B", documentation="Text")))


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda: edits.remove(STRANGE, "s"), "Starten behövs"),
        (lambda: edits.remove(STRANGE, "e"), "leda någonstans"),
        (lambda: edits.move(STRANGE, "a", UP), "flyttas i diagrammet"),
        (lambda: edits.move(STRANGE, "e", DOWN), "inte ett steg i rad"),
        (lambda: edits.add_after(STRANGE, "e", "uppgift", "x"), "inget mer"),
        (lambda: edits.add_after(STRANGE, "borta", "uppgift", "x"), "finns inte längre"),
        (lambda: edits.add_way(STRANGE, "a", "x", NEW_END), "flera vägar"),
    ],
)
def test_what_cannot_be_done_is_told(edit: object, told: str) -> None:
    with pytest.raises(Impossible, match=told):
        edit()  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(some.sampled_from(DIAGRAMS), some.lists(some.tuples(some.integers(0, 7), some.integers(0, 200)), max_size=6))
def test_whatever_is_done_the_drawing_holds_together(path: Path, acts: list[tuple[int, int]]) -> None:
    text = text_of(path)
    for act, number in acts:
        ids = sorted(diagram.elements(diagram.parse(text.encode())))
        element = ids[number % len(ids)]
        try:
            text = done(text, element, act, number)
        except Impossible:
            continue
        holds(text)


def done(text: str, element: str, act: int, number: int) -> str:
    kinds = list(KINDS)
    if act < 2:
        return edits.add_after(text, element, kinds[number % len(kinds)], f"Nytt {number}").text
    if act == 2:
        return edits.remove(text, element).text
    if act in {3, 4}:
        return edits.move(text, element, UP if act == 3 else DOWN).text
    if act == 5:
        return edits.add_way(text, element, "Väg", NEW_STEP if number % 2 else NEW_END).text
    if act == 6:
        return steps.change(
            text, element, Change(name="Annat", profession="samordnare", properties={"forfaller": "P1D"})
        )
    flows = [flow.get("id") for flow in diagram.parse(text.encode()).iter(diagram.tag("sequenceFlow"))]
    return edits.remove_way(text, element, str(flows[number % len(flows)]) if flows else "").text
