"""How an ärende begins, and signals that come to it from another."""

from __future__ import annotations

from tests.bpmn.drawing import Case, draw, event, handler, task
from tests.bpmn.events import catch

SEVERAL = event("startEvent", "s1", "message borja") + event("startEvent", "s2", "signal sig_person")

CASES = [
    Case(
        "names that the library has for its own are names like others",
        draw(
            "Start > Root > StartEventSplit > q.EndJoin > End",
            extra=event("startEvent", "Start", "")
            + task("Root")
            + task("StartEventSplit", kind="task")
            + task("q.EndJoin")
            + event("endEvent", "End", ""),
        ),
        "-> Root \n Root -> q.EndJoin \n q.EndJoin -> .End",
        done="Start Root StartEventSplit q.EndJoin End",
    ),
    Case(
        "a signal begins the ärende",
        draw("s1 > u1 > end_a", extra=event("startEvent", "s1", "signal sig_person")),
        "-> u1 \n u1 -> .a",
        {"u1": {}},
        done="s1 u1 end_a",
    ),
    Case(
        "a signal from another ärende reaches all who wait for it, each once",
        draw(
            "s > p1 > x1 > s1 > u1 > x1",
            "p1 > s2 > u2 > end_b",
            extra=catch("s1", "signal sig_person") + catch("s2", "signal sig_person"),
        )
        + handler("h", "signal sig_person", "h_s > u9 > eh", quiet=True),
        "-> \n ~aterkallat -> u1 u2 u9 \n u1 -> u2 u9 \n ~aterkallat -> u1 u2 u9 u9",
    ),
    Case(
        "what a signal from another ärende bears is a variable",
        draw("s > s1 > u1 > end_a", extra=catch("s1", "signal sig_bar")),
        '-> \n ~ord {"n": 3} -> u1 \n u1 -> .a',
        {"hort": {"n": 3}, "u1": {}},
    ),
    Case(
        "a signal from another ärende comes first after an event gateway",
        draw(
            "s > g1 > s1 > u1 > end_a",
            "g1 > t1 > u2 > end_b",
            extra=catch("s1", "signal sig_alla") + catch("t1", "timer P1D"),
        ),
        "-> @t1 \n ~snovader -> u1 \n u1 -> .a",
    ),
    Case(
        "an event that waits for a message or a signal takes the signal",
        draw("s > c > u1 > end_a", extra=catch("c", "message info | signal sig_alla")),
        "-> !info \n ~snovader -> u1 \n u1 -> .a",
    ),
    *(
        Case(
            f"of several start events one begins, here {start}",
            draw("s > x1 > u1 > end_a", "s1 > u2 > x1", "s2 > u3 > end_b", extra=SEVERAL)
            + handler("h", "message info", "h_s > u9 > end_h"),
            f"-> {first} !info \n {first} -> {then}",
            done=done,
            start=start,
        )
        for start, first, then, done in (
            ("s", "u1", ".a", "s x1 u1 end_a"),
            ("s1", "u2", "u1 !info", "s1 u2 x1"),
            ("s2", "u3", ".b", "s2 u3 end_b"),
        )
    ),
]
