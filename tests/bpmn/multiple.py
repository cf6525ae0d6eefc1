"""Events that wait for, or throw, several things; and the complex gateway, which waits for some of several flows."""

from __future__ import annotations

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
        "-> u1 u5 !info \n !info -> u1 u5 \n u5 -> u1 u5 u9 !info \n u5 -> u1 u5 u9 !info"
        "\n !info -> u1 u5 u9 u9 !info",
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
]
