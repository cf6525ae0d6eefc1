"""The handover list at shift change, and what one shift writes to the next."""

import datetime
import re
import uuid

import pytest
from django.utils import timezone

from people.models import Individual, Staff, Unit
from tasks.models import Comment, ShiftNote, ShiftReading
from tasks.services import comments, shifts
from tests import pages
from tests.integration.test_pages_cost import planned, seen
from tests.integration.test_unit_board import BOARD, also
from workflows.models import UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db
PAGE = f"{BOARD}overlamning/"
HOUR = datetime.timedelta(hours=1)


def section(shown: str, key: str) -> str:
    return shown.partition(f'id="del-{key}"')[2].partition("</section>")[0]


def shown(member: Staff, query: str = "") -> str:
    return pages.text(pages.logged_in(member).get(PAGE + query))


def wrote(by: Staff, text: str = "Dörrkoden är ändrad.") -> ShiftNote:
    unit = Unit.objects.get(key="norr")
    shifts.write(unit=unit, text=text, by=by, now=timezone.now(), action_id=uuid.uuid4())
    return ShiftNote.objects.get(text=text)


def test_the_list_tells_what_was_done_what_is_new_and_what_is_next(anna: Staff, siri: Staff, berit: Individual) -> None:
    pages.publish()
    started = pages.start(berit, anna)
    planned(started, anna)
    other = pages.task(pages.start(pages.person("194102032390", "Cia"), anna), "planera_besok")
    late = timezone.now() - HOUR
    UserTask.objects.filter(pk=other.pk).update(due_at=late, due_sort=late)
    told = shown(anna)
    assert "Berit Provsson" in section(told, "gjort")
    assert "Anna Prov" in section(told, "gjort")
    assert "Cia Provsson" in section(told, "nytt")
    assert str(other.public_id) in section(told, "framat")
    assert "Inte tagen" in section(told, "framat")
    assert str(other.public_id) not in section(told, "gjort")


def test_what_happened_before_is_left_out(anna: Staff, task: UserTask) -> None:
    long_ago = timezone.now() - 30 * HOUR
    UserTask.objects.update(created_at=long_ago, changed_at=long_ago)
    told = shown(anna)
    assert section(told, "nytt") == ""
    assert re.search(r">Inget [^<]*nytt, gjort, försök som inte gick, skrivet vid uppgifter.<", told)
    assert str(task.public_id) in section(shown(anna, "?timmar=72"), "nytt")
    since = timezone.localtime(timezone.now() - 31 * HOUR).strftime("%Y-%m-%dT%H:%M")
    assert str(task.public_id) in section(shown(anna, f"?sedan={since}"), "nytt")


@pytest.mark.parametrize(
    ("junk", "says"),
    [
        ("i går", "Tiden ska vara ett datum och ett klockslag, till exempel 27/11 14:05."),
        ("2026-02-31T10:00", "Tiden är ett datum som inte finns i kalendern."),
        ("0001-01-01T00:00", "Tiden ska ha ett årtal mellan"),
        ("2199-01-01T10:00", "Skriv en tid som har varit"),
        ("\0", "Tiden ska vara"),
    ],
)
def test_a_moment_that_is_none_is_told(anna: Staff, junk: str, says: str) -> None:
    answer = pages.logged_in(anna).get(PAGE, {"sedan": junk, "timmar": "9999999"})
    assert answer.status_code == 200
    assert says in pages.text(answer)


def test_a_moment_is_written_as_one_says_it(anna: Staff, task: UserTask) -> None:
    told = shown(anna, "?sedan=i+g%C3%A5r+kl+06.15")
    assert str(task.public_id) in section(told, "nytt")
    assert "i går 06:15" in told


def test_comments_and_attempts_are_told_to_those_who_may_do_the_task(anna: Staff, bo: Staff, task: UserTask) -> None:
    comments.add(task=task, text="Ringde dottern.", by=anna, now=timezone.now(), action_id=uuid.uuid4())
    erik = Staff.objects.create_user("erik", first_name="Erik", last_name="Prov")
    also(erik, "ekonomi", "norr")
    assert "Ringde dottern." in section(shown(bo), "sagt")
    assert "Ringde dottern." not in shown(erik)
    assert "Berit" not in shown(erik)


def test_what_is_marked_is_taken_along_until_the_task_is_done_however_far_back_one_looks(
    anna: Staff, bo: Staff, task: UserTask
) -> None:
    written = {"anteckning": "Nyckeln ligger i skåpet.", "overlamning": "on", "action_id": str(uuid.uuid4())}
    assert pages.logged_in(anna).post(f"/uppgifter/{task.public_id}/anteckningar/", written).status_code == 302
    assert "Till överlämningen" in pages.text(pages.logged_in(bo).get(f"/uppgifter/{task.public_id}/"))
    Comment.objects.update(at=timezone.now() - 30 * HOUR)
    told = shown(bo)
    assert "Nyckeln ligger i skåpet." in section(told, "ta-med")
    assert "Nyckeln" not in section(told, "sagt")
    planned(task.instance, bo)
    assert "Nyckeln" not in shown(bo)
    assert "Nyckeln ligger i skåpet." in section(shown(bo, "?timmar=72"), "ta-med")


def test_what_one_of_the_unit_writes_with_a_task_of_another_area_is_not_lost(
    anna: Staff, bo: Staff, task: UserTask
) -> None:
    Unit.objects.filter(key="norr").update(area="Norr")
    UserTask.objects.update(area="Söder")
    comments.add(task=task, text="Dottern har nyckel.", by=anna, now=timezone.now(), action_id=uuid.uuid4())
    Comment.objects.update(for_shift=True)
    assert "Dottern har nyckel." in section(shown(bo), "ta-med")
    Comment.objects.update(by=Staff.objects.create_user("erik"))
    assert section(shown(bo), "ta-med") == ""


def test_a_note_is_read_once_by_each_and_tells_who(anna: Staff, bo: Staff) -> None:
    note = wrote(anna)
    told = shown(bo)
    assert "Dörrkoden är ändrad." in told
    assert "Inte läst" in told
    client = pages.logged_in(bo)
    for _ in range(2):
        assert client.post(f"{PAGE}{note.public_id}/").status_code == 302
    assert ShiftReading.objects.filter(note=note).count() == 1
    assert "Läst av Bo Prov" in shown(anna)
    assert "Inte läst" not in shown(bo)


def test_one_takes_ones_own_back_until_it_is_read(anna: Staff, bo: Staff) -> None:
    note = wrote(anna)
    address, taking = f"{PAGE}{note.public_id}/", {"ta_bort": "1"}
    assert pages.logged_in(bo).post(address, taking).status_code == 404
    shifts.read(note=note, by=bo, now=timezone.now())
    assert "står kvar" in pages.text(pages.logged_in(anna).post(address, taking, follow=True))
    ShiftReading.objects.all().delete()
    pages.logged_in(anna).post(address, taking)
    assert not ShiftNote.objects.exists()
    assert "finns inte längre" in pages.text(pages.logged_in(bo).post(address, follow=True))


def test_what_is_written_is_checked_and_kept_on_the_page(anna: Staff) -> None:
    client, action = pages.logged_in(anna), str(uuid.uuid4())
    assert "Skriv något till nästa pass" in pages.text(client.post(PAGE, {"text": " "}))
    long = "å" * 2_001
    answer = client.post(PAGE, {"text": long})
    assert answer.status_code == 422
    assert long in pages.text(answer)
    for _ in range(2):
        assert client.post(PAGE, {"text": "Hej!", "action_id": action}).status_code == 302
    assert ShiftNote.objects.count() == 1


def test_another_unit_reads_nothing_and_what_is_old_goes(anna: Staff, siri: Staff) -> None:
    note = wrote(anna)
    siri.assignments.all().delete()
    also(siri, "sjukskoterska", "soder")
    client = pages.logged_in(siri)
    assert client.get(PAGE).status_code == 404
    assert client.post(f"{PAGE}{note.public_id}/").status_code == 404
    assert "Dörrkoden" not in pages.text(client.post(f"/enhet/soder/overlamning/{note.public_id}/", follow=True))
    with pytest.raises(shifts.NotAllowed):
        shifts.read(note=note, by=siri, now=timezone.now())
    assert shifts.purge(now=timezone.now()) == 0
    assert shifts.purge(now=timezone.now() + datetime.timedelta(days=31)) == 1


def test_the_list_asks_as_much_after_a_long_shift_as_after_a_short_one(anna: Staff, bo: Staff, task: UserTask) -> None:
    def happen(number: str) -> None:
        made = pages.task(pages.start(pages.person(number, "Fler"), anna), "planera_besok")
        comments.add(task=made, text="Ring.", by=anna, now=timezone.now(), action_id=uuid.uuid4())
        planned(pages.start(pages.person(number, "Fler"), anna), bo)
        user_tasks.claim(task=made, by=bo, now=timezone.now())
        shifts.read(note=wrote(anna, f"Hej {number}"), by=bo, now=timezone.now())

    happen("193509212399")
    client = pages.logged_in(anna)
    few = seen(client, PAGE)
    for number in ("193902282387", "193301252395", "192405062387", "194711082398"):
        happen(number)
    assert seen(client, PAGE) == few
    assert few <= 16
