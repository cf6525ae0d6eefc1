"""What the tests of publishing share: drafts that wait for an answer, and people who live in areas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from django.test import Client
from django.utils import timezone

from people.models import Individual, Staff, Unit
from tests import pages, workbench
from tests.workbench import PLAN
from workbench import drafting
from workbench.models import Draft
from workbench.services import drafts, publishing, reviews
from workflows.models import ProcessVersion
from workflows.services import deployments, instances

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=8)
NUMBERS = {"Norr": "193805142381", "Söder": "194102032390", "": "193509212399"}


def shown(by: Staff, title: str = "Bestäm tid") -> Draft:
    made = workbench.draft(by, base=ProcessVersion.objects.filter(number=1).first())
    text = drafting.texts(made)[PLAN].replace("Planera besöket", title)
    drafts.save(draft=made, name=PLAN, text=text, revision=1, by=by, now=NOW)
    reviews.ask(draft=made, note="Tydligare", by=by, now=NOW)
    return made


def living(area: str, protection: str = "ingen") -> Individual:
    one = pages.person(NUMBERS[area], protection=protection)
    Individual.objects.filter(pk=one.pk).update(area=area)
    one.refresh_from_db()
    return one


def starts_in(individual: Individual) -> int:
    by = Staff.objects.get(username="pia")
    made = instances.start(definition_key="hembesok", individual=individual, by=by, now=NOW, answers={"orsak": "Yr"})
    return made.version.number


def approve(draft: Draft, by: Staff, **more: Any) -> ProcessVersion | None:
    return reviews.approve(draft=draft, answer="", by=by, now=NOW, **more)


def answer(client: Client, draft: Draft, page: str, **data: Any) -> str:
    found = pages.text(client.post(f"/verkstad/{draft.ref}/{page}", data, follow=True))
    draft.refresh_from_db()
    return found


def of_each_kind(pia: Staff) -> list[Draft]:
    """Drafts of an own förlopp: one to answer, one with its time to come, one whose time came in vain."""
    eva, now = pages.staff("eva_utgivare", "processagare"), timezone.now()
    for key, name, area in (("ht_a", "Hemtjänsten norr", "Norr"), ("ht_b", "Hemtjänsten söder", "Söder")):
        Unit.objects.get_or_create(key=key, defaults={"name": name, "area": area})
    made = [workbench.draft(eva, "paminnelse") for _ in range(4)]
    for draft in made:
        reviews.ask(draft=draft, note="Frågorna är tydligare.", by=eva, now=now)
    about: dict[str, Any] = {"answer": "", "by": pia, "now": now}
    reviews.approve(draft=made[3], areas=["Norr"], **about)
    for draft in made[1:3]:
        reviews.approve(draft=draft, due_at=now + timedelta(days=3), areas=["Norr", "Söder"], **about)
    with mock.patch.object(deployments, "publish", side_effect=RuntimeError):
        publishing.run_due(now=now + timedelta(days=3))
    return [made[0], made[2], made[1]]
