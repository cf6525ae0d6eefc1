"""FEEL is the only language: every place in a diagram where something can be written is FEEL, and never Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine_bpmn import NOW, Run, chain, flow, service
from workflows import dmn, engine, scenarios
from workflows.management.commands.play import load
from workflows.memory_world import MemoryWorld

BPMN = Path(__file__).resolve().parents[2] / "bpmn"
START = '<startEvent id="s"/><userTask id="u"/>'
ENDS = '<userTask id="a"/><userTask id="b"/><endEvent id="e"/>' + chain("a", "e") + flow("b", "e")


class PythonRan(BaseException):
    """The library evaluated Python: nothing may catch this."""


@pytest.fixture
def no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library has no eval, exec or compile."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise PythonRan

    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "SpiffWorkflow":
            for builtin in ("eval", "exec", "compile"):
                monkeypatch.setattr(module, builtin, refuse, raising=False)


def extension(name: str, text: str) -> str:
    return f"<extensionElements><spiffworkflow:{name}>{text}</spiffworkflow:{name}></extensionElements>"


def properties(**values: str) -> str:
    inner = "".join(f'<spiffworkflow:property name="{name}" value="{value}"/>' for name, value in values.items())
    return f"<extensionElements><spiffworkflow:properties>{inner}</spiffworkflow:properties></extensionElements>"


def gateway(kind: str, condition: str) -> str:
    choice = f'<{kind} id="g" default="g_b"/>' + flow("g", "a", condition) + flow("g", "b")
    return START + choice + ENDS + chain("s", "u", "g")


def step(element: str, after: str = "a") -> str:
    """User task u, then the element x, then a."""
    return START + element + ENDS + chain("s", "u", "x", after)


def timer(kind: str, text: str) -> str:
    return step(
        f'<intermediateCatchEvent id="x"><timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>'
        "</intermediateCatchEvent>"
    )


def script(text: str, extra: str = "", attributes: str = "") -> str:
    return step(f'<scriptTask id="x"{attributes}>{extra}<script>{text}</script></scriptTask>')


def thrown(text: str, kind: str = "message", ref: str = "m_info") -> str:
    definition = f'<{kind}EventDefinition {kind}Ref="{ref}">'
    payload = extension("messagePayload" if kind == "message" else "payloadExpression", text)
    return step(
        f'<intermediateThrowEvent id="x">{definition}{payload}</{kind}EventDefinition></intermediateThrowEvent>'
    )


def loop(inner: str) -> str:
    return step(f'<userTask id="x">{inner}</userTask>')


SINKS: dict[str, Callable[[str], str]] = {
    "exclusive condition": lambda text: gateway("exclusiveGateway", text),
    "inclusive condition": lambda text: gateway("inclusiveGateway", text),
    "script": script,
    "script with a variable": lambda text: script(text, properties(resultat="x")),
    "pre-script": lambda text: step(f'<userTask id="x">{extension("preScript", text)}</userTask>'),
    "post-script": lambda text: step(f'<manualTask id="x">{extension("postScript", text)}</manualTask>'),
    "parameter": lambda text: step(service("x", "prov.ring", nr=text.replace('"', "&quot;"))),
    "duration": lambda text: timer("timeDuration", text),
    "date": lambda text: timer("timeDate", text),
    "cycle": lambda text: timer("timeCycle", text),
    "message payload": thrown,
    "signal payload": lambda text: thrown(text, "signal", "sig"),
    "escalation payload": lambda text: thrown(text, "escalation", "esc"),
    "condition event": lambda text: step(
        f'<intermediateCatchEvent id="x"><conditionalEventDefinition><condition>{text}</condition>'
        "</conditionalEventDefinition></intermediateCatchEvent>"
    ),
    "loop condition": lambda text: loop(
        f'<standardLoopCharacteristics testBefore="true"><loopCondition>{text}</loopCondition>'
        "</standardLoopCharacteristics>"
    ),
    "cardinality": lambda text: loop(
        f"<multiInstanceLoopCharacteristics><loopCardinality>{text}</loopCardinality>"
        "</multiInstanceLoopCharacteristics>"
    ),
    "completion condition": lambda text: loop(
        '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>2</loopCardinality>'
        f"<completionCondition>{text}</completionCondition></multiInstanceLoopCharacteristics>"
    ),
    "ad hoc completion": lambda text: step(
        f'<adHocSubProcess id="x"><userTask id="y"/><completionCondition>{text}</completionCondition></adHocSubProcess>'
    ),
}
# What Python runs and FEEL does not read, and what both read.
PYTHON = [
    '__import__("os").system("true")',
    "[].__class__.__base__.__subclasses__()",
    'open("/etc/passwd")',
    "(lambda: 1)()",
]


@pytest.mark.parametrize("payload", PYTHON)
@pytest.mark.parametrize("sink", SINKS)
@pytest.mark.usefixtures("no_python")
def test_python_is_refused_or_harmless(sink: str, payload: str) -> None:
    # TypeError: several of the same step are refused at publication until they are ours.
    with suppress(engine.EngineError, engine.NotCompilable, TypeError):
        run = Run(SINKS[sink](escape(payload)))
        run.complete("u", n=3)
        for waiting in run.users:
            run.complete(waiting)
        assert "root:" not in str(run.state)


def test_nothing_of_the_librarys_own_script_engine_is_there() -> None:
    run = Run(START + ENDS + chain("s", "u", "a"))
    found = run.execution.instance.script_engine
    for part in (found, found.environment):
        assert [kind.__module__.partition(".")[0] for kind in type(part).__mro__] == ["workflows", "builtins"]


@pytest.mark.usefixtures("no_python")
@pytest.mark.parametrize("folder", ["trygg_hemgang", "medicingivare_larm"])
def test_the_bundled_forlopp_run_without_python_and_their_expressions_have_nothing_to_remark(folder: str) -> None:
    version = load(BPMN / folder)
    played, notes = 0, set()
    for file in scenarios.files(BPMN / folder)[:6]:
        scenario = scenarios.read(file)
        world = MemoryWorld(version, scenario)
        assert scenarios.play(scenario, world).is_passed
        notes |= world.notes
        played += 1
    assert played
    assert notes == set()


def after_u(body: str, **answers: Any) -> Run:
    run = Run(body)
    run.complete("u", **{"n": 3, **answers})
    return run


@pytest.mark.parametrize("kind", ["exclusiveGateway", "inclusiveGateway"])
@pytest.mark.parametrize(
    ("condition", "way"),
    [("u.n &gt; 2", "a"), ("u.n in (4, 5)", "b"), ('"text"', "b"), ("u.borta &gt; 1", "b"), ("1", "b")],
)
def test_only_true_is_yes_in_a_condition(kind: str, condition: str, way: str) -> None:
    assert after_u(gateway(kind, condition)).users == [way]


@pytest.mark.parametrize(
    ("body", "variable", "value"),
    [
        (script("{ y: u.n + 1, z: [u.n] }"), "y", 4),
        (script("u.n + 1", properties(resultat="y")), "y", 4),
        (script("{ inuti: u.n }", properties(resultVariable="y")), "y", {"inuti": 3}),
        (script("u.n * 2", "", ' spiffworkflow:resultVariable="y"'), "y", 6),
        (script("null", properties(resultat="y")), "y", None),
        (step(f'<manualTask id="x">{extension("postScript", "{ y: u.n }")}</manualTask>'), "y", 3),
        (step(f'<userTask id="x">{extension("preScript", "{ y: u.n }")}</userTask>'), "y", 3),
    ],
)
def test_a_script_is_feel_and_its_value_becomes_a_variable(body: str, variable: str, value: Any) -> None:
    run = after_u(body)
    if "x" in run.users:
        run.complete("x")
    assert run.execution.variables[variable] == value


def test_a_script_without_a_variable_that_gives_no_context_is_a_stopp_on_its_step() -> None:
    with pytest.raises(engine.EngineError) as stopp:
        after_u(script("u.n + 1"))
    assert (stopp.value.element, stopp.value.code) == ("x", "script-not-context")


def test_messages_that_are_thrown_and_parameters_are_feel() -> None:
    run = Run(thrown("{ antal: u.n }"))
    execution = run.execution
    execution.complete(run.task("u"), {"n": 3}, now=NOW)
    assert execution.thrown() == [engine.Thrown("x", "info", {"antal": 3})]


TIMES = [
    ("P3D", "2026-11-26T08:00+00:00"),
    ('duration("P2D")', "2026-11-25T08:00+00:00"),
    ('duration("P1M")', "2026-12-23T08:00+00:00"),
    ('duration("PT" + string(u.n) + "H")', "2026-11-23T11:00+00:00"),
    ('"PT" + string(u.n) + "H"', "2026-11-23T11:00+00:00"),
    ('date("2026-12-24")', "2026-12-23T23:00+00:00"),
    ('date and time("2026-12-24T08:00:00")', "2026-12-24T07:00+00:00"),
    ('date and time("2026-12-24T08:00:00@Europe/Stockholm")', "2026-12-24T07:00+00:00"),
    ('now() + duration("PT90M")', "2026-11-23T09:30+00:00"),
    ('date(now()) + duration("P1D")', "2026-11-23T23:00+00:00"),
]


@pytest.mark.parametrize(("text", "expected"), TIMES)
def test_a_timer_takes_a_date_a_moment_a_duration_or_text(text: str, expected: str) -> None:
    (waiting,) = after_u(timer("timeDuration", text)).execution.waiting().timers
    assert waiting.due_at == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('duration("P1D")', "2026-03-29T10:00+00:00"),
        ('duration("PT23H")', "2026-03-29T10:00+00:00"),
        ("PT24H", "2026-03-29T11:00+00:00"),
    ],
)
def test_days_are_calendar_days_and_hours_exact_over_a_change_of_clocks(text: str, expected: str) -> None:
    run = Run(timer("timeDuration", text))
    run.now = datetime(2026, 3, 28, 11, tzinfo=UTC)
    run.complete("u", n=1)
    (waiting,) = run.execution.waiting().timers
    assert waiting.due_at == datetime.fromisoformat(expected)


@pytest.mark.parametrize("text", ["u.svar", 'duration("-PT5M")', "u.borta", "17", "[1]", 'duration("P900Y")'])
def test_a_computed_time_that_is_none_is_a_stopp_that_does_not_tell_the_value(text: str) -> None:
    with pytest.raises(engine.EngineError) as stopp:
        after_u(timer("timeDuration", text), svar="19610118-2803")
    assert (stopp.value.element, stopp.value.code) == ("x", "timer")
    assert "1961" not in stopp.value.message


def test_a_cycle_can_be_computed() -> None:
    run = after_u(timer("timeCycle", '"R" + string(u.n) + "/P1D"'))
    assert [item.due_at for item in run.execution.waiting().timers] == [datetime(2026, 11, 24, 8, tzinfo=UTC)]


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="beslut" name="Beslut"><decisionTable id="t" hitPolicy="FIRST"><input id="i">
<inputExpression id="ie"><text>{0}</text></inputExpression></input><output id="o"/>
<rule id="r"><inputEntry id="c"><text>{1}</text></inputEntry><outputEntry id="oe"><text>{2}</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
DECISION = step('<businessRuleTask id="x">' + extension("calledDecisionId", "beslut") + "</businessRuleTask>")


def decided(*cells: str) -> Any:
    """What the variable `beslut` becomes."""
    run = Run(DECISION)
    model = dmn.load(TABLE.format(*map(escape, cells)).encode())

    def decide(key: str, variables: Any, now: datetime) -> Any:
        return dmn.evaluate(model, key, variables, now=now).value

    execution = engine.Execution.restore(run.definition, run.state, decide=decide)
    execution.complete(run.task("u"), {"n": 3}, now=NOW)
    return execution.variables["beslut"]


@pytest.mark.usefixtures("no_python")
@pytest.mark.parametrize("payload", PYTHON)
@pytest.mark.parametrize("cell", range(3))
def test_python_in_a_decision_table_is_refused_or_harmless(payload: str, cell: int) -> None:
    cells = ["u.n", "3", '"ja"']
    assert decided(*cells) == "ja"
    cells[cell] = payload
    with suppress(dmn.DmnError):
        assert decided(*cells) is None


# -- what expressions have to say --------------------------------------------------------------------------------------


def noted(body: str, **answers: Any) -> list[engine.Note]:
    run = Run(body)
    execution = run.execution
    execution.complete(run.task("u"), {"n": 3, **answers}, now=NOW)
    return execution.notes()


def test_a_condition_that_is_neither_true_nor_false_is_noted_on_its_gateway_with_the_reason() -> None:
    first, *_, last = noted(gateway("exclusiveGateway", "u.borta &gt; 1"))
    assert (first.element_id, first.expression, first.position) == ("g", "u.borta > 1", 1)
    assert "borta" in first.message
    assert "varken ja eller nej" in last.message


@pytest.mark.parametrize(
    "body",
    [
        script("{ y: u.borta + 1 }"),
        step(service("x", "prov.ring", nr="number(u.svar)")),
        thrown("{ nr: date(u.svar) }"),
    ],
)
def test_what_became_null_for_a_reason_is_noted_on_its_step_without_values(body: str) -> None:
    notes = noted(body, svar="Greta 19610118-2803")
    assert {note.element_id for note in notes} == {"x"}
    assert not any("Greta" in note.message or "1961" in note.message for note in notes)


@pytest.mark.parametrize("text", ["u.n = 3", "u.borta = null", 'if borta != null then borta else "x"', "{ y: null }"])
def test_what_works_as_written_is_not_noted(text: str) -> None:
    assert noted(script(text, properties(resultat="y"))) == []


def test_a_loop_notes_the_same_thing_once() -> None:
    body = (
        START
        + '<scriptTask id="x"><script>{ i: if i = null then 1 else i + 1, y: u.borta + 1 }</script></scriptTask>'
        + '<exclusiveGateway id="g" default="g_a"/>'
        + flow("g", "x", "i &lt; 50")
        + flow("g", "a")
        + ENDS
        + chain("s", "u", "x", "g")
    )
    assert len(noted(body)) <= 3


def test_a_gateway_without_a_way_out_says_why() -> None:
    body = gateway("exclusiveGateway", "u.borta &gt; 1").replace(' default="g_b"', "")
    body = body.replace('targetRef="b"></', 'targetRef="b"><conditionExpression>false</conditionExpression></')
    with pytest.raises(engine.EngineError) as stopp:
        after_u(body)
    assert stopp.value.element == "g"
    assert "u.borta > 1" in stopp.value.message


@given(st.text(max_size=30), st.integers(0, 10_000))
def test_notes_never_hold_what_a_variable_holds(secret: str, number: int) -> None:
    """Whatever an answer is, the notes of the same expression are the same, or fewer or more by its kind alone."""
    body = script("{ a: date(u.t), b: u.t + 1, c: duration(u.t), d: u.t.x, e: u.t[9], f: number(u.t) }")
    marked = f"§{secret}§{number}"
    assert not any("§" in note.message for note in noted(body, t=marked))
