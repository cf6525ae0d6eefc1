"""Vikarie and absence: rights and tasks follow the days, exactly once, and never further than they should."""

import datetime
import uuid

import pytest
from django.utils import timezone

from people.models import Absence, Assignment, Staff
from people.services import absences
from tests import pages
from tests.integration.test_unit_board import BOARD, also
from workflows import sight
from workflows.models import HistoryEntry, UserTask
from workflows.progress import Progress
from workflows.services import absences as rerouting
from workflows.services import restricted, user_tasks

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
PAGE = f"{BOARD}franvaro/"
PLANNED = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}


def today() -> datetime.date:
    return timezone.localdate()


def away(staff: Staff, substitute: Staff | None, *, first: int = 0, last: int = 3, by: Staff | None = None) -> Absence:
    return absences.register(
        staff=staff,
        substitute=substitute,
        first_on=today() + first * DAY,
        last_on=today() + last * DAY,
        by=by or staff,
        now=timezone.now(),
        action_id=uuid.uuid4(),
    )


def fresh(staff: Staff) -> Staff:
    return Staff.objects.get(pk=staff.pk)


def reroute(days: int = 0) -> int:
    return rerouting.reroute(now=timezone.now() + days * DAY)


@pytest.fixture
def eva(anna: Staff) -> Staff:
    """Anna's head."""
    eva = Staff.objects.create_user("eva", first_name="Eva", last_name="Chef")
    also(eva, "enhetschef", "norr")
    return eva


def test_a_substitute_of_another_profession_has_the_rights_and_the_tasks_for_those_days(
    anna: Staff, siri: Staff, task: UserTask
) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    assert not user_tasks.may_work(task, siri)
    away(anna, siri)
    assert reroute() == 1
    assert reroute() == 0
    task.refresh_from_db()
    assert task.claimed_by == siri
    assert user_tasks.may_work(task, fresh(siri))
    assert fresh(siri).behalves == {"samordnare": "Anna Prov"}
    user_tasks.complete(task=task, answers=dict(PLANNED), by=fresh(siri), now=timezone.now())
    steps = Progress(task.instance, sight.of(anna, task.individual)).steps()
    told = next(step for step in steps if step.element_id == "planera_besok")
    assert told.by_name == "Siri Prov som vikarie för Anna Prov"
    gone = HistoryEntry.objects.filter(kind="released", instance=task.instance).values_list("detail", flat=True)
    assert list(gone) == [{"away": "Anna Prov"}]


def test_every_page_says_in_whose_place_the_substitute_took_tried_and_did_it(
    anna: Staff, siri: Staff, task: UserTask
) -> None:
    away(anna, siri)
    theirs, hers = pages.logged_in(siri), pages.logged_in(anna)
    address, lent = f"/uppgifter/{task.public_id}/", "Siri Prov som vikarie för Anna Prov"
    theirs.post(f"{address}ta/")
    assert "Tagen av dig som vikarie för Anna Prov" in pages.text(theirs.get(address))
    assert f"Tagen av {lent}" in pages.text(hers.get(address))
    assert "Tagen av dig som vikarie för Anna Prov" in pages.text(theirs.get("/uppgifter/"))
    assert f"Tagen av {lent}" in pages.text(hers.get("/uppgifter/"))
    theirs.post(f"{address}kunde-inte/", {"skal": "ingen_hemma", "nar": "fyra_timmar"})
    assert not UserTask.objects.get(pk=task.pk).on_behalf_of, "it is the group's again"
    assert f"</strong>, {lent}" in pages.text(hers.get(address))
    theirs.post(address, PLANNED | {"tolk": "nej"})
    assert f"av {lent}" in pages.text(hers.get(address))
    person = pages.text(hers.get(f"/personer/{task.individual.ref}/"))
    assert person.count(lent) >= 2, "the attempt and what was done"
    told = HistoryEntry.objects.filter(instance=task.instance, by=siri, detail__for="Anna Prov")
    assert set(told.values_list("kind", flat=True)) == {"claimed", "attempted", "completed"}


def test_without_a_substitute_they_go_to_the_group(anna: Staff, task: UserTask) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    away(anna, None)
    assert reroute() == 1
    task.refresh_from_db()
    assert task.claimed_by is None


def test_nothing_happens_before_the_first_day(anna: Staff, siri: Staff, task: UserTask) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    away(anna, siri, first=2)
    assert reroute() == 0
    assert not user_tasks.may_work(task, fresh(siri))


def test_both_away_is_the_group(anna: Staff, bo: Staff, task: UserTask) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    away(anna, bo)
    away(bo, anna)
    assert reroute() == 1
    task.refresh_from_db()
    assert task.claimed_by is None


def test_what_is_given_to_the_absent_one_meanwhile_goes_on_but_what_they_take_themselves_stays(
    anna: Staff, bo: Staff, task: UserTask
) -> None:
    away(anna, bo)
    UserTask.objects.filter(pk=task.pk).update(claimed_by=anna, claimed_at=timezone.now())
    assert reroute() == 1
    task.refresh_from_db()
    assert task.claimed_by == bo
    user_tasks.claim(task=task, by=anna, now=timezone.now(), take_over=True)
    assert reroute() == 0


def test_afterwards_the_substitute_keeps_only_what_they_may_do_anyway(
    anna: Staff, bo: Staff, siri: Staff, task: UserTask
) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    absence = away(anna, siri)
    reroute()
    absences.end(absence=absence, by=anna, now=timezone.now())
    assert reroute() == 1
    task.refresh_from_db()
    assert task.claimed_by == anna
    second = away(anna, bo)
    reroute()
    absences.end(absence=second, by=anna, now=timezone.now())
    assert reroute() == 0
    task.refresh_from_db()
    assert task.claimed_by == bo
    assert not Absence.objects.filter(settled_at=None).exists()


def test_when_the_time_is_over_the_rest_goes_back_by_itself(anna: Staff, siri: Staff, task: UserTask) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    absence = away(anna, siri, last=0)
    reroute()
    # As tomorrow's date finds it.
    Assignment.objects.filter(absence=absence).update(valid_from=today() - 2 * DAY, valid_to=today() - DAY)
    Absence.objects.update(first_on=today() - 2 * DAY, last_on=today() - DAY)
    assert reroute() == 1
    task.refresh_from_db()
    assert task.claimed_by == anna


def test_ended_early_the_rights_are_gone_at_once_and_the_absence_still_tells(anna: Staff, siri: Staff) -> None:
    absence = away(anna, siri)
    Assignment.objects.filter(absence=absence).update(valid_from=today() - DAY)
    absences.end(absence=absence, by=anna, now=timezone.now())
    absences.end(absence=absence, by=anna, now=timezone.now())
    assert "samordnare" not in fresh(siri).professions
    assert Assignment.objects.get(absence=absence).valid_to == today() - DAY
    absence.refresh_from_db()
    assert absence.ended_by == anna


def test_what_is_lent_is_never_more_than_the_absent_one_has_and_is_not_lent_on(
    anna: Staff, bo: Staff, siri: Staff
) -> None:
    anna.assignments.update(valid_to=today() + DAY)
    away(anna, siri, last=5)
    lent = Assignment.objects.get(staff=siri, on_behalf_of="Anna Prov")
    assert (lent.valid_from, lent.valid_to) == (today(), today() + DAY)
    away(siri, bo)
    assert list(
        Assignment.objects.filter(staff=bo, absence__isnull=False).values_list("profession__key", flat=True)
    ) == ["sjukskoterska"]


def test_nobody_sees_more_of_protected_persons_than_before(anna: Staff, bo: Staff, eva: Staff) -> None:
    sigrid = pages.person(protection="sekretessmarkering")
    Staff.objects.filter(pk=bo.pk).update(may_see_protected=True)
    with pytest.raises(absences.Unfit) as unfit:
        away(anna, fresh(bo))
    assert unfit.value.field == "vikarie"
    away(fresh(bo), anna, by=eva)
    assert not fresh(anna).may_see_protected
    assert restricted.stand_in("sjukskoterska", individual=sigrid, on=today()) == "samordnare"


def test_only_those_are_offered_who_can_stand_in_for_the_one_that_is_chosen(anna: Staff, bo: Staff, eva: Staff) -> None:
    Staff.objects.filter(pk=bo.pk).update(may_see_protected=True)
    client = pages.logged_in(eva)
    said = {"vem": anna.public_id, "fran": today(), "till": today(), "vikarie": bo.public_id}
    shown = pages.text(client.get(PAGE)).partition('id="vikarier"')[2]
    assert "De som kan vikariera för Eva Chef" in shown
    assert str(anna.public_id) in shown
    assert str(bo.public_id) not in shown
    asked = client.post(PAGE, {"vem": anna.public_id, "fran": "i morgon", "visa": "1"})
    shown = pages.text(asked).partition('id="falt-fran"')[2]
    assert (asked.status_code, Absence.objects.count()) == (200, 0)
    assert 'value="i morgon"' in shown
    assert "De som kan vikariera för Anna Prov" in shown
    assert str(eva.public_id) not in shown
    answer = client.post(PAGE, said)
    offered = pages.text(answer).partition('id="falt-vikarie"')[2]
    assert "Bo Prov får se personer med skyddade uppgifter" in pages.text(answer)
    assert str(bo.public_id) not in offered


def test_who_may_say_it_and_who_may_stand_in(anna: Staff, bo: Staff, eva: Staff) -> None:
    with pytest.raises(absences.NotAllowed):
        away(anna, None, by=bo)
    with pytest.raises(absences.Unfit):
        away(anna, eva, by=eva)  # nobody appoints themselves
    with pytest.raises(absences.Unfit):
        away(anna, Staff.objects.create_user("utomstaende"))
    made = away(anna, bo, by=eva)
    with pytest.raises(absences.NotAllowed):
        absences.end(absence=made, by=bo, now=timezone.now())


@pytest.mark.parametrize(
    ("first", "last", "field"), [(-1, 2, "fran"), (3, 2, "till"), (0, 400, "till"), (2, 9, "fran")]
)
def test_the_days_are_checked(anna: Staff, first: int, last: int, field: str) -> None:
    away(anna, None, first=4, last=6)
    with pytest.raises(absences.Unfit) as unfit:
        away(anna, None, first=first, last=last)
    assert unfit.value.field == field


def test_a_double_click_says_it_once(anna: Staff) -> None:
    said = {"vem": anna.public_id, "fran": today(), "till": today(), "vikarie": "", "action_id": uuid.uuid4()}
    client = pages.logged_in(anna)
    assert client.post(PAGE, said).status_code == 302
    assert client.post(PAGE, said).status_code == 302
    assert Absence.objects.count() == 1


def test_the_page_says_what_is_wrong_and_keeps_what_was_written(anna: Staff, siri: Staff) -> None:
    client = pages.logged_in(anna)
    answer = client.post(PAGE, {"vem": anna.public_id, "fran": "i morgon", "till": "", "vikarie": siri.public_id})
    shown = pages.text(answer)
    assert answer.status_code == 422
    assert 'value="i morgon"' in shown
    assert f'value="{siri.public_id}" selected' in shown
    for junk in ({}, {"vem": siri.public_id}, {"vem": anna.public_id, "fran": "2026-99-99"}):
        assert client.post(PAGE, junk).status_code == 422
    other = {"vem": anna.public_id, "fran": today(), "till": today(), "vikarie": "\0"}
    assert client.post(PAGE, other).status_code == 422


def test_the_days_are_written_as_one_says_them(anna: Staff) -> None:
    client = pages.logged_in(anna)
    said = {"vem": anna.public_id, "fran": "i morgon", "till": "i övermorgon", "vikarie": ""}
    wrong = pages.text(client.post(PAGE, said | {"till": "nästa vecka"}))
    assert "Sista dagen ska vara ett datum, till exempel 27/11" in wrong
    assert client.post(PAGE, said).status_code == 302
    absence = Absence.objects.get()
    tomorrow = today() + datetime.timedelta(days=1)
    assert (absence.first_on, absence.last_on) == (tomorrow, tomorrow + datetime.timedelta(days=1))


def test_the_board_and_the_page_tell_who_is_away_and_the_one_may_end_it(anna: Staff, bo: Staff, eva: Staff) -> None:
    absence = away(anna, bo, by=eva)
    board = pages.text(pages.logged_in(bo).get(BOARD))
    assert "Bo Prov vikarierar" in board
    assert "Vikarie för Anna Prov" in board
    ending = f"{PAGE}{absence.public_id}/avsluta/"
    assert ending not in pages.text(pages.logged_in(bo).get(PAGE))
    assert pages.logged_in(bo).post(ending).status_code == 404
    assert ending in pages.text(pages.logged_in(eva).get(PAGE))
    assert pages.logged_in(eva).post(ending).status_code == 302
    assert "Ingen i enheten" in pages.text(pages.logged_in(eva).get(PAGE))
