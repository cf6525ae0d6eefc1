"""Speaks as a vendor of medicine dispensers would: signed webhooks until they are taken, and an interface to pause."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import requests
from django.utils import timezone
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.faults import FAULTS
from integrations.medicingivare.dialects import DIALECTS
from integrations.medicingivare.dialects.table import Dialect
from integrations.simulation import Json, Refused, Store, broken, control, moment, once
from integrations.simulators import Surroundings, application
from people import invented

VENDOR = "pahittad_givare"
# serial number -> the invented person who has it; the last one nobody has told the municipality about.
DEVICES = {"MG-1001": "ingrid", "MG-1002": "sven", "MG-1003": "gunilla", "MG-1004": "elisabet"}
UNKNOWN_DEVICE = "MG-9999"
EVENTS = {
    "dos_missad": ("Dos missad", "larm"),
    "dos_tagen": ("Dos tagen", "info"),
    "dos_forsenad": ("Dos försenad", "varning"),
    "dos_avbojd": ("Dos avböjd", "larm"),
    "dos_last_i_behallare": ("Dos låst i behållare", "varning"),
    "dos_tillganglig": ("Dos tillgänglig", "info"),
    "pafyllning_behovs": ("Påfyllning behövs", "varning"),
    "pafylld": ("Påfylld", "info"),
    "doser_slut": ("Doser slut", "larm"),
    "batteri_lagt": ("Batteri lågt", "varning"),
    "stromavbrott": ("Strömavbrott", "varning"),
    "frankopplad": ("Frånkopplad", "varning"),
    "ateransluten": ("Återansluten", "info"),
    "mekaniskt_fel": ("Mekaniskt fel", "larm"),
    "lucka_oppnad": ("Lucka öppnad", "varning"),
    "puls": ("Puls (lever)", "info"),
}
PATH = "/integrationer/medicingivare/"
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
# Answers that will not be another next time; after so many tries the vendor gives up and telephones.
NEVER, TRIES = {400, 409, 413, 415, 422}, 3
# How long events are held back to be able to come in the wrong order.
HOLD = datetime.timedelta(seconds=3)
VENDOR_FAULTS = {
    **FAULTS,
    "forged": "Förfalskad: webhooken har fel signatur",
    "old": "Gammal: webhooken har en tidsstämpel som är tio minuter gammal",
}


def create(surroundings: Surroundings) -> Starlette:
    """The simulator as an application; its memory is in var/simulators."""
    secret = next(iter(surroundings.configuration("medicingivare").words("webhook_secrets")), "")
    vendor = Vendor(surroundings.store("medicingivare"), surroundings.web_url + PATH, secret)
    store = vendor.store
    routes = [
        Route("/api/enheter/{serial}/paus", once(store, 200, vendor.pause), methods=["POST"]),
        Route("/api/enheter/{serial}/ateruppta", once(store, 200, vendor.resume), methods=["POST"]),
        Route("/api/handelser", broken(store, vendor.events), methods=["GET"]),
        *control(store, {"skicka": vendor.send}, vendor.page, "medicingivare", VENDOR_FAULTS),
    ]
    return application(store, routes, vendor.lifespan)


@dataclass(frozen=True)
class Attempt:
    """One webhook, ready to be sent."""

    message_id: str
    body: bytes
    timestamp: int
    signature: str
    path: str


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Standard Webhooks. Written apart from web.webhooks, as a vendor's is: the two check each other."""
    is_encoded = secret.startswith("whsec_")
    key = base64.b64decode(secret.removeprefix("whsec_")) if is_encoded else secret.encode()
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _in_words_of(dialect: Dialect, event: Json) -> Json:
    """As that vendor would have written it."""
    word = next(word for word, kind in dialect.words.items() if kind == event["typ"])
    written: Json = {}
    for path, value in (
        (dialect.kind, word),
        (dialect.event_id, event["handelse_id"]),
        (dialect.serial, event["enhet_serienr"]),
        (dialect.occurred, event["intraffad_dt"]),
        (dialect.planned, event["planerad_dt"]),
    ):
        *steps, last = path.split(".")
        at = written
        for step in steps:
            at = at.setdefault(step, {})
        at[last] = value
    return written


class Vendor:
    """The dispensers, and the events on their way to the municipality."""

    def __init__(self, store: Store, address: str, secret: str) -> None:
        self.store = store
        self._address = address
        self._secret = secret
        self._wake = asyncio.Event()
        self._session = requests.Session()

    # ── from the page and the tests ──

    def send(self, told: Json) -> Json:
        """{"typ", "enhet_serienr"? or "person"?, "dialekt"?, and more fields to change, "antal"?: as many events}."""
        kind = str(told.get("typ") or "")
        by_person = {person: serial for serial, person in DEVICES.items()}
        serial = str(told.get("enhet_serienr") or by_person.get(str(told.get("person")), ""))
        if kind not in EVENTS or not serial:
            raise Refused("fel_val", "Välj en händelse och en medicingivare.")
        dialect = str(told.get("dialekt") or "")
        if dialect and dialect not in DIALECTS:
            raise Refused("fel_val", "Välj en dialekt som finns.")
        count = told.get("antal") or 1
        if not str(count).isdecimal() or not 1 <= int(count) <= 1_000:
            raise Refused("fel_tal", "Antal ska vara mellan 1 och 1 000.")
        ours = ("typ", "enhet_serienr", "person", "antal", "dialekt")
        changes = {key: value for key, value in told.items() if key not in ours}
        events = [self._event(kind, serial, changes, dialect) for _ in range(int(count))]
        self._wake.set()
        return {"handelse_id": events[0]["handelse_id"], "handelse": events[0], "antal": len(events)}

    async def events(self, request: Request) -> Response:
        """Everything in our own words since a number of ours, delivered by webhook or not."""
        asked = (request.query_params.get("efter", ""), request.query_params.get("max", ""))
        after, limit = (
            int(text) if text.isdecimal() else default for text, default in zip(asked, (0, 100), strict=True)
        )
        rows = self.store.rows(
            "SELECT * FROM outgoing WHERE number > ? AND kind NOT LIKE '% %' ORDER BY number LIMIT ?", after, limit
        )
        told = [json.loads(row["body"]) for row in rows]
        return JSONResponse({"handelser": told, "nasta": str(rows[-1]["number"] if rows else after)})

    def pause(self, _told: Json, request: Request) -> Json:
        return self._switch(request, is_paused=True)

    def resume(self, _told: Json, request: Request) -> Json:
        return self._switch(request, is_paused=False)

    def page(self) -> Json:
        paused = self.store.get("paused", [])
        devices = [
            {"serial": serial, "name": invented.BY_KEY[person].name, "is_paused": serial in paused}
            for serial, person in DEVICES.items()
        ]
        unknown = {"serial": UNKNOWN_DEVICE, "name": "okänd för kommunen", "is_paused": False}
        return {"devices": [*devices, unknown], "events": EVENTS, "address": f"{self._address}handelser"}

    def _event(self, kind: str, serial: str, changes: Json, dialect: str) -> Json:
        now = self.store.now()
        event: Json = {
            "handelse_id": str(uuid.uuid4()),
            "typ": kind,
            "leverantor": VENDOR,
            "enhet_serienr": serial,
            "planerad_dt": self._dose(serial, kind, now) if kind.startswith("dos_") else None,
            "intraffad_dt": now.isoformat(timespec="seconds"),
            "allvar": EVENTS[kind][1],
            "detalj": EVENTS[kind][0],
            **changes,
        }
        body = _in_words_of(DIALECTS[dialect], event) if dialect else event
        self.store.queue(message_id=event["handelse_id"], kind=f"{dialect} {kind}".strip(), about=serial, body=body)
        return event

    def _dose(self, serial: str, kind: str, now: datetime.datetime) -> str:
        """When the dose was planned: the open one if its story goes on, else one that no other dose has."""
        doses = self.store.get(f"doses:{serial}", {"open": None, "told": [], "latest": "", "earliest": ""})
        if doses["open"] is None or kind in doses["told"]:
            planned = now.replace(second=0, microsecond=0)
            if doses["latest"] >= planned.astimezone(datetime.UTC).isoformat():
                planned = datetime.datetime.fromisoformat(doses["earliest"]) - datetime.timedelta(minutes=1)
            at = planned.astimezone(datetime.UTC).isoformat()
            doses = {
                "latest": max(doses["latest"], at),
                "earliest": min(doses["earliest"] or at, at),
                "open": at,
                "told": [],
            }
        planned = timezone.localtime(datetime.datetime.fromisoformat(doses["open"]))
        doses["told"] = [*doses["told"], kind]
        if kind == "dos_tagen":
            doses["open"] = None
        self.store.put(f"doses:{serial}", doses)
        return planned.isoformat(timespec="seconds")

    def _switch(self, request: Request, *, is_paused: bool) -> Json:
        serial = request.path_params["serial"]
        if serial not in DEVICES:
            raise Refused("enhet_okand", "Det finns ingen medicingivare med det serienumret.")
        others = [one for one in self.store.get("paused", []) if one != serial]
        self.store.put("paused", [*others, serial] if is_paused else others)
        return {"enhet_serienr": serial, "pausad": is_paused, "dt": moment()}

    # ── to the municipality ──

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        sending = asyncio.create_task(self._keep_sending())
        yield
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending

    async def _keep_sending(self) -> None:
        while True:
            self._wake.clear()
            due = self._due()
            for row in due:
                await self._deliver(row)
            if not due:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), 1.0)

    def _due(self) -> list[Json]:
        """The undelivered events whose turn it is, oldest first unless the order is broken."""
        mode = self.store.fault.lage
        if mode == "down":
            return []
        rows = [row for row in self.store.waiting(200) if row["next_attempt"] <= time.time()]
        if mode != "reorder":
            return rows
        oldest = min((row["queued_at"] for row in rows), default="")
        is_held = bool(oldest) and timezone.now() - datetime.datetime.fromisoformat(oldest) < HOLD
        return [] if is_held else rows[::-1]

    async def _deliver(self, row: Json) -> None:
        fault = self.store.fault
        if fault.lage == "slow":
            await asyncio.sleep(fault.sekunder)
        attempt = self._attempt(row, fault.lage)
        answered = [await asyncio.to_thread(self._post, attempt) for _ in range(2 if fault.lage == "duplicate" else 1)]
        self._note(row, answered)

    def _attempt(self, row: Json, mode: str) -> Attempt:
        if mode == "garbage" and row["body"].endswith("}"):
            row = self.store.rewrite(row, row["body"][: len(row["body"]) // 2])
        body = row["body"].encode()
        timestamp = int(timezone.now().timestamp()) - (600 if mode == "old" else 0)
        secret = "fel-hemlighet" if mode == "forged" else self._secret
        signature = sign(secret, row["message_id"], timestamp, body)
        dialect = row["kind"].rpartition(" ")[0]
        path = f"{dialect}/handelser" if dialect else "handelser"
        return Attempt(row["message_id"], body, timestamp, signature, path)

    def _post(self, attempt: Attempt) -> int:
        """The status code; 0 when there was no answer."""
        headers = {
            "Content-Type": "application/json",
            "webhook-id": attempt.message_id,
            "webhook-timestamp": str(attempt.timestamp),
            "webhook-signature": attempt.signature,
        }
        try:
            return self._session.post(
                self._address + attempt.path, data=attempt.body, headers=headers, timeout=10, allow_redirects=False
            ).status_code
        except requests.RequestException:
            return 0

    def _note(self, row: Json, answered: list[int]) -> None:
        said = ", ".join(str(code) if code else "inget svar" for code in answered)
        if all(200 <= code < 300 for code in answered):
            self.store.run(
                "UPDATE outgoing SET status = ?, acknowledged_at = ?, attempts = attempts + 1 WHERE number = ?",
                *(said, moment(), row["number"]),
            )
            return
        if row["attempts"] + 1 >= TRIES and NEVER & set(answered):
            self.store.acknowledge(row["message_id"], f"{said}: gav upp", moment())
            return
        wait = min(FIRST_WAIT * 2 ** min(row["attempts"], 10), LONGEST_WAIT)
        self.store.run(
            "UPDATE outgoing SET status = ?, next_attempt = ?, attempts = attempts + 1 WHERE number = ?",
            *(said, time.time() + wait, row["number"]),
        )
