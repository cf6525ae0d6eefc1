"""A year of a small town, played through the services: it is what the profiles say, and it can be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from config.year import making, profiles
from config.year.draws import Draw
from integrations.models import Dispenser, DispenserEvent, HomeCareOrder, HomeCareVisit
from people.models import Individual
from people.services import demo
from tests import invariants
from workflows import definitions
from workflows.models import Incident, InstanceState, OutboxMessage, OutboxState, ProcessInstance, TaskState, UserTask
from workflows.services import deployments

BPMN = Path(settings.FORLOPP_BPMN_DIR)
PLAYED = ("ihr", "medicingivare_pafyllning", "spt", "hemtjanst_bestallning", "hemtjanst_uppfoljning_tid")
NOW = datetime(2026, 11, 27, 14, tzinfo=UTC)
SHARE = 0.03


@pytest.fixture(scope="module")
def _year(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Played once, stopped in the middle and played on; all of it is undone in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.fill(now=NOW)
        for key in PLAYED:
            deployments.publish(folder=definitions.read(BPMN / key), by=None, now=NOW)
        with pytest.raises(KeyboardInterrupt):
            making.make(BPMN, SHARE, now=NOW, tell=_stop)
        made = making.make(BPMN, SHARE, now=NOW.replace(day=28), tell=lambda _: None)
        assert made.stuck == []
        yield
        transaction.set_rollback(True)


def _stop(_: making.Made) -> None:
    raise KeyboardInterrupt


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_year")]


def _answers(task: str, key: str, **of: Any) -> list[dict[str, Any]]:
    rows = UserTask.objects.filter(instance__definition__key=key, element_id=task, state=TaskState.COMPLETED, **of)
    return [dict(answers or {}) for answers in rows.values_list("answers", flat=True)]


def test_what_was_stopped_goes_on_and_nothing_is_played_twice() -> None:
    rows = (HomeCareOrder, HomeCareVisit, Dispenser, DispenserEvent, ProcessInstance)
    counts = [model.objects.count() for model in rows]
    assert all(counts)
    again = making.make(BPMN, SHARE, now=NOW.replace(day=29), tell=lambda _: None)
    assert again.of == 0
    assert [model.objects.count() for model in rows] == counts


def test_nobody_has_it_from_later_than_the_year_ends_and_every_system_has_answered() -> None:
    assert not ProcessInstance.objects.filter(started_at__gt=NOW).exists()
    assert not ProcessInstance.objects.filter(ended_at__gt=NOW).exists()
    assert not UserTask.objects.filter(created_at__gt=NOW).exists()
    assert not OutboxMessage.objects.filter(state=OutboxState.PENDING).exists()
    assert Incident.objects.exclude(code__in=("down",)).count() == 0
    assert invariants.broken() == []


def test_everybody_is_invented() -> None:
    assert not Individual.objects.filter(is_invented=False).exists()
    assert all("(påhittad)" in name for name in Individual.objects.values_list("family_name", flat=True))


def test_some_are_open_and_some_have_ended() -> None:
    states = set(ProcessInstance.objects.values_list("state", flat=True))
    assert states == {InstanceState.ACTIVE, InstanceState.COMPLETED}


def test_the_hours_of_eskilstuna_come_out_of_the_answers() -> None:
    after: dict[str, list[float]] = {"ihr": [], "kontroll": []}
    for instance in ProcessInstance.objects.filter(definition__key="ihr"):
        told = {task.element_id: task.answers or {} for task in instance.user_tasks.filter(state=TaskState.COMPLETED)}
        age = instance.individual.age(instance.started_at.date()) or 0
        group = told.get("screena", {}).get("studiegrupp")
        if "slutmatning" in told and group in after and 65 <= age <= 75:
            after[group].append(float(told["slutmatning"]["hemtjanst_timmar"]))
    assert mean(after["ihr"]) == pytest.approx(10, abs=3)
    assert mean(after["kontroll"]) == pytest.approx(26, abs=6)


def test_the_adherence_of_umea_comes_out_of_the_answers() -> None:
    told = _answers("fyll_pa", "medicingivare_pafyllning")
    given, missed = (sum(int(one[key]) for one in told) for key in ("doser_sedan_sist", "ej_tagna"))
    assert 99.0 <= 100 * (given - missed) / given <= 99.9


def test_the_adherence_of_umea_comes_out_of_what_the_dispensers_told_too() -> None:
    events = DispenserEvent.objects.filter(dispenser__individual__is_invented=True)
    missed = events.filter(kind="dos_missad").count()
    assert 99.0 <= 100 * (events.count() - missed) / events.count() <= 99.9
    assert not events.filter(planned_at__gt=NOW).exists()
    at_refills = sum(int(one["ej_tagna"]) for one in _answers("fyll_pa", "medicingivare_pafyllning"))
    assert missed == at_refills, "the same doses are missed in the rows and in what the nurses say"


def test_a_months_time_is_what_its_visits_add_up_to() -> None:
    began = ProcessInstance.objects.filter(definition__key="hemtjanst_uppfoljning_tid", started_at__second=59)
    told = [(one.individual_id, one.engine_state["variables"]["tid"]) for one in began]
    assert {tid["manad"] for _, tid in told} == {"2026-08", "2026-09", "2026-10"}
    for person, tid in told:
        visits = HomeCareVisit.objects.filter(individual=person, day__startswith=tid["manad"])
        planned = sum(visit.planned_minutes or 0 for visit in visits)
        done = [visit for visit in visits if visit.status == "utford"]
        assert tid["planerad_min"] == pytest.approx(planned, abs=90), "a visit at the turn of the month is divided"
        assert tid["utford_min"] == pytest.approx(sum(visit.minutes or 0 for visit in done), rel=0.1, abs=90)
        assert tid["beviljad_min"] + 31 * 10 >= tid["planerad_min"] > 0
    granted, performed = (sum(tid[key] for _, tid in told) for key in ("beviljad_min", "utford_min"))
    assert 0.6 < performed / granted < 1.1


def test_the_families_of_gotland_feel_better_by_the_same_rating() -> None:
    before, after = (
        mean(row["eget_maende"] for one in _answers(task, "spt") for row in one["familj"])
        for task in ("skattning_fore", "skattning_efter")
    )
    assert after - before > 2


def test_a_real_installation_gets_no_invented_year(settings: Any) -> None:
    settings.FORLOPP_DEMO = False
    with pytest.raises(CommandError, match="demoläge"):
        call_command("demo_year")


def test_draws_lie_evenly_however_few_they_are() -> None:
    told = {"around": 26, "spread": 5, "step": 0.5}
    for many in (10, 100, 1_000):
        drawn = [Draw("x", number).value(told, "timmar", {}, now=NOW) for number in range(many)]
        assert mean(drawn) == pytest.approx(26, abs=10 / many**0.7)
    shares = [Draw("y", number).value({"chance": 0.2}, "boende", {}, now=NOW) for number in range(200)]
    assert 36 <= sum(shares) <= 44


def test_half_of_those_on_their_way_in_lekeberg_come_to_work_or_studies() -> None:
    """What is planned; that each comes to its scenario's end is what playing it shows."""
    groups = profiles.read(BPMN)["vag_mot_forsorjning"].groups
    ended = [group for group in groups if group.begins[1].months >= 6]
    reached = [group.count for group in ended if group.line.name in ("01_steg_till_arbete", "02_studier")]
    assert sum(reached) / sum(group.count for group in ended) == 0.525
