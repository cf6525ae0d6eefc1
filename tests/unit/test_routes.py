"""Why a task has come, and what comes after it, as a diagram and what has just happened tell it."""

from __future__ import annotations

from functools import cache

from lxml import etree

from tests.unit.engine_bpmn import chain, flow, process
from workflows import diagram
from workflows.routes import Routes, because

NAMED = (
    '<startEvent id="s"/><userTask id="planera" name="Planera hemgång"/>'
    '<exclusiveGateway id="g" name="Behövs hembesök?" default="g_e"/><userTask id="besok" name="Gör hembesök"/>'
    '<parallelGateway id="dela"/><userTask id="ring" name="Ring"/><exclusiveGateway id="mot"/>'
    '<subProcess id="fas" name="Hemma"><startEvent id="fs"/><userTask id="inne" name="Möt upp"/>'
    '<exclusiveGateway id="fg" name="Bra?" default="fg_fe"/><userTask id="lakare" name="Ring läkare"/>'
    '<endEvent id="fe"/>'
    + chain("fs", "inne", "fg", "fe")
    + flow("fg", "lakare", "inne.bra = false").replace('id="fg_lakare"', 'id="fg_lakare" name="Nej"')
    + chain("lakare", "fe")
    + '</subProcess><intermediateCatchEvent id="vanta" name="Besked"><messageEventDefinition messageRef="m_info"/>'
    '</intermediateCatchEvent><userTask id="sist" name="Avsluta"/><endEvent id="e"/>'
    + chain("s", "planera", "g")
    + flow("g", "besok", 'planera.behov = "ja"').replace('id="g_besok"', 'id="g_besok" name="Ja"')
    + flow("g", "e").replace('id="g_e"', 'id="g_e" name="Nej"')
    + chain("besok", "dela", "ring", "mot", "fas", "vanta", "sist", "e")
    + '<boundaryEvent id="sent" name="Två timmar" attachedToRef="besok" cancelActivity="false"><timerEventDefinition>'
    "<timeDuration>PT2H</timeDuration></timerEventDefinition></boundaryEvent>" + chain("sent", "ring")
)
AT = "27 november 2026 14:10"


@cache
def routes() -> Routes:
    root = etree.fromstring(process(NAMED))
    return Routes.of(diagram.elements(root), [root])


def said(element_id: str, *happened: str, by: str = "Lena Berg") -> str:
    return because(routes().cause(element_id, happened), at=AT, by_name=by)


def told(element_id: str) -> list[tuple[str, str, list[str], str]]:
    return [
        (one.kind, one.name, [f"{item.question} {item.answer}" for item in one.decisions], one.awaits)
        for one in routes().after(element_id)
    ]


def test_a_task_has_come_of_what_was_done_and_what_was_answered() -> None:
    assert said("besok", "planera", "g") == (
        f"Därför att ”Planera hemgång” blev klar {AT} (Lena Berg) och svaret på ”Behövs hembesök?” blev ”Ja”."
    )


def test_a_task_has_come_of_time_or_a_message_or_the_beginning() -> None:
    assert said("ring", "sent", by="") == f"Därför att tiden för ”Två timmar” gick ut {AT}."
    assert said("sist", "vanta", by="") == f"Därför att meddelandet ”Besked” kom {AT}."
    assert said("planera", "s") == f"Därför att ärendet startade {AT} (Lena Berg)."


def test_into_a_phase_it_is_told_what_led_there() -> None:
    assert said("inne", "ring", "mot", "fs") == f"Därför att ”Ring” blev klar {AT} (Lena Berg)."


def test_what_was_let_be_is_not_said_to_be_done() -> None:
    assert said("besok", "g") == (
        f"Därför att ärendet gick vidare från ”Planera hemgång” {AT} (Lena Berg) "
        "och svaret på ”Behövs hembesök?” blev ”Ja”."
    )


def test_what_comes_after_depends_on_answers_or_not() -> None:
    assert told("planera") == [
        ("does", "Gör hembesök", ["Behövs hembesök? Ja"], ""),
        ("ends", "", ["Behövs hembesök? Nej"], ""),
    ]
    assert told("besok") == [("does", "Ring", [], "")]
    assert told("ring") == [("does", "Möt upp", [], "")]
    assert told("inne") == [("waits", "Besked", [], "Hemma"), ("does", "Ring läkare", ["Bra? Nej"], "")]
    assert told("lakare") == [("waits", "Besked", [], "Hemma")]
    assert told("sist") == [("ends", "", [], "")]


def test_a_way_that_goes_round_is_told_once() -> None:
    body = '<startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>'
    root = etree.fromstring(process(body + chain("s", "a", "g", "e") + flow("g", "a", "a.igen = true")))
    found = Routes.of(diagram.elements(root), [root])
    assert [one.kind for one in found.after("a")] == ["ends"]
    assert found.cause("a", ["a", "g"]).element == found.elements["a"]


PART = (
    '<startEvent id="ds"/><userTask id="erbjud" name="Erbjud tid"/><userTask id="genomfor" name="Genomför"/>'
    '<endEvent id="de"/>' + chain("ds", "erbjud", "genomfor", "de")
)
CALLING = (
    '<startEvent id="s"/><userTask id="planera" name="Planera"/><exclusiveGateway id="g" name="Behövs SIP?" '
    'default="g_e"/><callActivity id="gor_sip" name="SIP" calledElement="del"/><endEvent id="e"/>'
    + chain("s", "planera", "g")
    + flow("g", "gor_sip", "planera.sip = true").replace('id="g_gor_sip"', 'id="g_gor_sip" name="Ja"')
    + flow("g", "e").replace('id="g_e"', 'id="g_e" name="Nej"')
    + chain("gor_sip", "e")
)


@cache
def with_a_part() -> Routes:
    files = [process(CALLING), process(PART).replace(b'id="p"', b'id="del"')]
    roots = [etree.fromstring(text) for text in files]
    return Routes.of(diagram.elements(roots[0]) | diagram.elements(roots[1]), roots)


def test_the_first_task_of_a_part_has_come_of_what_led_to_the_part() -> None:
    cause = with_a_part().cause("erbjud", ["planera", "g", "ds"], ["gor_sip"])
    assert with_a_part().part_of(cause, ["gor_sip"]) is None
    assert because(cause, at=AT, by_name="Lena Berg") == (
        f"Därför att ”Planera” blev klar {AT} (Lena Berg) och svaret på ”Behövs SIP?” blev ”Ja”."
    )


def test_what_happened_in_a_part_is_in_the_part_that_something_led_to() -> None:
    cause = with_a_part().cause("genomfor", ["erbjud"], ["gor_sip"])
    assert with_a_part().part_of(cause, ["gor_sip"]) == 0
    assert with_a_part().starts_of("gor_sip") == ["ds"]
    led = with_a_part().cause("gor_sip", ["planera", "g", "ds"])
    assert because(led, at=AT, by_name="", part=with_a_part().elements["gor_sip"]) == (
        f"Delen ”SIP” började därför att ”Planera” blev klar {AT} och svaret på ”Behövs SIP?” blev ”Ja”."
    )
