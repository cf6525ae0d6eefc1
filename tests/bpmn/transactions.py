"""Undoing: compensation and transactions; data objects, lanes, and other pools."""

from __future__ import annotations

from tests.bpmn.drawing import Case, boundary, draw, each, event, handler, script, several, sub, task

LOOP = '<standardLoopCharacteristics loopMaximum="2"/>'


def undone(activity: str, undo: str, more: str = "") -> str:
    """The user task `activity`, and the user task `undo` that undoes it."""
    return task(activity, more) + undoing(activity, undo)


def undoing(activity: str, undo: str) -> str:
    line = f'<association id="{undo}_linje" sourceRef="{undo}_kant" targetRef="{undo}"/>'
    return boundary(f"{undo}_kant", activity, "compensate") + task(undo, isForCompensation="true") + line


def throw(node_id: str, activity: str = "") -> str:
    return event("intermediateThrowEvent", node_id, f"compensate {activity}".strip())


IN_TRANSACTION = undone("u1", "ang1") + undone("u2", "ang2") + event("endEvent", "avbryt", "cancel")
TRANSACTION = sub(
    "tr", "si > u1 > u2 > x1 > [u2.nej] avbryt", "x1 > [-] e1", extra=IN_TRANSACTION, tag="transaction"
) + boundary("b1", "tr", "cancel")

CASES = [
    Case(
        "what was done is undone, the latest first, and then it goes on",
        draw("s > u1 > u2 > k > u3 > end_a", extra=undone("u1", "ang1") + undone("u2", "ang2") + throw("k")),
        "-> u1 \n u1 -> u2 \n u2 -> ang2 \n ang2 -> ang1 \n ang1 -> u3 \n u3 -> .a",
        done="s u1 u2 ang2 ang1 k u3 end_a",
    ),
    Case(
        "only what was done is undone",
        draw(
            "s > u1 > x1 > [u1.n = 1] u2 > x2 > k > u3 > end_a",
            "x1 > [-] x2",
            extra=undone("u1", "ang1") + undone("u2", "ang2") + throw("k"),
        ),
        '-> u1 \n u1 {"n": 2} -> ang1 \n ang1 -> u3 \n u3 -> .a',
    ),
    Case(
        "one activity is undone by name, and once",
        draw(
            "s > u1 > u2 > k > k2 > u3 > end_a",
            extra=undone("u1", "ang1") + undone("u2", "ang2") + throw("k", "u1") + throw("k2", "u1"),
        ),
        "-> u1 \n u1 -> u2 \n u2 -> ang1 \n ang1 -> u3 \n u3 -> .a",
    ),
    Case(
        "nothing to undo is no obstacle",
        draw("s > k > u1 > end_a", extra=undone("u1", "ang1") + throw("k")),
        "-> u1 \n u1 -> .a",
    ),
    Case(
        "a compensation end undoes before it ends",
        draw("s > u1 > end_a", extra=undone("u1", "ang1") + event("endEvent", "end_a", "compensate")),
        "-> u1 \n u1 -> ang1 \n ang1 -> .a",
    ),
    Case(
        "what was done in a sub-process that is over is undone",
        draw(
            "s > sp > k > u3 > end_a",
            extra=sub("sp", "si > u1 > u2 > e1", extra=undone("u1", "ang1") + undone("u2", "ang2")) + throw("k", "sp"),
        ),
        "-> u1 \n u1 -> u2 \n u2 -> ang2 \n ang2 -> ang1 \n ang1 -> u3 \n u3 -> .a",
    ),
    Case(
        "a sub-process with a handler of its own is undone by that",
        draw(
            "s > sp > k > u3 > end_a",
            extra=sub("sp", "si > u1 > e1", extra=undone("u1", "ang1")) + undoing("sp", "ang9") + throw("k"),
        ),
        "-> u1 \n u1 -> ang9 \n ang9 -> u3 \n u3 -> .a",
    ),
    Case(
        "what was done several times is undone as many",
        draw("s > u1 > k > u3 > end_a", extra=undone("u1", "ang1", LOOP) + throw("k")),
        "-> u1 \n u1 -> u1 \n u1 -> ang1 \n ang1 -> ang1 \n ang1 -> u3 \n u3 -> .a",
    ),
    Case(
        "what a loop did round after round is undone round by round",
        draw(
            "s > x1 > u1 > u2 > x2 > [u2.igen] x1",
            "x2 > [-] k > u3 > end_a",
            extra=undone("u1", "ang1") + undone("u2", "ang2") + throw("k"),
        ),
        """-> u1
        u1 -> u2
        u2 {"igen": true} -> u1
        u1 -> u2
        u2 {"igen": true} -> u1
        u1 -> u2
        u2 {"igen": false} -> ang2
        ang2 -> ang1
        ang1 -> ang2
        ang2 -> ang1
        ang1 -> ang2
        ang2 -> ang1
        ang1 -> u3
        u3 -> .a""",
    ),
    Case(
        "one of what a loop did is undone by name, as many times",
        draw(
            "s > x1 > u1 > u2 > x2 > [u2.igen] x1",
            "x2 > [-] k > k2 > end_a",
            extra=undone("u1", "ang1") + undone("u2", "ang2") + throw("k", "u1") + throw("k2"),
        ),
        """-> u1
        u1 -> u2
        u2 {"igen": true} -> u1
        u1 -> u2
        u2 {"igen": false} -> ang1
        ang1 -> ang1
        ang1 -> ang2
        ang2 -> ang2
        ang2 -> .a""",
    ),
    Case(
        "an event sub-process undoes what was done around it",
        draw("s > u1 > u2 > end_a", extra=undone("u1", "ang1"))
        + handler("h", "message info", "h_s > k > u9 > end_h", extra=throw("k")),
        "-> u1 !info \n u1 -> u2 !info \n !info -> ang1 \n ang1 -> u9 \n u9 -> .h",
    ),
    Case(
        "multi-instance is undone once for each, side by side as it was done, before what came before it",
        draw("s > u0 > u1 > k > end_a", extra=undone("u0", "ang0") + undone("u1", "ang1", each("u0.r")) + throw("k")),
        """-> u0
        u0 {"r": [1, 2]} -> u1 u1
        u1 -> u1
        u1 -> ang1 ang1
        ang1 -> ang1
        ang1 -> ang0
        ang0 -> .a""",
    ),
    Case(
        "multi-instance one after the other is undone one after the other",
        draw("s > u0 > u1 > k > end_a", extra=undone("u1", "ang1", each("u0.r", sequential=True)) + throw("k", "u1")),
        '-> u0 \n u0 {"r": [1, 2]} -> u1 \n u1 -> u1 \n u1 -> ang1 \n ang1 -> ang1 \n ang1 -> .a',
    ),
    Case(
        "each instance is undone with what it knew",
        draw(
            "s > u0 > u1 > k > u3 > end_a",
            extra=script("ang1", "{ borta: concatenate(if borta = null then [] else borta, [rad]) }").replace(
                'id="ang1"', 'id="ang1" isForCompensation="true"'
            )
            + task("u1", each("u0.r"))
            + boundary("kant", "u1", "compensate")
            + '<association id="linje" sourceRef="kant" targetRef="ang1"/>'
            + throw("k"),
        ),
        '-> u0 \n u0 {"r": [1, 2, 3]} -> u1 u1 u1 \n u1 -> u1 u1 \n u1 -> u1 \n u1 -> u3 \n u3 -> .a',
        {"u0": {"r": [1, 2, 3]}, "u1": [{}, {}, {}], "borta": [3, 2, 1], "u3": {}},
    ),
    Case(
        "a message that was received is undone as what was done",
        draw(
            "s > ta > k > u3 > end_a",
            extra=task("ta", kind="receiveTask", messageRef="m_info") + undoing("ta", "ang1") + throw("k"),
        ),
        "-> !info \n !info -> ang1 \n ang1 -> u3 \n u3 -> .a",
    ),
    Case(
        "a multi-instance activity that goes on is not undone",
        draw(
            "s > p1 > u1 > end_a",
            "p1 > u2 > k > u3 > end_b",
            extra=undone("u1", "ang1", several("<loopCardinality>2</loopCardinality>")) + throw("k", "u1"),
        ),
        "-> u1 u1 u2 \n u1 -> u1 u2 \n u2 -> u1 u3 \n u1 -> u3 \n u3 -> .b",
    ),
    Case(
        "a sub-process is undone by its own event sub-process, which may undo what was done inside",
        draw(
            "s > sp > k > u3 > end_a",
            extra=sub(
                "sp",
                "si > u1 > u2 > e1",
                extra=undone("u1", "ang1")
                + undone("u2", "ang2")
                + handler("h", "compensate", "h_s > k1 > u9 > e9", extra=throw("k1", "u1")),
            )
            + throw("k"),
        ),
        "-> u1 \n u1 -> u2 \n u2 -> ang1 \n ang1 -> u9 \n u9 -> u3 \n u3 -> .a",
        done="s si u1 u2 e1 sp h_s ang1 k1 u9 e9 h k u3 end_a",
    ),
    Case(
        "each instance of a sub-process is undone by its own event sub-process, with its data",
        draw(
            "s > sp > k > end_a",
            extra=sub(
                "sp",
                "si > u1 > e1",
                extra=several("<loopCardinality>2</loopCardinality>")
                + '<dataObject id="plan"/><dataObjectReference id="plan_ref" dataObjectRef="plan"/>'
                + task("u1", '<dataOutputAssociation id="ut"><targetRef>plan_ref</targetRef></dataOutputAssociation>')
                + handler("h", "compensate", "h_s > x9 > [plan.n = 2] u8 > e8", "x9 > [-] u9 > e9"),
            )
            + throw("k"),
        ),
        '-> u1 u1 \n u1 {"n": 1} -> u1 \n u1 {"n": 2} -> u8 u9 \n u8 -> u9 \n u9 -> .a',
    ),
    Case(
        "undoing that is not waited for goes on beside",
        draw(
            "s > u1 > k > u3 > end_a",
            extra=undone("u1", "ang1")
            + throw("k").replace("<compensateEventDefinition", '<compensateEventDefinition waitForCompletion="false"'),
        ),
        "-> u1 \n u1 -> ang1 u3 \n u3 -> ang1 \n ang1 -> .a",
    ),
    Case(
        "what undid something is not undone in its turn",
        draw(
            "s > u1 > k > k2 > u3 > end_a",
            extra=task("u1")
            + boundary("kant", "u1", "compensate")
            + sub("ang", "si > u2 > e2", extra=undone("u2", "ang2"), attributes=' isForCompensation="true"')
            + '<association id="linje" sourceRef="kant" targetRef="ang"/>'
            + throw("k")
            + throw("k2"),
        ),
        "-> u1 \n u1 -> u2 \n u2 -> u3 \n u3 -> .a",
    ),
    # -- transactions --------------------------------------------------------------------------------------------------
    Case(
        "a transaction that succeeds goes on",
        draw(
            "s > tr > u8 > end_a",
            "b1 > u9 > end_b",
            extra=sub(
                "tr", "si > u1 > u2 > x1 > [u2.nej] avbryt", "x1 > [-] e1", extra=IN_TRANSACTION, tag="transaction"
            )
            + boundary("b1", "tr", "cancel"),
        ),
        "-> u1 \n u1 -> u2 \n u2 -> u8 \n u8 -> .a",
    ),
    Case(
        "a transaction that is cancelled undoes what was done and leaves by its edge",
        draw(
            "s > tr > u8 > end_a",
            "b1 > u9 > end_b",
            extra=sub(
                "tr", "si > u1 > u2 > x1 > [u2.nej] avbryt", "x1 > [-] e1", extra=IN_TRANSACTION, tag="transaction"
            )
            + boundary("b1", "tr", "cancel"),
        ),
        '-> u1 \n u1 -> u2 \n u2 {"nej": true} -> ang2 \n ang2 -> ang1 \n ang1 -> u9 \n u9 -> .b',
    ),
    Case(
        "cancelling a transaction stops all else in it first",
        draw(
            "s > tr > end_a",
            "b1 > end_b",
            extra=sub("tr", "si > p1 > u1 > avbryt", "p1 > u2 > e2", extra=IN_TRANSACTION, tag="transaction")
            + boundary("b1", "tr", "cancel"),
        ),
        "-> u1 u2 \n u1 -> ang1 \n ang1 -> .b",
    ),
    Case(
        "an error leaves a transaction without undoing",
        draw(
            "s > tr > end_a",
            "b1 > u9 > end_b",
            "b2 > end_c",
            extra=sub(
                "tr",
                "si > u1 > fel",
                extra=undone("u1", "ang1") + event("endEvent", "fel", "error err"),
                tag="transaction",
            )
            + boundary("b1", "tr", "error err")
            + boundary("b2", "tr", "cancel"),
        ),
        "-> u1 \n u1 -> u9 \n u9 -> .b",
    ),
]
