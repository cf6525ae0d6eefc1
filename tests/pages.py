"""What the tests of the pages share: staff, persons and a small förlopp, made by the product's own services."""

import datetime
from pathlib import Path

from django.test import Client
from django.utils import timezone

from people.models import Assignment, Individual, Profession, Staff, Unit
from people.services import individuals
from web import jinja
from workflows import definitions
from workflows.models import ProcessInstance, UserTask
from workflows.services import deployments, instances

FORLOPP = Path(__file__).resolve().parent / "fixtures" / "forlopp"
PROFESSIONS = {"samordnare": "Samordnare", "sjukskoterska": "Sjuksköterska", "it_drift": "IT-drift"}
IN_BOTH_SPHERES = {"samordnare", "sjukskoterska"}
"""Those who read each other, unless a test says in which sphere they work."""


def publish(name: str = "hembesok") -> None:
    """Hembesök: planera_besok for samordnare, then gor_besok and bekrafta_mal for sjukskoterska."""
    deployments.publish(folder=definitions.read(FORLOPP / name), by=None, now=timezone.now())


def staff(username: str, profession: str, *, may_see_protected: bool = False) -> Staff:
    member = Staff.objects.create_user(
        username, first_name=username.capitalize(), last_name="Prov", may_see_protected=may_see_protected
    )
    join(member, profession)
    return member


def join(member: Staff, profession: str) -> None:
    """One profession more."""
    unit, _ = Unit.objects.get_or_create(key="norr", defaults={"name": "Hemtjänst Norr"})
    name = PROFESSIONS.get(profession, profession)
    sphere = "bada" if profession in IN_BOTH_SPHERES else ""
    role, _ = Profession.objects.get_or_create(key=profession, defaults={"name": name, "sphere": sphere})
    Assignment.objects.create(staff=member, profession=role, unit=unit, valid_from=datetime.date(2020, 1, 1))


def person(number: str = "193805142381", given_name: str = "Berit", protection: str = "ingen") -> Individual:
    individual, _ = individuals.find_or_create(
        identity_type="personnummer",
        identity_number=number,
        given_name=given_name,
        family_name="Provsson",
        street_address="Provgatan 1",
        city="Örebro",
        protection=protection,
        born_on=datetime.date(1938, 5, 14),
        now=timezone.now(),
    )
    return individual


def start(individual: Individual, by: Staff) -> ProcessInstance:
    return instances.start(
        definition_key="hembesok",
        individual=individual,
        by=by,
        now=timezone.now(),
        answers={"orsak": "Yrsel på morgonen."},
    )


def task(instance: ProcessInstance, element_id: str) -> UserTask:
    return UserTask.objects.get(instance=instance, element_id=element_id)


def logged_in(member: Staff) -> Client:
    client = Client()
    client.force_login(member)
    return client


def text(response: object) -> str:
    content: bytes = getattr(response, "content")  # noqa: B009 - the test client's response has no public type
    return content.decode()


def drawn(template: str, part: str, *told: object) -> str:
    """A part of pages by itself."""
    return str(getattr(jinja.loaded().get_template(template).module, part)(*told))


PLAN = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": "false"}
"""What a browser posts to complete planera_besok."""
