"""The month's granted, planned and performed time for each person: as a sheet made by hand, told once, to who looks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.batches import arriving
from integrations.hemtjanst import contracts, months
from people.models import Individual
from tests import batches, pages
from workflows import definitions
from workflows.models import InboxMessage, ProcessInstance, UserTask
from workflows.services import deployments

pytestmark = pytest.mark.django_db

STOCKHOLM = ZoneInfo("Europe/Stockholm")
OCTOBER = months.Period(date(2026, 10, 1), date(2026, 11, 1))
COLUMNS = ("beviljad", "planerad", "utford", "avbojd", "utebliven", "dubbelbemanning", "kringtid")
NOW = datetime(2026, 11, 3, 4, tzinfo=UTC)


@pytest.fixture
def course() -> None:
    folder = definitions.read(Path(settings.FORLOPP_BPMN_DIR) / "hemtjanst_uppfoljning_tid")
    deployments.publish(folder=folder, by=None, now=timezone.now())


def people(count: int) -> list[Individual]:
    return [pages.person("", f"Person {number} (påhittad)") for number in range(count)]


def visit(person: Individual, key: str, start: datetime, minutes: int, **other: Any) -> dict[str, Any]:
    done = {"faktisk_start": start.isoformat(), "faktisk_slut": (start + timedelta(minutes=minutes)).isoformat()}
    row = {
        "besok_id": key,
        "person_ref": person.ref,
        "datum": f"{start:%Y-%m-%d}",
        "planerad_start": start.isoformat(),
        "planerad_min": 30,
        "personal_hsa": "SE1-A",
        "status": "utford",
        "kalla": "app",
    }
    return row | (done if other.get("status", "utford") == "utford" else {}) | other


def order(person: Individual, minutes: int, **other: Any) -> dict[str, Any]:
    row = {"bestallning_id": f"O-{person.ref}", "person_ref": person.ref, "status": "ny", "start": "2026-06-01"}
    return row | {"beviljad_min_vecka": minutes, "skickad": "2026-05-20T08:00:00+02:00"} | other


def brought(folder: Path, name: str, columns: Any, *rows: dict[str, Any]) -> None:
    batches.put(folder, name, batches.written(rows, list(columns)))
    with batches.watched(folder):
        arriving.look("hemtjanst", clock=lambda: NOW)


def told(folder: Path, now: datetime = NOW, **settings: Any) -> None:
    with batches.watched(folder, **settings):
        months.tell(clock=lambda: now)


def at(day: int, hour: int = 9, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=STOCKHOLM)


def sums(person: Individual) -> dict[str, Any]:
    payload = InboxMessage.objects.get(name="hemtjanst_manad", individual=person).payload or {}
    return {key: value for key, value in payload.items() if key.endswith("_min") or key == "veckor_med_avvikelse"}


def test_a_thousand_visits_are_as_a_sheet_made_by_hand_and_one_who_gets_far_less_is_one_task(
    tmp_path: Path, course: None
) -> None:
    """Acceptance scenario 10: 25 persons, 40 visits each; the first gets half of what is granted."""
    persons, rows, sheet = people(25), [], {}
    orders = [order(person, 350 + 7 * (number % 5)) for number, person in enumerate(persons)]
    for number, person in enumerate(persons):
        done = declined = missed = travelled = 0
        for which in range(40):
            start = at(1 + which * 31 // 40, 8 + which % 2 * 9)
            minutes = 17 if number == 0 else 37 + number % 5
            status = {7: "avbojd", 23: "utebliven"}.get(which, "utford")
            rows.append(visit(person, f"B-{number}-{which}", start, minutes, status=status, resa_min=which % 3))
            done += minutes if status == "utford" else 0
            declined += 30 if status == "avbojd" else 0
            missed += 30 if status == "utebliven" else 0
            travelled += which % 3
        granted = round((350 + 7 * (number % 5)) * 31 / 7)
        sheet[person.pk] = [granted, 1200, done, declined, missed, 0, travelled]
    brought(tmp_path, "bestallning_1880_20261001.csv", contracts.ORDER_COLUMNS, *orders)
    brought(tmp_path, "besok_norr_1880_20261031.csv", contracts.VISIT_COLUMNS, *rows)

    told(tmp_path, NOW - timedelta(days=1))
    assert not InboxMessage.objects.exists()
    told(tmp_path)

    assert len(rows) == 1000
    assert {person.pk: [sums(person)[f"{name}_min"] for name in COLUMNS] for person in persons} == sheet
    assert ProcessInstance.objects.count() == 25
    (task,) = UserTask.objects.all()
    assert (task.element_id, task.individual) == ("granska", persons[0])

    # Read again, and looked at again the day after: nothing is changed.
    before = set(InboxMessage.objects.values_list("message_id", "digest"))
    brought(tmp_path, "besok_norr_1880_20261101.csv", contracts.VISIT_COLUMNS, *rows)
    told(tmp_path, NOW + timedelta(days=1))
    assert set(InboxMessage.objects.values_list("message_id", "digest")) == before
    assert UserTask.objects.count() == 1


def test_two_at_once_midnight_absence_and_the_turn_of_the_month(tmp_path: Path, course: None) -> None:
    (one,) = people(1)
    rows = [
        visit(one, "B-1", at(5), 30),
        # A colleague comes ten minutes later and stays ten minutes longer.
        visit(one, "B-2", at(5) + timedelta(minutes=10), 30, personal_hsa="SE1-B"),
        visit(one, "B-3", at(6), 20, antal_personal=2),
        # The night when clocks go back: two hours pass between 01:30 and 02:30 of the second time.
        visit(one, "B-4", datetime(2026, 10, 24, 23, 30, tzinfo=UTC), 120),
        # Half of the night's visit is of November.
        visit(one, "B-5", at(31, 23), 120, planerad_min=60),
        visit(one, "B-6", at(31, 23, month=8), 60),
    ]
    absent = {"person_ref": one.ref, "fran": at(10).isoformat(), "till": at(15).isoformat(), "orsak": "sjukhus"}
    brought(tmp_path, "bestallning_1880_20261001.csv", contracts.ORDER_COLUMNS, order(one, 70, slut="2026-10-21"))
    brought(tmp_path, "franvaro_1880_20261016.csv", contracts.ABSENCE_COLUMNS, absent)
    brought(tmp_path, "besok_norr_1880_20261031.csv", contracts.VISIT_COLUMNS, *rows)

    told(tmp_path)

    assert sums(one) == {
        # 21 days of the order, of which the four between the day one left and the day one came home.
        "beviljad_min": 170,
        "planerad_min": 40 + 30 + 30 + 60,
        "utford_min": 40 + 20 + 120 + 60,
        "avbojd_min": 0,
        "utebliven_min": 0,
        "dubbelbemanning_min": 20 + 20,
        "kringtid_min": 0,
        # The two whole weeks before the month's last days; in the one before them what was done was what was granted.
        "veckor_med_avvikelse": 2,
    }


def test_it_costs_the_same_whoever_had_home_care_before(tmp_path: Path, course: None) -> None:
    persons = people(3)
    brought(tmp_path, "bestallning_1880_20261001.csv", contracts.ORDER_COLUMNS, *(order(one, 70) for one in persons))
    rows = [visit(one, f"B-{one.pk}", at(5), 30) for one in persons]
    brought(tmp_path, "besok_norr_1880_20261031.csv", contracts.VISIT_COLUMNS, *rows)
    told(tmp_path)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        told(tmp_path, NOW + timedelta(days=1))
    assert len(asked) <= 6
    assert InboxMessage.objects.count() == 3


def test_nothing_is_told_when_nobody_asked(tmp_path: Path) -> None:
    (one,) = people(1)
    brought(tmp_path, "bestallning_1880_20261001.csv", contracts.ORDER_COLUMNS, order(one, 70))
    told(tmp_path)
    assert not InboxMessage.objects.exists()
    pages.publish()
    told(tmp_path, month_day=0)
    assert not InboxMessage.objects.exists()
