"""Plays the receiver at Socialstyrelsen: fetches the files we leave, leaves receipts and rejected rows."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.applications import Starlette

from integrations.batches.arriving import CHECKSUM
from integrations.simulation import Json, Refused, Store, control
from integrations.simulators import Surroundings, application
from integrations.socialstyrelsen.sending import OUT

REJECTS, RECEIPTS = "fil;rad;kolumn;orsak", "fil;kvittens;mottagen;rader"
FAULTS_OF_FILES = {
    "ok": "Allt fungerar",
    "silent": "Tyst: hämtar filerna men lämnar ingen kvittens",
    "half": "Halv fil: det som lämnas är avhugget mitt i en rad",
    "encoding": "Fel teckenkodning: det som lämnas är Latin-1",
    "duplicate": "Dubblett: allt lämnas två gånger, under två namn",
    "garbage": "Skräp: en webbsida i stället för rader",
    "miscount": "Räknar fel: kvittensen säger ett annat antal rader",
    "stranger": "Fel mottagare: svarar om en fil som vi inte har lämnat",
}


def create(surroundings: Surroundings) -> Starlette:
    """The simulator as an application; its memory is in var/simulators."""
    folder = surroundings.var / "filer" / "socialstyrelsen"
    told = surroundings.configuration("socialstyrelsen").text("folder")
    receiver = Receiver(
        surroundings.store("socialstyrelsen"), Path(told) if told else folder, surroundings.municipality_code
    )
    routes = control(
        receiver.store, {"hamta": receiver.fetch}, receiver.page, "socialstyrelsen", faults=FAULTS_OF_FILES
    )
    return application(receiver.store, routes)


class Receiver:
    def __init__(self, store: Store, folder: Path, municipality: str) -> None:
        self.store, self.folder, self.municipality = store, folder, municipality

    def page(self) -> Json:
        return {"taken": self.store.get("taken", [])}

    def fetch(self, told: Json) -> Json:
        """{"avvisa"}: takes every new file, with a receipt, and rejects the rows of those numbers in each."""
        asked = [one.strip() for one in str(told.get("avvisa") or "").split(",") if one.strip()]
        if not all(one.isdecimal() for one in asked):
            raise Refused("fel_antal", "Skriv radnummer med komma mellan.")
        taken: list[str] = self.store.get("taken", [])
        fresh = [path for path in sorted((self.folder / OUT).glob("*.txt")) if path.name not in taken]
        receipts, rejects = [RECEIPTS], [REJECTS]
        for path in fresh:
            count = self._checked(path)
            name = "SOL1_0000_202601_1.txt" if self.store.fault.lage == "stranger" else path.name
            said = count + 1 if self.store.fault.lage == "miscount" else count
            receipts.append(f"{name};K-{len(taken)}-{path.stem};{self.store.now().isoformat()};{said}")
            rejects += [f"{name};{one};PERSONNR;Numret är inte giltigt åäö" for one in asked if int(one) <= count]
            taken.append(path.name)
        self.store.put("taken", taken)
        if fresh and self.store.fault.lage != "silent":
            self._leave("kvittens", receipts)
            if len(rejects) > 1:
                self._leave("avvisade", rejects)
        return {"hamtade": [path.name for path in fresh]}

    def _checked(self, path: Path) -> int:
        """How many rows; it takes nothing that its checksum does not agree with. Raises Refused."""
        content = path.read_bytes()
        stated = path.with_name(f"{path.name}{CHECKSUM}").read_text(encoding="utf-8").split()[0]
        if hashlib.sha256(content).hexdigest() != stated:
            raise Refused("fel_summa", "Filens kontrollsumma stämmer inte.")
        return len(content.splitlines())

    def _leave(self, kind: str, lines: list[str]) -> None:
        number = self.store.get("number", 0) + 1
        self.store.put("number", number)
        mood = self.store.fault.lage
        text = "\n".join([*lines, ""])
        content = text.encode("latin-1" if mood == "encoding" else "utf-8")
        if mood == "garbage":
            content = b"<!doctype html><title>Logga in</title>\n"
        stated = hashlib.sha256(content).hexdigest()
        if mood == "half":
            content = content[: -len(lines[-1]) // 2]
        for copy in range(2 if mood == "duplicate" else 1):
            name = f"{kind}_{self.municipality}_{self.store.now():%Y%m%d}_{number}-{copy}.csv"
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.folder / name).write_bytes(content)
            (self.folder / f"{name}{CHECKSUM}").write_text(f"{stated}  {name}\n", encoding="utf-8")
