"""Data: what steps and called processes are given and give, data objects, lanes, and other pools."""

from __future__ import annotations

from tests.bpmn.drawing import Case, draw, each, event, script, sub, task

CALLED = '</process><process id="q" isExecutable="true">'
PLAN = '<dataObject id="plan"/><dataObjectReference id="plan_ref" dataObjectRef="plan"/>'
SPECIFIED = (
    '<ioSpecification><dataInput id="DataInput_1" name="belopp"/><dataOutput id="DataOutput_1" name="summa"/>'
    "<inputSet/><outputSet/></ioSpecification>"
)


def given(*moves: tuple[str, str]) -> str:
    """Data input associations: what it is called, and its value."""
    inner = "".join(f"<assignment><from>{text}</from><to>{name}</to></assignment>" for name, text in moves)
    return f'<dataInputAssociation id="in"><targetRef>in</targetRef>{inner}</dataInputAssociation>'


def gives(target: str, text: str = "", source: str = "") -> str:
    computed = f"<transformation>{text}</transformation>" if text else ""
    refs = f"<sourceRef>{source}</sourceRef>" if source else ""
    return f'<dataOutputAssociation id="ut">{refs}<targetRef>{target}</targetRef>{computed}</dataOutputAssociation>'


def call(inner: str = "") -> str:
    return task("anropa", inner, "callActivity", calledElement="q")


CALCULATES = CALLED + SPECIFIED + draw("sq > k > eq", extra=script("k", "{ summa: belopp * 2, slask: 1 }"))

CASES = [
    Case(
        "what a step gives can be computed for the data object",
        draw(
            "s > u1 > x1 > [plan = 6] u2 > end_a",
            "x1 > [-] end_b",
            extra=PLAN + task("u1", gives("plan_ref", "u1.n * 2")),
        ),
        '-> u1 \n u1 {"n": 3} -> u2 \n u2 -> .a',
        {"u1": {"n": 3}, "plan": 6, "u2": {}},
    ),
    Case(
        "a step is given values of its own, which others do not see",
        draw(
            "s > u1 > k > x1 > [delsumma = 7 and inre = null] u2 > end_a",
            "x1 > [-] end_b",
            extra=script("k", "{ delsumma: inre + 1 }").replace("<script>", given(("inre", "u1.n * 2")) + "<script>"),
        ),
        '-> u1 \n u1 {"n": 3} -> u2 \n u2 -> .a',
        {"u1": {"n": 3}, "delsumma": 7, "u2": {}},
    ),
    Case(
        "what is done for each of a list is given the list as its own input",
        draw(
            "s > u1 > u2 > end_a",
            extra=task(
                "u2",
                '<ioSpecification><dataInput id="in_1" name="rader"/><inputSet/><outputSet/></ioSpecification>'
                '<dataInputAssociation id="in"><targetRef>in_1</targetRef>'
                "<transformation>u1.lista</transformation></dataInputAssociation>" + each("in_1"),
            ),
        ),
        """-> u1
        u1 {"lista": ["a", "b"]} -> u2 u2
        u2 -> u2
        u2 -> .a""",
    ),
    Case(
        "a sub-process is given values that all in it see",
        draw(
            "s > u1 > sp > u4 > end_a",
            extra=sub("sp", "si > x1 > [inre = 6] u2 > e1", "x1 > [-] u3 > e2", extra=given(("inre", "u1.n * 2"))),
        ),
        '-> u1 \n u1 {"n": 3} -> u2 \n u2 -> u4 \n u4 -> .a',
    ),
    Case(
        "a called process that says what it takes and returns keeps the rest to itself",
        draw("s > k0 > anropa > u1 > end_a", extra=script("k0", "{ belopp: 4, slask: 9 }") + call()) + CALCULATES,
        "-> u1 \n u1 -> .a",
        {"belopp": 4, "slask": 9, "summa": 8, "u1": {}},
    ),
    Case(
        "a called process is given and returns what the associations say",
        draw(
            "s > k0 > anropa > u1 > end_a",
            extra=script("k0", "{ pris: 5 }")
            + PLAN
            + call(given(("belopp", "pris + 1")) + gives("plan_ref", source="DataOutput_1")),
        )
        + CALCULATES,
        "-> u1 \n u1 -> .a",
        {"pris": 5, "plan": 12, "u1": {}},
    ),
    Case(
        "each of several calls has data of its own",
        draw(
            "s > u0 > anropa > u1 > end_a",
            extra=call(
                each("u0.r", "belopp", more='<loopDataOutputRef>alla</loopDataOutputRef><outputDataItem id="summa"/>')
            ),
        )
        + CALLED
        + SPECIFIED
        + draw("sq > u2 > k > eq", extra=script("k", "{ summa: belopp * 2, slask: 1 }")),
        '-> u0 \n u0 {"r": [1, 2]} -> u2 u2 \n u2 -> u2 \n u2 -> u1 \n u1 -> .a',
        {"u0": {"r": [1, 2]}, "alla": [2, 4], "u1": {}},
    ),
    Case(
        "a called process that waits keeps its data between the steps",
        draw("s > k0 > anropa > u1 > end_a", extra=script("k0", "{ belopp: 4 }") + call())
        + CALLED
        + SPECIFIED
        + draw(
            "sq > k > u2 > k2 > eq", extra=script("k", "{ mellan: belopp }") + script("k2", "{ summa: mellan + 1 }")
        ),
        "-> u2 \n u2 -> u1 \n u1 -> .a",
        {"belopp": 4, "summa": 5, "u1": {}},
    ),
    Case(
        "what a task gives is also put into the data object it is drawn to",
        draw(
            "s > u1 > x1 > [plan.n = 1] u2 > end_a",
            "x1 > [-] end_b",
            extra='<dataObject id="plan"/><dataObjectReference id="plan_ref" dataObjectRef="plan"/>'
            + task("u1", '<dataOutputAssociation id="ut"><targetRef>plan_ref</targetRef></dataOutputAssociation>'),
        ),
        '-> u1 \n u1 {"n": 1} -> u2 \n u2 -> .a',
        {"u1": {"n": 1}, "plan": {"n": 1}, "u2": {}},
    ),
    Case(
        "a data object of a sub-process is known only inside it, anew in each run",
        draw(
            "s > x1 > sp > x2 > [u1.igen] x1",
            "x2 > [-] u3 > end_a",
            extra=sub(
                "sp",
                "si > x3 > [plan = null] u1 > e1",
                "x3 > [-] u2 > e2",
                extra='<dataObject id="plan"/><dataObjectReference id="plan_ref" dataObjectRef="plan"/>'
                + task("u1", '<dataOutputAssociation id="ut"><targetRef>plan_ref</targetRef></dataOutputAssociation>'),
            ),
        ),
        '-> u1 \n u1 {"igen": true} -> u1 \n u1 {"igen": false} -> u3 \n u3 -> .a',
        {"u1": {"igen": False}, "u3": {}},
    ),
    Case(
        "lanes in lanes say who; what is drawn beside changes nothing",
        '<laneSet id="banor"><lane id="lane_a"><childLaneSet id="inre"><lane id="lane_b"><flowNodeRef>u1</flowNodeRef>'
        "</lane></childLaneSet></lane></laneSet>"
        + draw("s > u1 > end_a", extra='<textAnnotation id="anm"><text>Obs</text></textAnnotation><group id="grupp"/>'),
        "-> u1 \n u1 -> .a",
    ),
    Case(
        "another pool is talked with by messages",
        draw(
            "s > skicka > m > u1 > end_a",
            extra=task("skicka", kind="sendTask", messageRef="m_borja")
            + event("intermediateCatchEvent", "m", "message info"),
        )
        + '</process><process id="annan" isExecutable="false">'
        + draw("sx > ux > ex"),
        "-> !info \n !info -> u1 \n u1 -> .a",
    ),
]
