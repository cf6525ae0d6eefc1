"""What the checks of a förlopp say about bad input: a clear finding on its element, never a traceback."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from tests.unit.engine_bpmn import chain, flow, process, service
from workflows import definitions
from workflows.findings import Finding

START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'
TROUBLED = Path(__file__).resolve().parents[2] / "bpmn" / "trygg_hemgang"


def check(tmp_path: Path, data: bytes, name: str = "p.bpmn") -> list[Finding]:
    path = tmp_path / name
    path.write_bytes(data)
    return definitions.checked(definitions.read(path)).findings


def timer(kind: str, text: str) -> str:
    return (
        START
        + f'<intermediateCatchEvent id="t"><timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>'
        + "</intermediateCatchEvent>"
        + END
        + chain("s", "t", "e")
    )


def gateway(condition: str) -> str:
    return (
        START
        + '<exclusiveGateway id="g" default="g_e"/><userTask id="a" name="A"/>'
        + END
        + chain("s", "g", "e")
        + flow("g", "a", condition)
        + flow("a", "e")
    )


FILES = [
    (b"", "empty"),
    (b"PK\x03\x04rest", "not-xml"),
    (b"%PDF-1.7", "not-xml"),
    (process(START + END)[:200], "not-xml"),
    (b"<html><body/></html>", "not-bpmn"),
    (b'<!DOCTYPE a><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "doctype"),
    ("<a>å</a>".encode("latin-1"), "encoding"),
    (process(chain(*(f"s{number}" for number in range(definitions.MOST_FLOWS + 2)))), "too-many-flows"),
    (b"<a " + b" ".join(b'a%d=""' % number for number in range(201)) + b"/>", "too-many-attributes"),
    (process(START + END).replace(b'isExecutable="true"', b'isExecutable="false"'), "no-process"),
]

DIAGRAMS = [
    (END, "no-start", "p"),
    (START + END + flow("s", "borta"), "flow-end", "s_borta"),
    (START + START + END + chain("s", "e"), "duplicate-id", "s"),
    (START + '<userTask id="a[child]" name="A"/>' + END + chain("s", "a[child]", "e"), "reserved-id", "a[child]"),
    (START + '<userTask id="a__b" name="A"/>' + END + chain("s", "a__b", "e"), "reserved-id", "a__b"),
    (START + '<userTask id="a" name="A"/>' + END + chain("s", "e"), "unreachable", "a"),
    (START + '<subProcess id="x"/>' + END + chain("s", "x", "e"), "empty-scope", "x"),
    (START + '<dataStoreReference id="g"/>' + END + chain("s", "e"), "unsupported", "g"),
    (
        START + '<userTask id="a"><multiInstanceLoopCharacteristics/></userTask>' + END + chain("s", "a", "e"),
        "unsupported",
        "a",
    ),
    (START + '<boundaryEvent id="b" attachedToRef="borta"/>' + END + chain("s", "e"), "boundary", "b"),
    (START + '<serviceTask id="x"/>' + END + chain("s", "x", "e"), "no-operation", "x"),
    (START + '<receiveTask id="x"/>' + END + chain("s", "x", "e"), "no-message", "x"),
    (START + '<callActivity id="x" calledElement="borta"/>' + END + chain("s", "x", "e"), "no-process", "x"),
    (START + service("x", "region.x", nr="1 +") + END + chain("s", "x", "e"), "feel", "x"),
    (
        START
        + '<scriptTask id="x" scriptFormat="javascript"><script>1</script></scriptTask>'
        + END
        + chain("s", "x", "e"),
        "script-language",
        "x",
    ),
    (START + '<scriptTask id="x" scriptFormat="feel"/>' + END + chain("s", "x", "e"), "empty", "x"),
    (START + '<exclusiveGateway id="g"/>' + END + chain("s", "g", "e") + flow("g", "s"), "condition", "g_e"),
    (START + END + '<endEvent id="e2"/>' + chain("s", "e") + flow("s", "e2"), "", ""),
    (gateway("x &gt;"), "feel", "g_a"),
    (gateway("=x"), "feel", "g_a"),
    (gateway("${x}"), "feel", "g_a"),
    (gateway("__import__(&quot;os&quot;)"), "unknown-function", "g_a"),
    (gateway("().__class__"), "feel", "g_a"),
    (
        gateway("x").replace("<conditionExpression>", '<conditionExpression language="javascript">'),
        "expression-language",
        "g_a",
    ),
    (timer("timeDuration", "P"), "timer", "t"),
    (timer("timeDuration", ""), "timer", "t"),
    (timer("timeDuration", "-PT5M"), "timer", "t"),
    (timer("timeDuration", "PT0S"), "timer", "t"),
    (timer("timeDuration", "pt5m"), "timer", "t"),
    (timer("timeDuration", "P3D +"), "timer", "t"),
    (timer("timeCycle", "R0/P1D"), "timer", "t"),
    (timer("timeDuration", "P99999999Y"), "timer", "t"),
    (timer("timeCycle", "R/PT1S"), "timer", "t"),
    (timer("timeDate", "2026-02-30T08:00"), "timer", "t"),
]


@pytest.mark.parametrize(("data", "code"), FILES)
def test_a_bad_file_is_one_clear_finding(tmp_path: Path, data: bytes, code: str) -> None:
    errors = [item for item in check(tmp_path, data) if item.severity == "error"]
    assert code in {item.code for item in errors}
    assert all(item.message for item in errors)


@pytest.mark.parametrize(("body", "code", "element"), DIAGRAMS)
def test_a_bad_element_is_found_and_named(tmp_path: Path, body: str, code: str, element: str) -> None:
    found = check(tmp_path, process(body))
    if code:
        assert (code, element) in {(item.code, item.element) for item in found}
    else:
        assert not found


@pytest.mark.parametrize("text", ["P3D", "PT1H", "P6W", "duration(&quot;P3D&quot;)"])
def test_a_bare_duration_and_feel_are_both_fine(tmp_path: Path, text: str) -> None:
    assert check(tmp_path, process(timer("timeDuration", text))) == []


def test_what_is_referred_to_by_a_name_with_the_prefix_of_the_diagram_is_found(tmp_path: Path) -> None:
    """As some drawing tools write it."""
    waits = '<receiveTask id="r" messageRef="egen:m_info"/><endEvent id="e"/>'
    edge = '<boundaryEvent id="b" attachedToRef="egen:r"><timerEventDefinition><timeDuration>P1D</timeDuration>'
    body = START + waits + edge + "</timerEventDefinition></boundaryEvent>" + chain("s", "r", "e") + flow("b", "e")
    data = process(body).replace(b"<definitions ", b'<definitions xmlns:egen="x" ', 1)
    assert check(tmp_path, data) == []
    assert {item.code for item in check(tmp_path, process(body))} == {"no-message", "boundary"}


def test_a_package_may_not_reach_outside_itself(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("../../ute.bpmn", process(START + END + chain("s", "e")))
    assert definitions.read(path).sources == {}


def test_a_broken_package_is_a_finding(tmp_path: Path) -> None:
    assert {item.code for item in check(tmp_path, b"PK", "p.zip")} >= {"not-zip"}


def test_damaged_diagrams_never_end_in_a_traceback(tmp_path: Path) -> None:
    """Bytes and whole lines of a real diagram lost, doubled or moved: a finding or nothing, never an exception."""
    original = (TROUBLED / "trygg_hemgang.bpmn").read_bytes().splitlines(keepends=True)[:700]
    chance = random.Random(20261122)
    for _ in range(25):
        lines = list(original)
        for _ in range(chance.randint(1, 6)):
            spot = chance.randrange(len(lines))
            lines[spot] = chance.choice(
                [b"", lines[spot] * 2, lines[spot][: len(lines[spot]) // 2], b"\x00", b"<x/>\n"]
            )
        check(tmp_path, b"".join(lines))
