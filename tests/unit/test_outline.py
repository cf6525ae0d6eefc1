"""The diagram in words: each element once, each flow told, whatever has been drawn; and how it reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from lxml import etree

from tests.bpmn.drawing import Case
from tests.bpmn.game_drawing import Drawing
from tests.bpmn.table import CASES
from tests.bpmn.token_game import BLOCKS, Block
from tests.unit.engine_bpmn import process
from workflows import diagram, outline
from workflows.forms.shapes import Choice, Field, Form
from workflows.outline import Around, Outline, Step, Turn, times
from workflows.outline.arranging import DEEPEST, Edge, Item, arranged
from workflows.outline.conditions import Known, said

ROOT = Path(__file__).resolve().parents[2]
DIAGRAMS = sorted([*ROOT.glob("bpmn/*/*.bpmn"), *ROOT.glob("tests/fixtures/**/*.bpmn")])
AROUND = Around(professions={"samordnare": "Samordnare"})


def told(body: str, around: Around = AROUND) -> Outline:
    return outline.told(diagram.parse(process(body)), around)


def turns(step: Step) -> list[Turn]:
    return [*step.edges, *step.ways]


def everything_is_told(root: etree._Element, found: Outline) -> None:
    """The promise: elements exactly once; flows exactly once; references only to what is told."""
    steps = list(found.walk())
    ids = [step.id for step in steps]
    assert sorted(ids) == sorted(diagram.elements(root))
    flows = [turn.flow for step in steps for turn in turns(step) if turn.flow]
    flows += [fact.label for fact in found.loose]
    assert sorted(flows) == sorted(node.get("id", "") for node in root.iter(diagram.tag("sequenceFlow")))
    numbers = [step.number for step in steps if step.number]
    assert len(numbers) == len(set(numbers)) or len(found.sections) > 1
    by_id = {step.id: step for step in steps}
    for reference in (turn.to for step in steps for turn in turns(step) if turn.to is not None):
        assert reference.number == by_id[reference.id].number
    what_follows_without_a_word_is_where_the_flow_goes(root, found)


def what_follows_without_a_word_is_where_the_flow_goes(root: etree._Element, found: Outline) -> None:
    targets = {node.get("id", ""): node.get("targetRef", "") for node in root.iter(diagram.tag("sequenceFlow"))}
    lists = [each for step in found.walk() for turn in turns(step) for each in (turn.steps,)]
    lists += [step.inside.steps for step in found.walk() if step.inside is not None]
    lists += [section.part.steps for section in found.sections]
    for steps in lists:
        for number, step in enumerate(steps):
            if step.is_quiet and step.ways[0].flow:
                assert steps[number + 1].id == targets[step.ways[0].flow]
    for step in found.walk():
        for turn in turns(step):
            if turn.steps and turn.flow:
                assert turn.steps[0].id == targets[turn.flow]


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_every_diagram_of_ours_is_told_whole(path: Path) -> None:
    root = diagram.parse(path.read_bytes())
    everything_is_told(root, outline.told(root, AROUND))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_diagram_of_the_corpus_is_told_whole(case: Case) -> None:
    root = diagram.parse(process(case.body))
    everything_is_told(root, outline.told(root, AROUND))


@settings(max_examples=80, deadline=None)
@given(BLOCKS)
def test_every_structured_process_is_told_whole(block: Block) -> None:
    root = diagram.parse(process(Drawing().process(block)))
    everything_is_told(root, outline.told(root, AROUND))


KINDS = some.sampled_from(["userTask", "exclusiveGateway", "parallelGateway", "startEvent", "endEvent", "subProcess"])


@settings(max_examples=150, deadline=None)
@given(
    some.lists(KINDS, min_size=1, max_size=14),
    some.lists(some.tuples(some.integers(0, 15), some.integers(0, 15)), max_size=30),
)
def test_any_graph_is_told_whole(kinds: list[str], pairs: list[tuple[int, int]]) -> None:
    nodes = "".join(f'<{kind} id="n{at}"/>' for at, kind in enumerate(kinds))
    flows = "".join(
        f'<sequenceFlow id="f{at}" sourceRef="n{source}" targetRef="n{target}"/>'
        for at, (source, target) in enumerate(pairs)
    )
    root = diagram.parse(process(nodes + flows))
    everything_is_told(root, outline.told(root, AROUND))


def test_a_long_chain_of_choices_is_neither_deep_nor_slow() -> None:
    size = 3000
    keys = [str(at) for at in range(2 * size)]
    edges = [Edge(source=str(at), target=str(at + 1)) for at in range(size - 1)]
    edges += [Edge(source=str(at), target=str(size + at)) for at in range(size)]
    found = arranged(keys, edges, ["0"])

    def depth(items: list[Item]) -> int:
        return 1 + max((depth(way.items) for item in items for way in item.ways if way.items), default=0)

    assert depth(found) <= DEEPEST + 1


TASK = (
    '<userTask id="{0}" name="{1}"><extensionElements><spiffworkflow:properties>'
    '<spiffworkflow:property name="tilldelad_roll" value="samordnare"/>'
    '<spiffworkflow:property name="forfaller" value="PT4H"/></spiffworkflow:properties></extensionElements></userTask>'
)
FLOW = '<sequenceFlow id="{0}_{1}" name="{2}" sourceRef="{0}" targetRef="{1}"/>'


def one(found: Outline, key: str) -> Step:
    return next(step for step in found.walk() if step.id == key)


def test_it_reads_as_a_routine_does() -> None:
    found = told(
        '<startEvent id="s"/>'
        + TASK.format("a", "Ring")
        + '<exclusiveGateway id="g" name="Svarar hen?" default="g_e"/>'
        + TASK.format("b", "Åk dit")
        + '<endEvent id="e" name="Klart"/>'
        + FLOW.format("s", "a", "")
        + FLOW.format("a", "g", "")
        + FLOW.format("g", "e", "Ja")
        + '<sequenceFlow id="g_b" name="Nej" sourceRef="g" targetRef="b"><conditionExpression>a.svarar = "nej"'
        "</conditionExpression></sequenceFlow>"
        + FLOW.format("b", "a", "")
        + '<boundaryEvent id="sent" attachedToRef="b"><timerEventDefinition><timeDuration>P2D</timeDuration>'
        "</timerEventDefinition></boundaryEvent>" + FLOW.format("sent", "e", ""),
        Around(
            professions={"samordnare": "Samordnare"},
            forms={
                "a": Form(
                    "Ring",
                    fields=(Field("svarar", "enum", "Svarar personen?", choices=(Choice("nej", "Nej, ingen"),)),),
                )
            },
        ),
    )
    ring = one(found, "a")
    assert (ring.number, ring.kind, ring.who, ring.title) == ("1", "Uppgift", "Samordnare", "Ring")
    assert [(fact.label, fact.text) for fact in ring.facts] == [("Ska vara klart", "inom 4 timmar")]
    assert ring.form is not None
    choice = one(found, "g")
    assert (choice.kind, choice.title) == ("Val", "Svarar hen?")
    assert {turn.said for turn in choice.ways} == {"Annars (Ja)", "Nej, om ”Svarar personen?” är ”Nej, ingen”"}
    again = one(found, "b").ways[0].to
    assert again is not None
    assert (again.number, again.is_back) == ("1", True)
    assert one(found, "sent").title == "Om det inte är gjort inom 2 dagar (steget avbryts)"
    assert one(found, "sent").number == ""


def test_parallel_parts_are_told_side_by_side_and_joined_after() -> None:
    found = told(
        '<startEvent id="s"/><parallelGateway id="d"/><task id="a" name="A"/><task id="b" name="B"/>'
        '<parallelGateway id="m"/><endEvent id="e"/>'
        + "".join(FLOW.format(*pair, "") for pair in ("sd", "da", "db", "am", "bm", "me"))
    )
    split = one(found, "d")
    assert split.lead == "Samtidigt:"
    assert [[step.id for step in turn.steps] for turn in split.ways] == [["a"], ["b"]]
    assert one(found, "m").title == "Här inväntas alla vägar hit"
    assert [step.id for step in found.sections[0].part.steps] == ["s", "d", "m", "e"]


def test_what_other_tools_have_drawn_wrongly_is_told_too() -> None:
    found = told('<task id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="nowhere"/><task id="b"/>')
    assert [fact.text for fact in found.loose] == ["a → nowhere"]
    assert [step.title for step in found.walk()] == ["Steg utan namn", "Steg utan namn"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P2D", "2 dagar"),
        ("PT4H", "4 timmar"),
        ("PT1H30M", "1 timme och 30 minuter"),
        ("P1M", "1 månad"),
        ("PT72H", "3 dagar"),
        ("P1W", "7 dagar"),
        ("arbetsdagar_efter(now(), 3)", "3 arbetsdagar"),
        ("hemgang.planerad", ""),
    ],
)
def test_how_long_is_told_in_words(text: str, words: str) -> None:
    assert times.span(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("R3/P4D", "var 4:e dag, 3 gånger"),
        ("R/P2D", "var 2:a dag"),
        ("R/PT1H", "varje timme"),
        ("R/P1M", "varje månad"),
        ("R2/2026-01-01T08:00/P1Y", "varje år, 2 gånger, första gången 1 januari 2026 08:00"),
    ],
)
def test_how_often_is_told_in_words(text: str, words: str) -> None:
    assert times.cycle(text) == words


QUESTIONS = {
    "a.plats": Field("plats", "enum", "Var?", choices=(Choice("hem", "Hemma"), Choice("borta", "Borta"))),
    "a.antal": Field("antal", "int", "Hur många?"),
    "a.bor": Field("bor", "bool", "Bor ensam?"),
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a.plats = "hem"', "”Var?” är ”Hemma”"),
        ('a.plats in ("hem", "borta")', "”Var?” är ”Hemma” eller ”Borta”"),
        ("a.antal >= 3 and a.bor", "”Hur många?” är minst 3 och ”Bor ensam?” är ja"),
        ("a.bor = false", "”Bor ensam?” är nej"),
        ("a.plats != null", "”Var?” finns"),
        ("not(a.bor)", "”Bor ensam?” är nej"),
        ('t = "akut"', "beslutet ”Hur bråttom?” är ”akut”"),
        ("brev != null", "meddelandet ”brev” har kommit"),
        ("brev = null and a.bor", "meddelandet ”brev” har inte kommit och ”Bor ensam?” är ja"),
        ("okand > 3", ""),
        ("a.antal + 1 > 3", ""),
        ("a.bor and (a.antal > 1 or a.antal < 0)", ""),
        ("inte feel (", ""),
    ],
)
def test_a_condition_is_a_sentence_where_it_can_be(text: str, words: str) -> None:
    known = Known(questions=QUESTIONS, decisions={"t": "Hur bråttom?"}, messages=frozenset({"brev"}))
    assert said(text, known) == words


def test_no_english_word_of_bpmn_is_told() -> None:
    for path in DIAGRAMS:
        for step in outline.told(diagram.parse(path.read_bytes()), AROUND).walk():
            assert not re.search(r"(Task|Event|Gateway|subProcess)$", step.kind)
