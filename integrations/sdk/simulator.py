"""Plays the certified access point and those behind it: fetches what we leave, answers, and sends; in files."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import os
import re
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC
from pathlib import Path
from xml.sax.saxutils import escape

from django.utils import timezone
from starlette.applications import Starlette

from integrations.simulation import Json, Refused, Store, control, moment
from integrations.simulators import Surroundings, application

SECONDS = 1.0
FAULTS = {
    "ok": "Allt fungerar",
    "away": "Borta: hämtar inget och svarar inte",
    "silent": "Ingen kvittens: hämtar men kvitterar inte",
    "reject": "Avvisar: kvitterar med fel på det som kommunen skickar",
    "twice": "Dubbel kvittens: kvitterar två gånger, den andra med fel",
}
# How a message that is sent can be wrong.
WAYS = {
    "hel": "Som den ska",
    "dubblett": "Två gånger",
    "omkastad": "Före det som redan väntar",
    "halv": "Halv: skrivs fortfarande",
    "latin1": "I Latin-1",
    "fel_summa": "Med fel kontrollsumma",
    "bomb": "Med en XML-bomb",
    "program": "Med ett program som bilaga",
    "stor": "Med en bilaga som är för stor",
    "okand": "Till en adress som inte finns",
}
OURS = ("sdk.vardplanering", "0203:kommunen.example", "Vårdplaneringen")
THEIRS = ("sdk.region.avd3", "0203:regionen.example", "Avdelning 3 (påhittad)")
TEXT = "Hej! Vi behöver planera hemgången. Ring avdelningen så snart ni kan.\n\nHälsningar, avdelning 3 (påhittad)"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_ID, _CONVERSATION = (re.compile(rf"<(?:\w+:)?{name}>\s*([^<]*?)\s*</") for name in ("messageId", "conversationId"))


def create(surroundings: Surroundings) -> Starlette:
    """The simulator as an application; its memory is in var/simulators, its files where the demo looks for them."""
    folder = surroundings.var / "filer" / "sdk"
    far = Counterpart(surroundings.store("sdk"), folder)
    acts: dict[str, Callable[[Json], Json]] = {"skicka": far.send, "hamta": far.collect}
    return application(far.store, control(far.store, acts, far.page, "sdk", FAULTS), far.lifespan)


class Counterpart:
    """Everybody else in the federation."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        for name in ("in", "ut", "kvittenser"):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        working = asyncio.create_task(self._work())
        yield
        working.cancel()

    def send(self, told: Json) -> Json:
        """{"som": one of WAYS, "amne", "text", "svar_pa"?: what the municipality sent, "bilaga"?, "personnummer"?}."""
        way = str(told.get("som") or "hel")
        if way not in WAYS:
            raise Refused("fel_val", "Välj hur meddelandet ska vara.")
        answered = self._sent(str(told.get("svar_pa") or ""))
        message_id = str(uuid.uuid4())
        xml = _written(told, message_id, answered, way)
        whole = xml.encode("latin-1" if way == "latin1" else "utf-8", "xmlcharrefreplace")
        name = f"{message_id}.xml"
        self._put("in", name, whole[: len(whole) // 2] if way == "halv" else whole, stated=_stated(way, whole))
        if way == "dubblett":
            self._put("in", f"{message_id}-kopia.xml", whole, stated=whole)
        if way == "omkastad":
            os.utime(self.folder / "in" / name, (1, 1))
        self.store.queue(message_id=message_id, kind=WAYS[way], about=str(told.get("amne") or ""), body={"fil": name})
        return {"meddelande_id": message_id}

    def collect(self, _told: Json | None = None) -> Json:
        """Fetch what the municipality has left, and answer as the present fault lets it be."""
        fault = self.store.fault.lage
        if fault == "away":
            return {"hamtat": 0}
        found = [path for path in sorted((self.folder / "ut").glob("*.xml")) if Path(f"{path}.sha256").is_file()]
        for path in found:
            whole = path.read_bytes()
            if hashlib.sha256(whole).hexdigest() in Path(f"{path}.sha256").read_text(encoding="utf-8"):
                self._take(path, whole.decode(), fault)
        return {"hamtat": len(found)}

    def page(self) -> Json:
        rows = [row for row in self.store.latest("received") if not row["key"].startswith("kvittens-")]
        return {"ways": WAYS, "messages": rows, "text": TEXT}

    async def _work(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                self.collect()
            await asyncio.sleep(SECONDS)

    def _take(self, path: Path, xml: str, fault: str) -> None:
        path.unlink()
        Path(f"{path}.sha256").unlink()
        self.store.run(
            "INSERT OR IGNORE INTO received (key, path, body, status_code, answer, at) VALUES (?, ?, ?, 200, ?, ?)",
            *(path.stem, path.name, re.sub(r"<(\w+:)?content>[^<]*", "<content>…", xml), "{}", moment()),
        )
        if path.name.startswith("kvittens-"):
            told = re.search(r"ResponseCode>([A-Z]+)<", xml)
            self.store.acknowledge(path.stem.removeprefix("kvittens-"), told[1] if told else "?", moment())
        elif fault != "silent":
            self.receipt(path.stem, is_accepted=fault != "reject")
            if fault == "twice":
                self.receipt(path.stem, is_accepted=False, detail="duplicate")

    def receipt(self, message_id: str, *, is_accepted: bool, detail: str = "not-found") -> None:
        """What the receiver's own message service would have answered."""
        name = f"{uuid.uuid4()}.xml"
        xml = _receipt(message_id, is_accepted=is_accepted, detail=detail).encode()
        self._put("kvittenser", name, xml, stated=xml)

    def _sent(self, message_id: str) -> str:
        """What the municipality sent under that id."""
        rows = self.store.rows("SELECT body FROM received WHERE key = ?", message_id) if message_id else []
        return str(rows[0]["body"]) if rows else ""

    def _put(self, folder: str, name: str, content: bytes, *, stated: bytes) -> None:
        made = self.folder / folder / f".{name}.part"
        made.write_bytes(content)
        made.replace(self.folder / folder / name)
        summed = f"{hashlib.sha256(stated).hexdigest()}  {name}\n"
        (self.folder / folder / f"{name}.sha256").write_text(summed, encoding="utf-8")


def _stated(way: str, whole: bytes) -> bytes:
    return b"something else" if way == "fel_summa" else whole


def _written(told: Json, message_id: str, answered: str, way: str) -> str:
    """As their own message service writes it: with a prefix, and each thing on its line."""
    head = {"creationDateTime": _now(), "messageId": message_id}
    head["conversationId"] = _first(_CONVERSATION, answered) or message_id
    if answered:
        head["refToMessageId"] = _first(_ID, answered)
    head["label"] = escape(str(told.get("amne") or "Planering inför hemgång"))
    head["confidentiality"] = "true"
    lines = "".join(f"<n:{key}>{value}</n:{key}>\n" for key, value in head.items())
    ours = ("sdk.finns.inte", *OURS[1:]) if way == "okand" else OURS
    parties = _party("recipient", ours, _ours_back(answered)) + _party("sender", THEIRS, _about(told))
    text = escape(str(told.get("text") or TEXT))
    if way == "bomb":
        text = "&d;"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{_BOMB if way == "bomb" else ""}'
        '<n:messagePayload xmlns:n="urn:riv:infrastructure:messaging:MessageWithAttachments:3">\n<n:message>\n'
        f"<n:messageHeader>\n{lines}{parties}</n:messageHeader>\n<n:messageBody>\n<n:documents>\n"
        "<n:documentID>SDK-meddelande</n:documentID><n:index>1</n:index>\n"
        f"{_files(told, way)}<n:ContentText><n:characterSequence>{text}</n:characterSequence></n:ContentText>\n"
        "</n:documents>\n</n:messageBody>\n</n:message>\n</n:messagePayload>\n"
    )


_BOMB = (
    '<!DOCTYPE n [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY d "&c;&c;&c;&c;&c;&c;">]>'
)


def _files(told: Json, way: str) -> str:
    files = []
    if told.get("bilaga"):
        files.append(("Vårdplan.pdf", "application/pdf", PDF))
    if way == "program":
        files.append(("faktura.pdf.exe", "application/pdf", b"MZ\x90\x00\x03\x00\x00\x00" + bytes(64)))
    if way == "stor":
        files.append(("skanning.pdf", "application/pdf", PDF[:9] + os.urandom(31_000_000) + PDF[-6:]))
    return "".join(
        f"<n:ContentFiles><n:fileName>{name}</n:fileName><n:contentType>{kind}</n:contentType>"
        f"<n:content>{base64.b64encode(content).decode()}</n:content></n:ContentFiles>\n"
        for name, kind, content in files
    )


def _party(name: str, party: tuple[str, str, str], reference: str) -> str:
    address, organisation, unit = party
    return (
        f"<n:{name}><n:{name}ID><n:root>iso6523-actorid-upis</n:root><n:extension>{organisation}</n:extension></n:{name}ID>"
        "<n:attention><n:subOrganization><n:organizationId>"
        "<n:root>urn:riv:infrastructure:messaging:functionalAddress</n:root>"
        f"<n:extension>{address}</n:extension></n:organizationId><n:label>{unit}</n:label></n:subOrganization>"
        f"{reference}</n:attention></n:{name}>\n"
    )


def _about(told: Json) -> str:
    number = str(told.get("personnummer") or "").strip()
    return _reference("1.2.752.129.2.1.3.1", number) if number else _reference("dnr", "AVD3-2026-17")


def _ours_back(answered: str) -> str:
    """The reference that the municipality sent comes back to it."""
    found = re.search(r"<(?:\w+:)?root>forlopp</(?:\w+:)?root>\s*<(?:\w+:)?extension>([^<]*)<", answered)
    return _reference("forlopp", found[1]) if found else ""


def _reference(root: str, value: str) -> str:
    return (
        f"<n:reference><n:referenceId><n:root>{root}</n:root><n:extension>{escape(value)}</n:extension>"
        "</n:referenceId></n:reference>"
    )


def _receipt(message_id: str, *, is_accepted: bool, detail: str) -> str:
    basic = "urn:oasis:names:specification:ubl:schema:xsd:"
    why = (
        "<c:LineResponse><c:LineReference><b:LineID>NA</b:LineID></c:LineReference><c:Response>"
        f"<b:ResponseCode>BV</b:ResponseCode><c:Status><b:StatusReasonCode>{detail}</b:StatusReasonCode>"
        "</c:Status></c:Response></c:LineResponse>"
    )
    return (
        f'<ApplicationResponse xmlns="{basic}ApplicationResponse-2" xmlns:c="{basic}CommonAggregateComponents-2" '
        f'xmlns:b="{basic}CommonBasicComponents-2"><b:ID>{uuid.uuid4()}</b:ID><c:DocumentResponse>'
        f"<c:Response><b:ResponseCode>{'ACCEPTED' if is_accepted else 'REJECTED'}</b:ResponseCode></c:Response>"
        f"<c:DocumentReference><b:ID>{message_id}</b:ID></c:DocumentReference>{'' if is_accepted else why}"
        "</c:DocumentResponse></ApplicationResponse>"
    )


def _first(pattern: re.Pattern[str], xml: str) -> str:
    found = pattern.search(xml)
    return found[1] if found else ""


def _now() -> str:
    return timezone.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
