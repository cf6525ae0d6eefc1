"""One person as FHIR: goals with how far they have come, who is responsible, and what was left told from called off."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from fhir.resources.R4B.careteam import CareTeam
from fhir.resources.R4B.goal import Goal as FhirGoal

from people.models import AccessLog, Contact, Goal, Individual, Staff
from people.services import plan
from tests import api, pages
from tests.integration.test_api_fhir import Fhir, found
from workflows.models import UserTask
from workflows.services import instances, user_tasks

pytestmark = pytest.mark.django_db
WORDS = {"mal_text_egna_ord": "Gå till brevlådan själv.", "livsomrade": "d4", "maldatum": "2027-01-31"}
NUMBER = "193805142381"


def write(person: Individual, by: Staff, *outcomes: str, **more: Any) -> Goal:
    now = timezone.now()
    goal = plan.add(Goal, individual=person, told=WORDS | more, by=by, now=now, sphere="bada")
    for day, outcome in enumerate(outcomes, 1):
        plan.rate(goal, told={"datum": f"2026-11-0{day}", "utfall": outcome}, by=by, now=now)
    return goal


def test_a_goal_says_how_far_it_has_come_by_its_latest_follow_up(anna: Staff) -> None:
    fhir, person = Fhir(api.calling(professions=["samordnare"])), pages.person()
    told = {
        write(person, anna).thread: ("active", "in-progress"),
        write(person, anna, "ej_uppnatt", "delvis").thread: ("active", "improving"),
        write(person, anna, "delvis", "ej_uppnatt").thread: ("active", "in-progress"),
        write(person, anna, "uppnatt").thread: ("completed", "achieved"),
        write(person, anna, "ej_langre_aktuellt").thread: ("cancelled", "not-attainable"),
    }
    answers = found(fhir.search("Goal", NUMBER))
    assert {one["id"]: (one["lifecycleStatus"], one["achievementStatus"]["coding"][0]["code"]) for one in answers} == {
        str(key): status for key, status in told.items()
    }
    for one in answers:
        FhirGoal.model_validate(one)
        assert one["description"]["text"] == WORDS["mal_text_egna_ord"]
    assert {one["lifecycleStatus"] for one in found(fhir.search("Goal", NUMBER, status="completed"))} == {"completed"}
    key = answers[0]["id"]
    assert fhir.get(f"Goal/{key}").json() == answers[0]


def test_the_team_names_staff_and_units_and_no_relative(anna: Staff) -> None:
    fhir, person, now = Fhir(api.calling(professions=["samordnare"])), pages.person(), timezone.now()
    for kind, name, more in (
        ("fast_omsorgskontakt", "Siri Fast", {"titel": "undersköterska"}),
        ("anhorig", "Eva Dotter", {"telefon": "070-174 06 41"}),
        ("fast_vardkontakt", "Vera Förr", {"till": "2020-02-01"}),
    ):
        told = {"slag": kind, "namn": name, "fran": "2020-01-01"} | more
        plan.add(Contact, individual=person, told=told, by=anna, now=now)
    (team,) = found(fhir.search("CareTeam", NUMBER))
    CareTeam.model_validate(team)
    assert [(one["role"][0]["text"], one["member"]["display"]) for one in team["participant"]] == [
        ("Fast omsorgskontakt", "Siri Fast")
    ]


def test_what_was_left_is_told_from_what_was_called_off(anna: Staff) -> None:
    fhir, person = Fhir(api.calling(professions=["samordnare"])), pages.person()
    for is_taken in (True, False):
        instance = pages.start(person, anna)
        if is_taken:
            user_tasks.claim(task=UserTask.objects.filter(instance=instance)[0], by=anna, now=timezone.now())
        instances.cancel(instance=instance, by=anna, reason="Fel.", now=timezone.now())
    tasks = found(fhir.search("Task", NUMBER))
    assert sorted((one["status"], one["businessStatus"]["text"]) for one in tasks) == [
        ("cancelled", "cancelled"),
        ("failed", "aborted"),
    ]
    for status in ("cancelled", "failed"):
        assert [one["status"] for one in found(fhir.search("Task", NUMBER, status=status))] == [status]
    assert {one["status"] for one in found(fhir.search("CarePlan", NUMBER))} == {"revoked"}


def test_everything_of_one_person_comes_together_and_is_logged(anna: Staff) -> None:
    fhir, person = Fhir(api.calling(professions=["samordnare"])), pages.person()
    write(person, anna, "delvis")
    pages.start(person, anna)
    answer = fhir.get(f"Patient/{person.ref}/$everything")
    kinds = [one["resourceType"] for one in found(answer)]
    assert sorted(set(kinds)) == ["CarePlan", "CareTeam", "Goal", "Task"]
    assert "Berit" not in answer.content.decode()
    assert "0514" not in answer.content.decode()
    assert AccessLog.objects.filter(action="read", object_type="fhir.Patient", individual=person).count() == 1
    hidden = pages.person("193902282387", "Doris", protection="sekretessmarkering")
    assert fhir.get(f"Patient/{hidden.ref}/$everything").status_code == 404
    assert found(fhir.search("Goal", "193902282387")) == []
