"""What lists tell of tasks of the other sphere: that there is something, and no more than the page would."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from people import reading
from people.models import Assignment, Consent, Contact, Individual, Profession, Staff, Unit
from people.services import plan
from tasks.models import Comment
from tasks.services import watching
from tests import pages
from tests.integration import acting
from tests.integration.test_pages_cost import seen
from tests.integration.test_what_one_may_see import PLANNED, open_up, text
from workflows import published, sieve, sight
from workflows.models import ProcessVersion, UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db
TOLD = "Socialtjänst: en uppgift"
OTHERS, WATCHED = "/uppgifter/?visa=vantar", "/uppgifter/?visa=bevakade"
BOARD, SHIFT = "/enhet/norr/", "/enhet/norr/overlamning/"
ONE = """FROM workflows_usertask task JOIN workflows_processinstance instance ON instance.id = task.instance_id
    WHERE task.id = %s"""


@pytest.fixture
def visit(anna: Staff, siri: Staff, berit: Individual) -> UserTask:
    """Siri of the social services has taken the visit that Anna of health care planned and follows."""
    pages.publish()
    Profession.objects.filter(key="samordnare").update(sphere="hsl")
    instance = pages.start(berit, anna)
    user_tasks.complete(task=pages.task(instance, "planera_besok"), answers=dict(PLANNED), by=anna, now=timezone.now())
    task = pages.task(instance, "gor_besok")
    user_tasks.claim(task=task, by=siri, now=timezone.now())
    watching.begin(task=task, by=anna, now=timezone.now())
    return task


def main(shown: str) -> str:
    """The page without what is around it."""
    return shown.partition("<main")[2]


def test_the_inbox_tells_the_other_sphere_that_something_goes_on_with_profession_and_due_and_no_more(
    visit: UserTask, anna: Staff, berit: Individual
) -> None:
    UserTask.objects.filter(pk=visit.pk).update(priority=1)
    for address in (OTHERS, WATCHED):
        shown = main(text(anna, address))
        assert TOLD in shown
        assert not [word for word in ("Berit Provsson", "Sjuksköterska", "Senast") if word not in shown]
        assert not [word for word in (visit.name, "Siri Prov", 'class="high"') if word in shown]
        assert f"/uppgifter/{visit.public_id}/" not in shown
        assert f"/arenden/{visit.instance.public_id}/" in shown
    open_up(berit, anna)
    for address in (OTHERS, WATCHED):
        assert visit.name in main(text(anna, address))
        assert "Tagen av Siri Prov" in main(text(anna, address))


def test_what_is_not_told_is_not_found_by_searching_either(visit: UserTask, anna: Staff) -> None:
    client = pages.logged_in(anna)

    def found(words: str) -> bool:
        return TOLD in pages.text(client.post("/uppgifter/sok/?visa=vantar", {"sok": words}, follow=True))

    assert found("Berit")
    assert found("socialtjänst")
    assert not found(visit.name.split()[0])


def test_what_has_ended_is_told_as_done_and_not_by_whom(visit: UserTask, anna: Staff, siri: Staff) -> None:
    user_tasks.complete(task=visit, answers={"anteckning": "Bra.", "uppfoljning": False}, by=siri, now=timezone.now())
    shown = main(text(anna, WATCHED))
    assert TOLD in shown
    assert ">Klar<" in shown
    assert not [word for word in (visit.name, "Siri Prov") if word in shown]


def test_beside_the_name_of_who_has_it_the_unit_is_told_of_nobody(visit: UserTask, anna: Staff, siri: Staff) -> None:
    Comment.objects.create(task=visit, by=siri, at=timezone.now(), text="Ta med våg.", action_id=visit.public_id)
    for address in (BOARD, SHIFT):
        shown = main(text(anna, address))
        assert TOLD in shown
        shown = shown.partition('id="del-gjort"')[0]  # what she has done herself is hers to know
        assert not [word for word in (visit.name, "Berit", "Ta med våg", str(visit.instance)) if word in shown]
        assert visit.name in main(text(siri, address))


def test_whom_a_responsible_unit_keeps_out_finds_the_person_in_no_list(
    visit: UserTask, anna: Staff, siri: Staff, berit: Individual
) -> None:
    Profession.objects.update(sphere="bada")
    unit, _ = Unit.objects.get_or_create(key="soder", defaults={"name": "Söder"})
    vera = Staff.objects.create_user("vera")
    role = Profession.objects.get(key="samordnare")
    Assignment.objects.create(staff=vera, profession=role, unit=unit, valid_from=datetime.date(2020, 1, 1))
    assert visit.name in main(text(anna, OTHERS))
    told: dict[str, Any] = {"slag": "enhet", "enhet": "soder", "fran": "2020-01-01"}
    plan.add(Contact, individual=berit, told=told, by=siri, now=timezone.now())
    assert pages.logged_in(anna).get(f"/arenden/{visit.instance.public_id}/").status_code == 404
    for address in (OTHERS, WATCHED, BOARD, SHIFT):
        assert "Berit" not in main(text(anna, address)).partition('id="del-gjort"')[0]
    assert 'id="flik-vantar">0<' in text(anna, "/uppgifter/")
    assert 'id="flik-bevakade">0<' in text(anna, "/uppgifter/")


def test_what_is_kept_apart_costs_no_statement(visit: UserTask, anna: Staff, berit: Individual) -> None:
    client = pages.logged_in(anna)
    apart = {address: seen(client, address) for address in (OTHERS, WATCHED, BOARD, SHIFT)}
    Profession.objects.update(sphere="bada")
    assert {address: seen(client, address) for address in apart} == apart


ROLES = ("samordnare", "sjukskoterska", "ekonomi")
SPHERES = ("sol", "hsl", "bada", "")


APART: dict[str, Any] = {
    "spheres": ("hsl", "sol", "bada"),
    "course": "bada",
    "held": {"samordnare"},
    "signers": set(),
    "lifted": "",
}
APART |= {"hands": (False, False), "is_done": False}


@example(**APART, grounds=[(0, None, False)])
@example(**APART, grounds=[(-1, None, True)])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    spheres=st.tuples(*[st.sampled_from(SPHERES)] * 3),
    course=st.sampled_from(("sol", "hsl", "bada")),
    held=st.sets(st.sampled_from(ROLES), max_size=2),
    signers=st.sets(st.sampled_from(ROLES)),
    lifted=st.sampled_from(("", *ROLES)),
    hands=st.tuples(st.booleans(), st.booleans()),
    is_done=st.booleans(),
    grounds=st.lists(st.tuples(st.integers(-2, 1), st.integers(0, 2) | st.none(), st.booleans()), max_size=2),
)
def test_a_list_reads_a_task_when_its_page_would(
    visit: UserTask,
    anna: Staff,
    spheres: tuple[str, ...],
    course: str,
    held: set[str],
    signers: set[str],
    lifted: str,
    hands: tuple[bool, bool],
    is_done: bool,
    grounds: list[tuple[int, int | None, bool]],
) -> None:
    take_back = acting.savepoint()
    viewer = Staff.objects.create_user("vera")
    for key in held:
        pages.join(viewer, key)
    for key, sphere in zip(ROLES, spheres, strict=True):
        Profession.objects.filter(key=key).update(sphere=sphere)
    version = ProcessVersion.objects.get()
    ProcessVersion.objects.update(config={**version.config, "sphere": course})
    claimed, completed = (viewer if mine else anna for mine in hands)
    ended = {"state": "completed", "ended_at": timezone.now(), "completed_by": completed} if is_done else {}
    whose = {"claimed_by": claimed, "signers": " ".join(sorted(signers)), "escalated_to": lifted}
    UserTask.objects.filter(pk=visit.pk).update(**whose, **ended)
    for begins, lasts, is_taken_back in grounds:
        ground(visit.individual, anna, begins, lasts, is_taken_back=is_taken_back)
    task, known = UserTask.objects.get(pk=visit.pk), published.of(version.public_id)
    course_of = replace(known, config={**known.config, "sphere": course})
    page = sight.of(viewer, task.individual).reads_task(task, course_of)
    closed, values = sieve.closed(viewer)
    listed = reading.rows(f"SELECT {closed} {ONE}", [*values, task.pk])[0][0]
    assert (listed == "") == page
    take_back()


def ground(individual: Individual, by: Staff, begins: int, lasts: int | None, *, is_taken_back: bool) -> None:
    """Given so many days from now, for so many days; taken back the day after."""
    given = timezone.localdate() + datetime.timedelta(begins)
    told: dict[str, Any] = {"slag": "mellan_sfarer", "lamnat": given.isoformat()}
    if lasts is not None:
        told["galler_till"] = (given + datetime.timedelta(lasts)).isoformat()
    row = plan.add(Consent, individual=individual, told=told, by=by, now=timezone.now())
    if is_taken_back:
        told["aterkallat"] = (given + datetime.timedelta(1)).isoformat()
        plan.change(row, told=told, by=by, now=timezone.now())
