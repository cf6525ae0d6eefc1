"""What a row of the access log says, in plain Swedish: for reviewers, and for the person whom it is about."""

from __future__ import annotations

import datetime

from web import swedish

OBJECTS = {
    "absence": "frånvaro i personalen",
    "access_log": "loggen",
    "agreement": "överenskommelsen",
    "api-client": "ett systems nyckel",
    "area": "personens område",
    "attachment": "en fil",
    "batch": "en fil med rader",
    "comment": "en anteckning",
    "consent": "ett samtycke",
    "contact": "en kontakt",
    "dispatch": "ett skickat meddelande",
    "fhir.CarePlan": "planen",
    "fhir.Communication": "ett meddelande",
    "fhir.Task": "en uppgift",
    "glance": "personens översikt",
    "goal": "ett mål",
    "inbox": "uppgiftslistan",
    "inbox-message": "ett inkommet meddelande",
    "inbox_message": "ett inkommet meddelande",
    "incident": "ett stopp",
    "individual": "personens sida",
    "instance": "ärendet",
    "integration": "in- och utgående meddelanden",
    "invoice": "ett fakturaunderlag",
    "kontakt": "kontakterna",
    "mal": "målen",
    "outbox-message": "ett utgående meddelande",
    "overenskommelse": "överenskommelsen",
    "rating": "en skattning",
    "register": "ett meddelande som kommit på annat sätt",
    "samtycke": "samtyckena",
    "sdk-message": "ett meddelande med Säker digital kommunikation",
    "signal": "en signal",
    "staff": "en medarbetare",
    "start_form": "formuläret som startar ett förlopp",
    "statistics": "underlaget till Socialstyrelsen",
    "system": "ett annat systems koppling",
    "task": "en uppgift",
    "timeline": "det som har hänt personen",
    "unit": "enhetens lista",
    "user_task": "en uppgift",
}
ACTIONS = {
    "add": "lade till",
    "add-api-client": "lade till",
    "archive": "antecknade leverans till arkivet av",
    "ask": "frågade en kollega om",
    "assign": "ändrade uppdrag för",
    "bulk-cancel": "avbröt tillsammans med andra",
    "bulk-retry": "försökte igen med",
    "bulk-skip": "hoppade över ett steg i",
    "block": "spärrade för andra enheter",
    "change": "ändrade",
    "change-api-client": "ändrade",
    "comment": "skrev en kommentar till",
    "complement": "kompletterade",
    "correct": "rättade det som stod i",
    "draft": "skrev ett utkast i",
    "end-subscription": "avslutade en prenumeration för",
    "emergency": "nödöppnade",
    "end-emergency": "stängde nödöppningen av",
    "export": "hämtade hela",
    "extract": "gjorde ett utdrag ur",
    "hand_over": "lämnade över",
    "handover": "skrev ut",
    "hold": "satte gallringsstopp på",
    "lift-block": "hävde spärren på",
    "lift-hold": "hävde gallringsstopp på",
    "leave-out": "utelämnade ur",
    "list": "öppnade en lista med",
    "listed": "såg namnet i",
    "mend": "rättade",
    "pause-system": "pausade",
    "place": "bestämde området på",
    "print": "skrev ut",
    "read": "läste",
    "read-file": "läste en fil i",
    "read-raw": "läste råtexten i",
    "refuse": "skrev personens uppfattning om",
    "renew-subscription-secret": "bytte hemlighet för",
    "replay": "spelade om",
    "replay-subscription": "skickade händelser igen till",
    "resume-system": "återupptog",
    "review": "granskade",
    "revoke-api-client": "spärrade",
    "rotate-api-client": "bytte",
    "run-now": "körde",
    "search": "sökte i",
    "send": "skickade",
    "send-signal": "sände",
    "serve": "ändrade området för",
    "share": "delade med en annan",
    "subscribe-api-client": "lade till en prenumeration för",
    "try-replay": "provade att spela om",
    "try-subscription": "provade en prenumeration för",
    "withdraw": "tog bort",
}


def what(action: str, object_type: str) -> str:
    """ "Läste en uppgift". What has no words of its own is told as it is written, rather than left out."""
    verb = ACTIONS.get(action.partition(":")[0], f"gjorde ”{action}” med")
    said = f"{verb} {OBJECTS.get(object_type, object_type)}".strip()
    return said[0].upper() + said[1:]


def month(first: datetime.date) -> str:
    """As in "november 2026"."""
    return f"{swedish.MONTHS[first.month - 1]} {first.year}"
