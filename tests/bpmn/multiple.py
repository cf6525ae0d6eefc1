"""Events that wait for, or throw, several things; and the complex gateway, which waits for some of several flows."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tests.bpmn.drawing import Case, boundary, draw, event, handler, sub, task
from tests.bpmn.transactions import undone

BOTH = "message info | signal sig"
BESIDE = "p0 > u5 > kasta > e5"
THROWS = event("intermediateThrowEvent", "kasta", "signal sig")


def all_of(xml: str) -> str:
    """The first event of a drawing waits for all of its events."""
    return xml.replace(' id="c"', ' id="c" parallelMultiple="true"').replace(
        ' id="h_s"', ' id="h_s" parallelMultiple="true"'
    )


def complex_gateway(condition: str, node_id: str = "kx") -> str:
    inner = f"<activationCondition>{escape(condition)}</activationCondition>" if condition else ""
    return f'<complexGateway id="{node_id}">{inner}</complexGateway>'


THREE = ("s > p1 > u1 > kx > u4 > end_a", "p1 > u2 > kx", "p1 > u3 > kx")
TWO_OF_THREE = complex_gateway("activationCount >= 2")

CASES = [
    Case(
        "parallel multiple: an intermediate event waits for all, in any order",
        all_of(
            draw("s > p0 > c > u9 > end_a", BESIDE, extra=event("intermediateCatchEvent", "c", BOTH) + THROWS),
        ),
        "-> u5 !info \n u5 -> !info \n !info -> u9 \n u9 -> .a",
    ),
    Case(
        "parallel multiple: what has come is not waited for again",
        all_of(
            draw("s > p0 > c > u9 > end_a", BESIDE, extra=event("intermediateCatchEvent", "c", BOTH) + THROWS),
        ),
        '-> u5 !info \n !info {"n": 1} -> u5 \n u5 -> u9 \n u9 -> .a',
    ),
    Case(
        "parallel multiple: a time, a condition and a message",
        all_of(
            draw(
                "s > p0 > c > u9 > end_a",
                "p0 > u5 > e5",
                extra=event("intermediateCatchEvent", "c", "message info | timer P2D | condition u5.ja"),
            ),
        ),
        '-> u5 !info @c \n +3 -> u5 !info \n !info -> u5 \n u5 {"ja": true} -> u9 \n u9 -> .a',
    ),
    Case(
        "parallel multiple: at the edge it interrupts when all have come",
        all_of(
            draw("s > p0 > u1 > end_b", "c > u9 > end_a", BESIDE, extra=task("u1") + boundary("c", "u1", BOTH) + THROWS)
        ),
        "-> u1 u5 !info \n !info -> u1 u5 \n u5 -> u9 \n u9 -> .a",
    ),
    Case(
        "parallel multiple: at the edge it goes on beside, and waits for all anew",
        all_of(
            draw(
                "s > p0 > u1 > end_a",
                "p0 > x1 > u5 > kasta > x1",
                "c > u9 > e9",
                extra=task("u1") + boundary("c", "u1", BOTH, quiet=True) + THROWS,
            )
        ),
        "-> u1 u5 !info \n !info -> u1 u5 \n u5 -> u1 u5 u9 !info \n u5 -> u1 u5 u9 !info\n !info -> u1 u5 u9 u9 !info",
    ),
    Case(
        "parallel multiple: an event sub-process interrupts when all have come",
        draw("s > p0 > u1 > end_b", BESIDE, extra=THROWS) + all_of(handler("h", BOTH, "h_s > u9 > end_a")),
        "-> u1 u5 !info \n u5 -> u1 !info \n !info -> u9 \n u9 -> .a",
    ),
    Case(
        "parallel multiple: an event sub-process goes on beside",
        draw("s > p0 > u1 > end_a", BESIDE, extra=THROWS) + all_of(handler("h", BOTH, "h_s > u9 > e9", quiet=True)),
        "-> u1 u5 !info \n u5 -> u1 !info \n !info -> u1 u9 !info \n u1 -> u9 !info \n u9 -> .a",
    ),
    Case(
        "multiple: an event throws all it says",
        draw(
            "s > p1 > c1 > u1 > end_a",
            "p1 > u2 > kasta > u3 > end_b",
            extra=event("intermediateCatchEvent", "c1", "signal sig")
            + event("intermediateThrowEvent", "kasta", "escalation esc | signal sig"),
        )
        + handler("h", "escalation esc", "h_s > u9 > eh", quiet=True),
        "-> u2 \n u2 -> u1 u3 u9 \n u1 -> u3 u9 \n u3 -> u9 \n u9 -> .b",
    ),
    Case(
        "multiple: an end undoes after the rest is thrown",
        draw(
            "s > p1 > c1 > u2 > e2",
            "p1 > u1 > end_a",
            extra=undone("u1", "ang1")
            + event("intermediateCatchEvent", "c1", "signal sig")
            + event("endEvent", "end_a", "compensate | signal sig"),
        ),
        "-> u1 \n u1 -> ang1 u2 \n ang1 -> u2 \n u2 -> .a",
    ),
    Case(
        "multiple: an end that sends and ends everything",
        draw(
            "s > sp > u3 > end_a",
            extra=sub(
                "sp", "si > p1 > u1 > e1", "p1 > u2 > e2", extra=event("endEvent", "e1", "terminate | message info")
            ),
        ),
        "-> u1 u2 \n u1 -> u3 \n u3 -> .a",
    ),
    # -- the complex gateway -------------------------------------------------------------------------------------------
    Case(
        "complex: two of three go on, and the third leads to nothing",
        draw(*THREE, extra=TWO_OF_THREE),
        "-> u1 u2 u3 \n u1 -> u2 u3 \n u3 -> u2 u4 \n u4 -> u2 \n u2 -> .a",
    ),
    Case(
        "complex: the first goes on at once",
        draw(*THREE, extra=complex_gateway("activationCount >= 1")),
        "-> u1 u2 u3 \n u2 -> u1 u3 u4 \n u1 -> u3 u4 \n u4 -> u3 \n u3 -> .a",
    ),
    Case(
        "complex: in a loop it begins anew when the last has come",
        draw(
            "s > x1 > p1 > u1 > kx > u4 > x2 > [u4.klar] end_a",
            "p1 > u2 > kx",
            "x2 > [-] x1",
            extra=complex_gateway("activationCount >= 1"),
        ),
        """-> u1 u2
        u1 -> u2 u4
        u2 -> u4
        u4 {"klar": false} -> u1 u2
        u2 -> u1 u4
        u4 {"klar": true} -> u1
        u1 -> .a""",
    ),
    Case(
        "complex: a second token on the same flow waits for the next round",
        draw(
            "s > p0 > u1 > x1 > kx > u4 > end_a",
            "p0 > u2 > x1",
            "p0 > u3 > kx",
            extra=complex_gateway("activationCount >= 1"),
        ),
        "-> u1 u2 u3 \n u1 -> u2 u3 u4 \n u2 -> u3 u4 \n u3 -> u4 u4 \n u4 -> u4 \n u4 -> .a",
    ),
    Case(
        "complex: it does not wait for what took another way",
        draw(
            "s > p1 > u1 > kx > u4 > end_a",
            "p1 > u2 > x1 > [u2.ut] end_b",
            "x1 > [-] kx",
            extra=complex_gateway("activationCount >= 1"),
        ),
        '-> u1 u2 \n u1 -> u2 u4 \n u2 {"ut": true} -> u4 \n u4 -> .a',
    ),
    Case(
        "complex: its flows say what comes out at once, and what when it begins anew",
        draw(
            "s > p1 > u1 > kx > [waitingForStart] u4 > end_a",
            "p1 > u2 > kx > [not(waitingForStart)] u5 > end_b",
            extra=complex_gateway("activationCount >= 1"),
        ),
        "-> u1 u2 \n u1 -> u2 u4 \n u2 -> u4 u5 \n u4 -> u5 \n u5 -> .b",
    ),
    Case(
        "complex: its condition knows each flow, and the variables",
        draw(
            *THREE,
            extra=complex_gateway("f2_u1_kx > 0 and (activationCount >= 3 or u1.ensam = true)"),
        ).replace("f1_u1_kx", "f2_u1_kx"),
        '-> u1 u2 u3 \n u2 -> u1 u3 \n u3 -> u1 \n u1 {"ensam": false} -> u4 \n u4 -> .a',
    ),
    Case(
        "complex: with one flow in it chooses as an inclusive one",
        draw(
            "s > u1 > kx > [u1.a] u2 > end_a",
            "kx > [u1.b] u3 > end_b",
            "kx > [-] u4 > end_c",
            extra=complex_gateway(""),
        ),
        '-> u1 \n u1 {"a": true, "b": true} -> u2 u3 \n u2 -> u3 \n u3 -> .b',
    ),
]
