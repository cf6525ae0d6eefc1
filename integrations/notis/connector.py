"""What is told of messages to people outside, what a diagram can ask for, and what is done on a schedule."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from integrations import http, systems
from integrations.notis import numbers, outcomes, receivers, sending, sms, templates
from integrations.notis.dialects import DIALECTS
from integrations.systems import Job, Setting, System
from workflows.connectors import Delivery, Json, operation


def _check_sender(told: str) -> str:
    if sms.ALPHABETIC.fullmatch(told) or numbers.mobile(told) == told:
        return ""
    return "Avsändaren är högst elva tecken a–z, siffror och mellanslag, eller ett nummer som +46701740605."


def _check_hour(told: int) -> str:
    return "" if 0 <= told <= 24 else "Ska vara en hel timme, 0 till 24."


SETTINGS = http.SETTINGS | {
    "url": replace(http.SETTINGS["url"], help="sms-leverantörens adress; utan den skickas bara e-post", optional=True),
    "token": Setting("secret", "lösenordet (elks) eller nyckeln (batch) hos leverantören", optional=True),
    "user": Setting("text", "användaren hos leverantören (elks)", optional=True),
    "dialect": Setting("text", "hur leverantören talar", default="elks", choices=tuple(DIALECTS)),
    "sender": Setting(
        "text", "vem sms är från: ett namn, eller ett nummer som går att svara", default="Kommunen", check=_check_sender
    ),
    "report_url": Setting("url", "vår adress för leverantören, om inte den som personalen har", optional=True),
    "reply_secrets": Setting(
        "secret", "lösenord som leverantören lämnar svar med; flera med komma emellan", optional=True
    ),
    "templates": Setting("path", "era egna mallar", optional=True, check=templates.check),
    "mailboxes": Setting("text", "brevlådor: norr=norr@kommun.se, …", optional=True, check=receivers.check_boxes),
    "opens": Setting("whole", "klockan då man får börja skicka", default=8, check=_check_hour),
    "closes": Setting("whole", "klockan då man slutar skicka", default=20, check=_check_hour),
    "parts": Setting("whole", "hur många sms en text får bli", default=3),
    "per_person": Setting("whole", "hur många en mottagare får på en dag; fler är ett stopp", default=5),
    "per_minute": Setting("whole", "hur många som skickas på en minut; fler väntar", default=60),
    "per_day": Setting("whole", "hur många som skickas på en dag; fler är ett stopp", default=1_000),
    "report_hours": Setting("whole", "hur länge leverantören får dröja med besked innan utfallet är okänt", default=24),
    "keep_days": Setting("whole", "hur länge adresser och texter finns kvar", default=90),
}

systems.register(
    System(
        "notis",
        "Sms och e-post",
        SETTINGS,
        jobs=(Job("utfall", "Frågar vad det blev av det som skickats", outcomes.look, every_seconds=60),),
        at_once=4,
        pages={"Meddelanden": "integrations:notis_messages"},
    )
)


@operation(
    "notis.send",
    title="Skicka sms eller e-post",
    params={
        "arende_ref": "str",
        "mottagare": "str",
        "kanal": "str",
        "mall": "str",
        "dag": "date",
        "klockslag": "dt",
        "telefon": "str",
        "antal": "int",
        "bradskande": "bool",
        "svara_om_utfall": "bool",
    },
    example={
        "notis_id": "5f0c2a7e-3c1b-4a53-9d59-0d2f6f1c8a11",
        "kanal": "sms",
        "status": "skickat",
        "dt": "2026-11-23T09:05:00+01:00",
    },
    errors={receivers.CANNOT: "Mottagaren kan inte nås så: ring eller skriv ett brev i stället."},
)
def send(delivery: Delivery) -> Json:
    return sending.send(delivery, now=timezone.now())
