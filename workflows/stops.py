"""What a stopp is called, and whom it may be told to be about."""

from __future__ import annotations

from people import selectors as people
from people.models import Individual, Staff
from workflows import rights
from workflows.models import Incident, ProcessInstance

HEADINGS = {
    "unmatched": "Meddelande utan ärende",
    "unknown-person": "Meddelande om okänd person",
    "unknown-source": "Meddelande från okänd avsändare",
    "unreadable": "Meddelande som inte går att läsa",
    "conflict": "Två olika meddelanden med samma nummer",
    "not-taken": "Meddelande som inte kunde tas emot",
    "not-handled": "Meddelande som inte kunde hanteras",
    "signal": "Signal som inte kunde tas emot",
    "down": "Ett annat system svarar inte",
    "file": "En fil som inte gick att läsa in",
    "rows": "Rader som inte kunde tas emot",
    "approval": "Något väntar på godkännande",
    "settings": "En inställning behöver ses över",
    "deadline": "Sista dagen närmar sig",
    "registrera": "Ett meddelande att registrera",
    "ej_registrerat": "Ett meddelande som ingen har registrerat",
    "ej_mottaget": "Ett meddelande som inte togs emot",
    "ej_levererat": "Något vi skickade kom inte fram",
    "ingen_kvittens": "Ingen har kvitterat det vi skickade",
}
CONFINED = "Sluten akt"


def heading(stop: Incident) -> str:
    if stop.signal_id and not stop.instance_id:
        return "Ett förlopp startade inte"
    return HEADINGS.get(stop.code) or ("Ett meddelande stannade" if stop.message_id else "Ett ärende stannade")


def about(stop: Incident) -> Individual | None:
    if stop.instance is not None:
        return stop.instance.individual
    source = stop.message or stop.signal
    return source.individual if source else None


def whom(stop: Incident, individual: Individual, staff: Staff) -> str:
    """By name, to those who may know."""
    if stop.instance is not None and rights.is_confined_to_others(staff, stop.instance):
        return CONFINED
    return people.presented(individual, viewer=staff).name


def tells_whom(staff: Staff, instance: ProcessInstance) -> bool:
    """Whether who mends may know whom an ärende is about."""
    return not people.is_hidden(instance.individual, viewer=staff) and not rights.is_confined_to_others(staff, instance)
