"""Somebody of another unit and the other sphere, at every address and with every verb: nothing is told or done.

The addresses are those that Django resolves and the cases those that `tests/browser/examples.py` walks. An address
without a case fails, so whoever adds one says what stands in it.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from followup.models import MonthlyReport
from people.models import (
    Absence,
    AccessLog,
    Assignment,
    Contact,
    Device,
    Emergency,
    Individual,
    Mandate,
    Profession,
    Staff,
    Unit,
)
from people.services import plan
from tasks.models import SavedFilter, ShiftNote
from tests import addresses, attached, pages
from tests.addresses import VERBS, Address, asked, told, writing
from tests.browser import examples
from tests.integration.test_attachments import add
from workbench.models import Draft
from workflows.models import Attachment, InboxMessage, Incident, ProcessInstance, UserTask
from workflows.services import restricted

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NIL = uuid.UUID(int=7)
FOR_ALL = {
    "api/v1/openapi.json": "the description of the API, for anyone",
    "api/fhir/metadata": "the same of the facade",
    "integrationer/notis/rapport/<uuid:key>": "a door for a machine, which signs what it sends",
    "integrationer/notis/svar": "the same",
    "integrationer/medicingivare/<slug:dialect>/handelser": "the same",
    "logga-in/med/<slug:provider>/": "for who is not signed in",
    "logga-in/med/<slug:provider>/svar/": "for who is not signed in",
    "min-plan/in/<slug:broker>/": "for a person, who is nobody here",
    "min-plan/in/<slug:broker>/svar/": "for a person, who is nobody here",
    "logga-in/saml/<slug:organization_slug>/svar/": "for who is not signed in",
    "logga-in/saml/<slug:organization_slug>/klar/": "for who is not signed in",
    "logga-in/saml/<slug:organization_slug>/metadata/": "for the identity provider",
}
"""Addresses that answer whoever asks, and why; nothing of anybody's is told there either."""
LEAVES = ("logga-ut/", "inloggning/ut-overallt/")
"""Where one's session ends."""
OWN = (
    "inloggning",
    "logga-",
    "uppdrag/",
    "demo/",
    "min-plan/",
    "skarm/kod/",
    "notiser/",
    "kortkommandon/",
    "uppgifter/urval/",
    "uppgifter/bevakade/",
)
"""Where what is written is one's own: how one signs in, is told and looks."""


@pytest.fixture
def world(anna: Staff, settings: LazySettings, tmp_path: Path) -> list[Address]:
    """All that the product can have, made by Anna at Norr, who is with the social services, about people of Norr's."""
    settings.FORLOPP_FILES = tmp_path / "files"
    made = examples.of_everything(anna)
    Profession.objects.update(sphere="sol")
    for individual in Individual.objects.all():
        unit: dict[str, Any] = {"slag": "enhet", "enhet": "norr", "fran": "2020-01-01"}
        plan.add(Contact, individual=individual, told=unit, by=anna, now=timezone.now())
    found, lacking = addresses.of((one.address for one in made.values() if one.status == 200), _more(anna))
    assert lacking == [], "say in `_more` what stands in them"
    return found


@pytest.fixture
def vera(world: list[Address]) -> Staff:
    """Of another unit, and a nurse."""
    return _stranger("vera", "sjukgymnast", "hsl", "soder")


def _stranger(username: str, profession: str, sphere: str, unit: str) -> Staff:
    member = Staff.objects.create_user(username, first_name=username.capitalize(), last_name="Främling")
    role, _ = Profession.objects.get_or_create(key=profession, defaults={"name": profession, "sphere": sphere})
    place, _ = Unit.objects.get_or_create(key=unit, defaults={"name": unit.capitalize()})
    Assignment.objects.create(staff=member, profession=role, unit=place, valid_from=datetime.date(2020, 1, 1))
    return member


def _more(anna: Staff) -> dict[str, Mapping[str, Any]]:
    """What stands in the addresses that no page has."""
    now, unit, day = timezone.now(), Unit.objects.get(key="norr"), timezone.localdate()
    common = {"by": anna, "at": now, "action_id": uuid.uuid4()}
    saved = SavedFilter.objects.create(owner=anna, name="Mina", query="visa=mina", created_at=now)
    note = ShiftNote.objects.create(unit=unit, text=SECRET, **common)
    away = Absence.objects.create(
        staff=anna, first_on=day, last_on=day, starts_at=now, registered_by=anna, registered_at=now, action_id=NIL
    )
    device = Device.objects.create(
        staff=anna, name="Mobil", endpoint="https://push.example/1", p256dh="p", auth="a", made_with="x",
        added_at=now, try_after=now,
    )  # fmt: skip
    task = UserTask.objects.filter(state="open", group="samordnare").earliest("pk")
    file = add(task, anna, "Hallen.pdf", attached.PDF)
    letter = InboxMessage.objects.filter(source="sdk").earliest("pk")
    came = Attachment.objects.create(
        message=letter, at=now, name="Brev.pdf", kind="pdf", size=1, sha256="0" * 64, number=1, action_id=NIL
    )
    draft = Draft.objects.earliest("pk")
    instance = ProcessInstance.objects.earliest("pk")
    opened = Emergency.objects.earliest("pk")
    forlopp = {"key": "hembesok", "number": 1}
    MonthlyReport.objects.create(unit=unit, month=day.replace(day=1), at=now, pdf=SECRET.encode(), try_after=now)
    return {
        "uppfoljning/~/manadsrapporter/<slug:key>/<slug:month>/": {"key": "norr", "month": f"{day:%Y-%m}"},
        "uppgifter/urval/<uuid:public_id>/": {"public_id": saved.public_id},
        "enhet/<slug:key>/overlamning/<uuid:public_id>/": {"key": "norr", "public_id": note.public_id},
        "enhet/<slug:key>/franvaro/<uuid:public_id>/avsluta/": {"key": "norr", "public_id": away.public_id},
        "notiser/webblasare/<uuid:public_id>/ta-bort/": {"public_id": device.public_id},
        "nodoppning/<uuid:public_id>/stang/": {"public_id": opened.public_id},
        "min-plan/svar/<uuid:task>/": {"task": task.public_id},
        "min-plan/lova/<uuid:public_id>/ta-tillbaka/": {"public_id": Mandate.objects.earliest("pk").public_id},
        "filer/<uuid:public_id>/": {"public_id": file.public_id},
        "filer/<uuid:public_id>/liten/": {"public_id": file.public_id},
        "integrationer/sdk/post/<uuid:message_id>/filer/<uuid:public_id>/": {
            "message_id": letter.message_id,
            "public_id": came.public_id,
        },
        "forlopp/<slug:key>/<int:number>/paket.zip": forlopp,
        "forlopp/<slug:key>/<int:number>/rutin.pdf": forlopp,
        "forlopp/<slug:key>/<int:number>/diagram/<path:name>.pdf": forlopp | {"name": "hembesok.bpmn"},
        "forlopp/<slug:key>/<int:number>/diagram/<path:name>": forlopp | {"name": "hembesok.bpmn"},
        "verkstad/fran/<slug:key>/<int:number>/": forlopp,
        "verkstad/<uuid:ref>/ta-bort/<path:name>": {"ref": draft.ref, "name": "forms/gor_besok.json"},
        "verkstad/<uuid:ref>/fil/<path:name>": {"ref": draft.ref, "name": "forms/gor_besok.json"},
        "integrationer/medicingivare/<slug:dialect>/handelser": {"dialect": "evondos"},
        "integrationer/notis/rapport/<uuid:key>": {"key": NIL},
        **{key: {"broker": "freja"} for key in FOR_ALL if "broker" in key},
        **{key: {"provider": "kommunen"} for key in (one for one in FOR_ALL if "provider" in one)},
        **{key: {"organization_slug": "kommunen"} for key in (one for one in FOR_ALL if "organization" in one)},
        **_of_machines(task, instance),
    }


def _of_machines(task: UserTask, instance: ProcessInstance) -> dict[str, Mapping[str, Any]]:
    """Addresses of the API, which no session opens; `test_every_operation_of_the_api` opens them."""
    course: Mapping[str, Any] = {"key": "hembesok", "form": "planera_besok"}
    started = {"instance_id": instance.public_id, "public_id": instance.public_id}
    ids = started | {
        "ref": instance.individual.ref,
        "task_id": task.public_id,
        "message_id": NIL,
        "subscription_id": NIL,
    }
    routes = [route for route in addresses.routes() if route.startswith(("api/", "scim/"))]
    known = {**course, **ids}
    found = {route: {name: known[name] for name in addresses.TAKEN.findall(route)} for route in routes}
    return {route: takes for route, takes in found.items() if takes}


SECRET = "Nyckeln ligger under krukan"


def secrets() -> list[str]:
    """What names anybody whom the care is for, or leads to them."""
    found = [SECRET, "Yrsel på morgonen", "Gå till brevlådan", "070-174 06 41", "Hallen.pdf"]
    for one in Individual.objects.all():
        number = one.identity_number
        found += [one.family_name, one.given_name, str(one.ref), number, f"{number[:8]}-{number[8:]}"]
    found += [str(key) for key in ProcessInstance.objects.values_list("public_id", flat=True)]
    found += [str(key) for key in UserTask.objects.values_list("public_id", flat=True)]
    return [one for one in dict.fromkeys(found) if one]


def body(anna: Staff, *, is_real: bool) -> dict[str, Any]:
    """What the forms of all pages together send: of Anna's things, or of what does not exist."""

    def id_of(real: Any) -> str:
        return str(real) if is_real else str(uuid.uuid4())

    return {
        "action": "utkast",
        "action_id": str(uuid.uuid4()),
        "anteckning": "Hej",
        "arende": id_of(ProcessInstance.objects.earliest("pk").public_id),
        "forlopp": "hembesok",
        "gor": "ta",
        "individ": id_of(Individual.objects.earliest("pk").ref),
        "namn": "Prov",
        "person": id_of(Individual.objects.earliest("pk").ref),
        "personnummer": "19380514-2381" if is_real else "19780905-2381",
        "skal": "Prov",
        "sok": "Provsson" if is_real else "Ingensson",
        "steg": "avskriv",
        "stopp": [id_of(one) for one in Incident.objects.values_list("public_id", flat=True)],
        "till": id_of(anna.public_id),
        "utkast": "1",
        "val": [id_of(one) for one in UserTask.objects.values_list("public_id", flat=True)],
    }


def test_a_stranger_is_answered_at_every_address_as_if_nothing_were_there(
    world: list[Address], vera: Staff, anna: Staff
) -> None:
    walk = Walk(vera, body(anna, is_real=True), body(anna, is_real=False))
    seen = set()
    for address in world:
        if address.route in LEAVES:
            continue
        for verb in VERBS if address.route not in seen else ("GET", "POST"):
            walk.ask(verb, address)
        seen.add(address.route)
    assert walk.wrong == []
    refused = AccessLog.objects.filter(staff=vera, outcome="denied")
    assert {"individual", "user_task", "instance", "attachment", "incident"} <= set(
        refused.exclude(individual=None).values_list("object_type", flat=True)
    )
    assert not AccessLog.objects.filter(staff=vera, outcome="allowed").exclude(individual=None).exists()


def test_a_role_without_care_meets_nobody_elses_person_or_arende(world: list[Address]) -> None:
    """Of another unit. What a role is there for it may see; whom the care is for, and their papers, it may not."""
    once = {address.route: address for address in world if address.takes and address.route.startswith(CARE)}
    met = []
    for role in ROLES:
        client = pages.logged_in(_stranger(f"ro-{role}", role, "", "soder"))
        for route, address in once.items():
            status = asked(client, "GET", address.path).status_code
            met += [] if status in (404, 405) or _looks_after(role, route) else [f"{role} {route}: {status}"]
    assert met == []


def test_statistics_are_shown_counts_and_no_person(anna: Staff, berit: Individual) -> None:
    pages.publish()
    instance = pages.start(berit, anna)
    client = pages.logged_in(_stranger("sten", "statistik", "", "norr"))
    for address in ("/uppfoljning/", "/uppfoljning/hembesok/", "/uppfoljning/hembesok/planera_besok/", "/nyckeltal/"):
        shown = client.get(address)
        assert shown.status_code == 200
        assert not [one for one in ("Berit", str(instance.public_id), str(berit.ref)) if one in pages.text(shown)]
    for address in ("/uppgifter/", "/personer/", "/stopp/", "/enhet/norr/"):
        assert "Berit" not in pages.text(client.get(address))


ROLES = (
    *("it_drift", "processagare", "publicerare", "logggranskare", "arkivarie", "dataskyddsombud"),
    *("statistikansvarig", "enhetschef", "statistik"),
)
NAMING = ("komponenter/", "api/v1/openapi", "logga-", "inloggning")
"""Invented names as examples; oneself."""
CARE = ("uppgifter/<", "arenden/<", "arenden/starta/<", "personer/<", "filer/<", "enhet/<", "integrationer/sdk/")


def _looks_after(role: str, route: str) -> bool:
    """IT and the owner mend what has stopped, without seeing what it is about; `test_pages_mending.py` says how."""
    return role in ("it_drift", "processagare") and route.startswith("arenden/<uuid:public_id>/atgarda/")


def test_a_protected_person_is_named_at_no_address_to_who_may_not_know(world: list[Address], anna: Staff) -> None:
    """Anna works with them all and has nearly every role there is, but not the right to see who they are."""
    for individual in Individual.objects.all():
        Individual.objects.filter(pk=individual.pk).update(protection="sekretessmarkering")
        individual.protection = "sekretessmarkering"
        restricted.restrict(individual, now=timezone.now())
    Emergency.objects.all().delete()
    pages.join(anna, "publicerare")
    client, names = pages.logged_in(anna), [one for one in secrets() if not re.fullmatch(r"[0-9a-f-]{36}", one)]
    names.remove(SECRET)  # a note to the next shift is about nobody
    met = []
    typed = {**body(anna, is_real=True), "sok": "Provs", "personnummer": "380514-2381", "varfor": "Prov"}
    bodies, seen = [typed, *({**typed, "gor": one} for one in ACTS)], set()
    for address in world:
        if address.route.startswith(NAMING):
            continue
        texts = [("GET", told(asked(client, "GET", address.path)))]
        if address.route not in LEAVES and address.route not in seen:
            texts += [("POST", posted(client, address.path, one)) for one in bodies]
        seen.add(address.route)
        met += [f"{verb} {address.route}: {one}" for verb, text in texts for one in names if one in text]
    assert list(dict.fromkeys(met)) == []


ACTS = ("sok", "visa", "para")
"""Of the forms that hold more than one: those whose answer is about whom one asked for."""


def posted(client: Client, path: str, form: Mapping[str, Any]) -> str:
    """The answer and the page that it leads to, with what is said there; nothing of it has happened."""
    with transaction.atomic():
        answer = asked(client, "POST", path, form)
        text = told(answer)
        if answer.status_code == 302 and answer.headers["Location"].startswith("/"):
            text += told(asked(client, "GET", answer.headers["Location"]))
        transaction.set_rollback(True)
    return text


class Walk:
    """One who asks for what is not theirs, and what was wrong with the answers."""

    def __init__(self, member: Staff, real: dict[str, Any], other: dict[str, Any]) -> None:
        self.member, self.client = member, pages.logged_in(member)
        self.real, self.other, self.hidden = real, other, secrets()
        self.wrong: list[str] = []

    def ask(self, verb: str, address: Address) -> None:
        with writing() as tables:
            answer = asked(self.client, verb, address.path, self.real)
        text = told(answer)
        if address.takes and address.route not in FOR_ALL and answer.status_code != 405:
            other = address.elsewhere()
            same = told(asked(self.client, verb, other.path, self.other)).replace(other.path, address.path)
            is_closed = answer.status_code in (401, 403, 404) or address.route.startswith(OWN)
            if not is_closed or text != same:
                self._found(verb, address, f"{answer.status_code}, which is not as if it were missing")
        if tables and not address.route.startswith((*OWN, *FOR_ALL)):
            self._found(verb, address, f"writes {tables}")
        if address.route != "api/v1/openapi.json":
            typed = [self.real["personnummer"], self.real["sok"], self.real["person"]]
            rest = text.replace(address.path, "")
            tells = [one for one in self.hidden if one in rest and not (verb == "POST" and one in typed)]
            if tells:
                self._found(verb, address, f"tells {tells}")
        self.client.cookies.pop("messages", None)

    def _found(self, verb: str, address: Address, words: str) -> None:
        self.wrong.append(f"{verb} {address.route}: {words}")
