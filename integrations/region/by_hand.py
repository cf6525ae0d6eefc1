"""The region's messages as a person registers them here, by telephone or out of the region's own system."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from integrations.region.schemas import FIELDS, NOTICE, RECEIPT, SCHEMA, TITLES
from workflows import connectors
from workflows.connectors import Json, PersonData

READMISSION = "aterinlaggning"
LABELS = {
    "beraknad_utskrivning": "Beräknad utskrivning",
    "inskriven_dt": "När skrevs personen in?",
    "vardenhet": "Avdelning",
    "fast_vardkontakt": "Fast vårdkontakt",
    "ansvarig_lakare": "Ansvarig läkare",
    "orsak": "Orsak",
    "text": "Vad är nytt?",
    "foreslagen_tid": "Föreslagen tid",
    "form": "Hur ska mötet hållas?",
    "datum": "När gjordes planen?",
    "huvudansvarig": "Huvudansvarig",
    "nasta_uppfoljning": "Nästa uppföljning",
    "bedomd_dt": "När bedömdes personen som utskrivningsklar?",
    "bedomd_av": "Vem gjorde bedömningen?",
    "sip_behov": "Behövs SIP?",
    "dt": "När?",
    "utskriven_dt": "När skrevs personen ut?",
    "till": "Vart?",
    "lakemedelslista_ref": "Var finns läkemedelslistan?",
    "epikris_ref": "Var finns epikrisen?",
    "ny_enhet": "Ny avdelning",
    "avliden_dt": "När avled personen?",
    "ny_kommun": "Ny kommun",
    "flyttat_dt": "När flyttade personen?",
    "deltagare": "Vilka ska vara med?",
    "underlag": "Underlag",
    "samtycke": "Samtycke",
    "insatser": "Insatser",
    "behov": "Behov",
    "kan_lamna_fran": "När kan personen lämna sjukhuset?",
    "behov_efter": "Behov efter utskrivningen",
    "ansvarsoverforing": "Vem tar över ansvaret för vad?",
    "uppfoljning": "Uppföljning",
}
CHOICES = {
    "hem": "Hem",
    "korttid": "Korttidsplats",
    "sarskilt": "Särskilt boende",
    "annat_sjukhus": "Annat sjukhus",
}
# What nobody says on the telephone: our own marks, and what the ärende itself knows.
_UNASKED = frozenset({"preliminar", "tidigare_inskrivning_id", "innehall", "uppdatering"})
_TYPES = {"moment": "dt", "day": "date", "flag": "bool", "ref": "str", "text": "str", "data": "text"}
_ADMISSIONS = (NOTICE, READMISSION)


def _field(key: str, declared: str) -> Json:
    kind, _, words = declared.rstrip("!").partition(":")
    field: Json = {"key": key, "type": "enum" if words else _TYPES[kind], "label": LABELS[key]}
    if words:
        field["choices"] = [{"value": word, "label": CHOICES[word]} for word in words.split("|")]
    # A readmission is an admission, and must say what one says.
    return field | ({"required": True} if declared.endswith("!") else {})


def _form(kind: str) -> Json:
    fields = FIELDS[NOTICE if kind == READMISSION else kind]
    asked = [_field(key, declared) for key, declared in fields.items() if key not in _UNASKED]
    intro = "Ärendet avslutas." if kind == "makulering" else ""
    return {"title": TITLES[kind], "intro": intro, "fields": asked}


def write(
    kind: str,
    content: Json,
    *,
    message_id: str,
    sent_at: datetime,
    keys: Mapping[str, str],
    person: PersonData | None,
) -> Json:
    """The envelope."""
    stay = keys.get("inskrivning_id") or f"manuell-{message_id}"
    told = dict(content)
    if kind == READMISSION:
        # As the region tells it: an admission like any other, which the receiver sees is a new one.
        told["tidigare_inskrivning_id"], stay = stay, f"manuell-{uuid.uuid5(uuid.NAMESPACE_URL, message_id)}"
    is_admission = kind in _ADMISSIONS
    return {
        "schema": SCHEMA,
        "meddelande_id": message_id,
        "typ": NOTICE if is_admission else kind,
        "version": 1,
        "inskrivning_id": stay,
        "skickad_dt": sent_at.isoformat(),
        "mottagare": {"kommunkod": settings.FORLOPP_MUNICIPALITY_CODE},
        "person": _person(person) if is_admission and person else None,
        "innehall": told,
    }


def _person(person: PersonData) -> Json:
    return {
        "id_typ": person.identity_type,
        "id": person.identity_number,
        "namn": f"{person.family_name}, {person.given_name}",
        "folkbokforingskommun": person.municipality_code,
        "adress": {
            "gatuadress": person.street_address,
            "postnummer": person.postal_code,
            "postort": person.city,
        },
        "skydd": person.protection,
    }


connectors.by_hand(
    "region", title="Regionen", forms={kind: _form(kind) for kind in FIELDS if kind != RECEIPT}, write=write
)
