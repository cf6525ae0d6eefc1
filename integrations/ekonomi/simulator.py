"""Speaks as an economy system would: takes invoices once per reference; and puts vaccination files in our folder."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.simulation import Json, Refused, Store, broken, control, once
from integrations.simulators import Surroundings, application
from people import invented

HEADER = "vaccination_id;personnummer;datum;vaccin;pris;mottagning"
MOST_ROWS = 5_000


def create(surroundings: Surroundings) -> Starlette:
    """The simulator as an application; its memory is in var/simulators."""
    economy = Economy(
        surroundings.store("ekonomi"), surroundings.var / "filer" / "ekonomi", surroundings.municipality_code
    )
    store = economy.store
    routes = [
        Route("/api/fakturor", once(store, 201, economy.accept), methods=["POST"]),
        Route("/api/fakturor", broken(store, economy.find), methods=["GET"]),
        *control(store, {"fil": economy.write_file}, dict, "ekonomi"),
    ]
    return application(store, routes)


class Economy:
    def __init__(self, store: Store, folder: Path, municipality: str) -> None:
        self.store, self.folder, self.municipality = store, folder, municipality

    def accept(self, told: Json, request: Request) -> Json:
        """Raises Refused."""
        if not str(told.get("personnummer") or "").isalnum() or not isinstance(told.get("belopp_ore"), int):
            raise Refused("ofullstandig", "Fakturan saknar mottagare eller belopp.")
        return {"faktura_id": f"F-{request.headers['Idempotency-Key'][:13]}"}

    async def find(self, request: Request) -> Response:
        """By the reference that it was sent under."""
        rows = self.store.rows("SELECT answer FROM received WHERE key = ?", request.query_params.get("referens", ""))
        return JSONResponse({"fakturor": [json.loads(row["answer"]) for row in rows]})

    def write_file(self, told: Json) -> Json:
        """{"rader"}: that many vaccinations of invented people, of which some deviate."""
        asked = str(told.get("rader") or 20)
        if not asked.isdecimal() or not 0 < int(asked) <= MOST_ROWS:
            raise Refused("fel_antal", f"Skriv ett antal från 1 till {MOST_ROWS}.")
        now = timezone.localtime()
        people: Any = [person for person in invented.PEOPLE if person.identity_type == "personnummer"]
        lines = [HEADER]
        for number in range(int(asked)):
            person, day = people[number % len(people)], now.date() - timedelta(days=number // len(people))
            price = "99,00" if number % 17 == 16 else "250,00"
            lines.append(f"V-{now:%Y%m%d}-{number:05};{person.number};{day};influensa;{price};Vårdcentralen (påhittad)")
        content = "\n".join([*lines, ""]).encode()
        name = f"vaccination_{self.municipality}_{now:%Y%m%d}.csv"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content)
        stated = f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        (self.folder / f"{name}.sha256").write_text(stated, encoding="utf-8")
        return {"fil": name, "rader": int(asked)}
