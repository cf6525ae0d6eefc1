"""A person's page: the story, the plan, and who may see what of them."""

import datetime
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import AccessLog, Assignment, Consent, Contact, Goal, Individual, Profession, Rating, Staff, Unit
from people.plan import current
from people.services import plan
from tests import pages
from workflows.models import HistoryEntry, ProcessInstance
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _published(db: None) -> None:
    pages.publish()


@pytest.fixture
def visited(anna: Staff, siri: Staff, berit: Individual) -> ProcessInstance:
    """A visit that is planned, in a förlopp of the social services; Siri is a nurse."""
    Profession.objects.filter(key="samordnare").update(sphere="sol")
    Profession.objects.filter(key="sjukskoterska").update(sphere="hsl")
    instance = pages.start(berit, anna)
    answer(instance, "planera_besok", {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}, anna)
    return instance


def answer(instance: ProcessInstance, element_id: str, answers: dict[str, Any], by: Staff) -> None:
    user_tasks.complete(task=pages.task(instance, element_id), answers=answers, by=by, now=timezone.now())


def page(member: Staff, individual: Individual, more: str = "") -> str:
    response = pages.logged_in(member).get(f"/personer/{individual.ref}/{more}")
    assert response.status_code == 200
    return pages.text(response)


def post(member: Staff, individual: Individual, more: str, **data: str) -> Any:
    told = {"action_id": str(uuid.uuid4()), **data}
    return pages.logged_in(member).post(f"/personer/{individual.ref}/{more}", told)


GOAL = {
    "mal_text_egna_ord": "Gå till brevlådan själv.",
    "livsomrade": "d4",
    "utgangslage": "3",
    "avsett_lage": "1",
    "maldatum": "2027-01-31",
    "overenskommet_med": "individ",
}


def test_the_story_tells_what_was_done_waits_and_where_the_forlopp_is(
    visited: ProcessInstance, anna: Staff, berit: Individual
) -> None:
    text = page(anna, berit)
    for words in ("Planera besöket", "Anna Prov", "Hembesök började", "Gör besöket", 'aria-current="step"'):
        assert words in text
    assert text.count("map__here") == 2  # the visit and the goal go on beside each other
    assert AccessLog.objects.filter(staff=anna, individual=berit, action="read", outcome="allowed").exists()


def test_what_is_of_the_other_sphere_is_told_without_what_it_was(
    visited: ProcessInstance, siri: Staff, berit: Individual
) -> None:
    nurse = pages.staff("nils", "it_drift")
    Profession.objects.filter(key="it_drift").update(sphere="hsl")
    ours = visited.version
    assert "sjukskoterska" in ours.config["visible_to"]
    # Siri's profession sees the ärende; what a coordinator did in the social services is not hers to read.
    text = page(siri, berit)
    assert "Socialtjänst: en uppgift blev klar" in text
    assert "Planera besöket" not in text.split("Tidslinje</h2>")[1].split("Socialtjänst")[0]
    plan.add(
        Consent, individual=berit, told={"slag": "mellan_sfarer", "lamnat": "2026-01-01"}, by=siri, now=timezone.now()
    )
    assert "en uppgift blev klar" not in page(siri, berit)
    assert pages.logged_in(nurse).get(f"/personer/{berit.ref}/").status_code == 404


def test_a_goal_of_the_other_sphere_is_closed_on_every_page(
    visited: ProcessInstance, anna: Staff, siri: Staff, berit: Individual
) -> None:
    goal = plan.add(Goal, individual=berit, told=GOAL_TOLD, by=siri, now=timezone.now(), sphere="hsl")
    assert "brevlådan" in page(siri, berit)
    text = page(anna, berit)
    assert "brevlådan" not in text
    assert "Hälso- och sjukvård: ett mål" in text
    client = pages.logged_in(anna)
    for more in (f"plan/mal/{goal.thread}/", f"plan/mal/{goal.thread}/forut/", f"mal/{goal.thread}/folj-upp/"):
        assert client.get(f"/personer/{berit.ref}/{more}").status_code == 404


GOAL_TOLD = {**GOAL, "utgangslage": 3, "avsett_lage": 1, "overenskommet_med": ["individ"]}


def test_missing_forbidden_and_protected_give_the_same_answer(visited: ProcessInstance, anna: Staff) -> None:
    hidden = pages.person("193902282387", "Doris", protection="sekretessmarkering")
    trusted = pages.staff("tove", "samordnare", may_see_protected=True)
    pages.start(hidden, trusted)
    client = pages.logged_in(anna)
    for ref in (uuid.uuid4(), hidden.ref, pages.person("194102032390", "Utan").ref):
        for more in ("", "tidslinje/", "plan/mal/", f"plan/mal/{uuid.uuid4()}/", "plan/okant/"):
            assert client.get(f"/personer/{ref}/{more}").status_code == 404
    assert AccessLog.objects.filter(individual=hidden, staff=anna, outcome="denied").count() == 5
    assert "Doris Provsson" in page(trusted, hidden)


def test_a_responsible_unit_keeps_colleagues_of_other_units_out_but_who_has_a_task_comes_in(
    visited: ProcessInstance, anna: Staff, siri: Staff, berit: Individual
) -> None:
    south = Unit.objects.create(key="soder", name="Söder")
    nurse = Profession.objects.get(key="sjukskoterska")
    elsewhere = Staff.objects.create_user("ester")
    Assignment.objects.create(staff=elsewhere, profession=nurse, unit=south, valid_from=datetime.date(2020, 1, 1))
    told = {"slag": "enhet", "enhet": "norr", "fran": "2020-01-01"}
    plan.add(Contact, individual=berit, told=told, by=anna, now=timezone.now())
    assert "Hemtjänst Norr" in page(siri, berit)
    page(elsewhere, berit)  # the visit is still open, and hers too
    answer(visited, "bekrafta_mal", {"mal": "Sova gott."}, siri)
    answer(visited, "gor_besok", {"anteckning": "Bra.", "uppfoljning": False}, siri)
    assert pages.logged_in(elsewhere).get(f"/personer/{berit.ref}/").status_code == 404
    page(siri, berit)


def test_a_goal_is_written_changed_followed_up_and_its_past_kept(
    visited: ProcessInstance, anna: Staff, siri: Staff, berit: Individual
) -> None:
    assert post(anna, berit, "plan/mal/", **GOAL).headers["Location"].endswith("#mal")
    goal = current(Goal).get()
    assert (goal.sphere, goal.by) == ("sol", anna)
    changed = GOAL | {"avsett_lage": "0", "nummer": "1"}
    assert post(anna, berit, f"plan/mal/{goal.thread}/", **changed).status_code == 302
    late = post(anna, berit, f"plan/mal/{goal.thread}/", **changed)
    assert (late.status_code, "En kollega har ändrat" in pages.text(late)) == (422, True)
    today = timezone.localdate().isoformat()
    told = {"datum": today, "utfall": "delvis", "nulage": "2", "egen_skattning": "7"}
    assert post(anna, berit, f"mal/{goal.thread}/folj-upp/", **told).status_code == 302
    text = page(anna, berit)
    assert "Nu: måttliga svårigheter. Målet: inga svårigheter. I början: stora svårigheter." in text
    assert Rating.objects.get().goal == goal.thread
    past = page(anna, berit, f"plan/mal/{goal.thread}/forut/")
    assert past.count("Gå till brevlådan själv.") == 2


def test_what_is_wrong_is_told_and_what_was_written_kept(
    visited: ProcessInstance, anna: Staff, berit: Individual
) -> None:
    wrong = post(anna, berit, "plan/mal/", mal_text_egna_ord="Sova gott", utgangslage="3")
    assert (wrong.status_code, "Sova gott" in pages.text(wrong), Goal.objects.count()) == (422, True, 0)
    contact = {"slag": "fast_omsorgskontakt", "namn": "Ulla", "titel": "Vårdbiträde", "fran": "2026-11-01"}
    refused = post(anna, berit, "plan/kontakt/", **contact)
    assert (refused.status_code, "ska vara undersköterska" in pages.text(refused)) == (422, True)
    assert post(anna, berit, "plan/kontakt/", **contact, skal_undantag="Vikarie.").status_code == 302
    mistake = current(Contact).get()
    assert post(anna, berit, f"plan/kontakt/{mistake.thread}/", felskriven="1").status_code == 422
    assert post(anna, berit, f"plan/kontakt/{mistake.thread}/", felskriven="1", skal="Fel person").status_code == 302
    assert not current(Contact).exists()
    assert "Fel person" in page(anna, berit, f"plan/kontakt/{mistake.thread}/forut/")


def test_the_whole_story_is_told_page_by_page_once_each_and_by_forlopp(
    anna: Staff, berit: Individual, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.timeline.PAGE", 3)
    monkeypatch.setattr("tasks.timeline.load.__kwdefaults__", {"before": None, "definition_id": None, "limit": 3})
    now = timezone.now()
    for days in range(4):
        instance = pages.start(berit, anna)
        at = now - days * DAY
        ProcessInstance.objects.filter(pk=instance.pk).update(started_at=at)
        done = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
        user_tasks.complete(task=pages.task(instance, "planera_besok"), answers=done, by=anna, now=at)
        HistoryEntry.objects.create(instance=instance, at=at, by=anna, kind="suspended")
    told, address = [], "tidslinje/"
    for _ in range(6):
        text = page(anna, berit, address)
        told += re.findall(r'class="step__name">(?:<a[^>]*>)?([^<]+)', text)
        older = re.search(r'tidslinje/\?([^"]*fore=[^"]+)', text)
        if older is None:
            break
        address = f"tidslinje/?{older[1]}"
    assert told == ["Ärendet", "Planera besöket", "Hembesök började"] * 4
    for strange in ("?fore=x", "?fore=9.9.9", "?fore=-1.0.0", "?forlopp=99", "?fore=9999999999999999999999.1.1"):
        page(anna, berit, f"tidslinje/{strange}")


def test_the_page_costs_as_much_with_a_long_story_as_with_a_short(anna: Staff, berit: Individual) -> None:
    pages.start(berit, anna)
    page(anna, berit)
    with CaptureQueriesContext(connection) as few:
        page(anna, berit)
    for number in range(6):
        instance = pages.start(berit, anna)
        answer(instance, "planera_besok", {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}, anna)
        plan.add(
            Goal, individual=berit, told=GOAL_TOLD | {"mal_text_egna_ord": f"Mål {number}"}, by=anna, now=timezone.now()
        )
    with CaptureQueriesContext(connection) as many:
        page(anna, berit)
    assert len(many) == len(few)
