"""Who meets what on the pages of tasks and ärenden: the two spheres of the law, and the units that are responsible."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people.models import AccessLog, Assignment, Consent, Contact, Goal, Individual, Profession, Staff, Unit
from people.services import plan
from tasks.models import Comment
from tests import attached, pages
from tests.integration import acting
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
        "person": f"/personer/{berit.ref}/",
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
    assert "Hallen.pdf" in text(siri, f"/personer/{berit.ref}/")


def test_a_colleague_of_the_other_sphere_who_is_asked_reads_the_question_and_not_the_rest(
    visited: ProcessInstance, siri: Staff, anna: Staff
) -> None:
    mine = pages.task(visited, "gor_besok")
    address = f"/uppgifter/{mine.public_id}/"
    user_tasks.claim(task=mine, by=siri, now=timezone.now())
    Profession.objects.filter(key="samordnare").update(sphere="hsl")
    assert pages.logged_in(anna).get(address).status_code == 404
    send(pages.logged_in(siri), mine, ("Köket.pdf", attached.PDF))
    pages.logged_in(siri).post(f"{address}anteckningar/", {"anteckning": "Hon har slutat äta."})
    asked = {"till": str(anna.public_id), "anteckning": "Vem har nyckeln?", "action_id": str(mine.public_id)}
    assert pages.logged_in(siri).post(f"{address}fraga/", asked).status_code == 302
    page = text(anna, address)
    assert "Vem har nyckeln?" in page
    assert "Köket.pdf" not in page
    assert "slutat äta" not in page
    number = Comment.objects.get(kind="question").pk
    assert (
        pages.logged_in(anna).post(f"{address}svara/", {"fraga": number, "anteckning": "Dottern."}).status_code == 302
    )
    assert "Dottern." in text(anna, address)
    assert "Hon har slutat äta." in text(siri, address)
    user_tasks.complete(
        task=mine, answers={"anteckning": "Allt väl.", "uppfoljning": True}, by=siri, now=timezone.now()
    )
    assert pages.logged_in(anna).get(address).status_code == 404


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


UNITS, ROLES = ("norr", "soder", "vast"), ("samordnare", "sjukskoterska")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    responsible=st.sets(st.sampled_from(UNITS)),
    mine=st.sets(st.tuples(st.sampled_from(ROLES), st.sampled_from(UNITS)), max_size=2),
    others=st.sets(st.tuples(st.sampled_from(ROLES), st.sampled_from(UNITS))),
    is_planned=st.booleans(),
)
def test_the_list_of_persons_the_person_and_the_arende_let_in_the_same(
    siri: Staff, anna: Staff, responsible: set[str], mine: set[Any], others: set[Any], is_planned: bool
) -> None:
    take_back = acting.savepoint()
    pages.publish()
    for key in UNITS:
        Unit.objects.get_or_create(key=key, defaults={"name": key})
    berit = pages.person()
    instance = pages.start(berit, anna)
    if is_planned:  # then nothing is offered to a coordinator
        user_tasks.complete(
            task=pages.task(instance, "planera_besok"), answers=dict(PLANNED), by=anna, now=timezone.now()
        )
    viewer, colleague = Staff.objects.create_user("vera"), Staff.objects.create_user("kim")
    for member, held in ((viewer, mine), (colleague, others)):
        for profession, unit in held:
            Assignment.objects.create(
                staff=member,
                profession=Profession.objects.get(key=profession),
                unit=Unit.objects.get(key=unit),
                valid_from=datetime.date(2020, 1, 1),
            )
    for unit in responsible:
        told = {"slag": "enhet", "enhet": unit, "fran": "2020-01-01"}
        plan.add(Contact, individual=berit, told=told, by=anna, now=timezone.now())
    client = pages.logged_in(viewer)
    addresses = (f"/personer/{berit.ref}/", f"/arenden/{instance.public_id}/")
    let_in = {client.get(address).status_code == 200 for address in addresses}
    assert {"Berit Provsson" in pages.text(client.get("/personer/"))} == let_in
    if not responsible:
        assert let_in == {bool(mine)}
    take_back()


def test_contacts_consents_and_agreements_are_changed_by_those_who_work_with_the_person(
    visited: ProcessInstance, siri: Staff, anna: Staff, berit: Individual
) -> None:
    told: dict[str, Any] = {"slag": "anhorig", "namn": "Kerstin", "fran": "2020-01-01"}
    contact = plan.add(Contact, individual=berit, told=told, by=anna, now=timezone.now())
    stig = pages.staff("stig", "sjukskoterska")
    visit, goal = pages.task(visited, "gor_besok"), pages.task(visited, "bekrafta_mal")
    addresses = [f"/personer/{berit.ref}/plan/{kind}/" for kind in ("kontakt", "samtycke", "overenskommelse")]
    addresses.append(f"/personer/{berit.ref}/plan/kontakt/{contact.thread}/")
    for member in (anna, siri, stig):
        assert {pages.logged_in(member).get(address).status_code for address in addresses} == {200}
    user_tasks.complete(task=goal, answers={"mal": "Sova gott."}, by=siri, now=timezone.now())
    done = {"anteckning": "Bra.", "uppfoljning": False}
    user_tasks.complete(task=visit, answers=done, by=siri, now=timezone.now())
    assert {pages.logged_in(siri).get(address).status_code for address in addresses} == {200}
    # The visit is made, and by Siri: Stig may read and no more.
    for address in addresses:
        assert pages.logged_in(stig).get(address).status_code == 404
        assert pages.logged_in(stig).post(address, {"slag": "anhorig", "namn": "Fel"}).status_code == 404
    refused = AccessLog.objects.filter(staff=stig, individual=berit, outcome="denied")
    assert [refused.filter(action=action).count() for action in ("read", "change")] == [len(addresses)] * 2
    page = text(stig, f"/personer/{berit.ref}/")
    assert "Kerstin" in page
    assert "Ny kontakt" not in page
    assert "Kerstin" in text(stig, f"/personer/{berit.ref}/plan/kontakt/{contact.thread}/forut/")
    unit: dict[str, Any] = {"slag": "enhet", "enhet": "norr", "fran": "2020-01-01"}
    plan.add(Contact, individual=berit, told=unit, by=anna, now=timezone.now())
    assert {pages.logged_in(stig).get(address).status_code for address in addresses} == {200}
