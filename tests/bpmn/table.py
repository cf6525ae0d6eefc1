"""The conformance table docs/bpmn.md, made of the corpus: `python -m tests.bpmn` writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from tests.bpmn import activities, catching, data, events, gateways, multiple, refused, starts, together, transactions
from tests.bpmn.drawing import Case
from tests.unit.engine_bpmn import process
from workflows import diagram, lint
from workflows.diagram import local
from workflows.engine.event_definitions import definitions
from workflows.findings import Finding

FILE = Path(__file__).resolve().parents[2] / "docs" / "bpmn.md"
MODULES = (activities, gateways, events, starts, catching, transactions, data, multiple, together)
CASES: list[Case] = [case for module in MODULES for case in module.CASES]

CATCHING = ("event sub-process, interrupting", "event sub-process, non-interrupting", "intermediateCatchEvent")
EDGES = ("boundaryEvent, interrupting", "boundaryEvent, non-interrupting")
THROWING = ("intermediateThrowEvent", "endEvent")
# What BPMN 2.0 lets stand where (its table 10.93).
PLACES = {
    "none": ("startEvent", *THROWING),
    "message": ("startEvent", *CATCHING, *EDGES, *THROWING),
    "timer": (*CATCHING, *EDGES),
    "condition": (*CATCHING, *EDGES),
    "signal": ("startEvent", *CATCHING, *EDGES, *THROWING),
    "multiple": (*CATCHING, *EDGES, *THROWING),
    "parallel multiple": (*CATCHING, *EDGES),
    "escalation": (*CATCHING[:2], *EDGES, *THROWING),
    "error": (CATCHING[0], EDGES[0], "endEvent"),
    "link": (CATCHING[2], "intermediateThrowEvent"),
    "compensation": (CATCHING[0], EDGES[0], *THROWING),
    "cancel": (EDGES[0], "endEvent"),
    "terminate": ("endEvent",),
}
LIMITS = {
    "scriptTask": "the script is FEEL: a context, or an expression and `resultat`",
    "serviceTask": "asks for an operation by name; the call is made after commit and its answer comes later",
    "businessRuleTask": "the decision is a DMN table of the folder",
    "sendTask": "the message goes to other ärenden by its key, and is not waited for",
    "callActivity": "a process of the folder or of `_shared`; shares the variables, or has `ioSpecification`; 60 deep",
    "adHocSubProcess": "what no flow leads to is offered, one of each, and begins with a person",
    "standardLoopCharacteristics": "needs a condition or a maximum; sees `loopCounter`",
    "multiInstanceLoopCharacteristics, parallel": "at most 1 000; throws no events of its own (`behavior`)",
    "multiInstanceLoopCharacteristics, sequential": "at most 1 000; throws no events of its own (`behavior`)",
    "parallelGateway": "waits for ever for a flow that cannot come, as BPMN says; the ärende then gets a stopp",
    "eventBasedGateway, instantiating": "the first message begins the ärende; messages only",
    "complexGateway": "`activationCount`, the flows by id and `waitingForStart` are known in its conditions",
    "compensation": "with the variables as they are then; what is local, an instance's or a data object, as it was",
    "signal, startEvent": "for the person whom the signal is about; sent by hand it needs chosen persons",
    "signal": "reaches the ärende, the person's or everyone's, as `galler` on the signal says; brought after commit",
    "error, endEvent": "an error that nobody takes ends the ärende",
    "timer": "ISO 8601 or FEEL; days and longer are Swedish calendar time; an endless cycle at most once a minute",
    "dataObject": "what the activity gives is put there, whole or computed",
    "lane": "the innermost lane is the profession",
    "process": "one executable pool in a folder; the others are closed or talked with by messages",
}
TASKS = (
    *("task", "userTask", "manualTask", "scriptTask", "serviceTask", "businessRuleTask", "sendTask", "receiveTask"),
    "receiveTask, instantiating",
    *("callActivity", "subProcess", "transaction", "adHocSubProcess", "standardLoopCharacteristics"),
    *("multiInstanceLoopCharacteristics, parallel", "multiInstanceLoopCharacteristics, sequential"),
)
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway")
BEGINNING = ("eventBasedGateway, instantiating",)
OTHER = ("sequenceFlow", "sequenceFlow, conditional", "sequenceFlow, default", "dataObject", "lane", "process")
GROUPS = {
    "Activities": TASKS,
    "Gateways": GATEWAYS + BEGINNING,
    "Events": tuple(f"{kind}, {place}" for kind, places in PLACES.items() for place in places),
    "Flows, data and who": OTHER,
}
HEAD = """# What runs of BPMN 2.0

Made of the tests: `python -m tests.bpmn` writes this page, and a test fails when it is not so. Every line that
runs is backed by diagrams with the traces BPMN says they have (`tests/bpmn`), each played stored and loaded between
all steps, and kept in memory. What is refused is refused at publication, on its element, with the text given here.
Random diagrams are played against a small token game of their own in `tests/unit/test_engine_random.py`.
How to draw what care needs is told in [bpmn/README.md](../bpmn/README.md).
"""


def root_of(body: str) -> etree._Element:
    return diagram.parse(process(body))


def elements(root: etree._Element) -> Iterator[str]:
    """What of the table a diagram has."""
    for node in root.iter():
        if diagram.is_bpmn(node):
            yield from _rows(node)


def _rows(node: etree._Element) -> Iterator[str]:
    name = local(node)
    if name in diagram.EVENTS:
        yield f"{_kind(node)}, {_place(node)}"
    elif name == "multiInstanceLoopCharacteristics":
        yield f"{name}, {'sequential' if node.get('isSequential') == 'true' else 'parallel'}"
    elif name == "sequenceFlow":
        yield name
        if len(node):
            yield "sequenceFlow, conditional"
    else:
        yield name
        if node.get("instantiate") == "true":
            yield f"{name}, instantiating"
        if node.get("default"):
            yield "sequenceFlow, default"


def _kind(node: etree._Element) -> str:
    found = [local(item).removesuffix("EventDefinition") for item in definitions(node)] or ["none"]
    if len(found) > 1:
        return "parallel multiple" if node.get("parallelMultiple") == "true" else "multiple"
    return {"conditional": "condition", "compensate": "compensation"}.get(found[0], found[0])


def _place(node: etree._Element) -> str:
    name, scope = local(node), node.getparent()
    if name == "boundaryEvent":
        return EDGES[node.get("cancelActivity") == "false"]
    if name == "startEvent" and scope is not None and scope.get("triggeredByEvent") == "true":
        return CATCHING[node.get("isInterrupting") == "false"]
    return name


def findings(body: str) -> list[Finding]:
    """What a process owner is told of a diagram."""
    context = lint.Context({}, set(), set(), {"p", "q"}, operations={}, is_folder=False)
    return lint.diagram_findings(root_of(body), "p.bpmn", context)


def backing() -> Counter[str]:
    """How many played diagrams each element has."""
    return Counter(row for case in CASES for row in set(elements(root_of(case.body))))


def text() -> str:
    count = backing()
    parts = [HEAD]
    for group, rows in GROUPS.items():
        parts += [f"\n## {group}\n", "| element | | limit | diagrams |", "| --- | --- | --- | --- |"]
        parts += [_line(row, count[row]) for row in rows]
    parts += ["\n## Refused at publication\n", "| element | because |", "| --- | --- |"]
    parts += [f"| {case.row} | {_reason(case)} |" for case in refused.CASES if case.row]
    parts += ["\nAlso refused, within what runs:\n"]
    parts += [f"- {reason}" for reason in dict.fromkeys(_reason(case) for case in refused.CASES if not case.row)]
    return "\n".join(parts) + "\n"


def _line(row: str, count: int) -> str:
    limit = LIMITS.get(row) or LIMITS.get(row.partition(",")[0], "")
    return f"| {row} | {'runs with this limit' if limit else 'runs'} | {limit} | {count} |"


def _reason(case: refused.Refused) -> str:
    errors = (item for item in findings(case.body) if item.severity == "error")
    return next(item.message for item in errors if item.element == case.element)
