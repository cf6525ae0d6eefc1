"""Reads a dispenser's event, and translates those that a case may wait for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integrations import reading
from integrations.medicingivare import dialects, dispensers
from integrations.medicingivare.schemas import ALARMS, FIELDS, MESSAGES, ROWS, TITLES
from people.models import Individual
from workflows import connectors
from workflows.connectors import IncomingMessage, Json, Unreadable, translator

SOURCE = "medicingivare"
# More than this between the event and its arrival is told to whoever gets the alarm.
LATE = timedelta(minutes=15)
# What has happened has not happened in the future: the dispenser's clock is wrong, and whoever gets the alarm is told.
AHEAD = timedelta(minutes=5)


connectors.incoming(
    SOURCE,
    keys=("dos", "enhet", "handelse_id", "person_ref"),
    kinds={
        name: (title, {**FIELDS, "handelse": "text!", "enhet_serienr": "ref!", "mottagen_dt": "moment!"})
        for name, title in TITLES.items()
    },
)


@dataclass(frozen=True)
class Event:
    """What a vendor tells about one dispenser."""

    event_id: str
    kind: str
    vendor: str
    serial: str
    occurred_at: datetime
    planned_at: datetime | None
    fields: Json


def read(payload: Json) -> Event:
    """Raises Unreadable."""
    payload = dialects.plain(payload)
    kind = payload.get("typ")
    if not isinstance(kind, str) or kind not in MESSAGES | ROWS:
        raise Unreadable("okand_typ", "Händelsen från medicingivaren är av ett slag som inte känns igen.")
    fields = reading.payload(payload, FIELDS, reading.Identity())
    planned = fields["planerad_dt"]
    return Event(
        event_id=reading.identifier(payload, "handelse_id"),
        kind=kind,
        vendor=reading.identifier(payload, "leverantor")[:60],
        serial=reading.identifier(payload, "enhet_serienr")[:100],
        occurred_at=datetime.fromisoformat(fields["intraffad_dt"]),
        planned_at=datetime.fromisoformat(planned) if planned else None,
        fields=fields,
    )


@translator(SOURCE)
def translate(payload: Json, *, now: datetime) -> IncomingMessage:
    """Raises Unreadable. Whose dispenser it is decides whom it is about, never what the vendor says."""
    event = read(payload)
    payload = dialects.plain(payload)
    dispenser = dispensers.find(event.vendor, event.serial)
    if dispenser is None:
        raise Unreadable(
            "okand_enhet",
            f"En medicingivare som inte är registrerad här har hört av sig ({event.kind}, serienummer {event.serial})."
            " Ta reda på vems den är.",
            _translated(event, None, now),
        )
    if payload.get("person_ref") not in (None, "", str(dispenser.individual.ref)):
        raise Unreadable(
            "fel_person",
            f"Leverantören och vi har olika uppgift om vem som har medicingivaren med serienummer {event.serial}.",
            _translated(event, None, now),
        )
    return _translated(event, dispenser.individual, now)


def _translated(event: Event, person: Individual | None, now: datetime) -> IncomingMessage:
    ref = {"person_ref": str(person.ref)} if person else {}
    told = event.fields | {
        "handelse": event.kind,
        "handelse_id": event.event_id,
        "leverantor": event.vendor,
        "enhet_serienr": event.serial,
        "mottagen_dt": now.isoformat(),
        "sent_inkommen": now - event.occurred_at > LATE,
        "klockan_gar_fel": event.occurred_at - now > AHEAD,
        "missade_7_dagar": dispensers.missed_doses(person, until=event.occurred_at) if person else None,
    }
    keys = _keys(event) | ref
    return IncomingMessage(
        name=ALARMS.get(event.kind, event.kind),
        keys=keys,
        payload=told | keys,
        sent_at=event.occurred_at,
        individual_ref=person.ref if person else None,
    )


def _keys(event: Event) -> dict[str, str]:
    device = f"{event.vendor}:{event.serial}"
    dose = (event.planned_at or event.occurred_at).astimezone(UTC)
    return {
        "handelse_id": event.event_id,
        "enhet_serienr": event.serial,
        "enhet": device,
        "dos": f"{device}:{dose:%Y%m%dT%H%M}",
    }
