"""Finished ärenden are played on a draft: which had gone another way, where they part, and never what was answered."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from people.models import Individual, Profession, Staff
from tests import pages
from tests.integration.database_world import DatabaseWorld
from tests.replaying import HOUR, NOW, SECRET, draft, folder, form, play, publish, went
from workbench import parting, recorded, replaying
from workbench.models import Strayed
from workbench.services import replays
from workflows import definitions, published, scenarios
from workflows.models import ProcessInstance, ProcessVersion
from workflows.services import deployments, mending, timers, user_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Staff:
    Profession.objects.get_or_create(key="samordnare", defaults={"name": "Samordnare"})
    return pages.staff("pia", "processagare")


@pytest.fixture
def version() -> ProcessVersion:
    return publish()


def test_an_unchanged_draft_leads_all_the_same_way(
    owner: Staff, anna: Staff, berit: Individual, version: ProcessVersion
) -> None:
    went(berit, anna, "ja", SECRET)
    went(berit, anna, "nej", SECRET)
    reminded = went(berit, anna)
    timers.fire(instance_id=reminded.pk, now=NOW + 49 * HOUR)
    user_tasks.complete(task=reminded.user_tasks.get(state="open"), answers={}, by=anna, now=NOW + 50 * HOUR)
    went(berit, anna, "ja")  # goes on still
    replay = play(draft(owner, folder()), owner)
    assert (replay.state, replay.total, replay.played, replay.same) == ("done", 3, 3, 3)


def test_another_condition_parts_the_ways_at_its_question(
    owner: Staff, anna: Staff, berit: Individual, version: ProcessVersion
) -> None:
    went(berit, anna, "ja", SECRET)
    other = went(berit, anna, SECRET, "x")
    replay = play(draft(owner, folder('contains(u1.svar, "a")')), owner)
    assert replay.same == 1
    found = replay.strayed.get()
    assert (found.instance, found.outcome, found.place) == (other, "other", "x1")
    assert (found.went, found.would) == ("Avsluta", "Besök")
    assert SECRET not in json.dumps(list(Strayed.objects.values("place", "went", "would", "reason")))


def test_what_is_asked_anew_has_no_answer_and_is_named(
    owner: Staff, anna: Staff, berit: Individual, version: ProcessVersion
) -> None:
    went(berit, anna, SECRET, "x")
    found = play(draft(owner, folder(u1=form("lank"))), owner).strayed.get()
    assert (found.outcome, found.place) == ("impossible", "u1")
    assert found.reason == "Nya eller ändrade frågor har inget svar: Fråga lank."


def test_a_new_step_has_no_answer(owner: Staff, anna: Staff, berit: Individual, version: ProcessVersion) -> None:
    went(berit, anna, "ja", "x")
    went(berit, anna, "nej", "x")
    changed = folder()
    changed.sources["p.bpmn"] = (
        changed.sources["p.bpmn"]
        .replace('targetRef="u2"', 'targetRef="u5"')
        .replace(
            "</process>",
            '<userTask id="u5" name="Nytt"/><sequenceFlow id="n" sourceRef="u5" targetRef="u2"/></process>',
        )
        .replace("<flowNodeRef>u4</flowNodeRef>", "<flowNodeRef>u4</flowNodeRef><flowNodeRef>u5</flowNodeRef>")
    )
    changed.sources["forms/u5.json"] = form()
    replay = play(draft(owner, changed), owner)
    assert replay.same == 1
    found = replay.strayed.get()
    assert (found.outcome, found.place) == ("impossible", "u5")
    assert found.reason == "Steget är nytt, och det finns inget svar att ge i det."


def test_a_shorter_time_comes_first(owner: Staff, anna: Staff, berit: Individual, version: ProcessVersion) -> None:
    went(berit, anna, "ja", "x", hours=30)
    went(berit, anna, "ja", "x", hours=1)
    changed = folder()
    changed.sources["p.bpmn"] = changed.sources["p.bpmn"].replace("P2D", "P1D")
    replay = play(draft(owner, changed), owner)
    assert replay.same == 1
    assert replay.strayed.get().outcome == "other"


def test_who_was_helped_on_by_hand_cannot_be_played_and_the_cancelled_are_not(
    owner: Staff, anna: Staff, berit: Individual, version: ProcessVersion
) -> None:
    helped = went(berit, anna, "ja")
    row = helped.user_tasks.get(state="open")
    mending.skip(instance=helped, task_id=row.engine_task_id, reason="Fel", by=anna, now=NOW + 5 * HOUR)
    mending.cancel(instance=went(berit, anna, "ja"), reason="Fel", by=anna, now=NOW + 5 * HOUR)
    replay = play(draft(owner, folder()), owner)
    assert replay.total == 1
    assert replay.strayed.get().reason == "Någon hoppade över ett steg."


def test_a_draft_that_changes_ends_it_and_it_can_be_stopped(
    owner: Staff, anna: Staff, berit: Individual, version: ProcessVersion
) -> None:
    for _ in range(3):
        went(berit, anna, "ja", "x")
    made = draft(owner, folder())
    replay = replays.begin(draft=made, most=2, since=None, by=owner, now=NOW)
    assert replay.total == 2
    made.files.filter(name="forms/u2.json").update(text=form("ny"))
    assert not replays.run_batch(replay=replay, now=NOW)
    replay.refresh_from_db()
    assert (replay.state, replay.played) == ("stopped", 0)
    again = replays.begin(draft=made, most=2, since=None, by=owner, now=NOW)
    replays.stop(replay=again, now=NOW)
    assert not replays.run_waiting(now=NOW)
    with pytest.raises(replays.NothingToPlay):
        replays.begin(draft=made, most=2, since=NOW.date() + timedelta(days=9), by=owner, now=NOW)


@pytest.fixture
def client(owner: Staff) -> Client:
    return pages.logged_in(owner)


def test_the_page_tells_how_many_and_where_and_links_only_to_what_one_may_see(
    client: Client, owner: Staff, anna: Staff, berit: Individual, version: ProcessVersion
) -> None:
    other = went(berit, anna, SECRET, "x")
    made = draft(owner, folder('contains(u1.svar, "a")'))
    address = f"/verkstad/{made.ref}/avslutade/"
    assert "Spela upp" in pages.text(client.get(address))
    running = client.post(address, {"gor": "borja", "antal": "50", "sedan": ""}, follow=True)
    assert running["Refresh"]
    while replays.run_waiting(now=timezone.now()):
        pass
    page = " ".join(pages.text(client.get(address)).split())
    assert "1 av 1 avslutat ärende hade gått en annan väg." in page
    assert "Gick: <strong>Avsluta</strong>. Med utkastet: <strong>Besök</strong>." in page
    assert "1 ärende går inte att öppna härifrån." in page
    assert str(other.public_id) not in page
    assert SECRET not in page
    pages.join(owner, "samordnare")
    assert str(other.public_id) in pages.text(client.get(address))
    made.files.filter(name="forms/u2.json").update(text=form("ny"))
    assert "Utkastet har ändrats sedan dess." in pages.text(client.get(address))
    assert pages.logged_in(anna).get(address).status_code == 404


def test_of_nothing_that_has_ended_and_of_errors_it_is_told(
    client: Client, owner: Staff, version: ProcessVersion
) -> None:
    made = draft(owner, folder())
    address = f"/verkstad/{made.ref}/avslutade/"
    assert "Inget avslutat ärende" in pages.text(client.post(address, {"gor": "borja", "antal": "x"}, follow=True))
    made.files.filter(name="forms/u2.json").update(text="{")
    assert "Utkastet har fel" in pages.text(client.post(address, {"gor": "borja"}, follow=True))


CASES = ("01_rakt", "05_aterinlagd", "07_avliden", "16_regionen", "24_ingen", "30_reglerna", "33_sip", "36_regionens")


@pytest.mark.any_database
@pytest.mark.parametrize("name", CASES)
def test_a_real_course_on_itself_goes_the_same_way(name: str) -> None:
    """With messages, systems that fail, times, several at once and signals: what is stored is enough."""
    place = Path(settings.FORLOPP_BPMN_DIR) / "trygg_hemgang"
    deployments.publish(folder=definitions.read(place), by=None, now=timezone.now())
    scenario = scenarios.read(next(place.glob(f"scenarios/{name}*.toml")))
    result = scenarios.play(scenario, DatabaseWorld(scenario, place))
    assert result.is_passed, result.problem
    ended = ProcessInstance.objects.filter(definition__key="trygg_hemgang", state="completed")
    whole = published.of(ProcessVersion.objects.get(definition__key="trygg_hemgang").public_id)
    assert ended.exists()
    for one in recorded.read(list(ended.values_list("pk", flat=True))):
        assert replaying.replayed(one, whole, whole) == parting.Replayed(outcome="same")
