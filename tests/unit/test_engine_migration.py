"""What becomes of an instance when its diagram is changed under way: change by change."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from tests.bpmn.drawing import Case, Player, boundary, draw, each, event, handler, script, several, sub, task
from tests.unit.engine_bpmn import NOW, Run, defined, no_decision, service
from workflows.engine import migration

LATER = NOW + timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """A diagram, what has been done in it, and another: what is waited for after the move, or why it cannot be."""

    title: str
    old: str
    steps: tuple[str, ...]
    new: str
    waits: str = ""
    reason: str = ""
    then: tuple[str, ...] = ()
    ends: str = ""
    mapping: dict[str, str] = field(default_factory=dict)


def three(*, host: str = "u2", kind: str = "timer P3D", extra: str = "") -> str:
    return draw("s > u1 > u2 > end_a", "b1 > u9 > end_b", extra=boundary("b1", host, kind, quiet=True) + extra)


PLAIN = draw("s > u1 > u2 > end_a")
NAMED = draw("s > u1 > ring > end_a", extra=task("ring", name="Ring hem"))
FORKED = draw("s > p1 > u1 > p2 > u3 > end_a", "p1 > u2 > p2")
LIST = script("x1", '{ rad: ["a", "b", "c"] }')
MULTI = draw("s > x1 > ring > end_a", extra=LIST + task("ring", each("rad", "en")))
INFO = event("intermediateCatchEvent", "c1", "message info")
WAIT = event("intermediateCatchEvent", "c2", "timer P3D")
DEATH = event("intermediateCatchEvent", "c3", "message dod")
INNER = sub("fas", "s2 > u2 > u3 > end_i", extra="")
PHASE = draw("s > u1 > fas > end_a", extra=INNER)

CHANGES = [
    Change("nothing is changed", PLAIN, ("u1",), PLAIN, "u2", then=("u2",), ends="a"),
    Change("a task is added before", PLAIN, ("u1",), draw("s > u1 > u3 > u2 > end_a"), "u2", then=("u2",), ends="a"),
    Change("a task is added after", PLAIN, ("u1",), draw("s > u1 > u2 > u3 > end_a"), "u2", then=("u2", "u3"),
           ends="a"),
    Change("a task that is done is removed", PLAIN, ("u1",), draw("s > u2 > end_a"), "u2", then=("u2",), ends="a"),
    Change("a task that is waited for is removed", PLAIN, ("u1",), draw("s > u1 > end_a"), reason="u2 finns inte"),
    Change(
        "a task is given another id and a person says which",
        PLAIN,
        ("u1",),
        draw("s > u1 > u3 > end_a"),
        "u3",
        then=("u3",),
        ends="a",
        mapping={"u2": "u3"},
    ),
    Change(
        "a task is given another id but the same name and place",
        NAMED,
        ("u1",),
        draw("s > u1 > ring_upp > end_a", extra=task("ring_upp", name="Ring hem")),
        "ring_upp",
        then=("ring_upp",),
        ends="a",
    ),
    Change(
        "a task becomes a service",
        PLAIN,
        ("u1",),
        draw("s > u1 > u2 > end_a", extra=service("u2", "prov.ring")),
        reason="u2 annat slags steg",
    ),
    Change("a task moves into a sub-process", PLAIN, ("u1",), PHASE, reason="u2 annan del"),
    Change("a task inside a sub-process stays there", PHASE, ("u1",), PHASE, "u2", then=("u2", "u3"), ends="a"),
    Change(
        "a sub-process is given another id",
        PHASE,
        ("u1",),
        PHASE.replace('"fas"', '"del"'),
        "u2",
        then=("u2", "u3"),
        ends="a",
        mapping={"fas": "del"},
    ),
    Change("a timer keeps its moment", three(), ("u1",), three(), "@b1 u2", then=("+2.5", "+3.1"), ends="@b1 u2|u2 u9"),
    Change("a changed timer is counted from the move", three(), ("u1",), three(kind="timer P5D"), "@b1 u2",
           then=("+5.5", "+6.1"), ends="@b1 u2|u2 u9"),
    Change("an added boundary timer begins", PLAIN, ("u1",), three(), "@b1 u2", then=("+4.1",), ends="u2 u9"),
    Change("a boundary event is removed", three(), ("u1",), PLAIN, reason="b1 finns inte"),
    Change("a boundary event is let go", three(), ("u1",), PLAIN, "u2", then=("u2",), ends="a", mapping={"b1": "-"}),
    Change("a boundary event waits for something else", three(), ("u1",), three(kind="message info"),
           reason="b1 väntar på något annat"),
    Change(
        "a message is renamed",
        draw("s > c1 > end_a", extra=event("intermediateCatchEvent", "c1", "message info")),
        (),
        draw("s > c1 > end_a", extra=event("intermediateCatchEvent", "c1", "message dod")),
        "!avliden",
        then=("!avliden",),
        ends="a",
    ),
    Change("a system is asked once and its answer taken", draw("s > r1 > end_a", extra=service("r1", "prov.ring")), (),
           draw("s > r1 > u1 > end_a", extra=service("r1", "prov.ring")), "?r1", then=("?r1", "u1"), ends="a"),
    Change("another system is to be asked", draw("s > r1 > end_a", extra=service("r1", "prov.ring")), (),
           draw("s > r1 > end_a", extra=service("r1", "prov.skriv")), reason="r1 annat system"),
    Change("several at once go on", MULTI, ("ring",), MULTI, "ring ring", then=("ring", "ring"), ends="a"),
    Change("several become one", MULTI, ("ring",), draw("s > x1 > ring > end_a", extra=LIST + task("ring")),
           reason="ring annat antal"),
    Change("a branch has come to its join", FORKED, ("u1",), FORKED, "u2", then=("u2", "u3"), ends="a"),
    Change("a parallel branch is added under way", FORKED, ("u1",),
           draw("s > p1 > u1 > p2 > u3 > end_a", "p1 > u2 > p2", "p1 > u4 > p2"), reason="p2 parallella grenar"),
    Change("a parallel branch is added ahead", draw("s > u5 > p1 > u1 > p2 > end_a", "p1 > u2 > p2"), (),
           draw("s > u5 > p1 > u1 > p2 > end_a", "p1 > u2 > p2", "p1 > u4 > p2"), "u5",
           then=("u5", "u1", "u2", "u4"), ends="a"),
    Change("an event sub-process is added", PLAIN, ("u1",),
           draw("s > u1 > u2 > end_a", extra=handler("h", "message info", "h_s > u8 > end_h")), "!info u2",
           then=("!info", "u8"), ends="h"),
    Change("an event gateway gets one event more",
           draw("s > g1 > c1 > end_a", "g1 > c2 > end_b", extra=INFO + WAIT), (),
           draw("s > g1 > c1 > end_a", "g1 > c2 > end_b", "g1 > c3 > end_c", extra=INFO + WAIT + DEATH),
           "!avliden !info @c2", then=("!avliden",), ends="c"),
    Change("an event gateway loses one", draw("s > g1 > c1 > end_a", "g1 > c2 > end_b", extra=INFO + WAIT), (),
           draw("s > g1 > c1 > end_a", extra=INFO), reason="c2 finns inte"),
    Change("an event sub-process is removed",
           draw("s > u1 > u2 > end_a", extra=handler("h", "message info", "h_s > u8 > end_h")), ("u1",), PLAIN,
           reason="h_s finns inte"),
]  # fmt: skip


def moved(change: Change) -> Run:
    player = Player(Case(change.title, change.old, ""), stores=True)
    for step in change.steps:
        player.step(step)
    old, new = defined(change.old), defined(change.new)
    mapping = {key: to for key, to in migration.proposed(old, new).items() if to} | change.mapping
    before = json.dumps(player.run.state)
    try:
        execution = migration.Move(old, new, mapping).execution(player.run.state, decide=no_decision, now=LATER)
    finally:
        assert json.dumps(player.run.state) == before, "the stored state is as it was"
    assert execution.happened == []
    return Run.stored(change.new, json.loads(json.dumps(execution.dump())))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.title)
def test_a_change_of_the_diagram_under_way(change: Change) -> None:
    if change.reason:
        with pytest.raises(migration.Immovable) as refused:
            moved(change)
        element, _, words = change.reason.partition(" ")
        assert [(reason.element_id, words in reason.text) for reason in refused.value.reasons] == [(element, True)]
        return
    player = Player(Case(change.title, change.new, ""), stores=True)
    player.run = moved(change)
    seen = [player.waiting()]
    for step in change.then:
        player.step(step)
        seen.append(player.waiting())
    assert seen[0] == change.waits
    ends = [part if " " in part or part.startswith("@") else f".{part}" for part in change.ends.split("|")]
    assert seen[-len(ends) :] == ends


def test_what_is_to_be_undone_follows_or_stops_the_move() -> None:
    undo = (
        boundary("b1", "u1", "compensate")
        + task("u7", isForCompensation="true")
        + ('<association id="as" sourceRef="b1" targetRef="u7" associationDirection="One"/>')
    )
    done = event("intermediateThrowEvent", "t1", "compensate")
    old = draw("s > u1 > u2 > t1 > end_a", extra=undo + done)
    change = Change("", old, ("u1",), old.replace('"u7"', '"u6"'))
    run = moved(change)
    run.complete("u2")
    assert run.users == ["u6"]
    with pytest.raises(migration.Immovable, match="u1"):
        moved(Change("", old, ("u1",), draw("s > u1 > u2 > t1 > end_a", extra=done)))


def test_what_was_done_side_by_side_is_undone_so_after_the_move() -> None:
    twice = task("u1", several("<loopCardinality>2</loopCardinality>"))
    undo = boundary("b1", "u1", "compensate") + task("u7", isForCompensation="true")
    undo += '<association id="as" sourceRef="b1" targetRef="u7"/>' + event("intermediateThrowEvent", "t1", "compensate")
    old = draw("s > u1 > u2 > t1 > end_a", extra=twice + undo)
    run = moved(Change("", old, ("u1", "u1"), old.replace('"u7"', '"u6"')))
    run.complete("u2")
    assert run.users == ["u6", "u6"]
