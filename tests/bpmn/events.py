"""Events: starts, ends, intermediate, on the edge of an activity, and in event sub-processes."""

from __future__ import annotations

from tests.bpmn.drawing import Case, boundary, draw, event, handler, script, sub, task
from tests.unit.engine_bpmn import service

IN_SUB = ("si > u1 > e1",)


def catch(node_id: str, definition: str) -> str:
    return event("intermediateCatchEvent", node_id, definition)


def thrown(node_id: str, definition: str) -> str:
    return event("intermediateThrowEvent", node_id, definition)


def end(node_id: str, definition: str) -> str:
    return event("endEvent", node_id, definition)


CASES = [
    Case("a plain start and a plain end", draw("s > end_a"), "-> .a", done="s end_a"),
    Case(
        "a terminate end stops everything in its process",
        draw("s > p1 > u1 > end_a", "p1 > u2 > end_b", extra=end("end_b", "terminate")),
        "-> u1 u2 \n u2 -> .b",
    ),
    Case(
        "a terminate end in a sub-process stops only that",
        draw("s > sp > u3 > end_a", extra=sub("sp", "si > p1 > u1 > e1", "p1 > u2 > e2", extra=end("e2", "terminate"))),
        "-> u1 u2 \n u2 -> u3 \n u3 -> .a",
    ),
    Case(
        "a plain intermediate event goes on",
        draw("s > mitt > u1 > end_a", extra='<intermediateThrowEvent id="mitt"/>'),
        "-> u1 \n u1 -> .a",
        done="s mitt u1 end_a",
    ),
    # -- messages ------------------------------------------------------------------------------------------------------
    Case(
        "a message is waited for, and its content is a variable",
        draw("s > m > u1 > end_a", extra=catch("m", "message info")),
        '-> !info \n !info {"n": 1} -> u1 \n u1 -> .a',
        {"info": {"n": 1}, "u1": {}},
    ),
    Case(
        "a message interrupts at the edge",
        draw("s > u1 > end_a", "b1 > u2 > end_b", extra=task("u1") + boundary("b1", "u1", "message info")),
        "-> u1 !info \n !info -> u2 \n u2 -> .b",
    ),
    Case(
        "a message at the edge that does not interrupt is heard again",
        draw("s > u1 > end_a", "b1 > u2 > e2", extra=task("u1") + boundary("b1", "u1", "message info", quiet=True)),
        "-> u1 !info \n !info -> u1 u2 !info \n !info -> u1 u2 u2 !info \n u1 -> u2 u2 \n u2 -> u2 \n u2 -> .a",
    ),
    Case(
        "a message end sends and ends",
        draw("s > u1 > end_a", extra=end("end_a", "message info")),
        "-> u1 \n u1 -> .a",
    ),
    Case(
        "a message begins the ärende, one is thrown on the way",
        draw(
            "s1 > kasta > u1 > end_a",
            extra=event("startEvent", "s1", "message borja") + thrown("kasta", "message info"),
        ),
        "-> u1 \n u1 -> .a",
        {"borja": {}, "u1": {}},
        done="s1 kasta u1 end_a",
    ),
    # -- time ----------------------------------------------------------------------------------------------------------
    Case(
        "a time is waited for",
        draw("s > t > u1 > end_a", extra=catch("t", "timer P3D")),
        "-> @t \n +2 -> @t \n +1 -> u1 \n u1 -> .a",
    ),
    Case(
        "a time at the edge interrupts",
        draw("s > sp > end_a", "b1 > u2 > end_b", extra=sub("sp", *IN_SUB) + boundary("b1", "sp", "timer P1D")),
        "-> u1 @b1 \n +1 -> u2 \n u2 -> .b",
    ),
    Case(
        "a time at the edge that does not interrupt comes once",
        draw("s > u1 > end_a", "b1 > u2 > e2", extra=task("u1") + boundary("b1", "u1", "timer P1D", quiet=True)),
        "-> u1 @b1 \n +2 -> u1 u2 \n +9 -> u1 u2 \n u1 -> u2 \n u2 -> .a",
    ),
    Case(
        "a cycle at the edge comes as many times as it says, and what was slept through comes once",
        draw("s > u1 > end_a", "b1 > u2 > e2", extra=task("u1") + boundary("b1", "u1", "timer R3/P1D", quiet=True)),
        "-> u1 @b1 \n +1 -> u1 u2 @b1 \n +5 -> u1 u2 u2 \n u1 -> u2 u2 \n u2 -> u2 \n u2 -> .a",
    ),
    Case(
        "a cycle that ends may be short",
        draw("s > u1 > end_a", "b1 > u2 > e2", extra=task("u1") + boundary("b1", "u1", "timer R2/PT10S", quiet=True)),
        "-> u1 @b1 \n +0.00012 -> u1 u2 @b1 \n +0.00012 -> u1 u2 u2 \n u1 -> u2 u2",
    ),
    Case(
        "of several times that have come the first comes first",
        draw(
            "s > u1 > end_a",
            "b1 > u2 > end_b",
            "b2 > u3 > end_c",
            extra=task("u1") + boundary("b1", "u1", "timer P3D") + boundary("b2", "u1", "timer P2D"),
        ),
        "-> u1 @b1 @b2 \n +9 -> u3 \n u3 -> .c",
    ),
    Case(
        "what one time leads to is done before the next time comes",
        draw(
            "s > u1 > end_a",
            "b1 > u2 > e2",
            "b2 > end_c",
            extra=task("u1")
            + boundary("b1", "u1", "timer P3D", quiet=True)
            + boundary("b2", "u1", "timer P2D", quiet=True)
            + end("end_c", "terminate"),
        ),
        "-> u1 @b1 @b2 \n +9 -> .c",
    ),
    # -- signals -------------------------------------------------------------------------------------------------------
    Case(
        "a signal reaches all in the ärende who wait for it",
        draw(
            "s > p1 > s1 > u1 > end_a",
            "p1 > s2 > u2 > end_b",
            "p1 > u3 > kasta > u4 > end_c",
            extra=catch("s1", "signal sig") + catch("s2", "signal sig") + thrown("kasta", "signal sig"),
        ),
        "-> u3 \n u3 -> u1 u2 u4 \n u1 -> u2 u4 \n u2 -> u4 \n u4 -> .c",
    ),
    Case(
        "a signal nobody waits for is gone",
        draw("s > kasta > u1 > s1 > end_a", extra=catch("s1", "signal sig") + thrown("kasta", "signal sig")),
        "-> u1 \n u1 -> ",
    ),
    Case(
        "a signal end and a signal at the edge",
        draw(
            "s > p1 > u1 > end_a",
            "p1 > u2 > e2",
            "b1 > u3 > end_b",
            extra=task("u1") + boundary("b1", "u1", "signal sig") + end("e2", "signal sig"),
        ),
        "-> u1 u2 \n u2 -> u3 \n u3 -> .b",
    ),
    # -- errors and escalations ----------------------------------------------------------------------------------------
    Case(
        "an error end goes to the edge of its sub-process",
        draw(
            "s > sp > end_a",
            "b1 > u3 > end_b",
            extra=sub("sp", "si > p1 > u1 > fel", "p1 > u2 > e2", extra=end("fel", "error err"))
            + boundary("b1", "sp", "error err"),
        ),
        "-> u1 u2 \n u1 -> u3 \n u3 -> .b",
    ),
    Case(
        "an error goes outwards to the nearest that takes its code",
        draw(
            "s > yt > end_a",
            "b1 > u3 > end_b",
            extra=sub("yt", "sy > inre > e9", extra=sub("inre", "si > u1 > fel", extra=end("fel", "error err")))
            + boundary("b1", "yt", "error"),
        ),
        "-> u1 \n u1 -> u3 \n u3 -> .b",
    ),
    Case(
        "an error that is only named is not any error",
        draw(
            "s > yt > end_a",
            "b2 > u3 > end_b",
            extra=sub(
                "yt",
                "sy > sp > e9",
                "b1 > u4 > e8",
                extra=sub("sp", "si > u1 > fel", extra=end("fel", "error en")) + boundary("b1", "sp", "error annan"),
            )
            + boundary("b2", "yt", "error en"),
        ),
        "-> u1 \n u1 -> u3 \n u3 -> .b",
    ),
    Case(
        "an error that nobody takes ends the ärende where it was thrown",
        draw("s > p1 > u1 > end_fel", "p1 > u2 > end_a", extra=end("end_fel", "error err")),
        "-> u1 u2 \n u1 -> .fel",
    ),
    Case(
        "a system that says no goes to the error at the edge with its code",
        draw(
            "s > ring > end_a",
            "b1 > u1 > end_b",
            extra=service("ring", "prov.ring") + boundary("b1", "ring", "error err"),
        ),
        "-> ?ring \n ?ring no nej -> u1 \n u1 -> .b",
    ),
    Case(
        "a system that says no inside a sub-process goes to the edge of that",
        draw(
            "s > sp > end_a",
            "b1 > u1 > end_b",
            extra=sub("sp", "si > ring > e1", extra=service("ring", "prov.ring")) + boundary("b1", "sp", "error err"),
        ),
        "-> ?ring \n ?ring no nej -> u1 \n u1 -> .b",
    ),
    Case(
        "an escalation at the edge goes on beside",
        draw(
            "s > sp > end_a",
            "b1 > u3 > e3",
            extra=sub("sp", "si > u1 > kasta > u2 > e2", extra=thrown("kasta", "escalation esc"))
            + boundary("b1", "sp", "escalation esc", quiet=True),
        ),
        "-> u1 \n u1 -> u2 u3 \n u2 -> u3 \n u3 -> .a",
    ),
    Case(
        "an escalation end at an edge that interrupts",
        draw(
            "s > sp > end_a",
            "b1 > u3 > end_b",
            extra=sub("sp", "si > p1 > u1 > esk", "p1 > u2 > e2", extra=end("esk", "escalation esc"))
            + boundary("b1", "sp", "escalation esc"),
        ),
        "-> u1 u2 \n u1 -> u3 \n u3 -> .b",
    ),
    Case(
        "an escalation that an event sub-process takes and interrupts for",
        draw("s > p1 > u1 > kasta > u2 > end_b", "p1 > u3 > end_c", extra=thrown("kasta", "escalation esc"))
        + handler("h", "escalation esc", "h_s > u9 > end_a"),
        "-> u1 u3 \n u1 -> u9 \n u9 -> .a",
    ),
    Case(
        "an escalation nobody takes changes nothing",
        draw("s > kasta > u1 > end_a", extra=thrown("kasta", "escalation esc")),
        "-> u1 \n u1 -> .a",
    ),
    # -- conditions and links ------------------------------------------------------------------------------------------
    Case(
        "a condition is waited for until it holds",
        draw("s > p1 > c > u3 > end_a", "p1 > u1 > u2 > end_b", extra=catch("c", "condition u1.n > 1 or u2.n > 1")),
        '-> u1 \n u1 {"n": 1} -> u2 \n u2 {"n": 2} -> u3 \n u3 -> .a',
    ),
    Case(
        "a condition that holds already is not waited for",
        draw("s > u1 > c > u2 > end_a", extra=catch("c", "condition u1.n > 1")),
        '-> u1 \n u1 {"n": 2} -> u2 \n u2 -> .a',
    ),
    Case(
        "a condition at the edge interrupts",
        draw(
            "s > p1 > u1 > end_a",
            "p1 > u2 > e2",
            "b1 > u3 > end_b",
            extra=task("u1") + boundary("b1", "u1", "condition u2.akut = true"),
        ),
        '-> u1 u2 \n u2 {"akut": true} -> u3 \n u3 -> .b',
    ),
    Case(
        "a condition that does not interrupt comes each time it becomes true",
        draw(
            "s > p1 > u1 > end_a",
            "p1 > x1 > u2 > x1",
            "b1 > u3 > e3",
            extra=task("u1") + boundary("b1", "u1", "condition u2.akut = true", quiet=True),
        ),
        """-> u1 u2
        u2 {"akut": true} -> u1 u2 u3
        u2 {"akut": true} -> u1 u2 u3
        u2 {"akut": false} -> u1 u2 u3
        u2 {"akut": true} -> u1 u2 u3 u3
        u1 -> u2 u3 u3""",
    ),
    Case(
        "a condition that a script makes true comes before the next step",
        draw("s > u1 > k > end_b", extra=script("k", "{ ja: true }"))
        + handler("h", "condition ja", "h_s > u9 > end_a"),
        "-> u1 \n u1 -> u9 \n u9 -> .a",
    ),
    Case(
        "a condition that is true only between two steps is seen",
        draw("s > u1 > k1 > k2 > u2 > end_a", extra=script("k1", "{ ja: true }") + script("k2", "{ ja: false }"))
        + handler("h", "condition ja", "h_s > u9 > eh", quiet=True),
        "-> u1 \n u1 -> u2 u9 \n u9 -> u2 \n u2 -> .a",
    ),
    Case(
        "a link is a flow that is not drawn",
        draw(
            "s > u1 > x1 > l1",
            "l2 > u2 > end_a",
            "x1 > [false] l3",
            extra=thrown("l1", "link A") + thrown("l3", "link A") + catch("l2", "link A"),
        ).replace('id="x1"', 'id="x1" default="f2_x1_l1"'),
        "-> u1 \n u1 -> u2 \n u2 -> .a",
        done="s u1 x1 l1 l2 u2 end_a",
    ),
    # -- event sub-processes -------------------------------------------------------------------------------------------
    Case(
        "an event sub-process that interrupts stops all else in its scope",
        draw("s > p1 > u1 > end_a", "p1 > u2 > end_b") + handler("h", "message info", "h_s > u9 > end_h"),
        "-> u1 u2 !info \n !info -> u9 \n u9 -> .h",
        done="s p1 h_s u9 end_h h",
    ),
    Case(
        "an event sub-process that does not interrupt goes on beside and is heard again",
        draw("s > u1 > end_a") + handler("h", "message info", "h_s > u9 > eh", quiet=True),
        """-> u1 !info
        !info -> u1 u9 !info
        !info -> u1 u9 u9 !info
        u9 -> u1 u9 !info
        u1 -> u9 !info
        u9 -> .a""",
    ),
    Case(
        "an event sub-process in a sub-process stops only that",
        draw(
            "s > p1 > sp > u3 > end_a",
            "p1 > u2 > end_b",
            extra=sub("sp", *IN_SUB, extra=handler("h", "timer P1D", "h_s > u9 > eh")),
        ),
        "-> u1 u2 @h_s \n +1 -> u2 u9 \n u9 -> u2 u3 \n u3 -> u2 \n u2 -> .b",
    ),
    Case(
        "an error is taken by the event sub-process of its scope before the edge",
        draw(
            "s > sp > u3 > end_a",
            "b1 > u4 > end_b",
            extra=sub("sp", "si > u1 > fel", extra=end("fel", "error err") + handler("h", "error err", "h_s > u9 > eh"))
            + boundary("b1", "sp", "error err"),
        ),
        "-> u1 \n u1 -> u9 \n u9 -> u3 \n u3 -> .a",
    ),
    Case(
        "event sub-processes on an escalation, a signal and a condition",
        draw(
            "s > u1 > k1 > k2 > k3 > u2 > end_a",
            extra=thrown("k1", "escalation esc") + thrown("k2", "signal sig") + script("k3", "{ ja: true }"),
        )
        + handler("ha", "escalation esc", "ha_s > u7 > eh", quiet=True)
        + handler("hb", "signal sig", "hb_s > u8 > ei", quiet=True)
        + handler("hc", "condition ja", "hc_s > u9 > ej", quiet=True),
        "-> u1 \n u1 -> u2 u7 u8 u9 \n u7 -> u2 u8 u9 \n u8 -> u2 u9 \n u9 -> u2 \n u2 -> .a",
    ),
    Case(
        "what an event sub-process throws on goes to the edge, not to itself",
        draw(
            "s > sp > end_a",
            "b1 > u4 > e4",
            extra=sub(
                "sp",
                "si > kasta > u1 > e1",
                extra=thrown("kasta", "escalation esc")
                + handler(
                    "h", "escalation esc", "h_s > u9 > vidare", quiet=True, extra=end("vidare", "escalation esc")
                ),
            )
            + boundary("b1", "sp", "escalation esc", quiet=True),
        ),
        "-> u1 u9 \n u9 -> u1 u4 \n u4 -> u1 \n u1 -> .a",
    ),
    Case(
        "what an event sub-process throws on is taken by the one around",
        draw(
            "s > sp > end_a",
            extra=sub(
                "sp",
                "si > kasta > u1 > e1",
                extra=thrown("kasta", "escalation esc")
                + handler("hb", "escalation esc", "hb_s > u9 > vidare", extra=end("vidare", "escalation esc")),
            ),
        )
        + handler("ha", "escalation esc", "ha_s > u8 > end_h"),
        "-> u9 \n u9 -> u8 \n u8 -> .h",
    ),
    Case(
        "what interrupts the process wins over what is open in event sub-processes",
        draw("s > u1 > end_a")
        + handler("ha", "message info", "ha_s > u8 > ea", quiet=True)
        + handler("hb", "signal sig", "hb_s > u9 > end_h")
        + handler("hc", "message borja", "hc_s > kasta > ec", quiet=True, extra=thrown("kasta", "signal sig")),
        "-> u1 !info !borja \n !info -> u1 u8 !info !borja \n !borja -> u9 \n u9 -> .h",
    ),
]
