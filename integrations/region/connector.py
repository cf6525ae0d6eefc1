"""What a diagram can ask of the region."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from integrations import http, polling, systems
from integrations.region import receipts, watch
from integrations.region.formats import FORMATS, connect
from integrations.region.schemas import SCHEMA, SENT
from integrations.region.soap.protocol import VERSIONS
from integrations.systems import Job, Setting, System
from people.plan import ConsentKind
from workflows.connectors import Delivery, Json, operation

_STAY = {"inskrivning_id": "str"}
_SENT = {"meddelande_id": "00000000-0000-4000-8000-000000000001", "dt": "2026-11-23T09:05:00+01:00"}
_RECEIPT = {"kvittens_id": "00000000-0000-4000-8000-000000000002", "dt": "2026-11-23T09:05:00+01:00"}

# What the region may answer to a message; an error boundary event can catch it.
_REFUSALS = {
    "mottagare_okand": "Regionen känner inte till mottagaren.",
    "inskrivning_saknas": "Regionen hittar inte vårdtillfället.",
    "okand_typ": "Regionen tar inte emot den sortens meddelande.",
}

SETTINGS = http.SETTINGS | {
    "format": Setting("text", "det som talas: json, fhir eller soap", default="json", choices=tuple(FORMATS)),
    "soap_version": Setting("text", "1.1 eller 1.2", default="1.2", choices=tuple(VERSIONS)),
    "incoming_tokens": Setting(
        "secret",
        "det som regionen skickar som Authorization: Bearer när den lämnar till oss med SOAP; flera med komma emellan",
        optional=True,
    ),
    "kvittens_timmar": Setting(
        "whole", "efter hur många timmar någon ska ringa om ett meddelande inte är läst; 0 är aldrig", default=4
    ),
}

systems.register(
    System(
        "region",
        "Regionen",
        SETTINGS,
        jobs=(
            polling.job("region", connect),
            Job("bevaka", "Bevakar det som ingen har läst och det som kom i fel ordning", watch.run, every_seconds=60),
        ),
    )
)


@operation(
    "region.confirm_notice",
    title="Kvittera att meddelandet är läst",
    params=_STAY | {"meddelande_id": "str", "status": "str"},
    example=_RECEIPT | {"status": "last"},
)
def confirm_notice(delivery: Delivery) -> Json:
    return _receipt(delivery, status=delivery.params.get("status") or "last")


@operation(
    "region.notify_wrong_recipient",
    title="Säg att meddelandet kom fel",
    params=_STAY | {"meddelande_id": "str", "orsak": "str"},
    example=_RECEIPT | {"status": "felaktig_mottagare"},
)
def notify_wrong_recipient(delivery: Delivery) -> Json:
    return _receipt(delivery, status="felaktig_mottagare", reason=delivery.params.get("orsak") or "")


@operation(
    "region.notify_ready_to_receive",
    title="Meddela att kommunen kan ta emot",
    params=_STAY | {"fran_dt": "dt", "plats": "str", "villkor": "str"},
    example=_SENT,
    errors=_REFUSALS,
)
def notify_ready_to_receive(delivery: Delivery) -> Json:
    return _message(delivery, "klar_att_ta_emot")


@operation(
    "region.remind_sip",
    title="Påminn om kallelse till SIP",
    params=_STAY | {"meddelande_id": "str"},
    example=_SENT,
    errors=_REFUSALS,
)
def remind_sip(delivery: Delivery) -> Json:
    return _message(delivery, "paminnelse_sip")


@operation(
    "region.report_missing_information",
    title="Begär information som saknas vid utskrivning",
    params=_STAY | {"saknas": "list", "utskriven_dt": "dt"},
    example={"avvikelse_id": "00000000-0000-4000-8000-000000000003", "dt": "2026-11-23T09:05:00+01:00"},
    errors=_REFUSALS,
)
def report_missing_information(delivery: Delivery) -> Json:
    sent = _message(delivery, "begaran_information")
    return {"avvikelse_id": sent["meddelande_id"], "dt": sent["dt"]}


@operation(
    "region.send_sip_answer",
    title="Svara på kallelse till SIP",
    params=_STAY | {"svar": "str", "tid": "dt", "deltagare": "list"},
    example=_SENT,
    errors=_REFUSALS,
    shares=ConsentKind.SIP,
)
def send_sip_answer(delivery: Delivery) -> Json:
    return _message(delivery, "sip_svar")


@operation(
    "region.send_sip_plan",
    title="Skicka den samordnade planen",
    params=_STAY | {"datum": "date", "insatser": "list", "huvudansvarig": "str", "nasta_uppfoljning": "date"},
    example=_SENT,
    errors=_REFUSALS,
    shares=ConsentKind.SIP,
)
def send_sip_plan(delivery: Delivery) -> Json:
    return _message(delivery, "sip_plan")


@operation(
    "region.retract_message",
    title="Ta tillbaka ett meddelande som blev fel",
    params=_STAY | {"meddelande_id": "str", "orsak": "str"},
    example=_SENT,
    errors=_REFUSALS,
)
def retract_message(delivery: Delivery) -> Json:
    return _message(delivery, "felsant")


@operation(
    "region.return_message",
    title="Skicka tillbaka ett meddelande till avsändaren",
    params=_STAY | {"meddelande_id": "str", "orsak": "str"},
    example=_SENT,
    errors=_REFUSALS,
)
def return_message(delivery: Delivery) -> Json:
    return _message(delivery, "fel_mottagare")


def _receipt(delivery: Delivery, *, status: str, reason: str = "") -> Json:
    now = timezone.now()
    answer = connect().send_receipt(
        str(delivery.params["meddelande_id"]), status=status, at=delivery.asked_at, reason=reason, key=delivery.key
    )
    return {"kvittens_id": str(answer.get("kvittens_id") or delivery.key), "status": status, "dt": _when(answer, now)}


def _message(delivery: Delivery, kind: str) -> Json:
    now = timezone.now()
    envelope = {
        "schema": SCHEMA,
        # The key, so that a copy that slips past the receiver's own check is still the same message.
        "meddelande_id": str(delivery.key),
        "typ": kind,
        "version": 1,
        "inskrivning_id": delivery.params.get("inskrivning_id"),
        "skickad_dt": delivery.asked_at.isoformat(),
        "avsandare": {"kommunkod": settings.FORLOPP_MUNICIPALITY_CODE, "enhet": settings.FORLOPP_MUNICIPALITY_NAME},
        "innehall": {field: delivery.params.get(field) for field in SENT[kind]},
    }
    answer = connect().send_message(envelope, key=delivery.key)
    receipts.expect(delivery.key, at=now)
    return {"meddelande_id": str(answer.get("meddelande_id") or delivery.key), "dt": _when(answer, now)}


def _when(answer: Json, now: datetime) -> str:
    told = answer.get("dt")
    return told if isinstance(told, str) else now.isoformat()
