"""A screen on a wall shows its unit's numbers and nobody, is let in once by its chef's code, and opens nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from followup.models import Screen
from followup.services import screens
from followup.units import balance
from people.models import AccessLog, Individual, Staff, Unit
from tests import pages
from workflows.models import UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db
WALL, CODE, MANAGE = "/skarm/", "/skarm/kod/", "/skarm/enhet/norr/skarmar/"


@pytest.fixture
def chef() -> Staff:
    return pages.staff("eva", "enhetschef")


def new_code(chef: Staff) -> str:
    page = pages.text(pages.logged_in(chef).post(MANAGE, {"namn": "Personalrummet"}))
    return page.split('screen-code"><strong>')[1].split("</strong>")[0]


def let_in(chef: Staff) -> Client:
    screen = Client()
    answer = screen.post(CODE, {"kod": new_code(chef).lower()})
    assert (answer.status_code, answer["Location"]) == (302, WALL)
    return screen


def told(client: Client) -> str:
    return " ".join(pages.text(client.get(WALL)).split())


def test_a_code_lets_a_screen_in_once_and_it_shows_the_units_numbers(
    chef: Staff, anna: Staff, berit: Individual
) -> None:
    pages.publish()
    late = pages.task(pages.start(berit, anna), "planera_besok")
    UserTask.objects.filter(pk=late.pk).update(due_sort=timezone.now() - timedelta(hours=1))
    done = pages.task(pages.start(berit, anna), "planera_besok")
    user_tasks.complete(
        task=done, answers={"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}, by=anna, now=timezone.now()
    )
    screen = let_in(chef)
    page = told(screen)
    assert "Försenade</dt><dd>1</dd>" in page
    assert "<dt>Klara i dag</dt><dd>1</dd>" in page
    assert "<dt>Kom in</dt><dd>2</dd>" in page
    assert "<dt>Ärenden hos oss</dt><dd>1</dd>" in page
    assert not [one for one in ("Berit", "Provsson", str(berit.ref), "Hembesök", late.name) if one in page]
    assert screen.get(WALL)["Refresh"] == "60"
    assert "<script" not in page
    assert AccessLog.objects.filter(staff=chef, action="add", object_type="screen").count() == 1


def test_what_is_counted_is_the_units_own_and_nothing_about_protected_persons(anna: Staff, berit: Individual) -> None:
    pages.publish()
    task = pages.task(pages.start(berit, anna), "planera_besok")
    unit = Unit.objects.get(key="norr")

    def count(**changed: object) -> tuple[int, int]:
        UserTask.objects.filter(pk=task.pk).update(**changed)
        found = balance.load(Unit.objects.get(key="norr"), now=timezone.now())
        return found.open, found.came

    assert count() == (1, 1)
    Unit.objects.filter(pk=unit.pk).update(area="Öster")
    assert count(area="Öster") == (1, 1)
    assert count(area="Väster") == (0, 0)
    assert count(area="") == (1, 1)
    assert count(is_restricted=True) == (0, 0)
    assert count(is_restricted=False, group="lakare") == (0, 0)


def test_the_balance_is_what_came_less_what_ended(anna: Staff, berit: Individual) -> None:
    pages.publish()
    now, unit = timezone.now(), Unit.objects.get(key="norr")
    tasks = [pages.task(pages.start(berit, anna), "planera_besok") for _ in range(3)]
    long_ago = now - timedelta(days=30)
    UserTask.objects.filter(pk__in=[one.pk for one in tasks]).update(created_at=long_ago, changed_at=long_ago)
    ended = {"ended_at": now - timedelta(days=1), "changed_at": now}
    UserTask.objects.filter(pk=tasks[0].pk).update(state="cancelled", **ended)
    UserTask.objects.filter(pk=tasks[1].pk).update(state="completed", completed_by=anna, **ended)
    pages.start(berit, anna)
    found = balance.load(unit, now=now)
    assert (found.came, found.done, found.needless, found.change) == (1, 1, 1, -1)
    assert [day.done for day in found.days] == [0, 0, 0, 0, 0, 1, 0]
    assert len(found.days) == 7


def test_a_code_is_worth_nothing_twice_late_or_wrong(chef: Staff) -> None:
    code = new_code(chef)
    assert Client().post(CODE, {"kod": "BCDF-GHJK"}).status_code == 422
    assert Client().post(CODE, {"kod": code}).status_code == 302
    assert Client().post(CODE, {"kod": code}).status_code == 422
    late = new_code(chef)
    Screen.objects.filter(opened_at=None).update(code_until=timezone.now())
    assert Client().post(CODE, {"kod": late}).status_code == 422
    wrong = [Client().post(CODE, {"kod": f"BCDF-GHJ{letter}"}).status_code for letter in "BCDFGH"]
    assert wrong[-1] == 429
    assert Client().post(CODE, {"kod": ""}).status_code == 429
    screens.purge(now=timezone.now() + timedelta(days=2))
    assert Screen.objects.filter(opened_at=None).count() == 0


def test_a_screen_that_is_taken_away_too_old_or_long_unseen_shows_nothing(chef: Staff) -> None:
    screen = let_in(chef)
    assert screen.get(WALL).status_code == 200
    row = Screen.objects.get()
    for changed in ({"seen_at": row.at - timedelta(days=31)}, {"opened_at": row.at - timedelta(days=366)}):
        Screen.objects.update(**changed)
        assert screen.get(WALL).status_code == 302
        Screen.objects.update(seen_at=row.at, opened_at=row.at)
    pages.logged_in(chef).post(f"{MANAGE}ta-bort/", {"skarm": str(row.public_id)})
    assert screen.get(WALL)["Location"] == CODE
    assert AccessLog.objects.filter(staff=chef, action="revoke", object_type="screen").count() == 1


def test_a_screen_opens_nothing_else_and_only_the_head_manages_it(chef: Staff, anna: Staff) -> None:
    screen = let_in(chef)
    for address in ("/uppgifter/", "/enhet/norr/", "/skarm/enhet/norr/", MANAGE, "/min-plan/"):
        assert screen.get(address).status_code == 302
    assert Client().get(WALL)["Location"] == CODE
    colleague = pages.logged_in(anna)
    assert colleague.get("/skarm/enhet/norr/").status_code == 200
    assert "Refresh" not in colleague.get("/skarm/enhet/norr/")
    assert colleague.get(MANAGE).status_code == 404
    assert colleague.post(f"{MANAGE}ta-bort/", {"skarm": str(Screen.objects.get().public_id)}).status_code == 404
    Unit.objects.create(key="soder", name="Söder")
    for address in ("/skarm/enhet/soder/", "/skarm/enhet/soder/skarmar/", "/skarm/enhet/finns-inte/"):
        assert pages.logged_in(chef).get(address).status_code == 404


def test_a_unit_has_so_many_screens_and_no_more(chef: Staff) -> None:
    unit, now = Unit.objects.get(key="norr"), timezone.now()
    for number in range(screens.MOST):
        screens.add(unit=unit, name=str(number), by=chef, now=now)
    answer = pages.logged_in(chef).post(MANAGE, {"namn": "En till"})
    assert answer.status_code == 422
    assert "så många skärmar" in pages.text(answer)


def test_the_screen_costs_the_same_however_much_there_is(
    chef: Staff, anna: Staff, berit: Individual, django_assert_num_queries: object
) -> None:
    pages.publish()
    screen = let_in(chef)
    pages.start(berit, anna)
    with django_assert_num_queries(5):  # type: ignore[operator]
        screen.get(WALL)
    for _ in range(8):
        pages.start(berit, anna)
    with django_assert_num_queries(5):  # type: ignore[operator]
        screen.get(WALL)


def test_the_cookie_is_for_the_server_alone(chef: Staff) -> None:
    cookie = Client().post(CODE, {"kod": new_code(chef)}).cookies[settings.FORLOPP_SCREEN_COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert cookie.value
    assert cookie.value not in str(Screen.objects.values_list("key_hash", flat=True)[0])
