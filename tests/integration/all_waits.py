"""Four small förlopp in three versions each that contain every kind of waiting, for acts in any order."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from tests import forlopp
from tests.bpmn.activities import CALLED
from tests.bpmn.drawing import boundary, draw, each, event, handler, script, sub, task
from tests.bpmn.transactions import undone
from tests.unit.engine_bpmn import process, service
from workflows.definitions import Folder

NR = "if borja != null then borja.nr else s.svar"
LET_BE = {**forlopp.FORM, "ej_aktuellt": [{"value": "misstag", "label": "Ett misstag"}]}
CONFIG: dict[str, Any] = {
    **forlopp.CONFIG,
    "owner": "it_drift",
    "start_by": ["samordnare", "sjukskoterska"],
    "messages": {
        "borja": {"key": "nr", "value": NR, "ttl": "P1D"},
        "info": {"key": "nr", "value": NR, "ttl": "P3D"},
        "klar": {"key": "nr", "value": NR, "ttl": "P3D"},
        "besked": {"key": "person_ref", "value": "person.ref", "ttl": "P1D"},
        "avliden": {"key": "person_ref", "value": "person.ref", "deliver": "all"},
    },
}
LATE = (
    '<extensionElements><spiffworkflow:properties><spiffworkflow:property name="forfaller" value="PT4H"/>'
    '<spiffworkflow:property name="eskaleras_till" value="it_drift"/></spiffworkflow:properties></extensionElements>'
)
BY_MESSAGE = event("startEvent", "m", "message borja")
DIED = handler("dod", "message dod", "dod_s > u8 > end_avliden")
RINGS = service("ring", "prov.ring", nr="parametrar.dagar")


def thrown(node_id: str) -> str:
    """Tells others of the same person."""
    payload = "<extensionElements><spiffworkflow:messagePayload>{ om: person.ref }</spiffworkflow:messagePayload>"
    definition = f'<messageEventDefinition messageRef="m_besked">{payload}</extensionElements></messageEventDefinition>'
    return f'<intermediateThrowEvent id="{node_id}">{definition}</intermediateThrowEvent>'


def catch(node_id: str, definition: str) -> str:
    return event("intermediateCatchEvent", node_id, definition)


# Two branches that meet, a call that may be refused, a choice that fails for some answers, what rings beside.
_JOIN = (
    "m > x0 > p1 > {u1} > p2 > x1 > [{u1}.svar = &quot;ja&quot;] {u2} > end_a",
    "s > x0",
    "p1 > ring > p2",
    "x1 > [{u1}.svar = &quot;nej&quot;] vanta > u3 > end_b",
    "nej > u5 > end_nekad",
    "b1 > u6 > end_sent",
    "b2 > u7 > end_klar",
)


def join(u1: str = "u1", u2: str = "u2", *more: str, extra: str = "", vanta: str = "message info") -> str:
    return draw(
        *(path.format(u1=u1, u2=u2).replace("&quot;", '"') for path in _JOIN),
        *more,
        extra=BY_MESSAGE
        + task(u1, LATE, "userTask", name="Ring hem")
        + task(u2, "", "userTask", name="Besök")
        + RINGS
        + boundary("nej", "ring", "error err")
        + catch("vanta", vanta)
        + boundary("b1", u1, "timer P2D", quiet=True)
        + boundary("b2", u2, "message klar")
        + DIED
        + extra,
    )


# What comes first: a message, another, or time; a task that time takes away; what runs beside without interrupting.
def first(wait: str = "P1D", *more: str, extra: str = "") -> str:
    return draw(
        "m > g1 > c1 > u1 > end_a",
        'g1 > c2 > ring > u2 > x1 > [u2.svar = "ja"] g1',
        "x1 > [-] end_b",
        "g1 > c3 > tell > ta_emot > end_c",
        "b1 > u3 > end_sen",
        *more,
        extra=BY_MESSAGE
        + catch("c1", "message info")
        + catch("c2", f"timer {wait}")
        + catch("c3", "message klar")
        + RINGS
        + thrown("tell")
        + task("ta_emot", "", "receiveTask", messageRef="m_info")
        + boundary("b1", "u1", "timer P1D")
        + handler("fraga", "message besked", "fraga_s > u7 > e7", quiet=True)
        + DIED
        + extra,
    )


# Several of each: tasks at once and in turn, calls at once, a sub-process each, a called process.
def several(last: str = "u6", *more: str, rows: str = '["a", "b"]', extra: str = "") -> str:
    called = (
        CALLED
        + '<laneSet id="bq"><lane id="lane_it_drift"><flowNodeRef>u20</flowNodeRef></lane></laneSet>'
        + draw("s_q > u20 > c_q > e_q", extra=catch("c_q", "message besked | timer P2D"))
    )
    return (
        draw(
            f"s > lista > p1 > u1 > p2 > p3 > anropa > p4 > {last} > end_a",
            "p1 > alla > p2",
            "p3 > sp > p4",
            "b1 > u9 > end_b",
            "b2 > u10 > end_klar",
            *more,
            extra=script("lista", "{ rader: " + rows + " }")
            + task("u1", each("rader"), "userTask")
            + service("alla", "prov.ring", nr="post").replace(
                "</serviceTask>", each("rader", "post") + "</serviceTask>"
            )
            + sub("sp", "si > u2 > u3 > ei", extra=each("rader", "del", sequential=True))
            + task("anropa", "", "callActivity", calledElement="q")
            + boundary("b1", "sp", "timer P3D")
            + boundary("b2", "anropa", "message klar", quiet=True)
            + DIED
            + extra,
        )
        + called
    )


# In any order, again and again, and undone: what the team chooses, a loop, compensation, a transaction.
def undoing(undo: str = "ang4", *more: str, extra: str = "") -> str:
    loop = '<standardLoopCharacteristics loopMaximum="3"><loopCondition>u4.svar = "nej"</loopCondition>'
    edge = "b1 > k > u6 > end_b"
    return draw(
        's > ah > u4 > x1 > [u4.svar = "ja"] sp > end_a',
        "x1 > [-] end_c",
        edge,
        *more,
        extra=sub("ah", "u1", "u2 > u3", tag="adHocSubProcess")
        + undone("u4", undo, loop + "</standardLoopCharacteristics>")
        + event("intermediateThrowEvent", "k", "compensate")
        + sub("sp", "si > p1 > u5 > p2 > ei", "p1 > i1 > r1 > p2", extra=catch("i1", "timer PT6H") + _ring("r1"))
        + boundary("b1", "sp", "message klar")
        + handler("sen", "timer P5D", "sen_s > u7 > e7", quiet=True)
        + DIED
        + extra,
    )


def _ring(node_id: str) -> str:
    return service(node_id, "prov.ring", nr="parametrar.dagar")


BODIES: dict[str, tuple[str, ...]] = {
    "mots": (
        join(),
        join("ring_hem", "besok", "b3 > u9 > end_d", extra=boundary("b3", "ring_hem", "message info", quiet=True)),
        join(vanta="message klar"),
    ),
    "forst": (
        first(),
        first("P2D", "g1 > c4 > u9 > end_d", extra=catch("c4", "message besked")),
        first("P1D", "b2 > u9 > end_d", extra=boundary("b2", "u2", "timer P1D", quiet=True)),
    ),
    "flera": (
        several(),
        several("u7", "b3 > u11 > end_d", extra=boundary("b3", "sp", "message info", quiet=True)),
        several(rows='["a", "b", "c"]', extra=handler("fraga", "message info", "fraga_s > u12 > e12", quiet=True)),
    ),
    "angra": (
        undoing(),
        undoing("ang4b", "b2 > u9 > end_d", extra=boundary("b2", "ah", "timer P1D")),
        undoing("ang4", "b2 > u9 > e9", extra=boundary("b2", "sp", "message info", quiet=True)),
    ),
}


@cache
def folder(key: str, number: int) -> Folder:
    """Version `number` (0–2) of one of them as files."""
    body = BODIES[key][number]
    people = re.findall(r'<userTask id="([^"]+)"', body.partition(CALLED)[0])
    sources = {"process.toml": "", "p.bpmn": process(lanes(people) + body).decode()}
    forms = {"s", *people, "u20"} if CALLED in body else {"s", *people}
    sources |= {f"forms/{name}.json": json.dumps(LET_BE) for name in forms}
    sources["_shared/forms/manuell_atgard.json"] = json.dumps(forlopp.BY_HAND)
    named = {f"m_{name}" if name != "avliden" else "m_dod": name for name in CONFIG["messages"]}
    used = {name: CONFIG["messages"][name] for ref, name in named.items() if f'"{ref}"' in body}
    config = {**CONFIG, "key": key, "title": key.capitalize(), "messages": used}
    return Folder(config, sources)


def lanes(names: list[str]) -> str:
    """The first half of the tasks are one profession's, the others another's."""
    half = len(names) // 2
    found = {"samordnare": names[:half], "sjukskoterska": names[half:]}
    drawn = "".join(
        f'<lane id="lane_{key}">' + "".join(f"<flowNodeRef>{name}</flowNodeRef>" for name in ids) + "</lane>"
        for key, ids in found.items()
    )
    return f'<laneSet id="banor">{drawn}</laneSet>'
