"""A small förlopp for tests of the services: every kind of waiting, made in memory."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from tests.unit.engine_bpmn import chain, flow, process, service
from workflows import connectors
from workflows.connectors import Delivery, IncomingMessage, Json, PersonData, Unreadable
from workflows.definitions import Folder
from workflows.engine.clock import parse_moment
from workflows.services import deployments

KEY = "prov"
FORM = {"title": "Prov", "fields": [{"key": "svar", "type": "str", "label": "Svar", "required": True}]}
BY_HAND = {
    "title": "Gör för hand",
    "fields": [{"key": "vad", "type": "text", "label": "Vad gjordes?", "required": True}],
}
CONFIG: dict[str, Any] = {
    "key": KEY,
    "title": "Prov",
    "process": "p",
    "owner": "processagare",
    "retention": "P5Y",
    "visible_to": ["samordnare"],
    "start_by": ["samordnare"],
    "parameters": {"dagar": 14},
    "messages": {
        "borja": {"key": "nr", "value": "borja.nr", "ttl": "P1D"},
        "info": {"key": "nr", "value": "borja.nr", "ttl": "P7D"},
        "klar": {"key": "nr", "value": "borja.nr", "ttl": "P7D"},
        "avliden": {"key": "person_ref", "value": "person.ref", "deliver": "all"},
    },
}

_PROPERTIES = (
    '<extensionElements><spiffworkflow:properties><spiffworkflow:property name="forfaller" value="PT4H"/>'
    '<spiffworkflow:property name="eskaleras_till" value="enhetschef"/>'
    '<spiffworkflow:property name="varfor" value="Ärende {borja.nr} väntar på dig."/>'
    "</spiffworkflow:properties></extensionElements>"
)
_LANES = (
    '<laneSet id="lanes"><lane id="lane_samordnare" name="Samordnare"><flowNodeRef>a</flowNodeRef>'
    '<flowNodeRef>ring</flowNodeRef></lane><lane id="lane_sjukskoterska" name="Sjuksköterska">'
    "<flowNodeRef>b</flowNodeRef><flowNodeRef>stada</flowNodeRef><flowNodeRef>sen</flowNodeRef></lane></laneSet>"
)
_BODY = (
    _LANES
    + '<startEvent id="s" name="Börja"><messageEventDefinition messageRef="m_borja"/></startEvent>'
    + f'<userTask id="a" name="Första uppgiften">{_PROPERTIES}</userTask>'
    + service("ring", "prov.ring", nr="borja.nr")
    + '<boundaryEvent id="nej" attachedToRef="ring"><errorEventDefinition errorRef="err"/></boundaryEvent>'
    + '<intermediateCatchEvent id="vanta"><messageEventDefinition messageRef="m_info"/></intermediateCatchEvent>'
    + '<userTask id="b" name="Andra uppgiften"/>'
    + '<boundaryEvent id="t" attachedToRef="b" cancelActivity="false"><timerEventDefinition>'
    + "<timeDuration>P2D</timeDuration>"
    + '</timerEventDefinition></boundaryEvent><userTask id="sen" name="Påminnelse"/><endEvent id="end_sen"/>'
    + '<endEvent id="end_klar" name="Klar"/><endEvent id="end_nekad" name="Nekad"/>'
    + chain("s", "a", "ring", "vanta", "b", "end_klar")
    + chain("t", "sen", "end_sen")
    + flow("nej", "end_nekad")
    + '<subProcess id="dod" triggeredByEvent="true"><startEvent id="dod_s" isInterrupting="true">'
    + '<messageEventDefinition messageRef="m_dod"/></startEvent><userTask id="stada" name="Avsluta"/>'
    + '<endEvent id="end_avliden" name="Avliden"/>'
    + chain("dod_s", "stada", "end_avliden")
    + "</subProcess>"
)


@connectors.operation("prov.ring", title="Ring", params={"nr": "str"}, example={"ok": True})
def _ring(delivery: Delivery) -> Json:
    return {"ok": True, "nr": delivery.params["nr"]}


@connectors.translator("prov")
def _translate(payload: Json, *, now: Any) -> IncomingMessage:
    if "typ" not in payload:
        raise Unreadable("unreadable", "Typ saknas.")
    sent_at = min(parse_moment(payload["skickad_dt"]), now)
    keys = {"nr": str(payload.get("nr", ""))}
    content = {key: value for key, value in payload.items() if key not in {"typ", "person"}}
    message = IncomingMessage(payload["typ"], keys, content, sent_at, version=payload.get("version", 1))
    person = payload.get("person")
    if person == "trasigt":
        raise Unreadable("personnummer", "Personnumret är inte giltigt.", partial=message)
    protection = "sekretessmarkering" if payload.get("skyddad") else "ingen"
    name = ("Prov", "Person (påhittad)")
    data = PersonData("personnummer", person, *name, protection=protection) if person else None
    return IncomingMessage(**{**vars(message), "person": data})


def publish() -> None:
    """Publish the förlopp as the product would."""
    sources = {
        "process.toml": "",
        "p.bpmn": process(_BODY).decode(),
        **{f"forms/{key}.json": json.dumps(FORM) for key in ("a", "b", "sen", "stada")},
        "_shared/forms/manuell_atgard.json": json.dumps(BY_HAND),
    }
    deployments.publish(folder=Folder(CONFIG, sources), by=None, now=timezone.now())


def message(typ: str, nr: str = "1", *, person: str | None = "196101182803", **content: Any) -> bytes:
    """What the system "prov" sends."""
    body = {"typ": typ, "nr": nr, "skickad_dt": "2026-11-23T08:00:00+01:00", **content}
    if person:
        body["person"] = person
    return json.dumps(body).encode()
