"""Who meets what on the pages of tasks and ärenden: the two spheres of the law, and the units that are responsible."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from people.models import Consent, Goal, Individual, Profession, Staff
from people.services import plan
from tests import attached, pages
from tests.integration.test_attachments import fetched, own_shelf, send
from tests.integration.test_paper import words
from workflows.models import Attachment, HistoryEntry, ProcessInstance
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db
__all__ = ["own_shelf"]  # the fixture

SECRET = "Bakom Konsum"
PLANNED = {"besoksdag": "2026-12-01", "plats": "annan", "annan_plats": SECRET, "tolk": False}


@pytest.fixture
def visited(anna: Staff, siri: Staff, berit: Individual) -> ProcessInstance:
    """Anna of the social services has planned a visit, with a file; Siri the nurse is to make it."""
    pages.publish()
    Profession.objects.filter(key="samordnare").update(sphere="sol")
    Profession.objects.filter(key="sjukskoterska").update(sphere="hsl")
    instance = pages.start(berit, anna)
    task = pages.task(instance, "planera_besok")
    send(pages.logged_in(anna), task, ("Hallen.pdf", attached.PDF))
    user_tasks.complete(task=task, answers=dict(PLANNED), by=anna, now=timezone.now())
    return instance


def text(member: Staff, address: str) -> str:
    response = pages.logged_in(member).get(address)
    assert response.status_code == 200
    return pages.text(response)


def open_up(individual: Individual, by: Staff) -> None:
    told: dict[str, Any] = {"slag": "mellan_sfarer", "lamnat": "2026-01-01"}
    plan.add(Consent, individual=individual, told=told, by=by, now=timezone.now())


def test_the_other_sphere_is_told_that_something_was_done_and_not_what_until_a_ground_is_recorded(
    visited: ProcessInstance, siri: Staff, anna: Staff, berit: Individual
) -> None:
    mine, theirs = pages.task(visited, "gor_besok"), pages.task(visited, "planera_besok")
    HistoryEntry.objects.filter(instance=visited, element_id="planera_besok").update(detail={"reason": SECRET})
    kept = Attachment.objects.get()
    read = {
        "task": f"/uppgifter/{mine.public_id}/",
        "instance": f"/arenden/{visited.public_id}/",
    }
    closed = (f"/uppgifter/{theirs.public_id}/", f"/uppgifter/{theirs.public_id}/pdf/", f"/filer/{kept.public_id}/")
    for address in read.values():
        page = text(siri, address)
        assert "Socialtjänst: en uppgift" in page
        assert not [word for word in (SECRET, "Hallen.pdf") if word in page]
    # What a task came of stays: it is why one has it.
    assert not [word for word in ("Anna Prov", "planera_besok") if word in text(siri, read["instance"])]
    paper = words(bytes(pages.logged_in(siri).get(f"/arenden/{visited.public_id}/pdf/").content))
    assert "Socialtjänst: en uppgift: klar" in paper
    assert SECRET not in paper
    assert {fetched(pages.logged_in(siri), address)[0].status_code for address in closed} == {404}
    open_up(berit, anna)
    assert {fetched(pages.logged_in(siri), address)[0].status_code for address in closed} == {200}
    assert SECRET in text(siri, read["task"])
    assert "Hallen.pdf" in text(siri, read["instance"])


def test_a_colleague_of_the_other_sphere_who_is_asked_reads_the_question_and_not_the_rest(
    visited: ProcessInstance, siri: Staff, anna: Staff
) -> None:
    mine = pages.task(visited, "gor_besok")
    address = f"/uppgifter/{mine.public_id}/"
    user_tasks.claim(task=mine, by=siri, now=timezone.now())
    Profession.objects.filter(key="samordnare").update(sphere="hsl")
    assert pages.logged_in(anna).get(address).status_code == 404
    send(pages.logged_in(siri), mine, ("Köket.pdf", attached.PDF))
    asked = {"till": str(anna.public_id), "anteckning": "Vem har nyckeln?", "action_id": str(mine.public_id)}
    assert pages.logged_in(siri).post(f"{address}fraga/", asked).status_code == 302
    page = text(anna, address)
    assert "Vem har nyckeln?" in page
    assert "Köket.pdf" not in page


def test_what_is_known_is_by_step_with_the_goals_and_folded(
    visited: ProcessInstance, siri: Staff, anna: Staff, berit: Individual
) -> None:
    Profession.objects.update(sphere="bada")
    for sphere, said in (("sol", "Gå till brevlådan."), ("bada", "Laga mat.")):
        told: dict[str, Any] = {"mal_text_egna_ord": said}
        plan.add(Goal, individual=berit, told=told, by=anna, now=timezone.now(), sphere=sphere)
    Profession.objects.filter(key="sjukskoterska").update(sphere="hsl")
    page = text(siri, f"/uppgifter/{pages.task(visited, 'gor_besok').public_id}/")
    known = page.split('id="vet-redan"')[1].split("</section>")[0]
    assert "Laga mat." in known
    assert "brevlådan" not in known
    assert "Socialtjänst: ett mål" in known
    assert "1 tidigare steg" in known
    assert "<details open" not in known
