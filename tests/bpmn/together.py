"""Elements together: where one lies in another, and where two things happen in one step."""

from __future__ import annotations

from tests.bpmn.drawing import Case, boundary, draw, each, event, handler, script, several, sub, task
from tests.unit.engine_bpmn import service

THREE = several("<loopCardinality>3</loopCardinality>")
CALLED = '</process><process id="q" isExecutable="true">'


def throw(node_id: str, definition: str) -> str:
    return event("intermediateThrowEvent", node_id, definition)


def end(node_id: str, definition: str) -> str:
    return event("endEvent", node_id, definition)


CASES = [
    Case(
        "an error without a code is taken where that very error is drawn, before where any is",
        draw(
            "s > sp > end_a",
            "b1 > u8 > end_b",
            "b2 > u9 > end_c",
            extra=sub("sp", "si > u1 > fel", extra=end("fel", "error nej2"))
            + boundary("b1", "sp", "error ja2")
            + boundary("b2", "sp", "error nej2"),
        )
        + '</process><error id="ja2" name="ja"/><error id="nej2" name="nej"/><process id="tom" isExecutable="false">',
        "-> u1 \n u1 -> u9 \n u9 -> .c",
    ),
    Case(
        "events that refer to what is defined once wait for it and throw it",
        draw(
            "s > c > u1 > kasta > end_b",
            extra="".join(
                f'<{kind} id="{key}"><eventDefinitionRef>{ref}</eventDefinitionRef></{kind}>'
                for kind, key, ref in (
                    ("intermediateCatchEvent", "c", "d_info"),
                    ("intermediateThrowEvent", "kasta", "d_sig"),
                )
            ),
        )
        + handler("h", "signal sig", "h_s > u9 > end_h")
        + '</process><messageEventDefinition id="d_info" messageRef="m_info"/>'
        '<signalEventDefinition id="d_sig" signalRef="sig"/><process id="tom" isExecutable="false">',
        "-> !info \n !info -> u1 \n u1 -> u9 \n u9 -> .h",
    ),
    Case(
        "an error in one instance of a sub-process interrupts all of them",
        draw(
            "s > sp > end_a",
            "b > u9 > end_b",
            extra=sub("sp", "si > u1 > x1 > [u1.n = 1] fel", "x1 > [-] e1", extra=end("fel", "error err") + THREE)
            + boundary("b", "sp", "error err"),
        ),
        '-> u1 u1 u1 \n u1 {"n": 2} -> u1 u1 \n u1 {"n": 1} -> u9 \n u9 -> .b',
    ),
    Case(
        "an escalation from each instance goes on beside",
        draw(
            "s > sp > end_a",
            "b > u9 > e9",
            extra=sub("sp", "si > u1 > k > e1", extra=throw("k", "escalation esc") + THREE)
            + boundary("b", "sp", "escalation esc", quiet=True),
        ),
        "-> u1 u1 u1 \n u1 -> u1 u1 u9 \n u1 -> u1 u9 u9 \n u1 -> u9 u9 u9 \n u9 -> u9 u9 \n u9 -> u9 \n u9 -> .a",
    ),
    Case(
        "a signal that interrupts the sub-process it is thrown in",
        draw(
            "s > sp > end_a",
            "b > u9 > end_b",
            extra=sub("sp", "si > u1 > k > u2 > e1", extra=throw("k", "signal sig"))
            + boundary("b", "sp", "signal sig"),
        ),
        "-> u1 \n u1 -> u9 \n u9 -> .b",
        done="s si u1 k b u9 end_b",
    ),
    Case(
        "a message at the edge of a called process interrupts what is deep inside it",
        draw(
            "s > anropa > end_a",
            "b > u9 > end_b",
            extra=task("anropa", kind="callActivity", calledElement="q") + boundary("b", "anropa", "message info"),
        )
        + CALLED
        + draw("sq > sp > eq", extra=sub("sp", "si > p1 > u1 > e1", "p1 > u2 > e2")),
        "-> u1 u2 !info \n u1 -> u2 !info \n !info -> u9 \n u9 -> .b",
    ),
    Case(
        "a called process with several starts begins at the plain one",
        draw("s > anropa > end_a", extra=task("anropa", kind="callActivity", calledElement="q"))
        + CALLED
        + draw("sq > u1 > eq", "sm > u2 > eq", extra=event("startEvent", "sm", "message info")),
        "-> u1 \n u1 -> .a",
    ),
    Case(
        "terminate in an event sub-process ends only that",
        draw("s > u1 > end_a")
        + handler("h", "message info", "h_s > p1 > u8 > e8", "p1 > u9 > e9", quiet=True, extra=end("e9", "terminate")),
        "-> u1 !info \n !info -> u1 u8 u9 !info \n u9 -> u1 !info \n u1 -> .a",
    ),
    Case(
        "an event sub-process in each instance stops only its own",
        draw(
            "s > u0 > sp > end_a",
            extra=sub(
                "sp",
                "si > u1 > k > u2 > e1",
                extra=throw("k", "escalation esc") + handler("h", "escalation esc", "h_s > u9 > eh") + each("u0.r"),
            ),
        ),
        '-> u0 \n u0 {"r": [1, 2]} -> u1 u1 \n u1 -> u1 u9 \n u9 -> u1 \n u1 -> u9 \n u9 -> .a',
    ),
    Case(
        "what interrupts the process takes instances, gateways and timers with it",
        draw(
            "s > p1 > u1 > end_b",
            "p1 > g1 > m > e1",
            "g1 > t > e2",
            extra=task("u1", THREE)
            + boundary("b", "u1", "timer P1D", quiet=True)
            + event("intermediateCatchEvent", "m", "message borja")
            + event("intermediateCatchEvent", "t", "timer P1D"),
        )
        + handler("h", "message info", "h_s > u9 > end_a"),
        "-> u1 u1 u1 !borja !info @b @t \n u1 -> u1 u1 !borja !info @b @t \n !info -> u9 \n u9 -> .a",
    ),
    Case(
        "an event sub-process whose condition holds already begins at once",
        draw(
            "s > u1 > sp > end_a",
            extra=sub("sp", "si > u2 > e1", extra=handler("h", "condition u1.nej", "h_s > u9 > eh")),
        ),
        '-> u1 \n u1 {"nej": true} -> u9 \n u9 -> .a',
    ),
    Case(
        "a time at the edge that has come already interrupts before the activity begins",
        draw("s > u1 > u2 > end_a", "b > u9 > end_b", extra=task("u2") + boundary("b", "u2", "timer 2020-01-01T08:00")),
        "-> u1 \n u1 -> u9 \n u9 -> .b",
    ),
    Case(
        "the steps of an ad hoc sub-process have edges of their own",
        draw(
            "s > ah > end_a",
            extra=sub(
                "ah",
                "u1",
                "u2",
                "b > u9",
                extra=task("u1") + boundary("b", "u1", "message info"),
                tag="adHocSubProcess",
            ),
        ),
        "-> u1 u2 !info \n !info -> u2 u9 \n u2 -> u9 \n u9 -> .a",
    ),
    Case(
        "a sub-process in an ad hoc sub-process is one of the choices",
        draw(
            "s > ah > end_a", extra=sub("ah", "sp", "u2", extra=sub("sp", "si > u1 > u3 > e1"), tag="adHocSubProcess")
        ),
        "-> u1 u2 \n u1 -> u2 u3 \n u3 -> u2 \n u2 -> .a",
    ),
    Case(
        "a step of an ad hoc sub-process that is to be done several times",
        draw("s > ah > end_a", extra=sub("ah", "u1", "u2", extra=task("u1", THREE), tag="adHocSubProcess")),
        "-> u1 u1 u1 u2 \n u1 -> u1 u1 u2 \n u2 -> u1 u1 \n u1 -> u1 \n u1 -> .a",
    ),
    Case(
        "an inclusive merge waits for a sub-process that has not ended",
        draw("s > p1 > sp > o2 > u3 > end_a", "p1 > u2 > o2", extra=sub("sp", "si > u1 > e1")),
        "-> u1 u2 \n u2 -> u1 \n u1 -> u3 \n u3 -> .a",
    ),
    Case(
        "a system in each instance, and one that says no",
        draw(
            "s > ring > end_a",
            "b > u9 > end_b",
            extra=service("ring", "prov.ring").replace("</serviceTask>", THREE + "</serviceTask>")
            + boundary("b", "ring", "error err"),
        ),
        "-> ?ring ?ring ?ring \n ?ring -> ?ring ?ring \n ?ring no nej -> u9 \n u9 -> .b",
    ),
    Case(
        "two conditions that become true in one step",
        draw(
            "s > p1 > c1 > u1 > end_a",
            "p1 > c2 > k > u2 > end_b",
            "p1 > u3 > e3",
            extra=event("intermediateCatchEvent", "c1", "condition klart")
            + event("intermediateCatchEvent", "c2", "condition u3.n > 1")
            + script("k", "{ klart: true }"),
        ),
        '-> u3 \n u3 {"n": 2} -> u1 u2 \n u1 -> u2 \n u2 -> .b',
    ),
    Case(
        "a cycle in an event sub-process comes again",
        draw("s > u1 > end_a") + handler("h", "timer R/P1D", "h_s > u9 > eh", quiet=True),
        "-> u1 @h_s \n +1 -> u1 u9 @h_s \n +1 -> u1 u9 u9 @h_s \n u1 -> u9 u9 @h_s \n u9 -> u9 @h_s \n u9 -> .a",
    ),
    Case(
        "a receive task is interrupted at its edge",
        draw(
            "s > ta > end_a",
            "b > u9 > end_b",
            extra=task("ta", kind="receiveTask", messageRef="m_info") + boundary("b", "ta", "timer P1D"),
        ),
        "-> !info @b \n +1 -> u9 \n u9 -> .b",
    ),
    Case(
        "an error thrown in an event sub-process goes outwards, not to its own scope again",
        draw(
            "s > sp > end_a",
            "b > u9 > end_b",
            extra=sub(
                "sp",
                "si > u1 > fel",
                extra=end("fel", "error err")
                + handler("h", "error err", "h_s > u2 > fel2", extra=end("fel2", "error err")),
            )
            + boundary("b", "sp", "error err"),
        ),
        "-> u1 \n u1 -> u2 \n u2 -> u9 \n u9 -> .b",
    ),
    Case(
        "loops in loops",
        draw("s > x1 > x2 > u1 > x3 > [u1.inre] x2", "x3 > [-] u2 > x4 > [u2.yttre] x1", "x4 > [-] end_a"),
        """-> u1
        u1 {"inre": true} -> u1
        u1 {"inre": false} -> u2
        u2 {"yttre": true} -> u1
        u1 {"inre": false} -> u2
        u2 {"yttre": false} -> .a""",
    ),
]
