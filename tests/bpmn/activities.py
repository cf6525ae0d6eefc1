"""Activities: tasks of all kinds, sub-processes, called processes, loops and multi-instance."""

from __future__ import annotations

from tests.bpmn.drawing import Case, boundary, draw, each, event, script, several, sub, task
from tests.unit.engine_bpmn import service

CALLED = '</process><process id="q" isExecutable="true">'
DECISION = (
    '<businessRuleTask id="bedom"><extensionElements><spiffworkflow:calledDecisionId>regel'
    "</spiffworkflow:calledDecisionId></extensionElements></businessRuleTask>"
)

CASES = [
    Case("an abstract task does nothing", draw("s > t1 > u1 > end_a"), "-> u1 \n u1 -> .a", done="s t1 u1 end_a"),
    Case(
        "a user task waits, and its answers are a variable",
        draw("s > u1 > u2 > end_a"),
        """-> u1
        u1 {"n": 1} -> u2
        u2 -> .a""",
        {"u1": {"n": 1}, "u2": {}},
    ),
    Case(
        "a manual task waits for a person",
        draw("s > hand > end_a", extra=task("hand", kind="manualTask")),
        "-> hand \n hand -> .a",
    ),
    Case(
        "a script sets variables and goes on",
        draw("s > u1 > rakna > x1 > [y = 4] u2 > end_a", "x1 > [-] end_b", extra=script("rakna", "{ y: u1.n + 1 }")),
        '-> u1 \n u1 {"n": 3} -> u2 \n u2 -> .a',
    ),
    Case(
        "a decision gives a variable named as the decision",
        draw('s > bedom > x1 > [regel.svar = "ja"] u1 > end_a', "x1 > [-] end_b", extra=DECISION),
        "-> u1 \n u1 -> .a",
        {"regel": {"svar": "ja"}, "u1": {}},
    ),
    Case(
        "a service task waits for its answer",
        draw("s > ring > u1 > end_a", extra=service("ring", "prov.ring")),
        '-> ?ring \n ?ring {"ok": true} -> u1 \n u1 -> .a',
        {"svar": {"ok": True}, "u1": {}},
    ),
    Case(
        "a send task sends and goes on",
        draw("s > skicka > u1 > end_a", extra=task("skicka", kind="sendTask", messageRef="m_info")),
        "-> u1 \n u1 -> .a",
        done="s skicka u1 end_a",
    ),
    Case(
        "a receive task waits for its message",
        draw("s > ta_emot > u1 > end_a", extra=task("ta_emot", kind="receiveTask", messageRef="m_info")),
        '-> !info \n !info {"n": 1} -> u1 \n u1 -> .a',
        {"info": {"n": 1}, "u1": {}},
    ),
    Case(
        "a receive task that begins the ärende",
        draw(
            "ta_emot > u1 > end_a", extra=task("ta_emot", kind="receiveTask", messageRef="m_info", instantiate="true")
        ),
        "-> u1 \n u1 -> .a",
        {"info": {}, "u1": {}},
        "ta_emot u1 end_a",
    ),
    Case(
        "several flows out of a task are parallel",
        draw("s > u1 > u2 > end_a", "u1 > u3 > end_b"),
        "-> u1 \n u1 -> u2 u3 \n u3 -> u2 \n u2 -> .a",
    ),
    Case(
        "a conditional flow out of a task is taken when it holds",
        draw("s > u1 > [u1.n = 1] u2 > end_a", "u1 > [u1.n < 3] u3 > end_b", "u1 > [-] u4 > end_c"),
        '-> u1 \n u1 {"n": 2} -> u3 \n u3 -> .b',
    ),
    Case(
        "the default flow out of a task is taken when nothing holds",
        draw("s > u1 > [u1.n = 1] u2 > end_a", "u1 > [-] u4 > end_c"),
        '-> u1 \n u1 {"n": 2} -> u4 \n u4 -> .c',
    ),
    Case(
        "two tokens through one task are two tasks",
        draw("s > p1 > u1 > u3 > end_a", "p1 > u2 > u3"),
        "-> u1 u2 \n u1 -> u2 u3 \n u2 -> u3 u3 \n u3 -> u3 \n u3 -> .a",
    ),
    Case(
        "a task that needs several tokens waits for them, and one that gives several gives them",
        draw(
            "s > p1 > u1 > u3 > u4 > end_a",
            "p1 > u2 > u3",
            extra=task("u3", startQuantity="2", completionQuantity="2"),
        ),
        "-> u1 u2 \n u1 -> u2 \n u2 -> u3 \n u3 -> u4 u4 \n u4 -> u4 \n u4 -> .a",
    ),
    Case(
        "a task without a way out ends its branch",
        draw("s > p1 > u1", "p1 > u2 > end_a"),
        "-> u1 u2 \n u2 -> u1 \n u1 -> .a",
    ),
    Case(
        "a process without a start begins with all that no flow leads to",
        draw("u1 > u2 > end_a", "u3 > end_b"),
        "-> u1 u3 \n u3 -> u1 \n u1 -> u2 \n u2 -> .a",
    ),
    # -- sub-processes -------------------------------------------------------------------------------------------------
    Case(
        "a sub-process is done when all in it is",
        draw("s > sp > u9 > end_a", extra=sub("sp", "si > p1 > u1 > e1", "p1 > u2 > e2")),
        "-> u1 u2 \n u2 -> u1 \n u1 -> u9 \n u9 -> .a",
        done="s si p1 u2 e2 u1 e1 sp u9 end_a",
    ),
    Case(
        "a sub-process without a start begins with all that no flow leads to",
        draw("s > sp > end_a", extra=sub("sp", "u1 > u2", "u3")),
        "-> u1 u3 \n u1 -> u2 u3 \n u3 -> u2 \n u2 -> .a",
    ),
    Case(
        "sub-processes in sub-processes",
        draw("s > yt > end_a", extra=sub("yt", "sy > inre > u2 > e1", extra=sub("inre", "si > u1 > e2"))),
        "-> u1 \n u1 -> u2 \n u2 -> .a",
    ),
    Case(
        "a loop around a sub-process runs it anew",
        draw("s > x1 > sp > x2 > [u1.igen = true] x1", "x2 > [-] end_a", extra=sub("sp", "si > u1 > e1")),
        '-> u1 \n u1 {"igen": true} -> u1 \n u1 {"igen": false} -> .a',
    ),
    Case(
        "a called process runs as a part",
        draw("s > anropa > u2 > end_a", extra=task("anropa", kind="callActivity", calledElement="q"))
        + CALLED
        + draw("sq > u1 > eq"),
        "-> u1 \n u1 -> u2 \n u2 -> .a",
        done="s sq u1 eq anropa u2 end_a",
    ),
    Case(
        "a called process throws an error that is caught at its edge",
        draw(
            "s > anropa > end_a",
            "b1 > u2 > end_b",
            extra=task("anropa", kind="callActivity", calledElement="q") + boundary("b1", "anropa", "error err"),
        )
        + CALLED
        + draw("sq > u1 > fel", extra=event("endEvent", "fel", "error err")),
        "-> u1 \n u1 -> u2 \n u2 -> .b",
    ),
    Case(
        "a sub-process in which nothing is drawn is done at once, also when it is done several times",
        draw(
            "s > sp > tr > flera > u1 > end_a",
            extra=sub("sp")
            + sub("tr", tag="transaction")
            + f'<subProcess id="flera">{several("<loopCardinality>2</loopCardinality>")}</subProcess>',
        ),
        "-> u1 \n u1 -> .a",
    ),
    Case(
        "the team chooses the order, and it ends when all is done",
        draw("s > ah > u9 > end_a", extra=sub("ah", "u1", "u2 > u3", tag="adHocSubProcess")),
        "-> u1 u2 \n u2 -> u1 u3 \n u1 -> u3 \n u3 -> u9 \n u9 -> .a",
    ),
    Case(
        "ad hoc ends when its condition holds, and what is left is cancelled",
        draw(
            "s > ah > u9 > end_a",
            extra=sub(
                "ah", "u1", "u2", extra="<completionCondition>u1.klart</completionCondition>", tag="adHocSubProcess"
            ),
        ),
        '-> u1 u2 \n u1 {"klart": true} -> u9 \n u9 -> .a',
    ),
    Case(
        "ad hoc offers everything anew while its condition does not hold",
        draw(
            "s > ah > u9 > end_a",
            extra=sub(
                "ah", "u1", "u2", extra="<completionCondition>u1.klart</completionCondition>", tag="adHocSubProcess"
            ),
        ),
        '-> u1 u2 \n u1 {"klart": false} -> u2 \n u2 -> u1 u2 \n u1 {"klart": true} -> u9 \n u9 -> .a',
    ),
    Case(
        "ad hoc that does not cancel lets what has begun be finished",
        draw(
            "s > ah > u9 > end_a",
            extra=sub(
                "ah",
                "u1",
                "u2 > u3",
                "u4",
                extra="<completionCondition>u1.klart</completionCondition>",
                tag="adHocSubProcess",
                attributes=' cancelRemainingInstances="false"',
            ),
        ),
        '-> u1 u2 u4 \n u2 -> u1 u3 u4 \n u1 {"klart": true} -> u3 \n u3 -> u9 \n u9 -> .a',
    ),
    Case(
        "ad hoc with one step at a time",
        draw(
            "s > ah > u9 > end_a",
            extra=sub("ah", "u1", "u2 > u3", tag="adHocSubProcess", attributes=' ordering="Sequential"'),
        ),
        "-> u1 u2 \n u2 -> u3 \n u3 -> u1 \n u1 -> u9 \n u9 -> .a",
    ),
    Case(
        "ad hoc with one step at a time, until its condition holds",
        draw(
            "s > ah > u9 > end_a",
            extra=sub(
                "ah",
                "u1",
                "u2 > u3",
                extra="<completionCondition>u3.klart</completionCondition>",
                tag="adHocSubProcess",
                attributes=' ordering="Sequential"',
            ),
        ),
        """-> u1 u2
        u2 -> u3
        u3 {"klart": false} -> u1
        u1 -> u1 u2
        u2 -> u3
        u3 {"klart": true} -> u9
        u9 -> .a""",
    ),
    Case(
        "an ad hoc sub-process is interrupted at its edge",
        draw(
            "s > ah > end_a",
            "b1 > u9 > end_b",
            extra=sub("ah", "u1", "u2", tag="adHocSubProcess") + boundary("b1", "ah", "message info"),
        ),
        "-> u1 u2 !info \n u1 -> u2 !info \n !info -> u9 \n u9 -> .b",
    ),
    # -- loops ---------------------------------------------------------------------------------------------------------
    Case(
        "a standard loop goes on while its condition holds",
        draw(
            "s > u1 > end_a",
            extra=task(
                "u1",
                "<standardLoopCharacteristics><loopCondition>u1.igen</loopCondition></standardLoopCharacteristics>",
            ),
        ),
        '-> u1 \n u1 {"igen": true} -> u1 \n u1 {"igen": false} -> .a',
        {"u1": {"igen": False}},
    ),
    Case(
        "a standard loop that looks first may do nothing",
        draw(
            "s > u1 > u2 > end_a",
            extra=task(
                "u2",
                '<standardLoopCharacteristics testBefore="true"><loopCondition>u1.igen</loopCondition>'
                "</standardLoopCharacteristics>",
            ),
        ),
        '-> u1 \n u1 {"igen": false} -> .a',
    ),
    Case(
        "a standard loop stops at its maximum and knows its round",
        draw(
            "s > rakna > u1 > end_a",
            extra='<scriptTask id="rakna"><script>{ varv: loopCounter }</script>'
            '<standardLoopCharacteristics loopMaximum="3"/></scriptTask>',
        ),
        "-> u1 \n u1 -> .a",
        {"varv": 3, "u1": {}},
    ),
    Case(
        "a standard loop of a sub-process",
        draw(
            "s > sp > end_a",
            extra=sub("sp", "si > u1 > u2 > e1", extra='<standardLoopCharacteristics loopMaximum="2"/>'),
        ),
        "-> u1 \n u1 -> u2 \n u2 -> u1 \n u1 -> u2 \n u2 -> .a",
    ),
    Case(
        "parallel multi-instance over a list gives the results in its order",
        draw("s > u1 > u2 > u3 > end_a", extra=task("u2", each("u1.rader"))),
        '-> u1 \n u1 {"rader": [1, 2]} -> u2 u2 \n u2 {"v": 10} -> u2 \n u2 {"v": 20} -> u3 \n u3 -> .a',
        {"u1": {"rader": [1, 2]}, "u2": [{"v": 10}, {"v": 20}], "u3": {}},
    ),
    Case(
        "sequential multi-instance does one at a time",
        draw("s > u1 > u2 > u3 > end_a", extra=task("u2", each("u1.rader", sequential=True))),
        '-> u1 \n u1 {"rader": ["a", "b"]} -> u2 \n u2 {"v": 1} -> u2 \n u2 {"v": 2} -> u3 \n u3 -> .a',
        {"u1": {"rader": ["a", "b"]}, "u2": [{"v": 1}, {"v": 2}], "u3": {}},
    ),
    Case(
        "multi-instance over an empty list goes on at once",
        draw("s > u1 > u2 > u3 > end_a", extra=task("u2", each("u1.rader"))),
        '-> u1 \n u1 {"rader": []} -> u3 \n u3 -> .a',
        {"u1": {"rader": []}, "u2": [], "u3": {}},
    ),
    Case(
        "multi-instance a number of times",
        draw("s > u1 > u2 > end_a", extra=task("u2", several("<loopCardinality>u1.n + 1</loopCardinality>"))),
        '-> u1 \n u1 {"n": 1} -> u2 u2 \n u2 -> u2 \n u2 -> .a',
    ),
    Case(
        "multi-instance is enough when its condition holds",
        draw(
            "s > u1 > u2 > u3 > end_a",
            extra=task(
                "u2",
                each(
                    "u1.rader",
                    until='count(svar[s = "ja"]) >= 2 or numberOfCompletedInstances = 9',
                    more="<loopDataOutputRef>svar</loopDataOutputRef>",
                ),
            ),
        ),
        '-> u1 \n u1 {"rader": [1, 2, 3, 4]} -> u2 u2 u2 u2 \n u2 {"s": "ja"} -> u2 u2 u2'
        '\n u2 {"s": "nej"} -> u2 u2 \n u2 {"s": "ja"} -> u3 \n u3 -> .a',
    ),
    Case(
        "sequential multi-instance is enough when its condition holds",
        draw("s > u1 > u2 > end_a", extra=task("u2", each("u1.rader", until="u2.klart = true", sequential=True))),
        '-> u1 \n u1 {"rader": [1, 2, 3]} -> u2 \n u2 {"klart": false} -> u2 \n u2 {"klart": true} -> .a',
    ),
    Case(
        "multi-instance of scripts sees its item, and collects what is asked for",
        draw(
            "s > u1 > rakna > u2 > end_a",
            extra='<scriptTask id="rakna"><script>{ dubbelt: rad * 2 }</script>'
            + each("u1.rader", more='<loopDataOutputRef>alla</loopDataOutputRef><outputDataItem id="dubbelt"/>')
            + "</scriptTask>",
        ),
        '-> u1 \n u1 {"rader": [1, 2, 3]} -> u2 \n u2 -> .a',
        {"u1": {"rader": [1, 2, 3]}, "alla": [2, 4, 6], "u2": {}},
    ),
    Case(
        "multi-instance collects a part of what each person answers",
        draw(
            "s > u1 > u2 > u3 > end_a",
            extra=task(
                "u2", each("u1.r", more='<loopDataOutputRef>alla</loopDataOutputRef><outputDataItem id="svar"/>')
            ),
        ),
        '-> u1 \n u1 {"r": [1, 2]} -> u2 u2 \n u2 {"svar": "ja", "n": 1} -> u2 \n u2 {"svar": "nej"} -> u3 \n u3 -> .a',
        {"u1": {"r": [1, 2]}, "alla": ["ja", "nej"], "u3": {}},
    ),
    Case(
        "each instance of a sub-process has variables of its own",
        draw(
            "s > u1 > sp > u4 > end_a",
            extra=sub("sp", "si > u2 > x1 > [u2.v = rad] u3 > e1", "x1 > [-] e2", extra=each("u1.rader")),
        ),
        '-> u1 \n u1 {"rader": [1, 2]} -> u2 u2 \n u2 {"v": 1} -> u2 u3 \n u2 {"v": 1} -> u3 \n u3 -> u4 \n u4 -> .a',
        {"u1": {"rader": [1, 2]}, "sp": [{"u2": {"v": 1}, "u3": {}}, {"u2": {"v": 1}}], "u4": {}},
    ),
    Case(
        "multi-instance in multi-instance",
        draw(
            "s > u1 > sp > end_a",
            extra=sub("sp", "si > u2 > e1", extra=task("u2", each("rad", "inre")) + each("u1.rader", sequential=True)),
        ),
        '-> u1 \n u1 {"rader": [[1, 2], [3]]} -> u2 u2 \n u2 {"v": 1} -> u2 \n u2 {"v": 2} -> u2 \n u2 {"v": 3} -> .a',
        {"u1": {"rader": [[1, 2], [3]]}, "sp": [{"u2": [{"v": 1}, {"v": 2}]}, {"u2": [{"v": 3}]}]},
    ),
    Case(
        "a boundary event interrupts all instances",
        draw(
            "s > u1 > u2 > end_a",
            "b1 > u3 > end_b",
            extra=task("u2", each("u1.r")) + boundary("b1", "u2", "message info"),
        ),
        '-> u1 \n u1 {"r": [1, 2, 3]} -> u2 u2 u2 !info \n u2 -> u2 u2 !info \n !info -> u3 \n u3 -> .b',
    ),
    Case(
        "multi-instance of a called process",
        draw("s > u1 > anropa > end_a", extra=task("anropa", each("u1.r"), "callActivity", calledElement="q"))
        + CALLED
        + draw("sq > u2 > eq"),
        '-> u1 \n u1 {"r": [1, 2]} -> u2 u2 \n u2 {"v": 1} -> u2 \n u2 {"v": 2} -> .a',
        {"u1": {"r": [1, 2]}, "anropa": [{"u2": {"v": 1}}, {"u2": {"v": 2}}]},
    ),
    Case(
        "multi-instance of a receive task takes one message each",
        draw(
            "s > ta > u1 > end_a",
            extra=task("ta", several("<loopCardinality>2</loopCardinality>"), "receiveTask", messageRef="m_info"),
        ),
        '-> !info !info \n !info {"n": 1} -> !info \n !info {"n": 2} -> u1 \n u1 -> .a',
    ),
]
