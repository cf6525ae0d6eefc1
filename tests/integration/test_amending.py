"""What has been written once is corrected beside what stood, added to, or left with the person's own view."""

from __future__ import annotations

import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from followup import tallying
from people.models import AccessLog, Contact, Goal, Profession, Staff
from people.services import plan
from tasks import paper, selectors, timeline
from tasks.models import Comment
from tasks.services import comments
from tests import pages
from workflows import amended, sight
from workflows.models import Amendment, Attachment, HistoryEntry, ProcessInstance, TaskState, UserTask
from workflows.services import amending, mending, user_tasks
from workflows.services.amending import Why

pytestmark = pytest.mark.django_db(transaction=True)
PLANNED: dict[str, Any] = {"besoksdag": "2026-12-01", "plats": "hemma", "hinder": [], "tolk": False}
OTHER_DAY = {"besoksdag": "2026-12-03", "plats": "hemma", "tolk": "false"}


@pytest.fixture
def anna() -> Staff:
    pages.publish()
    return pages.staff("anna", "samordnare")


@pytest.fixture
def done(anna: Staff) -> UserTask:
    begun = pages.start(pages.person(), anna)
    task = pages.task(begun, "planera_besok")
    user_tasks.complete(task=task, answers=PLANNED, by=anna, now=timezone.now())
    return UserTask.objects.get(pk=task.pk)


def why(reason: str = "Fel dag skrevs", seen: int = 0, **more: Any) -> Why:
    return Why(reason=reason, seen=seen, **more)


def corrected(task: UserTask, by: Staff, seen: int = 0, **answers: Any) -> Amendment:
    return amending.correct_answers(task=task, answers=PLANNED | answers, why=why(seen=seen), by=by, now=timezone.now())


def address(task: UserTask, verb: str, *part: object) -> str:
    return "/".join([f"/uppgifter/{task.public_id}/rattelser/{verb}", *map(str, part), ""])


def test_a_correction_stands_beside_what_stood_and_the_page_tells_both(done: UserTask, anna: Staff) -> None:
    client = pages.logged_in(anna)
    form = pages.text(client.get(address(done, "ratta")))
    assert 'value="1 december 2026"' in form
    sent = OTHER_DAY | {"skal": "Fel dag skrevs", "sett": "0", "begard": "on", "action_id": str(uuid.uuid4())}
    assert client.post(address(done, "ratta"), sent).status_code == 302
    done.refresh_from_db()
    assert done.answers is not None
    assert done.answers["besoksdag"] == "2026-12-01"
    page = pages.text(client.get(f"/uppgifter/{done.public_id}/"))
    for told in ("3 december 2026", "1 december 2026", "Fel dag skrevs", "Anna Prov", "på personens begäran"):
        assert told in page
    row = Amendment.objects.get()
    assert amended.answers(done, [row])["besoksdag"] == "2026-12-03"  # type: ignore[index]
    assert AccessLog.objects.filter(action="correct", individual=done.individual, object_id=str(done.pk)).exists()
    entry = HistoryEntry.objects.get(kind="corrected")
    assert (entry.by, entry.detail["amendment"]) == (anna, str(row.public_id))
    assert "Fel dag" not in str(entry.detail)


def test_the_latest_correction_holds_and_every_one_is_kept(done: UserTask, anna: Staff) -> None:
    corrected(done, anna, besoksdag="2026-12-03")
    corrected(done, anna, seen=1, besoksdag="2026-12-04", tolk=True)
    rows = amended.of_task(done)
    assert [after["besoksdag"] for _, after in amended.changes(done, rows) if after] == ["2026-12-03", "2026-12-04"]
    seen = sight.of(anna, done.individual)
    known = selectors.known(done.instance, seen).by_step["Planera besöket"][0]
    assert known.note == "Rättat"
    assert "4 december 2026" in str(known.answers)
    told = str(paper.of_instance(done.instance, anna, now=timezone.now()))
    for day in ("1 december 2026", "3 december 2026", "4 december 2026"):
        assert day in told


def test_of_two_at_once_one_is_told_and_keeps_what_they_wrote(done: UserTask, anna: Staff) -> None:
    corrected(done, anna, besoksdag="2026-12-03")
    with pytest.raises(amending.Changed):
        corrected(done, anna, besoksdag="2026-12-05")
    client = pages.logged_in(anna)
    sent = OTHER_DAY | {"besoksdag": "2026-12-05", "skal": "Annan dag", "sett": "0"}
    answer = client.post(address(done, "ratta"), sent)
    assert answer.status_code == 422
    page = pages.text(answer)
    assert "En kollega har rättat samma sak" in page
    assert 'value="5 december 2026"' in page
    assert 'name="sett" value="1"' in page
    unclear = pages.text(client.post(address(done, "ratta"), sent | {"skal": " "}))
    assert 'name="sett" value="0"' in unclear  # not told of the colleague yet
    assert Amendment.objects.count() == 1


def test_the_same_press_twice_is_one_correction(done: UserTask, anna: Staff) -> None:
    key = uuid.uuid4()
    more: dict[str, Any] = {"task": done, "answers": PLANNED | {"tolk": True}, "by": anna, "now": timezone.now()}
    first = amending.correct_answers(why=why(action_id=key), **more)
    assert amending.correct_answers(why=why(action_id=key), **more) == first
    assert HistoryEntry.objects.filter(kind="corrected").count() == 1


@pytest.mark.parametrize(
    ("verb", "sent", "told"),
    [
        ("ratta", OTHER_DAY, "Skriv varför."),
        ("ratta", OTHER_DAY | {"besoksdag": "2026-02-30", "skal": "x"}, "Vilken dag?"),
        ("ratta", OTHER_DAY | {"besoksdag": "2026-12-01", "skal": "x"}, "Du har inte ändrat något svar."),
        ("ratta", {"misstag": "1"}, "Skriv varför."),
        ("komplettera", {"skal": "x", "text": " "}, "Skriv det som ska läggas till."),
        ("komplettera", {"skal": "x", "text": "a" * 5001}, "högst 5000 tecken"),
        ("komplettera", {"skal": "a\0b", "text": "a"}, "tecken som inte kan sparas"),
        ("avsla", {"skal": "Uppgiften stämmer"}, "Skriv vad personen menar är fel"),
        ("avsla", {"uppfattning": "Jag sade tisdag"}, "Skriv varför."),
    ],
)
def test_what_lacks_something_is_told_in_a_sentence(
    done: UserTask, anna: Staff, verb: str, sent: dict[str, str], told: str
) -> None:
    answer = pages.logged_in(anna).post(address(done, verb), sent)
    assert answer.status_code == 422
    assert told in pages.text(answer)
    assert not Amendment.objects.exists()


def test_what_is_added_and_a_refused_request_stand_on_page_paper_and_story(done: UserTask, anna: Staff) -> None:
    client = pages.logged_in(anna)
    added = {"text": "Dottern är med på besöket.", "skal": "Glömdes"}
    assert client.post(address(done, "komplettera"), added).status_code == 302
    refused = {"uppfattning": "Jag har aldrig sagt hemma.", "skal": "Två kollegor hörde det", "sett": "1"}
    assert client.post(address(done, "avsla"), refused).status_code == 302
    page = pages.text(client.get(f"/uppgifter/{done.public_id}/"))
    task = UserTask.objects.get(pk=done.pk)
    vars(task).update(is_amended=True, attachment_count=0)
    told = str(paper.of_task(task, anna, now=timezone.now()))
    for text in ("Dottern är med på besöket.", "Jag har aldrig sagt hemma.", "Två kollegor hörde det"):
        assert text in page
        assert text in told
    story = timeline.load(done.individual, sight.of(anna, done.individual))
    assert [event.word for day in story.days for event in day.events][:2] == ["Rättades inte", "Kompletterades"]
    steps = pages.text(client.get(f"/arenden/{done.instance.public_id}/"))
    assert "Kompletterades" in steps


def test_what_was_written_by_mistake_no_longer_holds_and_is_still_read(done: UserTask, anna: Staff) -> None:
    sent = {"misstag": "1", "skal": "Skrivet om en annan person"}
    client = pages.logged_in(anna)
    assert client.post(address(done, "ratta"), sent).status_code == 302
    page = pages.text(client.get(f"/uppgifter/{done.public_id}/"))
    assert "skrivet av misstag och gäller inte" in page
    assert "1 december 2026" in page
    form = pages.text(client.get(address(done, "ratta")))
    assert 'value="1 december 2026"' in form  # it may be put right again


def test_a_comment_and_its_earlier_text_are_both_read_and_it_can_no_longer_be_withdrawn(
    done: UserTask, anna: Staff
) -> None:
    comments.add(task=done, text="Ring Siri", by=anna, now=timezone.now(), action_id=uuid.uuid4())
    comment = Comment.objects.get()
    client = pages.logged_in(anna)
    where = address(done, "ratta", "anteckning", comment.pk)
    assert "Ring Siri" in pages.text(client.get(where))
    assert client.post(where, {"text": "Ring Sara", "skal": "Fel namn"}).status_code == 302
    page = pages.text(client.get(f"/uppgifter/{done.public_id}/"))
    assert page.count("Ring Sara") == 2
    assert "Ring Siri" in page
    comments.withdraw(task=done, comment_id=comment.pk, by=anna, now=timezone.now())
    comment.refresh_from_db()
    assert comment.text == "Ring Siri"


def test_only_those_of_the_profession_correct_and_others_are_told_nothing(done: UserTask, anna: Staff) -> None:
    other = pages.logged_in(pages.staff("siri", "sjukskoterska"))
    for verb in ("ratta", "komplettera", "avsla"):
        assert other.get(address(done, verb)).status_code == 404
        assert other.post(address(done, verb), {"skal": "x", "text": "x"}).status_code == 404
    with pytest.raises(amending.NotAllowed):
        corrected(done, Staff.objects.get(username="siri"), tolk=True)
    hidden = pages.staff("bo", "samordnare")
    UserTask.objects.filter(pk=done.pk).update(is_restricted=True)
    done.refresh_from_db()
    with pytest.raises(amending.NotAllowed):
        corrected(done, hidden, tolk=True)
    assert not Amendment.objects.exists()


def test_an_open_task_and_unknown_parts_have_no_such_page(done: UserTask, anna: Staff) -> None:
    client = pages.logged_in(anna)
    again = pages.task(pages.start(pages.person("193902282387", "Doris"), anna), "planera_besok")
    assert client.get(address(again, "ratta")).status_code == 404
    for part in (("anteckning", "x"), ("anteckning", "9" * 30), ("fil", uuid.uuid4()), ("fil", "x"), ("annat", "1")):
        assert client.get(address(done, "ratta", *part)).status_code == 404
    assert client.get(address(done, "radera")).status_code == 404


def test_the_other_sphere_is_told_that_something_was_corrected_and_not_what(done: UserTask, anna: Staff) -> None:
    corrected(done, anna, besoksdag="2026-12-03")
    closed = sight.of(in_health_care_only(), done.individual)
    story = timeline.load(done.individual, closed)
    first = story.days[0].events[0]
    assert (first.is_hidden, first.by_name, first.url) == (True, "", "")
    assert "rättades" in first.name


def in_health_care_only() -> Staff:
    """To whom nothing of the social services is opened."""
    siri = pages.staff("siri", "sjukskoterska")
    Profession.objects.filter(key="sjukskoterska").update(sphere="hsl")
    return Staff.objects.get(pk=siri.pk)


def test_what_the_arende_did_on_what_stood_is_shown_and_not_changed(done: UserTask, anna: Staff) -> None:
    corrected(done, anna, plats="annan", annan_plats="Dagverksamheten")
    instance = ProcessInstance.objects.get(pk=done.instance_id)
    assert instance.engine_state["variables"]["planera_besok"]["plats"] == "hemma"
    client = pages.logged_in(anna)
    page = pages.text(client.get(f"/uppgifter/{done.public_id}/pa-det-som-stod/"))
    assert "Var sker besöket?" in page
    assert f"/arenden/{instance.public_id}/andra/" in page
    value = instance.engine_state["variables"]["planera_besok"] | {"plats": "annan", "annan_plats": "Dagverksamheten"}
    mending.change(
        instance=instance, changes={"planera_besok": value}, revision=instance.revision, reason="Rättat svar", by=anna,
        now=timezone.now(),
    )  # fmt: skip
    done.instance.refresh_from_db()
    assert amended.followed(done, amended.of_task(done)).known == []


def test_counts_of_how_it_went_are_the_same_since_nothing_went_otherwise(done: UserTask, anna: Staff) -> None:
    before = _counted()
    corrected(done, anna, tolk=True)
    assert _counted() == before


def _counted() -> Counter[tallying.Key]:
    rows = tallying.rows(HistoryEntry.objects.all())
    return tallying.tally(rows, tallying.Around(rows))


def test_nobody_changes_what_a_done_task_was_answered_with_nor_a_correction(done: UserTask, anna: Staff) -> None:
    row = corrected(done, anna, tolk=True)
    task, own = UserTask.objects.filter(pk=done.pk), Amendment.objects.filter(pk=row.pk)
    for rows, change in (
        (task, {"answers": {}}),
        (task, {"state": TaskState.CANCELLED}),
        (task, {"completed_by": None}),
        (own, {"reason": "Annat"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    UserTask.objects.filter(pk=done.pk).update(changed_at=timezone.now())


def test_what_is_the_persons_own_is_corrected_with_a_reason_and_disputed(done: UserTask, anna: Staff) -> None:
    individual, now = done.individual, timezone.now()
    told = {"slag": "anhorig", "namn": "Eva", "fran": "2026-01-01"}
    contact = plan.add(Contact, individual=individual, told=told, by=anna, now=now)
    client = pages.logged_in(anna)
    where = f"/personer/{individual.ref}/plan/kontakt/{contact.thread}/"
    sent = told | {"namn": "Ewa", "nummer": "1", "ratta": "on"}
    assert "Skriv varför det är fel." in pages.text(client.post(where, sent))
    assert client.post(where, sent | {"skal": "Namnet stavas med w"}).status_code == 302
    assert [row.name for row in Contact.objects.order_by("number")] == ["Eva", "Ewa"]
    refused = {"uppfattning": "Hon är inte min anhöriga", "skal": "Dottern säger annat", "sett": "1"}
    assert client.post(f"{where}rattelser/avsla/", refused).status_code == 302
    page = pages.text(client.get(f"{where}forut/"))
    for text in ("Namnet stavas med w", "Hon är inte min anhöriga", "Ewa", "Eva"):
        assert text in page
    story = timeline.load(individual, sight.of(anna, individual))
    assert [event.name for day in story.days for event in day.events][:2] == ["En kontakt", "En kontakt"]


def test_a_goal_of_the_other_sphere_is_not_told_of_in_the_story(done: UserTask, anna: Staff) -> None:
    told = {"mal_text_egna_ord": "Gå själv"}
    goal = plan.add(Goal, individual=done.individual, told=told, by=anna, now=timezone.now(), sphere="sol")
    amending.correct_plan(
        row=goal, told={"mal_text_egna_ord": "Gå ut själv"}, why=why("Ordet ut saknades"), by=anna, now=timezone.now()
    )
    seen = sight.of(in_health_care_only(), done.individual)
    first = timeline.load(done.individual, seen).days[0].events[0]
    assert (first.name, first.by_name, first.url) == ("Socialtjänst: ett mål rättades", "", "")


def test_a_file_keeps_its_name_and_is_shown_by_the_right_one_everywhere(
    anna: Staff, settings: Settings, tmp_path: Path
) -> None:
    settings.FORLOPP_FILES = tmp_path / "files"
    begun = pages.start(pages.person(), anna)
    task = pages.task(begun, "planera_besok")
    client = pages.logged_in(anna)
    sent = {"action_id": str(uuid.uuid4()), "fil": [SimpleUploadedFile("remis.txt", b"hej")]}
    assert client.post(f"/uppgifter/{task.public_id}/filer/", sent).status_code == 302
    file = Attachment.objects.get()
    where = address(task, "ratta", "fil", file.public_id)
    assert client.post(where, {"text": "intyg.txt", "skal": "Fel namn"}).status_code == 302
    for page in (f"/uppgifter/{task.public_id}/", f"/arenden/{begun.public_id}/", f"/personer/{task.individual.ref}/"):
        shown = pages.text(client.get(page))
        assert "intyg.txt" in shown
        assert "Hette förut remis.txt" in shown
    assert client.post(where, {"misstag": "1", "skal": "Annan person", "sett": "1"}).status_code == 302
    assert "Tillagd av misstag" in pages.text(client.get(f"/personer/{task.individual.ref}/"))
    assert "tillagd av misstag" in str(paper.of_instance(begun, anna, now=timezone.now()))
