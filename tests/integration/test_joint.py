"""Joint tasks: each signs what stands there, a change ends what was signed before, and all together make it done."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from people.models import Individual, Staff
from tests import forlopp, pages
from tests.integration.test_paper import words
from tests.together import at_once
from tests.unit.engine_bpmn import chain, process
from workflows.definitions import Folder
from workflows.models import HistoryEntry, HistoryKind, ProcessInstance, ProcessVersion, Signature, TaskState, UserTask
from workflows.services import deployments, instances, joint, migration, not_done, user_tasks

pytestmark = pytest.mark.django_db(transaction=True)
pages.PROFESSIONS |= {"arbetsterapeut": "Arbetsterapeut"}

FORM = {**forlopp.FORM, "ej_aktuellt": [{"value": "flyttat", "label": "Personen har flyttat"}]}
BODY = (
    '<laneSet id="lanes"><lane id="lane_samordnare"><flowNodeRef>folj_upp</flowNodeRef><flowNodeRef>sist</flowNodeRef>'
    '</lane></laneSet><startEvent id="s"/><userTask id="folj_upp" name="Gemensam uppföljning"><extensionElements>'
    '<spiffworkflow:properties><spiffworkflow:property name="signeras_av" value="samordnare, sjukskoterska, '
    'arbetsterapeut, individ"/><spiffworkflow:property name="signeras_minst" value="2"/></spiffworkflow:properties>'
    '</extensionElements></userTask><userTask id="sist" name="Sist"/><endEvent id="e"/>'
    + chain("s", "folj_upp", "sist", "e")
)
SAID = {"svar": "Går bra."}
AGREED = {"underskrift_individ": "muntligt"}


@pytest.fixture
def siv(db: None) -> Staff:
    return pages.staff("siv", "sjukskoterska")


@pytest.fixture
def arne(db: None) -> Staff:
    return pages.staff("arne", "arbetsterapeut")


def publish(body: str = BODY) -> ProcessVersion:
    config = {**forlopp.CONFIG, "key": "gemensam", "title": "Gemensam", "messages": {}, "visible_to": ["samordnare"]}
    sources = {"process.toml": "", "p.bpmn": process(body).decode()}
    sources |= {"forms/folj_upp.json": json.dumps(FORM), "forms/sist.json": json.dumps(forlopp.FORM)}
    return deployments.publish(folder=Folder(config, sources), by=None, now=timezone.now())[0]


@pytest.fixture
def task(anna: Staff, berit: Individual) -> UserTask:
    publish()
    instances.start(definition_key="gemensam", individual=berit, by=anna, now=timezone.now(), answers={})
    return joint_task()


def joint_task() -> UserTask:
    return UserTask.objects.select_related("instance__version").get(element_id="folj_upp", joint_of=None)


def sign(task: UserTask, by: Staff, **more: Any) -> joint.Signed:
    given = {"answers": SAID, "agreement": AGREED, "now": timezone.now(), **more}
    return joint.sign(task=task, by=by, **given)


def to_be_signed_by() -> set[str]:
    """The professions that have it in their lists."""
    open_ones = UserTask.objects.filter(element_id="folj_upp", state=TaskState.OPEN)
    return set(open_ones.values_list("group", flat=True))


def test_everyone_who_may_sign_has_it_in_their_list(task: UserTask, siv: Staff) -> None:
    assert to_be_signed_by() == {"samordnare", "sjukskoterska", "arbetsterapeut"}
    page = pages.text(pages.logged_in(siv).get("/uppgifter/"))
    assert "Skriv under: Gemensam uppföljning" in page
    assert "0 av 2 har skrivit under" in page


def test_only_those_who_work_with_the_person_are_asked_when_they_are_enough(
    task: UserTask, anna: Staff, arne: Staff, berit: Individual
) -> None:
    UserTask.objects.exclude(pk=task.pk).delete()
    UserTask.objects.filter(pk=task.pk).update(group="sjukskoterska", signers="", to_sign=0, element_id="annat")
    instances.start(definition_key="gemensam", individual=berit, by=anna, now=timezone.now(), answers={})
    assert to_be_signed_by() == {"samordnare", "sjukskoterska"}
    page = pages.logged_in(arne).get(f"/uppgifter/{joint_task().public_id}/")
    assert page.status_code == 404, "who neither is asked nor sees the förlopp is no part of it"


def test_it_is_done_when_two_professions_have_signed_the_same(task: UserTask, anna: Staff, siv: Staff) -> None:
    assert sign(task, siv).task.is_open
    assert "Kan också skrivas under av: samordnare, arbetsterapeut." in pages.text(
        pages.logged_in(anna).get(f"/uppgifter/{task.public_id}/")
    )
    row = joint_task()
    assert (row.signed, row.answers) == (1, SAID)
    assert to_be_signed_by() == {"samordnare", "arbetsterapeut"}
    assert not sign(task, anna).task.is_open
    row.refresh_from_db()
    assert (row.state, row.completed_by, row.answers) == (TaskState.COMPLETED, anna, SAID)
    assert to_be_signed_by() == set()
    assert UserTask.objects.get(state=TaskState.OPEN).element_id == "sist"
    assert ProcessInstance.objects.get().engine_state["variables"]["folj_upp"] == SAID
    assert HistoryEntry.objects.filter(kind=HistoryKind.SIGNED).count() == 2
    assert Signature.objects.exclude(agreement="").count() == 1


def test_two_of_one_profession_are_one_profession(task: UserTask, anna: Staff, bo: Staff, siv: Staff) -> None:
    sign(task, anna)
    assert sign(task, bo).task.signed == 1
    assert not sign(task, siv).task.is_open


def test_a_signature_is_on_what_stood_there(task: UserTask, anna: Staff, bo: Staff, siv: Staff) -> None:
    sign(task, siv)
    changed = sign(task, anna, answers={"svar": "Går sämre."})
    assert changed.lapsed == ["Siv Prov"]
    assert (changed.task.is_open, changed.task.signed) == (True, 1)
    assert to_be_signed_by() == {"samordnare", "sjukskoterska", "arbetsterapeut"}
    (lapsed,) = HistoryEntry.objects.filter(kind=HistoryKind.UNSIGNED)
    assert (lapsed.by, lapsed.detail["of"]) == (anna, "Siv Prov")
    page = pages.text(pages.logged_in(siv).get(f"/uppgifter/{task.public_id}/"))
    assert "Din underskrift gäller inte längre" in page
    assert "Går sämre." in page
    assert not sign(task, siv, answers={"svar": "Går sämre."}).task.is_open


def test_the_person_is_asked_anew_when_what_they_agreed_to_is_changed(task: UserTask, anna: Staff, siv: Staff) -> None:
    sign(task, siv)
    with pytest.raises(user_tasks.InvalidAnswers):
        sign(task, anna, answers={"svar": "Något annat."}, agreement=None)
    assert joint_task().answers == SAID, "nothing of it was kept"
    assert joint_task().signed == 1
    sign(task, anna, agreement=None)
    assert joint_task().state == TaskState.COMPLETED


def test_a_no_from_the_person_needs_its_reason(task: UserTask, anna: Staff) -> None:
    with pytest.raises(user_tasks.InvalidAnswers):
        sign(task, anna, agreement={"underskrift_individ": "nej"})
    sign(task, anna, agreement={"underskrift_individ": "nej", "underskrift_skal": "Kunde inte delta."})
    assert Signature.objects.exclude(agreement="").get().reason == "Kunde inte delta."


def test_a_signature_can_be_taken_back_until_it_is_done(task: UserTask, anna: Staff, siv: Staff) -> None:
    sign(task, siv)
    joint.withdraw(task=task, by=siv, now=timezone.now())
    row = joint_task()
    assert (row.signed, to_be_signed_by()) == (0, {"samordnare", "sjukskoterska", "arbetsterapeut"})
    assert sign(task, anna).task.is_open
    sign(task, siv)
    with pytest.raises(user_tasks.AlreadyCompleted):
        joint.withdraw(task=task, by=siv, now=timezone.now())


def test_the_same_person_signs_once(task: UserTask, anna: Staff) -> None:
    acts = [partial(sign, task, anna, action_id=uuid.uuid4())] * 4
    assert at_once(*acts) == ["Signed"] * 4
    assert Signature.objects.filter(agreement="").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(task=task, by=anna, profession="samordnare", at=timezone.now())


def test_two_at_once_are_two_signatures_and_one_end(task: UserTask, anna: Staff, siv: Staff) -> None:
    assert at_once(partial(sign, task, anna), partial(sign, task, siv)) == ["Signed", "Signed"]
    assert joint_task().state == TaskState.COMPLETED
    assert UserTask.objects.filter(element_id="sist").count() == 1


def test_two_at_once_with_different_words_never_end_it(task: UserTask, anna: Staff, siv: Staff) -> None:
    at_once(partial(sign, task, anna), partial(sign, task, siv, answers={"svar": "Annat."}))
    row = joint_task()
    assert (row.is_open, row.signed) == (True, 1)
    live = Signature.objects.filter(ended_at=None, agreement="").get()
    assert row.answers == (SAID if live.by == anna else {"svar": "Annat."})


def test_signing_and_not_needed_at_once(task: UserTask, anna: Staff, siv: Staff) -> None:
    sign(task, siv)
    let_be = partial(
        not_done.not_needed, task=task, answers={"skal": "flyttat"}, by=siv, now=timezone.now(), action_id=uuid.uuid4()
    )
    outcomes = Counter(at_once(partial(sign, task, anna), let_be))
    assert sum(outcomes[name] for name in ("Signed", "Completed")) == 1
    assert to_be_signed_by() == set()
    assert UserTask.objects.filter(element_id="sist").count() == 1


def test_nobody_completes_it_alone_nor_does_the_database_let_it(task: UserTask, anna: Staff) -> None:
    with pytest.raises(user_tasks.NeedsSignatures):
        user_tasks.complete(task=task, answers=SAID, by=anna, now=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        UserTask.objects.filter(pk=task.pk).update(state=TaskState.COMPLETED, ended_at=timezone.now())


def test_one_who_is_not_asked_signs_nothing(task: UserTask) -> None:
    other = pages.staff("ivar", "it_drift")
    with pytest.raises(user_tasks.NotAllowed):
        sign(task, other)
    assert pages.logged_in(other).get(f"/uppgifter/{task.public_id}/").status_code == 404


def test_a_task_that_ends_otherwise_asks_nobody_to_sign(task: UserTask, anna: Staff) -> None:
    instances.cancel(instance=task.instance, reason="Fel person.", by=anna, now=timezone.now())
    assert to_be_signed_by() == set()


def post(client: Client, task: UserTask, **said: str) -> Any:
    return client.post(f"/uppgifter/{task.public_id}/", {"action_id": str(uuid.uuid4()), **SAID, **said})


def test_the_pages_lead_from_the_first_signature_to_the_last(task: UserTask, anna: Staff, siv: Staff) -> None:
    invited = UserTask.objects.get(joint_of=task, group="sjukskoterska")
    nurse, coordinator = pages.logged_in(siv), pages.logged_in(anna)
    assert nurse.get(f"/uppgifter/{invited.public_id}/").headers["Location"] == f"/uppgifter/{task.public_id}/"
    asked = pages.text(nurse.get(f"/uppgifter/{task.public_id}/"))
    assert "0 av 2 professioner har skrivit under" in asked
    assert "Slutför uppgiften" not in asked
    answer = post(nurse, task)
    assert answer.status_code == 422
    assert "Har personen tagit del" in pages.text(answer)
    assert post(nurse, task, **AGREED).headers["Location"] == "/uppgifter/"
    seen = pages.text(coordinator.get(f"/uppgifter/{task.public_id}/"))
    assert "Siv Prov" in seen
    assert "Ja, muntligt" in seen
    assert "Går bra." in seen
    changed = coordinator.post(f"/uppgifter/{task.public_id}/", {"svar": "Nytt.", "action_id": str(uuid.uuid4())})
    assert changed.status_code == 422
    assert "Anteckna om personen godkänner" in pages.text(changed)
    nurse.post(f"/uppgifter/{task.public_id}/underskrift/ta-tillbaka/")
    assert joint_task().signed == 0
    post(nurse, task, **AGREED)
    done = post(coordinator, task)
    assert done.headers["Location"] == f"/uppgifter/?klar={task.public_id}"
    history = pages.text(coordinator.get(f"/arenden/{task.instance.public_id}/"))
    assert "Skrevs under" in history
    assert "Underskrift togs bort" in history


def test_who_was_not_needed_any_more_stands_in_no_story_of_the_person(task: UserTask, anna: Staff, siv: Staff) -> None:
    sign(task, siv)
    sign(task, anna)
    story = pages.text(pages.logged_in(anna).get(f"/personer/{task.individual.ref}/tidslinje/"))
    assert "Gemensam uppföljning" in story
    assert story.count("Skriv under: Gemensam uppföljning") == 1, "Siv's, not the one that Arne was asked for"
    assert "Klar, underskriven av alla som behövdes" in story
    assert "Blev inte längre aktuell" not in story


def test_all_that_is_wrong_is_told_in_one_place(task: UserTask, anna: Staff) -> None:
    page = pages.text(post(pages.logged_in(anna), task, svar=""))
    assert page.count('class="error-summary"') == 1
    summary = page.split('class="error-summary"')[1].split("</ul>")[0]
    assert "2 saker att rätta" in summary
    assert 'href="#id_svar"' in summary
    assert 'href="#id_underskrift_individ_0"' in summary


def test_on_paper_stands_who_has_signed_and_that_the_person_agrees(task: UserTask, anna: Staff, siv: Staff) -> None:
    sign(task, siv)
    client = pages.logged_in(anna)
    told = words(client.get(f"/uppgifter/{task.public_id}/pdf/").content)
    assert "Underskrifter som gäller: • Siv Prov, Sjuksköterska, " in told
    assert "Personen godkänner: Ja" in told
    sign(task, anna)
    told = words(client.get(f"/arenden/{task.instance.public_id}/pdf/").content)
    assert told.count("Gemensam uppföljning Slutförd av Anna Prov") == 1
    assert "• Siv Prov, Sjuksköterska, " in told
    assert "• Anna Prov, Samordnare, " in told


def move(old: ProcessVersion, new: ProcessVersion) -> None:
    mapping = migration.default_mapping(old, new)
    found = migration.start(from_version=old, to_version=new, mapping=mapping, by=None, now=timezone.now())
    while migration.run_batch(migration=found, now=timezone.now()):
        pass


def test_an_arende_that_is_moved_is_signed_as_the_new_version_says_until_somebody_has_signed(
    task: UserTask, anna: Staff, siv: Staff
) -> None:
    old = ProcessVersion.objects.get()
    two = publish(BODY.replace("sjukskoterska, arbetsterapeut, individ", "sjukskoterska"))
    move(old, two)
    row = joint_task()
    assert (row.signers, row.to_sign, row.asks_individual) == ("samordnare sjukskoterska", 2, False)
    assert to_be_signed_by() == {"samordnare", "sjukskoterska"}
    assert sign(row, siv).task.is_open
    address = f"/uppgifter/{task.public_id}/"
    assert "Förloppet har ändrats" not in pages.text(pages.logged_in(anna).get(address))
    move(two, publish(BODY.replace("sjukskoterska, arbetsterapeut, individ", "arbetsterapeut")))
    kept = joint_task()
    assert (kept.signers, kept.signed) == ("samordnare sjukskoterska", 1)
    page = pages.text(pages.logged_in(anna).get(address))
    assert "Förloppet har ändrats</strong> sedan någon skrev under" in page
    assert not sign(kept, anna).task.is_open
