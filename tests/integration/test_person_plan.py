"""What belongs to a person: written in revisions, never changed, and what answers become."""

import datetime
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from people.models import AccessLog, Agreement, Consent, Contact, Goal, Individual, Profession, Rating, Staff
from people.plan import current
from people.services import plan
from tests import pages
from workflows.models import HistoryEntry
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 28, 9, 0, tzinfo=datetime.UTC)
GOAL = {"mal_text_egna_ord": "Gå till brevlådan själv.", "livsomrade": "d4", "utgangslage": 3, "avsett_lage": 1}


def add(anna: Staff, berit: Individual, **more: Any) -> Goal:
    return plan.add(Goal, individual=berit, told=GOAL | more, by=anna, now=NOW)


def test_a_change_is_a_new_revision_and_the_first_stays_as_it_was(anna: Staff, berit: Individual, bo: Staff) -> None:
    first = add(anna, berit)
    second = plan.change(first, told={"avsett_lage": "0"}, by=bo, now=NOW, reason="Det går bra.")
    assert (second.thread, second.number, second.intended, second.baseline) == (first.thread, 2, 0, 3)
    assert list(current(Goal)) == [second]
    assert Goal.objects.get(number=1).intended == 1
    log = AccessLog.objects.filter(individual=berit, object_type="goal").values_list("action", "staff__username")
    assert sorted(log) == [("add", "anna"), ("change", "bo")]


def test_of_two_who_change_the_same_revision_one_is_told(anna: Staff, berit: Individual, bo: Staff) -> None:
    first = add(anna, berit)
    plan.change(first, told={"avsett_lage": 0}, by=bo, now=NOW)
    with pytest.raises(plan.Changed):
        plan.change(first, told={"avsett_lage": 2}, by=anna, now=NOW)
    assert [goal.intended for goal in current(Goal)] == [0]


def test_a_double_click_writes_once(anna: Staff, berit: Individual) -> None:
    action = uuid.uuid4()
    rows = [
        plan.add(Goal, individual=berit, told=GOAL, by=anna, now=NOW, action_id=action),
        plan.add(Goal, individual=berit, told=GOAL, by=anna, now=NOW, action_id=action),
    ]
    assert rows[0] == rows[1]
    action = uuid.uuid4()
    for _ in range(2):
        plan.rate(rows[0], told={"datum": "2026-11-28", "utfall": "uppnatt"}, by=anna, now=NOW, action_id=action)
    assert (Rating.objects.count(), Goal.objects.count()) == (1, 2)
    assert current(Goal).get().state == "uppnatt"


@pytest.mark.parametrize("table", ["goal", "rating", "contact", "consent", "agreement"])
def test_the_database_refuses_to_change_a_revision(anna: Staff, berit: Individual, table: str) -> None:
    goal = add(anna, berit)
    plan.rate(goal, told={"datum": "2026-11-28", "utfall": "delvis"}, by=anna, now=NOW)
    contact = {"slag": "anhorig", "namn": "Eva (påhittad)", "fran": "2026-01-01"}
    plan.add(Contact, individual=berit, told=contact, by=anna, now=NOW)
    plan.add(Consent, individual=berit, told={"slag": "sip", "lamnat": "2026-11-01"}, by=anna, now=NOW)
    told = {"text": "Vi hjälps åt.", "datum": "2026-11-01"}
    plan.add(Agreement, individual=berit, told=told, by=anna, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE people_{table} SET reason = 'x'")  # noqa: S608


@pytest.mark.parametrize("wrong", [{"utgangslage": 7}, {"avsett_lage": 9}, {"lage": "x"}, {"mal_text_egna_ord": " "}])
def test_what_is_on_no_scale_is_refused(anna: Staff, berit: Individual, wrong: dict[str, Any]) -> None:
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        add(anna, berit, **wrong)


def test_a_care_contact_is_an_underskoterska_or_an_exception_with_a_reason(anna: Staff, berit: Individual) -> None:
    told = {"slag": "fast_omsorgskontakt", "namn": "Ulla (påhittad)", "titel": "Vårdbiträde", "fran": "2026-11-01"}
    with pytest.raises(plan.Invalid):
        plan.add(Contact, individual=berit, told=told, by=anna, now=NOW)
    plan.add(Contact, individual=berit, told=told | {"skal_undantag": "Vikarie i två veckor."}, by=anna, now=NOW)
    plan.add(Contact, individual=berit, told=told | {"titel": "Undersköterska"}, by=anna, now=NOW)


def test_what_was_written_by_mistake_is_left_out_and_kept(anna: Staff, berit: Individual) -> None:
    goal = add(anna, berit)
    with pytest.raises(plan.NoReason):
        plan.change(goal, told={}, by=anna, now=NOW, is_mistake=True)
    plan.change(goal, told={}, by=anna, now=NOW, is_mistake=True, reason="Fel person.")
    assert not current(Goal).exists()
    assert Goal.objects.count() == 2


def test_answers_become_a_goal_once_and_a_follow_up_of_it(anna: Staff, siri: Staff, berit: Individual) -> None:
    pages.publish()
    Profession.objects.filter(key="sjukskoterska").update(sphere="hsl")
    instance = pages.start(berit, anna)
    for text, told in (("Gå till  brevlådan.", "gå till brevlådan."), ("Gå till brevlådan.", "Något annat")):
        instance = instance if told.startswith("gå") else pages.start(berit, anna)
        answer(instance, "planera_besok", {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}, anna)
        answer(instance, "bekrafta_mal", {"mal": text}, siri)
        answer(instance, "gor_besok", {"anteckning": told, "uppfoljning": True}, siri)
    goal = current(Goal).get()
    assert (goal.number, goal.by, goal.instance, goal.sphere) == (2, siri, instance.public_id, "sol")
    assert Goal.objects.get(number=1).instance != instance.public_id
    rating = Rating.objects.get()
    assert (rating.goal, rating.outcome, rating.level, rating.on) == (goal.thread, "delvis", 2, timezone.localdate())
    noted = HistoryEntry.objects.get(instance=instance, kind="noted")
    assert "brevlådan" not in str(noted.detail)


def answer(instance: Any, element_id: str, answers: dict[str, Any], by: Staff) -> None:
    user_tasks.complete(task=pages.task(instance, element_id), answers=answers, by=by, now=timezone.now())
