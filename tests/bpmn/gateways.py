"""Gateways: splitting, merging, merging without a split, and in loops."""

from __future__ import annotations

from tests.bpmn.drawing import Case, boundary, draw, event, handler, sub, task

CATCH = event("intermediateCatchEvent", "m", "message info") + event("intermediateCatchEvent", "t", "timer P3D")

CASES = [
    Case(
        "the first condition that holds is taken, in the order drawn",
        draw("s > u1 > x1 > [u1.n > 1] u2 > end_a", "x1 > [u1.n > 0] u3 > end_b", "x1 > [-] end_c"),
        '-> u1 \n u1 {"n": 5} -> u2 \n u2 -> .a',
    ),
    Case(
        "the default is taken when nothing holds, and null is no",
        draw("s > u1 > x1 > [u1.borta > 1] u2 > end_a", "x1 > [-] u3 > end_b"),
        "-> u1 \n u1 -> u3 \n u3 -> .b",
    ),
    Case(
        "an exclusive merge lets every token through",
        draw("s > p1 > u1 > x1 > u3 > end_a", "p1 > u2 > x1"),
        "-> u1 u2 \n u1 -> u2 u3 \n u2 -> u3 u3 \n u3 -> u3 \n u3 -> .a",
    ),
    Case(
        "a parallel merge waits for every flow",
        draw("s > p1 > u1 > p2 > u4 > end_a", "p1 > u2 > p2", "p1 > u3 > p2"),
        "-> u1 u2 u3 \n u2 -> u1 u3 \n u1 -> u3 \n u3 -> u4 \n u4 -> .a",
    ),
    Case(
        "a parallel merge in a loop waits in each round",
        draw("s > x1 > p1 > u1 > p2 > u3 > x2 > [u3.klar] end_a", "p1 > u2 > p2", "x2 > [-] x1"),
        """-> u1 u2
        u2 -> u1
        u1 -> u3
        u3 {"klar": false} -> u1 u2
        u1 -> u2
        u2 -> u3
        u3 {"klar": true} -> .a""",
    ),
    Case(
        "a second token on one flow waits for the next round",
        draw("s > p0 > u1 > x1 > p2 > u4 > end_a", "p0 > u2 > x1", "p0 > u3 > x3 > p2", "p0 > u5 > x3"),
        "-> u1 u2 u3 u5 \n u1 -> u2 u3 u5 \n u2 -> u3 u5 \n u3 -> u4 u5 \n u5 -> u4 u4 \n u4 -> u4 \n u4 -> .a",
    ),
    Case(
        "a parallel gateway both merges and splits",
        draw("s > p1 > u1 > p2 > u3 > end_a", "p1 > u2 > p2 > u4 > end_b"),
        "-> u1 u2 \n u1 -> u2 \n u2 -> u3 u4 \n u3 -> u4 \n u4 -> .b",
    ),
    Case(
        "a parallel merge without a split merges what came other ways",
        draw("s > u1 > u2 > p2 > u4 > end_a", "u1 > u3 > p2"),
        "-> u1 \n u1 -> u2 u3 \n u3 -> u2 \n u2 -> u4 \n u4 -> .a",
    ),
    Case(
        "parallel blocks in a row",
        draw(
            "s > p10 > u11 > p11 > p20 > u21 > p21 > u9 > end_a",
            "p10 > u12 > p11",
            "p10 > u13 > p11",
            "p20 > u22 > p21",
            "p20 > u23 > p21",
        ),
        """-> u11 u12 u13
        u11 -> u12 u13
        u13 -> u12
        u12 -> u21 u22 u23
        u21 -> u22 u23
        u22 -> u23
        u23 -> u9
        u9 -> .a""",
    ),
    # -- inclusive -----------------------------------------------------------------------------------------------------
    Case(
        "an inclusive gateway takes every flow that holds, and merges as many",
        draw("s > u1 > o1 > [u1.a] u2 > o2 > u5 > end_a", "o1 > [u1.b] u3 > o2", "o1 > [-] u4 > o2"),
        '-> u1 \n u1 {"a": true, "b": true} -> u2 u3 \n u3 -> u2 \n u2 -> u5 \n u5 -> .a',
    ),
    Case(
        "an inclusive gateway takes its default when nothing holds",
        draw("s > u1 > o1 > [u1.a] u2 > o2 > u5 > end_a", "o1 > [u1.b] u3 > o2", "o1 > [-] u4 > o2"),
        '-> u1 \n u1 {"a": false} -> u4 \n u4 -> u5 \n u5 -> .a',
    ),
    Case(
        "an inclusive merge does not wait for what took another way",
        draw(
            "s > u1 > o1 > [u1.a] u2 > o2 > u5 > end_a",
            "o1 > [u1.b] u3 > x3 > [u3.ut] u6 > end_b",
            "x3 > [-] o2",
        ),
        '-> u1 \n u1 {"a": true, "b": true} -> u2 u3 \n u2 -> u3 \n u3 {"ut": true} -> u5 u6 \n u6 -> u5 \n u5 -> .a',
    ),
    Case(
        "an inclusive merge without a split",
        draw("s > p1 > u1 > o2 > u4 > end_a", "p1 > u2 > o2", "p1 > u3 > end_b"),
        "-> u1 u2 u3 \n u1 -> u2 u3 \n u2 -> u3 u4 \n u3 -> u4 \n u4 -> .a",
    ),
    Case(
        "an inclusive block in a loop merges in each round",
        draw(
            "s > x1 > u1 > o1 > [u1.a] u2 > o2 > u5 > x2 > [u5.klar] end_a",
            "o1 > [u1.b] u3 > o2",
            "o1 > [-] u4 > o2",
            "x2 > [-] x1",
        ),
        """-> u1
        u1 {"a": true, "b": true} -> u2 u3
        u2 -> u3
        u3 -> u5
        u5 {"klar": false} -> u1
        u1 {"a": true, "b": false} -> u2
        u2 -> u5
        u5 {"klar": true} -> .a""",
    ),
    Case(
        "an inclusive merge waits for a token that can come by a boundary event",
        draw(
            "s > p1 > u1 > o2 > u4 > end_a",
            "p1 > u2 > end_b",
            "b1 > u3 > o2",
            extra=task("u2") + boundary("b1", "u2", "message info"),
        ),
        "-> u1 u2 !info \n u1 -> u2 !info \n !info -> u3 \n u3 -> u4 \n u4 -> .a",
    ),
    Case(
        "an inclusive merge waits for an activity whose edge has led to it already",
        draw(
            "s > sp > o1 > u4 > end_a",
            "b1 > u3 > o1",
            extra=sub("sp", "si > u1 > e1") + boundary("b1", "sp", "message info", quiet=True),
        ),
        "-> u1 !info \n !info -> u1 u3 !info \n u3 -> u1 !info \n u1 -> u4 \n u4 -> .a",
    ),
    Case(
        "an inclusive merge in a sub-process looks only inside it",
        draw("s > p1 > sp > end_a", "p1 > u9 > end_b", extra=sub("sp", "si > p2 > u1 > o2 > u3 > e1", "p2 > u2 > o2")),
        "-> u1 u2 u9 \n u1 -> u2 u9 \n u2 -> u3 u9 \n u3 -> u9 \n u9 -> .b",
    ),
    # -- events --------------------------------------------------------------------------------------------------------
    Case(
        "an event gateway goes where the first event leads",
        draw("s > g1 > m > u1 > end_a", "g1 > t > u2 > end_b", extra=CATCH),
        '-> !info @t \n !info {"n": 1} -> u1 \n u1 -> .a',
    ),
    Case(
        "an event gateway whose time comes",
        draw("s > g1 > m > u1 > end_a", "g1 > t > u2 > end_b", extra=CATCH),
        "-> !info @t \n +4 -> u2 \n u2 -> .b",
    ),
    Case(
        "an event gateway in a loop",
        draw("s > x1 > g1 > m > u1 > x1", "g1 > t > u2 > end_b", extra=CATCH),
        "-> !info @t \n !info -> u1 \n u1 -> !info @t \n +9 -> u2 \n u2 -> .b",
    ),
    Case(
        "an event gateway with a receive task",
        draw(
            "s > g1 > ta > u1 > end_a",
            "g1 > t > u2 > end_b",
            extra=task("ta", kind="receiveTask", messageRef="m_info")
            + event("intermediateCatchEvent", "t", "timer PT1H"),
        ),
        "-> !info @t \n !info -> u1 \n u1 -> .a",
    ),
    Case(
        "an event gateway with a signal and a condition",
        draw(
            "s > p1 > g1 > c > u1 > end_a",
            "g1 > si > u2 > end_b",
            "p1 > u3 > end_c",
            extra=event("intermediateCatchEvent", "c", "condition u3.n > 1")
            + event("intermediateCatchEvent", "si", "signal sig"),
        ),
        '-> u3 \n u3 {"n": 2} -> u1 \n u1 -> .a',
    ),
    Case(
        "an event gateway that begins the ärende",
        draw(
            "g1 > m > u1 > end_a",
            "g1 > m2 > u2 > end_b",
            extra='<eventBasedGateway id="g1" instantiate="true"/>'
            + event("intermediateCatchEvent", "m", "message info")
            + event("intermediateCatchEvent", "m2", "message borja"),
        ),
        "-> u2 \n u2 -> .b",
        {"borja": {}, "u2": {}},
        "m2 u2 end_b",
        "m2",
    ),
    Case(
        "two event gateways that a cancelled sub-process had are gone",
        draw(
            "s > sp > end_a",
            extra=sub("sp", "si > g1 > m > e1", "g1 > t > e2", extra=CATCH),
        )
        + handler("h", "message avliden", "h_s > u9 > end_d").replace("m_avliden", "m_dod"),
        "-> !info !avliden @t \n !avliden -> u9 \n u9 -> .d",
    ),
]
