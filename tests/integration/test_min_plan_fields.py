"""Nothing of the staff's reaches the person: a mark in every field of every table, none on page or paper."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import Error, models, transaction
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from people.models import Agreement, AppendOnlyError, Consent, Contact, Goal, Individual, Mandate, Rating, Staff
from people.services import blocks, own
from plan import language
from tasks.services import comments
from tests import pages
from tests.integration.test_min_plan import TILL
from workflows import definitions
from workflows.models import UserTask
from workflows.services import deployments, incidents, user_tasks

pytestmark = pytest.mark.django_db
MARK = "XQX"
"""Short, so that the shortest field has room for it and no line of the paper breaks it."""
ROOMS = ("people", "workflows", "tasks", "integrations", "audit", "disposal")
SHOWN = {
    ("goal", "words"),
    ("goal", "steps"),
    ("contact", "name"),
    ("contact", "title"),
    ("contact", "phone"),
    ("contact", "email"),
    ("contact", "interpreter"),
    ("consent", "scope"),
    ("agreement", "text"),
    ("agreement", "with_whom"),
    ("individual", "given_name"),
    ("mandate", "name"),
    ("profession", "name"),
    ("unit", "name"),
}
"""What the person may read of the tables. A field that is added is not here, and is marked."""
WORKING = {
    *("staffsession", "processversion", "processdefinition", "processinstance", "event"),
    *("visit", "letter", "profession", "unit"),
}
"""Tables without which no page can be asked for, or whose texts are keys of our own."""
KEYS = {"form_key", "element_id", "group", "state", "kind", "area", "keeper"}


def marked(name: str) -> str:
    return f"{MARK} {name}"


@pytest.fixture
def world(anna: Staff, berit: Individual) -> Individual:
    """A förlopp of whose forms the person reads one answer and one step, and rows of the plan with marks in them."""
    folder = definitions.read(pages.FORLOPP / "hembesok")
    plan_form = json.loads(folder.sources["forms/planera_besok.json"])
    plan_form["fields"][2]["person_reads"] = False
    plan_form["fields"][0]["person_reads"] = True
    plan_form["fields"][3]["person_reads"] = True
    visit_form = json.loads(folder.sources["forms/gor_besok.json"])
    visit_form |= {"person_told": "Vi kommer hem till dig.", "person_asked": "Vad vill du prata om?"}
    sources = {
        **folder.sources,
        "forms/planera_besok.json": json.dumps(plan_form),
        "forms/gor_besok.json": json.dumps(visit_form),
    }
    deployments.publish(folder=definitions.Folder(folder.config, sources), by=None, now=timezone.now())
    begun = pages.start(berit, anna)
    task = pages.task(begun, "planera_besok")
    comments.add(task=task, text=marked("kommentar"), by=anna, now=timezone.now(), action_id=uuid.uuid4())
    answers = {
        "besoksdag": "2026-12-01",
        "plats": "annan",
        "annan_plats": marked("svar"),
        "hinder": [{"vad": marked("rad")}],
        "tolk": True,
    }
    user_tasks.complete(task=task, answers=answers, by=anna, now=timezone.now())
    incidents.open_incident(code="engine", text=marked("stopp"), group="samordnare", now=timezone.now(), instance=begun)
    _plan(berit, anna)
    return berit


def _plan(individual: Individual, by: Staff) -> None:
    now, today = timezone.now(), timezone.localdate()
    common: dict[str, Any] = {"individual": individual, "at": now, "by": by, "reason": marked("skäl")}
    goal = _filled(Goal, {**common, "words": "Gå ut.", "steps": "Ett steg.", "area": "d4", "keeper": "samordnare"})
    _filled(Rating, {**common, "goal": goal.thread, "on": today, "outcome": "delvis"})
    near = {
        "name": "Eva",
        "title": "Syster",
        "phone": "070-1",
        "email": "e@x.se",
        "way": "sms",
        "interpreter": "finska",
    }
    _filled(Contact, {**common, **near, "kind": "anhorig", "valid_from": today})
    yes = {"kind": "sip", "ground": "samtycke", "how": "muntligt", "scope": "Allt.", "given_on": today}
    _filled(Consent, {**common, **yes})
    for ground in ("menprovning", "2023_regel", "lag"):
        other = {"kind": "teknik", "ground": ground, "how": "", "scope": marked(ground), "given_on": today}
        _filled(Consent, {**common, **other})
    _filled(Agreement, {**common, "text": "Vi tränar.", "with_whom": "Du", "agreed_on": today, "how": "muntligt"})


def _filled(model: type[Any], told: dict[str, Any]) -> Any:
    """Every text that is not told gets a mark."""
    texts = {
        field.attname: _fits(field, f"{model._meta.model_name}.{field.name}")
        for field in model._meta.concrete_fields
        if field.attname not in told and not field.choices and isinstance(field, models.CharField | models.TextField)
    }
    listed = [field.attname for field in model._meta.concrete_fields if isinstance(field, models.JSONField)]
    lists = {name: [marked(name)] for name in listed}
    row = model(**{**texts, **lists, **told})
    row.save(force_insert=True)
    return row


def _fits(field: Any, name: str) -> str:
    return marked(name)[: field.max_length or 200]


def plant() -> set[str]:
    """A mark in every text of every row that takes one; what was planted."""
    planted = set()
    for model in (one for room in ROOMS for one in apps.get_app_config(room).get_models()):
        name = str(model._meta.model_name)
        if name in WORKING or not model._base_manager.exists():
            continue
        for field in _texts(model):
            if (name, field.name) in SHOWN or field.name in KEYS or field.choices:
                continue
            try:
                with transaction.atomic():
                    model._base_manager.update(**{field.name: _fits(field, f"{name}.{field.name}")})
                    planted.add(f"{name}.{field.name}")
            except (Error, AppendOnlyError):
                continue  # what is only appended has its marks already
    return planted


def _texts(model: type[Any]) -> Iterator[Any]:
    return (field for field in model._meta.concrete_fields if isinstance(field, models.CharField | models.TextField))


def test_no_field_of_the_staffs_is_on_any_page_of_the_persons(world: Individual, anna: Staff) -> None:
    now = timezone.now()
    blocks.begin(individual=world, units=list(_units()), asked_by=marked("spärr"), by=anna, now=now)
    relative = own.give(
        individual=world, kind="god_man", name="Gun", number="", valid_to=TILL, ground=marked("grund"), by=anna, now=now
    )
    planted = plant()
    assert {"usertask.name", "usertask.why", "comment.text", "incident.text", "individual.family_name"} <= planted
    assert {"individual.street_address", "block.asked_by", "mandate.ground", "staff.last_name"} <= planted
    Individual.objects.filter(pk=world.pk).update(protection="sekretessmarkering", born_on="1938-05-14")
    read: dict[tuple[bool, str, str], str] = {}
    for mandate in (None, Mandate.objects.get(pk=relative.pk)):
        _, key = own.begin(individual=world, mandate=mandate, provider="", level=0, now=now)
        for one in language.every():
            read |= {(mandate is None, one, address): text for address, text in _everything(key, one, world)}
    assert {name for name, text in read.items() if MARK in text} == set()
    mine = read[True, "sv", "/min-plan/"]
    for shown in ("Gå ut.", "Ett steg.", "Eva", "Syster", "070-1", "Allt.", "Vi tränar.", "1 december 2026"):
        assert shown in mine
    assert "Vi kommer hem till dig." in mine
    for hidden in ("Hinder i bostaden", "Behövs tolk?", "sekretess", "Skyddade", "19380514", "2026-12-01T"):
        assert hidden not in "".join(read.values())


def _everything(key: str, chosen: str, individual: Individual) -> Iterator[tuple[str, str]]:
    from django.conf import settings

    client = Client()
    client.cookies[settings.FORLOPP_PLAN_COOKIE], client.cookies["min_plan_sprak"] = key, chosen
    task = UserTask.objects.get(individual=individual, element_id="gor_besok")
    consent = Consent.objects.get(individual=individual, ground="samtycke")
    agreement = Agreement.objects.get(individual=individual)
    for address in (
        "/min-plan/",
        f"/min-plan/svar/{task.public_id}/",
        "/min-plan/vecka/",
        "/min-plan/samtycke/",
        f"/min-plan/samtycke/{consent.thread}/ta-tillbaka/",
        f"/min-plan/overenskommelse/{agreement.thread}/",
        "/min-plan/lova/",
    ):
        answer = client.get(address)
        assert answer.status_code in (200, 404)
        yield address, f"{answer.headers} {pages.text(answer)}"
    paper = client.get("/min-plan/plan.pdf")
    read = PdfReader(io.BytesIO(paper.content))
    yield "pdf", "\n".join([str(paper.headers), str(read.metadata), *(page.extract_text() for page in read.pages)])


def _units() -> Iterator[Any]:
    from people.models import Unit

    yield from Unit.objects.all()
