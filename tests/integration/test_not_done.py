"""A task that could not be done, or is not needed: kept with who and why, in one transaction, once, and as drawn."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from people.models import AccessLog, Individual, Staff
from tests import forlopp, pages
from tests.together import at_once
from tests.unit.engine_bpmn import chain, process
from workflows.definitions import Folder
from workflows.diagram import COULD_NOT, NOT_NEEDED
from workflows.models import HistoryEntry, HistoryKind, ProcessInstance, TaskState, UserTask
from workflows.services import deployments, instances, not_done, user_tasks

pytestmark = pytest.mark.django_db(transaction=True)

REASONS = [{"value": "flyttat_hem", "label": "Personen är redan hemma"}]
FORM = {"title": "Prov", "fields": []}
BODY = (
    '<laneSet id="lanes"><lane id="lane_samordnare">'
    + "".join(f"<flowNodeRef>{key}</flowNodeRef>" for key in ("tillaten", "ritad", "fast", "beside"))
    + '</lane></laneSet><startEvent id="s"/><userTask id="tillaten" name="Ordna larm">'
    '<extensionElements><spiffworkflow:properties><spiffworkflow:property name="forfaller" value="PT4H"/>'
    '<spiffworkflow:property name="eskaleras_till" value="enhetschef"/></spiffworkflow:properties>'
    '</extensionElements></userTask><userTask id="ritad" name="Ring upp"/><userTask id="fast" name="Fatta beslut"/>'
    f'<boundaryEvent id="forsok" attachedToRef="ritad" cancelActivity="false"><escalationEventDefinition '
    f'escalationRef="{COULD_NOT}"/></boundaryEvent><boundaryEvent id="borta" attachedToRef="ritad">'
    f'<escalationEventDefinition escalationRef="{NOT_NEEDED}"/></boundaryEvent>'
    '<userTask id="beside" name="Åk hem och titta"/><endEvent id="e"/><endEvent id="end_borta" name="Borta"/>'
    '<endEvent id="end_klar" name="Klar"/>'
    + chain("s", "tillaten", "ritad", "fast", "end_klar")
    + chain("forsok", "beside", "e")
    + chain("borta", "end_borta")
)
VAIN = {"skal": "ingen_hemma", "nar": "fyra_timmar"}
DONE_BY_OTHER = {"skal": "redan_gjort"}


@pytest.fixture
def instance(anna: Staff, berit: Individual) -> ProcessInstance:
    config = {**forlopp.CONFIG, "key": "utfall", "title": "Utfall", "messages": {}}
    forms = dict.fromkeys(("ritad", "fast", "beside"), FORM) | {"tillaten": {**FORM, "ej_aktuellt": REASONS}}
    sources = {"process.toml": "", "p.bpmn": process(BODY).decode()}
    sources |= {f"forms/{key}.json": json.dumps(form) for key, form in forms.items()}
    deployments.publish(folder=Folder(config, sources), by=None, now=timezone.now())
    return instances.start(definition_key="utfall", individual=berit, by=anna, now=timezone.now(), answers={})


def open_task(element_id: str) -> UserTask:
    return UserTask.objects.select_related("instance__version").get(element_id=element_id, state=TaskState.OPEN)


def open_names() -> set[str]:
    return set(UserTask.objects.filter(state=TaskState.OPEN).values_list("element_id", flat=True))


def tried(task: UserTask, by: Staff, **more: Any) -> UserTask:
    given = {"answers": VAIN, "now": timezone.now(), **more}
    return not_done.could_not(task=task, by=by, **given)


def let_be(task: UserTask, by: Staff, **more: Any) -> user_tasks.Completed:
    given = {"answers": DONE_BY_OTHER, "now": timezone.now(), **more}
    return not_done.not_needed(task=task, by=by, **given)


def done(element_id: str, by: Staff) -> None:
    user_tasks.complete(task=open_task(element_id), answers={}, by=by, now=timezone.now())


def address(task: UserTask, what: str = "") -> str:
    return f"/uppgifter/{task.public_id}/{what}"


def told(kind: HistoryKind) -> list[HistoryEntry]:
    return list(HistoryEntry.objects.filter(kind=kind))


def test_an_attempt_is_kept_and_the_task_is_free_and_put_off(instance: ProcessInstance, anna: Staff, bo: Staff) -> None:
    task, now = open_task("tillaten"), timezone.now()
    user_tasks.claim(task=task, by=anna, now=now)
    helped_at = task.escalate_at
    tried(task, anna, answers={**VAIN, "beskriv": "Ringde på två gånger."}, now=now)
    tried(task, bo, now=now)
    task.refresh_from_db()
    assert (task.state, task.attempts, task.claimed_by) == (TaskState.OPEN, 2, None)
    assert task.due_at == task.due_sort == now + timedelta(hours=4)
    assert task.escalate_at == helped_at, "who puts off does not put off the help"
    first, second = told(HistoryKind.ATTEMPTED)
    assert (first.by, second.by) == (anna, bo)
    assert first.detail["code"] == "ingen_hemma"
    assert (first.detail["reason"], first.detail["text"]) == ("Ingen var hemma", "Ringde på två gånger.")
    known = ProcessInstance.objects.get().engine_state["variables"]["ej_gjort"]
    assert known == {"tillaten": {"kod": COULD_NOT, "skal": "ingen_hemma", "forsok": 2}}


def test_a_path_that_is_drawn_for_attempts_goes_beside(instance: ProcessInstance, anna: Staff) -> None:
    done("tillaten", anna)
    tried(open_task("ritad"), anna)
    assert open_names() == {"ritad", "beside"}


def test_what_is_not_needed_ends_with_its_reason_and_the_arende_goes_on(instance: ProcessInstance, anna: Staff) -> None:
    let_be(open_task("tillaten"), anna, answers={"skal": "flyttat_hem"})
    task = UserTask.objects.get(element_id="tillaten")
    assert (task.state, task.completed_by, task.answers) == (TaskState.NOT_NEEDED, anna, None)
    assert open_names() == {"ritad"}
    (entry,) = told(HistoryKind.NOT_NEEDED)
    assert entry.detail["reason"] == "Personen är redan hemma"
    assert not HistoryEntry.objects.filter(element_id="tillaten", kind=HistoryKind.COMPLETED).exists()


def test_what_is_not_needed_takes_the_path_that_is_drawn(instance: ProcessInstance, anna: Staff) -> None:
    done("tillaten", anna)
    let_be(open_task("ritad"), anna)
    row = ProcessInstance.objects.get()
    assert (row.state, row.outcome) == ("completed", "borta")
    assert UserTask.objects.get(element_id="ritad").state == TaskState.NOT_NEEDED


def test_what_the_process_owner_has_not_allowed_must_be_done(instance: ProcessInstance, anna: Staff) -> None:
    done("tillaten", anna)
    done("ritad", anna)
    task = open_task("fast")
    with pytest.raises(user_tasks.NotAllowed):
        let_be(task, anna)
    client = pages.logged_in(anna)
    assert client.get(address(task, "ej-aktuell/")).status_code == 404
    assert "ej-aktuell/" not in pages.text(client.get(address(task)))
    assert "kunde-inte/" in pages.text(client.get(address(task)))


@pytest.mark.parametrize(
    "answers",
    [{}, {"skal": "påhittat", "nar": "en_timme"}, {"skal": "annat", "nar": "en_timme"}, {**VAIN, "nar": "annan_tid"}],
)
def test_a_reason_is_asked_for_and_nothing_is_kept_without(
    instance: ProcessInstance, anna: Staff, answers: dict[str, str]
) -> None:
    task = open_task("tillaten")
    with pytest.raises(user_tasks.InvalidAnswers):
        tried(task, anna, answers=answers)
    answer = pages.logged_in(anna).post(address(task, "kunde-inte/"), answers)
    assert answer.status_code == 422
    task.refresh_from_db()
    assert (task.attempts, told(HistoryKind.ATTEMPTED)) == (0, [])


def test_a_new_time_lies_ahead_and_not_too_far(instance: ProcessInstance, anna: Staff) -> None:
    task, now = open_task("tillaten"), timezone.now()
    for days in (-1, 91):
        chosen = {**VAIN, "nar": "annan_tid", "tid": (now + timedelta(days=days)).isoformat()}
        with pytest.raises(user_tasks.InvalidAnswers):
            tried(task, anna, answers=chosen, now=now)


def test_clicks_of_one_person_are_one_attempt(instance: ProcessInstance, anna: Staff) -> None:
    task, action = open_task("tillaten"), uuid.uuid4()
    assert at_once(*[partial(tried, task, anna, action_id=action)] * 4) == ["UserTask"] * 4
    twice = partial(let_be, task, anna, answers={"skal": "flyttat_hem"}, action_id=uuid.uuid4())
    assert at_once(twice, twice) == ["Completed"] * 2
    task.refresh_from_db()
    assert (task.attempts, len(told(HistoryKind.ATTEMPTED)), len(told(HistoryKind.NOT_NEEDED))) == (1, 1, 1)


def test_one_of_done_and_not_needed_wins(instance: ProcessInstance, anna: Staff, bo: Staff) -> None:
    task = open_task("tillaten")
    acts = [
        partial(user_tasks.complete, task=task, answers={}, by=anna, now=timezone.now()),
        partial(let_be, task, bo, answers={"skal": "flyttat_hem"}),
    ] * 2
    outcomes = Counter(at_once(*acts))
    assert outcomes["Completed"] == 1
    assert set(outcomes) <= {"Completed", "AlreadyCompleted", "TaskGone"}
    ended = HistoryEntry.objects.filter(element_id="tillaten").exclude(kind=HistoryKind.CANCELLED)
    assert ended.count() == 1
    assert open_names() == {"ritad"}


def test_what_a_colleague_has_taken_is_theirs_to_tell_of(instance: ProcessInstance, anna: Staff, bo: Staff) -> None:
    task = open_task("tillaten")
    user_tasks.claim(task=task, by=bo, now=timezone.now())
    for act in (partial(tried, task), partial(let_be, task, answers={"skal": "flyttat_hem"})):
        with pytest.raises(user_tasks.ClaimedByOther):
            act(by=anna)
    assert open_task("tillaten").attempts == 0


def test_another_profession_finds_no_such_page(instance: ProcessInstance, siri: Staff) -> None:
    task, client = open_task("tillaten"), pages.logged_in(siri)
    for what in ("kunde-inte/", "ej-aktuell/"):
        assert client.get(address(task, what)).status_code == 404
        assert client.post(address(task, what), VAIN).status_code == 404


@pytest.fixture
def client_of_anna(anna: Staff) -> Client:
    return pages.logged_in(anna)


def test_the_pages_tell_of_attempts_and_of_what_was_not_needed(
    instance: ProcessInstance, client_of_anna: Client
) -> None:
    client, task = client_of_anna, open_task("tillaten")
    asked = pages.text(client.get(address(task, "kunde-inte/")))
    assert "Ingen var hemma" in asked
    before = AccessLog.objects.count()
    assert client.get(address(task, "kunde-inte/")).status_code == 200
    assert AccessLog.objects.count() == before + 1
    page = pages.text(client.post(address(task, "kunde-inte/"), {**VAIN, "beskriv": "Provade dörren"}, follow=True))
    assert "Försöket är uppskrivet" in page
    assert "1 försök" in page
    assert "Provade dörren" in pages.text(client.get(address(task)))
    client.post(address(task, "ej-aktuell/"), {"skal": "flyttat_hem"})
    for page in (address(task), f"/arenden/{instance.public_id}/"):
        shown = pages.text(client.get(page))
        assert "Personen är redan hemma" in shown
        assert "Ej aktuell" in shown or "ej aktuell" in shown
    told = {"task": str(uuid.uuid4()), "reason": "Annat", "code": "annat"}
    elsewhere = {
        "instance": instance,
        "kind": HistoryKind.ATTEMPTED,
        "detail": told,
        "at": timezone.now() - timedelta(days=2),
    }
    HistoryEntry.objects.bulk_create(HistoryEntry(**elsewhere) for _ in range(201))
    assert "Provade dörren" in pages.text(client.get(address(task))), "however many were written down after it"
    story = pages.text(client.get(f"/personer/{task.individual.ref}/tidslinje/"))
    assert "Kunde inte göras: ingen var hemma" in story
    assert "Ej aktuell: personen är redan hemma" in story
    assert story.count(f'href="{address(task)}"') == 2, "both lead to the task"
    assert client.get(address(task, "kunde-inte/")).headers["Location"] == address(task)
    assert client.post(address(task, "kunde-inte/"), VAIN).headers["Location"] == address(task)
