"""Speaks as a home care planning system would: takes orders, tells what became of them."""

from __future__ import annotations

import json
import uuid

from django.utils import timezone
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.simulation import (
    Json,
    Refused,
    Store,
    broken,
    control,
    mailbox,
    moment,
    once,
)
from integrations.simulators import Surroundings, application

ORDERS = {
    "bestallning": "Beställning",
    "avbestallning": "Avbeställning",
    "insats_paus": "Paus av insatser",
    "insats_ateruppta": "Återuppta insatser",
}
STATES = {
    "bestallning": "aktiv",
    "avbestallning": "avslutad",
    "insats_paus": "pausad",
    "insats_ateruppta": "aktiv",
}
KINDS = {
    "bestallning_bekraftad": "Bekräfta beställningen",
    "utebliven_insats": "Utebliven insats",
    "avvikelse_besok": "Avvikelse vid besök",
}
CONTENT: dict[str, Json] = {
    "bestallning_bekraftad": {"status": "planerad", "enhet": "Hemtjänsten norr"},
    "utebliven_insats": {"status": "utebliven", "orsak": "Personal saknades"},
    "avvikelse_besok": {"status": "avvikelse", "orsak": "Ingen öppnade", "planerad_min": 30, "utford_min": 0},
}
STATUSES = frozenset({"mottagen", "last", "avvisad"})


def create(surroundings: Surroundings) -> Starlette:
    """The simulator as an application; its memory is in var/simulators."""
    planning = Planning(surroundings.store("hemtjanst"))
    store = planning.store
    routes = [
        *mailbox(store, STATUSES),
        Route("/api/bestallningar", once(store, 202, accept), methods=["POST"]),
        Route("/api/personer/{ref}/insatser", broken(store, planning.overview), methods=["GET"]),
        *control(store, {"skicka": planning.send}, planning.page, "hemtjanst"),
    ]
    return application(store, routes)


def accept(told: Json, _request: Request) -> Json:
    """An order, a pause, a resumption or a cancellation. Raises Refused."""
    if told.get("typ") not in ORDERS:
        raise Refused("okand_typ", "Planeringssystemet känner inte till den sortens beställning.")
    if not isinstance(told.get("person_ref"), str) or not told["person_ref"].strip():
        raise Refused("person_saknas", "Beställningen säger inte vem den gäller.")
    return {"bestallning_id": f"best-{uuid.uuid4()}", "dt": moment()}


class Planning:
    """The orders taken and the messages about them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def send(self, told: Json) -> Json:
        """{"typ", "person_ref", "bestallning_id"?, and more fields to change}."""
        kind, person_ref = told.get("typ"), str(told.get("person_ref") or "").strip()
        if kind not in KINDS or not person_ref:
            raise Refused("fel_val", "Välj ett meddelande och en beställning.")
        now = timezone.localtime()
        message: Json = {
            "meddelande_id": str(uuid.uuid4()),
            "typ": kind,
            "person_ref": person_ref,
            "bestallning_id": str(told.get("bestallning_id") or "") or self._latest_order(person_ref),
            "skickad_dt": now.isoformat(timespec="seconds"),
            **CONTENT[kind],
        }
        if kind != "bestallning_bekraftad":
            message |= {"besok_id": f"besok-{uuid.uuid4()}", "planerad_start": now.isoformat(timespec="seconds")}
        changes = {key: value for key, value in told.items() if key not in ("typ", "person_ref", "bestallning_id")}
        message.update(changes)
        self.store.queue(message_id=message["meddelande_id"], kind=kind, about=person_ref, body=message)
        return {"meddelande_id": message["meddelande_id"], "meddelande": message}

    async def overview(self, request: Request) -> Response:
        """What the latest order made of it; nothing for someone who has none."""
        mine = [order for order in self.orders() if order["told"]["person_ref"] == request.path_params["ref"]]
        if not mine:
            return JSONResponse({})
        latest = mine[0]
        visits = next((order["told"]["besok_per_dag"] for order in mine if "besok_per_dag" in order["told"]), None)
        told = {"status": STATES[latest["told"]["typ"]], "enhet": "Hemtjänsten norr", "andrad_dt": latest["at"]}
        return JSONResponse(told | ({"besok_per_dag": visits} if visits is not None else {}))

    def orders(self) -> list[Json]:
        """The latest first."""
        found = []
        for row in self.store.latest("received"):
            told, answer = json.loads(row["body"]), json.loads(row["answer"])
            title = ORDERS[told["typ"]]
            found.append({**row, "told": told, "title": title, "order_id": answer["bestallning_id"]})
        return found

    def page(self) -> Json:
        return {"orders": self.orders(), "kinds": KINDS}

    def _latest_order(self, person_ref: str) -> str | None:
        mine = (order["order_id"] for order in self.orders() if order["told"]["person_ref"] == person_ref)
        return next(mine, None)
