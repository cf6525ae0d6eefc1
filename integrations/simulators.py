"""How simulators are made and put together; what they do by themselves is in `simulation`."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from integrations.configuration import Values
from integrations.simulation import Json, OwnPagesOnly, Refused, Store, control, mailbox, moment, once, templates

Accept = Callable[[Json, Request], Json]


@dataclass(frozen=True)
class Surroundings:
    """What a simulator may know of the installation it plays against; `configuration` gives a system's settings."""

    var: Path
    municipality_code: str
    web_url: str
    configuration: Callable[[str], Values]

    def store(self, name: str) -> Store:
        return Store(self.var / "simulators" / f"{name}.sqlite3")


def create(module: str, surroundings: Surroundings) -> Starlette:
    """The simulator in a module, which has a function `create(surroundings)`."""
    made = import_module(module).create(surroundings)
    if not isinstance(made, Starlette):
        raise TypeError(module)
    return made


def together(simulators: Mapping[str, Starlette]) -> Starlette:
    """Several under one address, each at a path of its name; what is cleared at the top is cleared in each."""

    async def show(_request: Request) -> Response:
        return HTMLResponse(templates.get_template("together.jinja").render(names=sorted(simulators)))

    async def clear(_request: Request) -> Response:
        for simulator in simulators.values():
            simulator.state.store.clear()
        return JSONResponse({})

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as living:
            for simulator in simulators.values():
                await living.enter_async_context(simulator.router.lifespan_context(simulator))
            yield

    mounts = [Mount(f"/{name}", simulator) for name, simulator in simulators.items()]
    routes = [Route("/", show), Route("/styr/rensa", clear, methods=["POST"]), *mounts]
    return Starlette(routes=routes, middleware=[Middleware(OwnPagesOnly)], lifespan=lifespan)


def application(
    store: Store, routes: list[Route], lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None
) -> Starlette:
    """A simulator: its routes, its memory, and a door for this machine's own pages only."""
    made = Starlette(routes=routes, middleware=[Middleware(OwnPagesOnly)], lifespan=lifespan)
    made.state.store = store
    return made


def plain(
    surroundings: Surroundings,
    *,
    key: str,
    title: str,
    kinds: Mapping[str, Json],
    accepts: Mapping[str, Accept],
    statuses: frozenset[str] = frozenset({"mottagen", "avvisad"}),
    shape: Callable[[Json], Json] = dict,
) -> Starlette:
    """A simulator of the usual kind: a mailbox to empty, calls to take, and a page to send from and break things on.

    `kinds` maps what it can send to an example of its fields, which `shape` makes a message of; `accepts` maps a path
    to what answers a POST there, once per Idempotency-Key; `statuses` are the receipts it knows.
    """
    store = surroundings.store(key)

    def send(told: Json) -> Json:
        """{"typ", and the fields to change}; a field that is empty stays as in the example."""
        kind = str(told.get("typ") or "")
        if kind not in kinds:
            raise Refused("fel_val", "Välj ett meddelande som finns.")
        changes = {name: value for name, value in told.items() if name != "typ" and value != ""}
        message = shape(
            {"meddelande_id": str(uuid.uuid4()), "typ": kind, "skickad_dt": moment(), **kinds[kind], **changes}
        )
        store.queue(message_id=message["meddelande_id"], kind=kind, about="", body=message)
        return {"meddelande_id": message["meddelande_id"], "meddelande": message}

    def page() -> Json:
        return {"title": title, "kinds": kinds}

    routes = [
        *mailbox(store, statuses),
        *(Route(path, once(store, 200, accept), methods=["POST"]) for path, accept in accepts.items()),
        *control(store, {"skicka": send}, page, "plain"),
    ]
    return application(store, routes)
