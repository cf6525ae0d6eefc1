"""Speaks as a home care planning system would: takes orders, tells what became of them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

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
# The three contracts, as in contracts.py, which a simulator does not import: it would not notice a change there.
COLUMNS = {
    "bestallning": "bestallning_id;beslut_id;person_ref;utforare_orgnr;enhet;insats_kod;mal_ref;beviljad_min_vecka;"
    "dubbelbemanning;veckodagar;tid_fonster_start;tid_fonster_slut;start;slut;status;skickad",
    "besok": "besok_id;bestallning_id;person_ref;datum;planerad_start;planerad_min;planerad_personal;faktisk_start;"
    "faktisk_slut;utford_min;personal_hsa;status;orsak;antal_personal;resa_min;kalla",
    "franvaro": "person_ref;fran;till;orsak",
}
FILES = {
    "hel": "Hel, med kontrollsumma",
    "halv": "Halv: skrivs fortfarande, kontrollsumman gäller den hela",
    "latin1": "Sparad som Latin-1",
    "okand": "Med en rad om en person som ingen känner",
}


def create(surroundings: Surroundings) -> Starlette:
    """The simulator as an application; its memory is in var/simulators."""
    folder = surroundings.var / "filer" / "hemtjanst"
    planning = Planning(surroundings.store("hemtjanst"), folder, surroundings.municipality_code)
    store = planning.store
    routes = [
        *mailbox(store, STATUSES),
        Route("/api/bestallningar", once(store, 202, accept), methods=["POST"]),
        Route("/api/personer/{ref}/insatser", broken(store, planning.overview), methods=["GET"]),
        Route("/api/rader/{kind}", broken(store, planning.rows), methods=["GET"]),
        *control(
            store,
            {"skicka": planning.send, "fil": planning.write_file, "rader": planning.add_rows},
            planning.page,
            "hemtjanst",
        ),
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

    def __init__(self, store: Store, folder: Path, municipality: str) -> None:
        self.store, self.folder, self.municipality = store, folder, municipality

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
        return {"orders": self.orders(), "kinds": KINDS, "files": FILES}

    async def rows(self, request: Request) -> Response:
        """Those of a contract that come after the cursor, which is how many one has had."""
        kind = request.path_params["kind"]
        if kind not in COLUMNS:
            raise Refused("okant_slag", "Det finns inga sådana rader.")
        after, limit = (int(request.query_params.get(name) or 0) for name in ("efter", "max"))
        rows = self.store.get(f"rader {kind}", [])
        found = rows[after : after + limit]
        return JSONResponse({"rader": found, "nasta": str(after + len(found))})

    def add_rows(self, told: Json) -> Json:
        """{"slag", "rader": [{…}]}: what `rows` hands out from now on."""
        kind, rows = str(told.get("slag")), told.get("rader")
        if kind not in COLUMNS or not isinstance(rows, list):
            raise Refused("fel_val", "Välj ett slag och ge rader.")
        self.store.put(f"rader {kind}", self.store.get(f"rader {kind}", []) + rows)
        return {"antal": len(rows)}

    def write_file(self, told: Json) -> Json:
        """Today's visits of everybody who has an order, as a file in the watched folder; `som` is one of FILES."""
        how, now = str(told.get("som") or "hel"), timezone.localtime()
        if how not in FILES:
            raise Refused("fel_val", "Välj hur filen ska vara.")
        rows = list(self._visits(now, with_stranger=how == "okand"))
        if not rows:
            raise Refused("inga_personer", "Ingen har någon beställning ännu.")
        whole = _written(rows, "besok")
        content = {"halv": whole[: len(whole) // 2], "latin1": whole.decode().encode("latin-1")}.get(how, whole)
        name = f"besok_{self.municipality}_{now:%Y%m%d}_{now:%H%M%S}.csv"
        stated = whole if how == "halv" else content
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content)
        (self.folder / f"{name}.sha256").write_text(f"{hashlib.sha256(stated).hexdigest()}  {name}\n", encoding="utf-8")
        return {"fil": name, "rader": len(rows)}

    def _visits(self, now: datetime, *, with_stranger: bool) -> Iterator[Json]:
        persons = sorted({order["told"]["person_ref"] for order in self.orders()})
        for number, ref in enumerate([*persons, *([str(uuid.uuid4())] if with_stranger else [])]):
            start = now.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(minutes=number)
            times = {"faktisk_start": start.isoformat(), "faktisk_slut": (start + timedelta(minutes=25)).isoformat()}
            yield {
                "besok_id": f"besok-{now:%Y%m%d}-{ref}",
                "person_ref": ref,
                "datum": f"{now:%Y-%m-%d}",
                "planerad_start": start.isoformat(),
                "planerad_min": 30,
                "orsak": "Ingen öppnade" if number % 3 == 0 else "",
                "status": "utebliven" if number % 3 == 0 else "utford",
                "kalla": "manuell" if number % 3 == 2 else "app",
                **({} if number % 3 == 0 else times),
            }

    def _latest_order(self, person_ref: str) -> str | None:
        mine = (order["order_id"] for order in self.orders() if order["told"]["person_ref"] == person_ref)
        return next(mine, None)


def _written(rows: list[Json], kind: str) -> bytes:
    made = io.StringIO(newline="")
    writer = csv.DictWriter(made, COLUMNS[kind].split(";"), restval="", delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue().encode()
