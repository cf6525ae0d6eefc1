"""What may have happened before a step: along flows, round loops, beside, after boundary events, in sub-processes."""

from __future__ import annotations

import pytest

from tests.unit.engine_bpmn import chain, flow, process
from workflows import safe_xml, variables
from workflows.variables.order import Order

START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'


def tasks(*names: str) -> str:
    return "".join(f'<userTask id="{name}" name="{name}"/>' for name in names)


def gateway(kind: str, *names: str) -> str:
    return "".join(f'<{kind}Gateway id="{name}"/>' for name in names)


def event(kind: str, node: str, more: str = "") -> str:
    return f'<{kind} id="{node}" {more}><messageEventDefinition messageRef="m"/></{kind}>'


ROW = START + tasks("a", "b") + END + chain("s", "a", "b", "e")
LOOP = START + tasks("a", "b") + gateway("exclusive", "g") + END + chain("s", "a", "g", "b", "a") + flow("g", "e")
CHOICE = (
    START + tasks("a", "b", "c") + gateway("exclusive", "g", "h") + END
    + chain("s", "g", "a", "h", "c", "e") + chain("g", "b", "h")
)  # fmt: skip
FORK = CHOICE.replace("exclusiveGateway", "parallelGateway")
IMPLIED = START + tasks("a", "b", "c") + END + chain("s", "a", "b", "e") + chain("a", "c", "e")
STOPPED = START + tasks("a", "b", "c") + event("boundaryEvent", "x", 'attachedToRef="a"') + END + chain(
    "s", "a", "b", "e"
) + chain("x", "c", "e")  # fmt: skip
BESIDE = STOPPED.replace('attachedToRef="a"', 'attachedToRef="a" cancelActivity="false"')
INSIDE = (
    START + tasks("c") + END + chain("s", "u", "c", "e") + event("boundaryEvent", "x", 'attachedToRef="u"')
    + tasks("d") + chain("x", "d", "e")
    + '<subProcess id="u">' + '<startEvent id="us"/>' + tasks("a", "b") + chain("us", "a", "b") + "</subProcess>"
)  # fmt: skip
LISTENS = ROW + (
    '<subProcess id="h" triggeredByEvent="true">'
    + event("startEvent", "hs", 'isInterrupting="false"') + tasks("c") + chain("hs", "c") + "</subProcess>"
)  # fmt: skip
INTERRUPTS = LISTENS.replace(' isInterrupting="false"', "").replace('isInterrupting="false"', "")

CASES = [
    ("in a row", ROW, "b", {"a"}, {"b"}),
    ("in a row", ROW, "a", set(), {"a", "b"}),
    ("round a loop", LOOP, "a", {"a", "b"}, set()),
    ("after a choice", CHOICE, "c", {"a", "b"}, {"c"}),
    ("the other way of a choice", CHOICE, "a", set(), {"b", "c"}),
    ("the other branch of a fork", FORK, "a", {"b"}, {"c"}),
    ("after a join", FORK, "c", {"a", "b"}, {"c"}),
    ("several flows without a gateway", IMPLIED, "b", {"a", "c"}, set()),
    ("after an interrupted step", STOPPED, "c", set(), {"a", "b"}),
    ("beside a step that goes on", BESIDE, "c", {"a", "b"}, set()),
    ("beside what a boundary event began", BESIDE, "b", {"a", "c"}, set()),
    ("after a sub-process", INSIDE, "c", {"a", "b"}, {"d"}),
    ("after a sub-process that was interrupted", INSIDE, "d", {"a", "b"}, {"c"}),
    ("within a sub-process", INSIDE, "a", set(), {"b", "c", "d"}),
    ("beside an event sub-process", LISTENS, "a", {"c"}, {"b"}),
    ("in an event sub-process", LISTENS, "c", {"a", "b", "c"}, set()),
    ("before an interrupting event sub-process", INTERRUPTS, "b", {"a"}, {"c"}),
    ("in an interrupting event sub-process", INTERRUPTS, "c", {"a", "b"}, set()),
]


@pytest.mark.parametrize(("where", "body", "node", "may", "never"), CASES, ids=[f"{c[0]}: {c[2]}" for c in CASES])
def test_what_can_be_done_before_a_step(where: str, body: str, node: str, may: set[str], never: set[str]) -> None:
    order = Order([safe_xml.parse(process(body))])
    before = order.before(node)
    assert may <= before, where
    assert not never & before, where
    assert order.is_reached(node)


def test_a_step_that_no_flow_reaches_is_not_judged() -> None:
    root = safe_xml.parse(process(ROW + tasks("x") + flow("x", "x")))
    assert not Order([root]).is_reached("x")


def several(inside: str) -> list[str]:
    body = (
        START + '<scriptTask id="k"><script>{rader: [{namn: "A"}]}</script></scriptTask>'
        + '<scriptTask id="m"><multiInstanceLoopCharacteristics><loopDataInputRef>rader</loopDataInputRef>'
        + '<inputDataItem id="rad"/></multiInstanceLoopCharacteristics>'
        + f"<script>{inside}</script></scriptTask>" + END + chain("s", "k", "m", "e")
    )  # fmt: skip
    course = variables.Course({"p.bpmn": safe_xml.parse(process(body))}, config={"owner": "x"})
    return [item.message for item in variables.findings(course)]


def test_a_step_done_for_each_knows_its_element_and_no_other() -> None:
    assert several("{x: rad.namn, y: loopCounter + 1}") == []
    assert "Menade du ”namn”?" in "".join(several("{x: rad.nam}"))
    assert "Menade du ”rad”?" in "".join(several("{x: radd.namn}"))


def test_what_is_called_for_each_knows_the_element_too() -> None:
    def findings(text: str) -> list[str]:
        body = (
            START + '<scriptTask id="k"><script>{rader: [{namn: "A"}]}</script></scriptTask>'
            + '<callActivity id="m" calledElement="q"><multiInstanceLoopCharacteristics>'
            + '<loopDataInputRef>rader</loopDataInputRef><inputDataItem id="rad"/></multiInstanceLoopCharacteristics>'
            + "</callActivity>" + END + chain("s", "k", "m", "e")
        )  # fmt: skip
        called = f'<scriptTask id="i"><script>{text}</script></scriptTask>'
        diagrams = {"p.bpmn": process(body), "q.bpmn": process(called).replace(b'id="p"', b'id="q"')}
        course = variables.Course({name: safe_xml.parse(one) for name, one in diagrams.items()}, config={"owner": "x"})
        return [item.message for item in variables.findings(course)]

    assert findings("{x: rad.namn}") == []
    assert "Menade du ”namn”?" in "".join(findings("{x: rad.nam}"))
    assert "Menade du ”rad”?" in "".join(findings("{x: radd.namn}"))
