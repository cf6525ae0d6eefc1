"""Speaks as two SMS providers would, in their own words, and shows the telephones that got something."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from integrations.faults import FAULTS
from integrations.notis import client
from integrations.simulation import Handler, Json, Refused, Store, broken, control, moment, read
from integrations.simulators import Surroundings, application

SILENT, UNKNOWN, UNDELIVERED = "silent", "unknown", "undelivered"
SMS_FAULTS = {
    **{name: title for name, title in FAULTS.items() if name not in ("garbage", "reject", "skew", "encoding")},
    "duplicate": "Dubblett: varje besked om leverans kommer två gånger",
    "reorder": "Omkastad ordning: beskedet att det kom fram kommer före beskedet att det skickades",
    SILENT: "Tyst: inga besked om leverans, och den som frågar får veta att det är på väg",
    UNKNOWN: "Okänt nummer: leverantören tar inte emot numret",
    UNDELIVERED: "Kommer inte fram: beskedet är att det misslyckades",
}
LETTERS = 20
TRIES = 5


def create(surroundings: Surroundings) -> Starlette:
    """46elks' words under /elks, JSON batches under /batch; its memory is in var/simulators."""
    secret = next(iter(client.reply_secrets()), "")
    provider = Provider(surroundings.store("notis"), surroundings.var / "mail", surroundings.web_url, secret)
    store = provider.store

    def served(handle: Handler, scheme: str) -> Handler:
        return broken(store, _let_in(handle, scheme))

    routes = [
        Route("/elks/me", served(provider.me, "Basic"), methods=["GET"]),
        Route("/elks/sms", served(provider.elks_send, "Basic"), methods=["POST"]),
        Route("/elks/sms", served(provider.elks_list, "Basic"), methods=["GET"]),
        Route("/elks/sms/{id}", served(provider.elks_one, "Basic"), methods=["GET"]),
        Route("/batch/batches", served(provider.batch_send, ""), methods=["POST"]),
        Route("/batch/batches", served(provider.batch_list, ""), methods=["GET"]),
        Route("/batch/batches/{id}/delivery_report", served(provider.batch_report, ""), methods=["GET"]),
        *control(store, {"svara": provider.answer}, provider.page, "notis", SMS_FAULTS),
    ]
    return application(store, routes, provider.lifespan)


def _let_in(handle: Handler, scheme: str) -> Handler:
    async def answer(request: Request) -> Response:
        if not request.headers.get("Authorization", "").startswith(scheme):
            return PlainTextResponse("API access requires authentication", 401)
        return await handle(request)

    return answer


class Provider:
    """The SMS it has taken are rows of what it has received; the reports about them of what it sends."""

    def __init__(self, store: Store, letters: Path, web: str, secret: str) -> None:
        self.store, self._letters, self._web, self._secret = store, letters, web, secret
        self._wake = asyncio.Event()

    # ── taking messages ──

    async def elks_send(self, request: Request) -> Response:
        told = await read(request)
        if missing := [name for name in ("from", "to", "message") if not told.get(name)]:
            return PlainTextResponse(f"Missing key {missing[0]}", 400)
        if not self._is_number(told["to"]):
            return PlainTextResponse("Invalid to: not a valid phone number", 400)
        row = self._taken(told["from"], told["to"], told["message"], "", told.get("whendelivered", ""))
        return JSONResponse({**self._as_elks(row), "status": "created"})

    async def batch_send(self, request: Request) -> Response:
        told = await read(request)
        to = told.get("to")
        if not isinstance(to, list) or len(to) != 1 or not self._is_number(to[0]):
            return JSONResponse({"code": "syntax_invalid_parameter_format", "text": "to"}, 400)
        reference = str(told.get("client_reference") or "")
        row = self._taken(str(told.get("from")), to[0], str(told.get("body")), reference, "")
        return JSONResponse(self._as_batch(row), 201)

    def _is_number(self, to: object) -> bool:
        return isinstance(to, str) and to.startswith("+") and self.store.fault.lage != UNKNOWN

    def _taken(self, sender: str, to: str, text: str, reference: str, report_to: str) -> Json:
        """Each call is a message of its own: neither provider promises to know a repeated one."""
        number = f"s{uuid.uuid4().hex}"
        body = {"id": number, "from": sender, "to": to, "text": text, "reference": reference, "created": moment()}
        self.store.run(
            "INSERT INTO received (key, path, body, status_code, answer, at) VALUES (?, 'sms', ?, 200, ?, ?)",
            *(number, json.dumps(body, ensure_ascii=False), self._fate(), moment()),
        )
        if report_to and self.store.fault.lage != SILENT:
            self._report(number, report_to)
        return body

    def _fate(self) -> str:
        return {SILENT: "sent", UNDELIVERED: "failed"}.get(self.store.fault.lage, "delivered")

    # ── telling what became of them ──

    async def me(self, _request: Request) -> Response:
        return JSONResponse({"id": "u0", "displayname": "Kommunen (påhittad)", "currency": "SEK"})

    async def elks_list(self, request: Request) -> Response:
        to = request.query_params.get("to")
        rows = [row for row in self._messages() if row["to"] == to]
        return JSONResponse({"data": [self._as_elks(row) for row in rows]})

    async def elks_one(self, request: Request) -> Response:
        rows = [row for row in self._messages() if row["id"] == request.path_params["id"]]
        return JSONResponse({**self._as_elks(rows[0]), "status": rows[0]["fate"]} if rows else {}, 200 if rows else 404)

    async def batch_list(self, request: Request) -> Response:
        wanted = request.query_params.get("client_reference")
        rows = [self._as_batch(row) for row in self._messages() if wanted is None or row["reference"] == wanted]
        return JSONResponse({"count": len(rows), "batches": rows[:10]})

    async def batch_report(self, request: Request) -> Response:
        rows = [row for row in self._messages() if row["id"] == request.path_params["id"]]
        words = {"sent": "Dispatched", "delivered": "Delivered", "failed": "Failed"}
        statuses = [{"code": 0, "count": 1, "status": words[row["fate"]]} for row in rows]
        return JSONResponse({"batch_id": request.path_params["id"], "statuses": statuses}, 200 if rows else 404)

    def _messages(self) -> list[Json]:
        """The latest first."""
        found = self.store.rows("SELECT * FROM received WHERE path = 'sms' ORDER BY number DESC LIMIT 1000")
        return [{**json.loads(row["body"]), "fate": row["answer"], "at": row["at"]} for row in found]

    def _as_elks(self, row: Json) -> Json:
        told = {name: row[name] for name in ("id", "from", "to", "created")}
        return {**told, "message": row["text"], "direction": "outgoing"}

    def _as_batch(self, row: Json) -> Json:
        return {"id": row["id"], "to": [row["to"]], "from": row["from"], "client_reference": row["reference"]}

    def _report(self, number: str, address: str) -> None:
        """Queued: a word when it leaves, and one when it is there."""
        words = ["sent", self._fate()]
        if self.store.fault.lage == "reorder":
            words.reverse()
        for word in words:
            for _ in range(2 if self.store.fault.lage == "duplicate" else 1):
                self._queue(address, "besked", {"id": number, "status": word})
        self._wake.set()

    def _queue(self, address: str, kind: str, form: Json) -> None:
        self.store.queue(message_id=str(uuid.uuid4()), kind=kind, about=address, body=form)

    # ── what people answer ──

    def answer(self, told: Json) -> Json:
        """{"fran", "text"}: somebody answers on their telephone."""
        sender, text = str(told.get("fran") or ""), str(told.get("text") or "")
        if not sender or not text:
            raise Refused("ofullstandig", "Skriv nummer och text.")
        scheme, _, rest = self._web.partition("://")
        address = f"{scheme}://svar:{self._secret}@{rest}/integrationer/notis/svar"
        form = {
            "id": f"s{uuid.uuid4().hex}",
            "from": sender,
            "to": "+46766860000",
            "message": text,
            "direction": "incoming",
        }
        self._queue(address, "svar", form)
        self.store.run(
            "INSERT INTO received (key, path, body, status_code, answer, at) VALUES (?, 'svar', ?, 200, '', ?)",
            *(form["id"], json.dumps({"to": sender, "text": text, "id": form["id"]}, ensure_ascii=False), moment()),
        )
        self._wake.set()
        return form

    # ── sending ──

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
            for row in self.store.waiting(50):
                await self._deliver(row)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 1.0)

    async def _deliver(self, row: Json) -> None:
        told = await asyncio.to_thread(self._post, row["about"], json.loads(row["body"]))
        if 200 <= told < 300 or row["attempts"] + 1 >= TRIES:
            self.store.acknowledge(row["message_id"], str(told or "inget svar"), moment())
        else:
            self.store.run(
                "UPDATE outgoing SET attempts = attempts + 1, status = ? WHERE number = ?", str(told), row["number"]
            )

    def _post(self, address: str, form: Json) -> int:
        """The status; 0 when there was no answer. The password in the address becomes a header."""
        parts = urlsplit(address)
        plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        credentials = (parts.username or "", parts.password or "")
        try:
            return requests.post(plain, data=form, auth=credentials, timeout=10, allow_redirects=False).status_code
        except requests.RequestException:
            return 0

    # ── the page ──

    def page(self) -> Json:
        rows = self.store.rows("SELECT * FROM received WHERE path IN ('sms', 'svar') ORDER BY number DESC LIMIT 100")
        phones: dict[str, list[Json]] = {}
        for row in rows:
            said = json.loads(row["body"])
            shown = {
                "text": said["text"],
                "at": row["at"][11:16],
                "is_ours": row["path"] == "sms",
                "fate": row["answer"],
            }
            phones.setdefault(said["to"], []).insert(0, {**shown, "sender": said.get("from", "")})
        return {"phones": phones, "letters": list(self._mail())}

    def _mail(self) -> list[Json]:
        """What the demo would have sent by e-mail lies as files."""
        written = [path for path in self._letters.glob("*.log") if path.stat().st_size]
        files = sorted(written, key=lambda path: path.stat().st_mtime, reverse=True)
        found: list[Any] = []
        for path in files[:LETTERS]:
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = letter.get_body(("plain",))
            text = body.get_content().rstrip("-\n") if body else ""
            found.append({"to": letter["To"] or "", "subject": letter["Subject"] or "", "text": text})
        return found
