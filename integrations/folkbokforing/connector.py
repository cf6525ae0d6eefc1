"""What the population register is to Förlopp, and what a diagram can ask of it."""

from __future__ import annotations

from django.utils import timezone

from integrations import http, polling, systems
from integrations.folkbokforing.client import Folkbokforing
from integrations.folkbokforing.mailbox import KnownPersons
from integrations.folkbokforing.messages import read_person
from integrations.systems import Job, System
from people.models import Individual
from people.services import individuals
from workflows.connectors import BusinessError, Delivery, Json, PermanentError, Unreadable, operation


def fetch() -> None:
    """Take in what has changed of the persons we know; the register keeps it until we have."""
    polling.empty("folkbokforing", KnownPersons(Folkbokforing()))


systems.register(
    System(
        "folkbokforing",
        "Folkbokföringen",
        http.SETTINGS,
        # After the register's own night run. A death is often told by the hospital first; this is for the rest.
        jobs=(Job("hamta", "Hämtar ändringar för personer som finns här", fetch, cron="30 4 * * *"),),
    )
)


@operation(
    "folkbokforing.look_up",
    title="Hämta personens uppgifter ur folkbokföringen",
    params={},
    example={"folkbokforingskommun": "1880", "skydd": "ingen", "avliden": False, "dt": "2026-11-23T09:05:00+01:00"},
    errors={"okand_person": "Personen finns inte i folkbokföringen."},
)
def look_up(delivery: Delivery) -> Json:
    """Brings the person register up to date; the ärende learns who is responsible and nothing of who it is."""
    ref = delivery.individual_ref
    person = Individual.objects.filter(ref=ref).first() if ref else None
    if person is None or not person.identity_number:
        raise PermanentError("person_saknas", "Personen har inget nummer att fråga efter.")
    now = timezone.now()
    told = Folkbokforing().look_up(person.identity_number, key=delivery.key)
    try:
        found = read_person(told.get("person"), today=timezone.localdate(now))
    except Unreadable:
        raise PermanentError("ovantat_svar", "Folkbokföringen svarade något som inte går att läsa.") from None
    if (found.identity_type, found.identity_number) != (person.identity_type, person.identity_number):
        raise BusinessError("okand_person", "Folkbokföringen svarade om någon annan än den vi frågade om.")
    known, _ = individuals.find_or_create(**vars(found), now=now)
    return {
        "folkbokforingskommun": known.municipality_code,
        "skydd": known.protection,
        "avliden": known.deceased_on is not None,
        "dt": now.isoformat(),
    }
