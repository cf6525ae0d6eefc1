"""What the simulators share: a queue that survives a kill, the ways to be broken, and a small page."""

from __future__ import annotations

import asyncio
import datetime
import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from django.utils import timezone
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from integrations import faults
from integrations.faults import FAULTS, Fault

Json = dict[str, Any]
Handler = Callable[[Request], Awaitable[Response]]

MAX_BODY = 1_000_000
MAX_FETCH = 1_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outgoing (
    number INTEGER PRIMARY KEY, message_id TEXT NOT NULL, kind TEXT NOT NULL, about TEXT NOT NULL, body TEXT NOT NULL,
    queued_at TEXT NOT NULL, fetched INTEGER NOT NULL DEFAULT 0, acknowledged_at TEXT, status TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0, next_attempt REAL NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS outgoing_waiting ON outgoing (number) WHERE acknowledged_at IS NULL;
CREATE INDEX IF NOT EXISTS outgoing_id ON outgoing (message_id);
CREATE TABLE IF NOT EXISTS received (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, path TEXT NOT NULL, body TEXT NOT NULL,
    status_code INTEGER NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL, repeats INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Refused(Exception):
    """The simulated system's own no: 422 {"kod", "text"}."""

    def __init__(self, kod: str, text: str) -> None:
        super().__init__(kod)
        self.kod = kod
        self.text = text


class Store:
    """Everything a simulator remembers; each change is on disk before it is answered."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(_SCHEMA)

    def rows(self, query: str, *values: object) -> list[Json]:
        return [dict(row) for row in self._database.execute(query, values).fetchall()]

    def run(self, statement: str, *values: object) -> int:
        """How many rows it touched."""
        return self._database.execute(statement, values).rowcount

    def get(self, name: str, default: Any = None) -> Any:
        found = self.rows("SELECT value FROM setting WHERE name = ?", name)
        return json.loads(found[0]["value"]) if found else default

    def put(self, name: str, value: object) -> None:
        self.run("REPLACE INTO setting (name, value) VALUES (?, ?)", name, json.dumps(value))

    @property
    def fault(self) -> Fault:
        return Fault(**self.get("fault", {}))

    def now(self) -> datetime.datetime:
        """By the simulator's own clock, which may be wrong."""
        return timezone.localtime() + (faults.SKEW if self.fault.lage == "skew" else datetime.timedelta())

    def queue(self, *, message_id: str, kind: str, about: str, body: Json) -> None:
        self.run(
            "INSERT INTO outgoing (message_id, kind, about, body, queued_at) VALUES (?, ?, ?, ?, ?)",
            *(message_id, kind, about, json.dumps(body, ensure_ascii=False), moment()),
        )

    def waiting(self, limit: int) -> list[Json]:
        return self.rows("SELECT * FROM outgoing WHERE acknowledged_at IS NULL ORDER BY number LIMIT ?", limit)

    def acknowledge(self, message_id: str, status: str, at: str) -> bool:
        """The latest status stands; the time is that of the first. False when no such message was sent."""
        change = "UPDATE outgoing SET status = ?, acknowledged_at = coalesce(acknowledged_at, ?) WHERE message_id = ?"
        return self.run(change, status, at, message_id) > 0

    def rewrite(self, row: Json, body: str) -> Json:
        """Change a queued message for good: it must not come in two versions under one id."""
        self.run("UPDATE outgoing SET body = ? WHERE number = ?", body, row["number"])
        return {**row, "body": body}

    def latest(self, table: str, limit: int = 40) -> list[Json]:
        return self.rows(f"SELECT * FROM {table} ORDER BY number DESC LIMIT ?", limit)  # noqa: S608 - our own words

    def clear(self) -> None:
        for table in ("outgoing", "received", "setting"):
            self.run(f"DELETE FROM {table}")  # noqa: S608 - our own words


def moment() -> str:
    return timezone.localtime().isoformat(timespec="milliseconds")


# ── what every simulator answers ─────────────────────────────────────────────────────────────────────────────────


def mailbox(store: Store, statuses: frozenset[str]) -> list[Route]:
    """GET /api/meddelanden and POST /api/kvittenser: what lies waiting until it is acknowledged."""

    async def fetch(request: Request) -> Response:
        rows = taken(store, request.query_params.get("max", ""))
        return JSONResponse({"meddelanden": [json.loads(row["body"]) for row in rows]})

    async def acknowledge(request: Request) -> Response:
        told = await read(request)
        if told.get("status") not in statuses:
            raise Refused("okand_status", f"Status ska vara en av {', '.join(sorted(statuses))}.")
        message_id, at = str(told.get("meddelande_id") or ""), str(told.get("dt") or moment())
        if not message_id:
            raise Refused("id_saknas", "Kvittensen säger inte vilket meddelande den gäller.")
        is_known = store.acknowledge(message_id, told["status"], at)
        return JSONResponse({"kvittens_id": f"kv-{message_id}", "dt": moment(), "kand": is_known})

    return [
        Route("/api/meddelanden", broken(store, fetch), methods=["GET"]),
        Route("/api/kvittenser", broken(store, acknowledge), methods=["POST"]),
    ]


def taken(store: Store, asked: str) -> list[Json]:
    """What is given to somebody who asks for so many, as the present fault lets it be."""
    rows = _disturbed(store, store.waiting(min(int(asked), MAX_FETCH) if asked.isdecimal() else 50))
    for row in rows:
        store.run("UPDATE outgoing SET fetched = fetched + 1 WHERE number = ?", row["number"])
    return rows


def _disturbed(store: Store, rows: list[Json]) -> list[Json]:
    match store.fault.lage:
        case "duplicate":
            return [row for row in rows for _ in range(2)]
        case "reorder":
            return rows[::-1]
        case "garbage":
            fresh = next((row for row in rows if not row["fetched"]), None)
            return [store.rewrite(row, _spoiled(row)) if row is fresh else row for row in rows]
    return rows


def _spoiled(row: Json) -> str:
    torn = row["body"][: len(row["body"]) // 3]
    return json.dumps({"meddelande_id": row["message_id"], "skräp": torn} if row["message_id"] else torn)


def once(store: Store, status_code: int, accept: Callable[[Json, Request], Json]) -> Handler:
    """A POST with an Idempotency-Key: carried out once, answered the same each time it is repeated."""

    async def handle(request: Request) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key:
            return JSONResponse({"kod": "nyckel_saknas", "text": "Rubriken Idempotency-Key saknas."}, 400)
        answer = carried_out(
            store, key, request.url.path, await read(request), lambda told: accept(told, request), status_code
        )
        return JSONResponse(answer, status_code)

    return broken(store, handle)


def carried_out(
    store: Store, key: str, path: str, told: Json, accept: Callable[[Json], Json], status_code: int = 200
) -> Json:
    """The answer to what is told under a key: the first time by doing it, then as it was. Raises Refused."""
    body = json.dumps(told, ensure_ascii=False, sort_keys=True)
    earlier = store.rows("SELECT * FROM received WHERE key = ?", key)
    if earlier:
        if (earlier[0]["path"], earlier[0]["body"]) != (path, body):
            raise Refused("nyckel_ateranvand", "Nyckeln har redan använts för något annat.")
        store.run("UPDATE received SET repeats = repeats + 1 WHERE number = ?", earlier[0]["number"])
        return dict(json.loads(earlier[0]["answer"]))
    answer = accept(told)
    store.run(
        "INSERT INTO received (key, path, body, status_code, answer, at) VALUES (?, ?, ?, ?, ?, ?)",
        *(key, path, body, status_code, json.dumps(answer), moment()),
    )
    return answer


def broken(store: Store, handle: Handler, *, told: Handler | None = None) -> Handler:
    """The handler as the present fault lets it be. Most faults come after the deed, where they hurt most.

    `told` is how it says no, when not as JSON.
    """

    async def answer(request: Request) -> Response:
        fault = store.fault
        if (instead := faults.instead(fault.lage)) is not None:
            return instead
        try:
            response = await ((told or _refuse) if fault.lage == "reject" else handle)(request)
        except Refused as refusal:
            response = JSONResponse({"kod": refusal.kod, "text": refusal.text}, 422)
        if fault.lage == "slow":
            await asyncio.sleep(fault.sekunder)
        if fault.lage == "garbage" and request.method == "POST":
            return faults.web_page()
        return faults.spoiled(fault.lage, response)

    return answer


async def _refuse(request: Request) -> Response:
    if request.method == "GET":
        return JSONResponse({"meddelanden": []})
    raise Refused("mottagare_okand", "Mottagaren finns inte (simulerat nej).")


async def read_body(request: Request) -> bytes:
    """Raises Refused when it is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refused("for_stort", "Meddelandet är för stort.")
    return body


async def read(request: Request) -> Json:
    """The body as an object: JSON, or the fields of a form. Raises Refused."""
    body = await read_body(request)
    try:
        if is_form(request):
            return dict(parse_qsl(body.decode(), keep_blank_values=True))
        told = json.loads(body)
    except ValueError:
        raise Refused("olasligt", "Innehållet går inte att läsa.") from None
    if not isinstance(told, dict):
        raise Refused("olasligt", "Innehållet ska vara ett objekt.")
    return told


def is_form(request: Request) -> bool:
    return request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")


# ── control: for tests (JSON) and for the page (forms) ───────────────────────────────────────────────────────────


def control(
    store: Store,
    acts: Mapping[str, Callable[[Json], Json]],
    page: Callable[[], Json],
    name: str,
    faults: Mapping[str, str] = FAULTS,
) -> list[Route]:
    """GET / and POST /styr/<act> for each act and for brist and rensa; GET /styr/tillstand tells everything."""

    def break_it(told: Json) -> Json:
        mode = str(told.get("lage", ""))
        if mode not in faults:
            raise Refused("okant_lage", f"Läget ska vara ett av {', '.join(faults)}.")
        try:
            seconds = min(max(float(str(told.get("sekunder") or 5).replace(",", ".")), 0.0), 120.0)
        except ValueError:
            raise Refused("fel_tal", "Sekunder ska vara ett tal.") from None
        store.put("fault", asdict(Fault(mode, seconds)))
        return asdict(store.fault)

    def clear(_told: Json) -> Json:
        store.clear()
        return {}

    async def state(_request: Request) -> Response:
        return JSONResponse(
            {"brist": asdict(store.fault), "skickat": store.latest("outgoing"), "mottaget": store.latest("received")}
        )

    async def show(request: Request) -> Response:
        shown = {"faults": faults, "root": request.scope.get("root_path", ""), **page()}
        return HTMLResponse(_render(name, store, shown, request.query_params.get("sagt", "")))

    everything = {"brist": break_it, "rensa": clear, **acts}
    posts = [Route(f"/styr/{act}", _act(deed), methods=["POST"]) for act, deed in everything.items()]
    return [Route("/", show), Route("/styr/tillstand", state), *posts]


def _act(deed: Callable[[Json], Json]) -> Handler:
    async def handle(request: Request) -> Response:
        top = f"{request.scope.get('root_path', '')}/"
        try:
            done = deed(await read(request))
        except Refused as refusal:
            if is_form(request):
                return RedirectResponse(f"{top}?sagt=fel:{refusal.kod}", 303)
            return JSONResponse({"kod": refusal.kod, "text": refusal.text}, 422)
        return RedirectResponse(f"{top}?sagt=klart", 303) if is_form(request) else JSONResponse(done)

    return handle


templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "simulator_templates"),
    autoescape=True,
    undefined=StrictUndefined,
)


def _render(name: str, store: Store, page: Json, notice: str) -> str:
    said = {"": "", "klart": "Klart."}.get(notice, "Det gick inte. Kontrollera vad du fyllde i.")
    return templates.get_template(f"{name}.jinja").render(
        fault=store.fault,
        outgoing=store.latest("outgoing"),
        received=store.latest("received"),
        notice=said,
        is_error=notice.startswith("fel:"),
        **page,
    )


class OwnPagesOnly:
    """Refuses other hosts and forms sent from other sites: the address is open to every page in the browser."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_own(Request(scope)):
            await JSONResponse({"kod": "obehorig", "text": "Bara från den egna sidan."}, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_own(request: Request) -> bool:
    host = request.headers.get("Host", "")
    origin = request.headers.get("Origin", "")
    return host.rsplit(":", 1)[0] in ("127.0.0.1", "localhost") and origin in ("", f"http://{host}")
