"""What is refused at publication: a diagram of each, and the element that the finding stands on."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bpmn.drawing import boundary, draw, event, handler, several, sub, task


@dataclass(frozen=True)
class Refused:
    """`row` is the element of the table, '' for what is a mistake within an element that runs."""

    row: str
    element: str
    body: str


def start(definition: str, **attributes: str) -> str:
    return draw("s1 > u1 > e1", extra=event("startEvent", "s1", definition, **attributes))


def middle(element: str) -> str:
    return draw("s > x > u1 > e1", extra=element)


def inside(tag: str, *paths: str, extra: str = "", attributes: str = "") -> str:
    return draw("s > sp > e1", extra=sub("sp", *paths, extra=extra, tag=tag, attributes=attributes))


def edge(definition: str, **attributes: str) -> str:
    event_at_edge = event("boundaryEvent", "b", definition, attachedToRef="u1", **attributes)
    return draw("s > u1 > e1", "b > e2", extra=task("u1") + event_at_edge)


def receiving(**attributes: str) -> str:
    return middle(task("x", kind="receiveTask", messageRef="m_info", **attributes))


BEGIN = "message borja"
BOTH = "message info | timer P1D"
TWICE = {"parallelMultiple": "true"}
CATCH = "intermediateCatchEvent"
COUNTED = "<loopCardinality>2</loopCardinality>"
EACH_THROWS = several(COUNTED).replace("Characteristics>", 'Characteristics behavior="One">', 1)
BEGINS = '<eventBasedGateway id="g1" instantiate="true"/>' + event(CATCH, "c", "message info")
UNDONE_BY = [handler(name, "compensate", f"{name}_s > u9{name}") for name in ("ha", "hb")]
IN_TURN = ' ordering="Sequential"'
COMPUTED = '<dataOutputAssociation id="d"><transformation/></dataOutputAssociation>'
ANOTHER = '</process><process id="annan" isExecutable="true">' + draw("s9 > e9")

CASES = [
    Refused("", "g1", draw("s > g1 > c > e1", extra=BEGINS)),
    Refused("", "c", draw("g1 > c > e1", extra=BEGINS.replace("message", "signal").replace("m_info", "sig"))),
    Refused("", "g1", draw("g1 > c > e1", extra=BEGINS.replace(' id="g1"', ' id="g1" eventGatewayType="Parallel"'))),
    Refused("", "x", receiving(instantiate="true")),
    Refused("dataStoreReference", "ds", draw("s > e1") + '<dataStoreReference id="ds"/>'),
    Refused("startEvent, timer", "s1", start("timer P1D")),
    Refused("startEvent, condition", "s1", start("condition x")),
    Refused("startEvent, multiple", "s1", start(BOTH)),
    Refused("startEvent, parallel multiple", "s1", start(BOTH, **TWICE)),
    Refused("process, executable beside another", "annan", draw("s > e1") + ANOTHER),
    Refused("choreographyTask", "x", draw("s > e1") + '<choreographyTask id="x"/>'),
    # mistakes within what runs
    Refused("", "s1", start("signal sig_har")),
    Refused("", "x", middle(event("intermediateThrowEvent", "x", "signal sig_ut"))),
    Refused(
        "",
        "s2",
        draw("s1 > u1 > e1", "s2 > u1", extra=event("startEvent", "s1", BEGIN) + event("startEvent", "s2", BEGIN)),
    ),
    Refused("", "s2", draw("s > u1 > e1", "s2 > u1")),
    Refused("", "u1", draw("s > g1 > u1 > e1")),
    Refused("", "f1_p1_u1", draw("s > p1 > [true] u1 > e1")),
    Refused("", "x", draw("s > p1 > u1 > x > e1", "p1 > u2 > x", extra='<complexGateway id="x"/>')),
    Refused("", "x", middle(event(CATCH, "x", ""))),
    Refused("", "x", middle(event(CATCH, "x", "signal"))),
    Refused("", "x", middle(event(CATCH, "x", "condition"))),
    Refused("", "x", middle(event(CATCH, "x", "timer P1D | timer P2D"))),
    Refused("", "e1", draw("s > e1", extra=event("endEvent", "e1", "error err | terminate"))),
    Refused("", "x", middle(event(CATCH, "x", "message info | link A"))),
    Refused("", "x", middle(event(CATCH, "x", "error err"))),
    Refused("", "x", draw("s > u1 > x", extra=event("intermediateThrowEvent", "x", "link A"))),
    Refused("", "x", draw("s > u1 > e1", "x > u2", extra=event(CATCH, "x", "link A"))),
    Refused("", "sp", inside("subProcess", "s2 > e2", "s3 > e3")),
    Refused("", "si", inside("subProcess", "si > e2", extra=event("startEvent", "si", "message info"))),
    Refused("", "h", draw("s > u1 > e1") + sub("h", "s2 > e2", attributes=' triggeredByEvent="true"')),
    Refused("", "h", draw("s > u1 > h > e1", extra=handler("h", "message info", "h_s > e2"))),
    Refused("", "h_s", draw("s > u1 > e1") + handler("h", "error err", "h_s > e2", quiet=True)),
    Refused("", "sp", inside("subProcess", "u1 > e2", extra="".join(UNDONE_BY))),
    Refused("", "sp2", inside("adHocSubProcess", "u1", "sp2", extra=sub("sp2", "u3"), attributes=IN_TURN)),
    Refused("", "sp", inside("adHocSubProcess", "x1")),
    Refused("", "s9", inside("adHocSubProcess", "s9 > u1")),
    Refused("", "t1", inside("adHocSubProcess", "t1", "u1")),
    Refused("", "avbryt", draw("s > avbryt", extra=event("endEvent", "avbryt", "cancel"))),
    Refused("", "b", edge("cancel")),
    Refused("", "sp", inside("transaction", "si > avbryt", extra=event("endEvent", "avbryt", "cancel"))),
    Refused("", "b", draw("s > u1 > e1", extra=task("u1") + boundary("b", "u1", "compensate"))),
    Refused("", "u2", draw("s > u1 > e1", extra=task("u2", isForCompensation="true"))),
    Refused("", "x", middle(task("x", startQuantity="0"))),
    Refused("", "x", middle(task("x", "<standardLoopCharacteristics/>"))),
    Refused("", "x", middle(task("x", '<standardLoopCharacteristics loopMaximum="0"/>'))),
    Refused("", "x", middle(task("x", several("")))),
    Refused("", "x", middle(task("x", EACH_THROWS))),
    Refused(
        "",
        "x",
        middle(task("x", COMPUTED)),
    ),
]
