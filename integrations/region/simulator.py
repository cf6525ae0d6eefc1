"""Speaks as a region's discharge system would: notices to fetch, acknowledgements and messages to receive."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from integrations.faults import FAULTS
from integrations.region import spoken
from integrations.region.schemas import RECEIPT, SCHEMA
from integrations.simulation import Json, Refused, Store, control, mailbox, moment, once
from integrations.simulators import Surroundings, application
from people import invented
from people.invented import InventedPerson

STORY = (
    "inskrivningsmeddelande",
    "andrat_utskrivningsdatum",
    "utskrivningsklar",
    "utskriven",
    "information_vid_utskrivning",
)
NAMES = {
    "inskrivningsmeddelande": "Inskrivningsmeddelande",
    "andrat_utskrivningsdatum": "Ändrat utskrivningsdatum",
    "utskrivningsklar": "Utskrivningsklar",
    "utskriven": "Utskriven",
    "information_vid_utskrivning": "Information vid utskrivning",
    "sip_kallelse": "Kallelse till SIP",
    "sip_plan": "Samordnad individuell plan",
    "avbrott_utskrivningsklar": "Inte längre utskrivningsklar",
    "overflyttad_vardenhet": "Flyttad till annan avdelning",
    "permission_start": "Permission börjar",
    "permission_slut": "Permission slutar",
    "aterinlaggning": "Återinläggning (ny inskrivning)",
    "info_uppdatering": "Uppdaterad information",
    "makulering": "Makulering",
    "avliden": "Avliden",
    "flyttat": "Flyttat till annan kommun",
}
VARIANTS = {
    "": "Som det ska vara",
    "fel_kommun": "Fel kommun: personen är folkbokförd i Kumla",
    "ogiltigt_personnummer": "Ogiltigt personnummer",
    "okand_person": "Personen går inte att identifiera",
    "skyddad": "Personen har skyddade personuppgifter",
    "naiv_tid": "Tidpunkt utan tidszon",
    "sip": "SIP behövs",
}
ANSWERS = frozenset(
    {
        "klar_att_ta_emot",
        "fel_mottagare",
        "felsant",
        "sip_svar",
        "sip_plan",
        "paminnelse_sip",
        "begaran_information",
        "avvikelse",
        "kan_inte_ta_emot",
    }
)
REGION_FAULTS = FAULTS | {"unread": "Läser inte: det som kommunen skickar blir mottaget men aldrig läst"}
STATUSES = frozenset({"mottagen", "last", "felaktig_mottagare", "avvisad"})


def create(surroundings: Surroundings) -> Starlette:
    """The simulator as an application; its memory is in var/simulators."""
    region = Region(surroundings.store("region"), surroundings.municipality_code)
    store = region.store
    routes = [
        *mailbox(store, STATUSES),
        Route("/api/meddelanden", once(store, 200, region.accept), methods=["POST"]),
        *spoken.routes(store, region.accept),
        *control(store, {"skicka": region.send, "nasta": region.send_next}, region.page, "region", REGION_FAULTS),
    ]
    return application(store, routes)


class Region:
    """The stays at the hospital and what has been told about each."""

    def __init__(self, store: Store, municipality_code: str) -> None:
        self.store = store
        self._municipality_code = municipality_code

    def accept(self, told: Json, _request: Request | None = None) -> Json:
        """A message from the municipality, which somebody reads at once. Raises Refused."""
        if told.get("typ") not in ANSWERS:
            raise Refused("okand_typ", "Regionen känner inte till den sortens meddelande.")
        stay = told.get("inskrivning_id")
        if "inskrivning_id" in told and not (isinstance(stay, str) and stay.strip()):
            raise Refused("inskrivning_saknas", "Meddelandet säger inte vilken inskrivning det gäller.")
        if told.get("meddelande_id") and self.store.fault.lage != "unread":
            self._read(str(told["meddelande_id"]))
        return {"kvittens_id": f"rk-{uuid.uuid4()}", "dt": moment()}

    def _read(self, message_id: str) -> None:
        at = self.store.now().isoformat(timespec="seconds")
        receipt = {"meddelande_id": message_id, "status": "last", "dt": at, "av_hsa_id": "SE2321000000-DEMO2"}
        told = {"schema": SCHEMA, "meddelande_id": str(uuid.uuid4()), "typ": RECEIPT, "version": 1, "skickad_dt": at}
        self._queue(RECEIPT, "", told | {"innehall": receipt})

    def send(self, told: Json) -> Json:
        """{"typ", "person", "inskrivning_id"?, "variant"?, "innehall"?: what to change, "kuvert"?: what to change}.

        Or {"ra": anything}: put into the queue as it is. The answer tells the ids and the message.
        """
        if "ra" in told:
            return self._queue("ra", "", told["ra"])
        kind, variant = str(told.get("typ") or ""), str(told.get("variant") or "")
        person = invented.BY_KEY.get(str(told.get("person") or ""))
        if kind not in NAMES or person is None or variant not in VARIANTS:
            raise Refused("fel_val", "Välj en person och ett meddelande som finns.")
        stay = self._stay(person, kind, str(told.get("inskrivning_id") or ""))
        message = self._message(kind, person, stay, variant)
        message["innehall"].update(_changes(told, "innehall"))
        message.update(_changes(told, "kuvert"))
        sent = self._queue(message["typ"], person.key, message)
        stay["sent"].append(kind)
        stay["ids"].append(message["meddelande_id"])
        self.store.put(f"stay:{person.key}", stay)
        return {**sent, "inskrivning_id": message["inskrivning_id"]}

    def send_next(self, told: Json) -> Json:
        """{"person"}: the next message of the story."""
        person = invented.BY_KEY.get(str(told.get("person") or ""))
        if person is None:
            raise Refused("fel_val", "Välj en person som finns.")
        return self.send({"typ": self._next(person), "person": person.key})

    def page(self) -> Json:
        people = []
        for person in invented.PEOPLE:
            stay = self.store.get(f"stay:{person.key}")
            people.append({"person": person, "stay": stay, "next": NAMES[self._next(person)]})
        under_way = [one for one in people if one["stay"]]
        return {"people": people, "under_way": under_way, "kinds": NAMES, "variants": VARIANTS}

    def _queue(self, kind: str, about: str, body: Any) -> Json:
        message_id = str(body.get("meddelande_id", "")) if isinstance(body, dict) else ""
        self.store.queue(message_id=message_id, kind=kind, about=about, body=body)
        return {"meddelande_id": message_id, "meddelande": body}

    def _next(self, person: InventedPerson) -> str:
        stay = self.store.get(f"stay:{person.key}") or {"sent": []}
        is_over = {"makulering", "avliden", STORY[-1]} & set(stay["sent"])
        return STORY[0] if is_over else next(kind for kind in STORY if kind not in stay["sent"])

    def _stay(self, person: InventedPerson, kind: str, wanted: str) -> Json:
        """The stay a message belongs to; an admission begins a new one, a readmission one that knows the old."""
        now = self.store.get(f"stay:{person.key}")
        if kind == "aterinlaggning":
            return {"id": wanted or _new_id(), "earlier": now["id"] if now else None, "sent": [STORY[0]], "ids": []}
        if kind == STORY[0] or now is None or (wanted and wanted != now["id"]):
            return {"id": wanted or _new_id(), "earlier": None, "sent": [], "ids": []}
        return dict(now)

    def _message(self, kind: str, person: InventedPerson, stay: Json, variant: str) -> Json:
        now = self.store.now()
        replaced = stay["ids"][0] if kind == "makulering" and stay["ids"] else None
        return {
            "schema": SCHEMA,
            "meddelande_id": str(uuid.uuid4()),
            # A readmission is told as every admission is: the receiver sees by the person that it is one.
            "typ": STORY[0] if kind == "aterinlaggning" else kind,
            "version": 1,
            "ersatter_meddelande_id": replaced,
            "inskrivning_id": stay["id"],
            "skickad_dt": (now.replace(tzinfo=None) if variant == "naiv_tid" else now).isoformat(timespec="seconds"),
            "avsandare": {
                "orgnr": "232100-0000",
                "hsa_id": "SE2321000000-DEMO1",
                "enhet": "Avdelning 3 (påhittad)",
                "telefon": "070-174 06 05",
            },
            "mottagare": {
                "kommunkod": self._municipality_code,
                "funktionsadress": "vard-samordning",
                "hsa_id": None,
            },
            "person": _told_person(person, variant, self._municipality_code),
            "innehall": _content(kind, person, stay, variant, now, replaced),
        }


def _new_id() -> str:
    return f"insk-{uuid.uuid4()}"


def _changes(told: Json, name: str) -> Json:
    changes = told.get(name) or {}
    if not isinstance(changes, dict):
        raise Refused("fel_val", f"{name} ska vara ett objekt.")
    return changes


def _told_person(person: InventedPerson, variant: str, municipality_code: str) -> Json:
    wrong_digit = str((int(person.number[-1]) + 1) % 10)
    number = person.number[:-1] + wrong_digit if variant == "ogiltigt_personnummer" else person.number
    is_unknown = variant == "okand_person"
    code = "1881" if variant == "fel_kommun" else person.municipality_code
    return {
        "id_typ": "okand" if is_unknown else person.identity_type,
        "id": "" if is_unknown else number,
        "namn": f"{person.family_name} {invented.MARK}, {person.given_name}",
        "folkbokforingskommun": code if code != "1880" else municipality_code,
        "adress": person.address,
        "skydd": "sekretessmarkering" if variant == "skyddad" else person.protection,
    }


def _content(
    kind: str, person: InventedPerson, stay: Json, variant: str, now: datetime.datetime, replaced: str | None
) -> Json:
    at = now.isoformat(timespec="seconds")
    admission = {
        "namn": f"{person.given_name} {person.family_name} {invented.MARK}",
        "personnummer": person.number,
        "folkbokforingsadress": person.address,
        "beraknad_utskrivning": _day(now, 4),
        "inskriven_dt": (now - datetime.timedelta(hours=6)).isoformat(timespec="seconds"),
        "vardenhet": "Avdelning 3 (påhittad)",
        "behov": {"sol": True, "hsl": True, "oppenvard_region": True},
        "fast_vardkontakt": "Vårdcentralen Påhittad",
        "ansvarig_lakare": "Doktor Påhittad",
    }
    contents: dict[str, Json] = {
        "inskrivningsmeddelande": admission,
        "aterinlaggning": {**admission, "tidigare_inskrivning_id": stay["earlier"]},
        "andrat_utskrivningsdatum": {"beraknad_utskrivning": _day(now, 3), "orsak": "Går bättre än väntat"},
        "sip_kallelse": {
            "foreslagen_tid": (now + datetime.timedelta(days=2)).isoformat(timespec="seconds"),
            "form": "video",
            "deltagare": ["samordnare", "sjukskoterska"],
            "underlag": "",
            "samtycke": True,
        },
        "sip_plan": {
            "datum": now.date().isoformat(),
            "insatser": ["Hemsjukvård", "Hemrehabilitering"],
            "huvudansvarig": "Vårdcentralen Påhittad",
            "nasta_uppfoljning": _day(now, 30),
        },
        "utskrivningsklar": {
            "bedomd_dt": at,
            "bedomd_av": "Doktor Påhittad",
            "kan_lamna_fran": at,
            "behov_efter": {"text": "Behöver stöd att komma igång hemma.", "kod": None},
            "sip_behov": variant == "sip",
        },
        "avbrott_utskrivningsklar": {"orsak": "Försämrad", "dt": at},
        "utskriven": {"utskriven_dt": at, "till": "hem"},
        "information_vid_utskrivning": {
            "lakemedelslista_ref": f"lista-{uuid.uuid4()}",
            "epikris_ref": f"epikris-{uuid.uuid4()}",
            "ansvarsoverforing": "Kommunal hälso- och sjukvård",
            "uppfoljning": f"Återbesök {_day(now, 14)}",
        },
        "overflyttad_vardenhet": {"ny_enhet": "Avdelning 5 (påhittad)"},
        "info_uppdatering": {"text": "Anhöriga är informerade."},
        "flyttat": {"ny_kommun": "1881", "flyttat_dt": at},
        "permission_start": {"dt": at},
        "permission_slut": {"dt": at},
        "makulering": {"ersatter_meddelande_id": replaced, "orsak": "Felsänt"},
        "avliden": {"avliden_dt": at},
    }
    return contents[kind]


def _day(now: datetime.datetime, days: int) -> str:
    return (now.date() + datetime.timedelta(days=days)).isoformat()
