"""What a person's goals and Uddevalla's invoices come to, by definition, is reckoned again here.

The ärenden are written as rows, with answers as the forms give them; what the product tells is compared with plain
arithmetic over those answers. The figures of Eskilstuna, Gotland, Lekeberg and Umeå are those of test_demo_year.
"""

from __future__ import annotations

import datetime
import random
import uuid
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from django.utils import timezone

from followup import asked
from followup.benefit import Benefit
from followup.intervals import span
from followup.measured import Measured
from followup.results import Results
from followup.services import effects
from people.models import Individual
from tests import pages
from workflows import definitions
from workflows.models import ProcessDefinition, ProcessInstance, UserTask
from workflows.services import deployments

pytestmark = pytest.mark.django_db
BPMN = Path(__file__).resolve().parent.parent.parent / "bpmn"
NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
Answers = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def chance() -> random.Random:
    return random.Random(20261120)


def publish(key: str) -> ProcessDefinition:
    deployments.publish(folder=definitions.read(BPMN / key), by=None, now=NOW)
    return ProcessDefinition.objects.get(key=key)


def write(definition: ProcessDefinition, age: int, answers: Answers, **more: Any) -> None:
    """An ärende that has ended, with these tasks done in this order."""
    individual = Individual.objects.first() or pages.person()
    outcome, variables = more.pop("outcome", ""), dict(answers) | more | {"person": {"alder": age}}
    instance = ProcessInstance.objects.create(
        definition=definition,
        version_id=definition.current_id or 0,
        individual=individual,
        state="completed",
        outcome=outcome,
        engine_state={"variables": variables},
        started_at=NOW - datetime.timedelta(days=90),
        ended_at=NOW,
    )
    for place, (element, told) in enumerate(answers):
        at = NOW - datetime.timedelta(minutes=len(answers) - place)
        UserTask.objects.create(
            instance=instance, individual=individual, engine_task_id=uuid.uuid4(), element_id=element, name=element,
            form_key=element, group="x", state="completed", created_at=at, ended_at=at, changed_at=at, due_sort=at,
            answers=told,
        )  # fmt: skip


def measured(definition: ProcessDefinition, key: str, **query: str) -> Measured:
    effects.measure_again()
    today = timezone.localdate(NOW)
    told = Measured.of(Results(definition, asked.read(query, today=today), knows_few=True), key)
    assert told is not None
    return told


def value(found: Measured) -> float:
    told = span(found.measure.kind, found.whole.sums)
    assert told is not None
    return told.value


def test_the_goals_of_a_person_by_own_scale_gas_and_part_of_life() -> None:
    ihr = publish("ihr")
    for step in (0, 1, 2, -1, 0, 1):
        goals = [
            {"mal_text_egna_ord": "Cykla", "livsomrade": "d4", "utgangslage": 3},
            {"mal_text_egna_ord": "Duscha", "livsomrade": "d5", "utgangslage": 4},
            {"mal_text_egna_ord": "Vara lugn", "livsomrade": "trygghet", "utgangslage": 8},
        ]
        told = [
            {"mal": "Cykla", "utfall": "uppnatt" if step >= 0 else "ej_uppnatt", "nulage": 1, "gas_utfall": step},
            {"mal": "Duscha", "utfall": "delvis", "nulage": 2, "gas_utfall": 0},
            {"mal": "Vara lugn", "utfall": "ej_langre_aktuellt", "nulage": 2, "gas_utfall": None},
        ]
        write(ihr, 70, [("mi_samtal", {"mal": goals}), ("slututvardering", {"maluppfoljning": told})])
    assert value(measured(ihr, "mal")) == pytest.approx(100 * 5 / 12)
    spread = (0.7 * 2 + 0.3 * 4) ** 0.5
    assert value(measured(ihr, "gas")) == pytest.approx(fmean(50 + 10 * s / spread for s in (0, 1, 2, -1, 0, 1)))
    found = measured(ihr, "funktion")
    assert {one.name: (one.before, one.after, one.sums.many) for one in found.by_part} == {
        "Förflytta sig": ("3", "1", 6),
        "Personlig vård": ("4", "2", 6),
    }
    assert (found.whole.before, found.whole.after) == ("3,5", "1,5")


def test_uddevalla_always_reckons_the_effect(chance: random.Random) -> None:
    invoices = publish("vaccin_faktura")
    took = [chance.randint(2, 30) for _ in range(12)]
    for minutes in took:
        sent = {"faktura_id": "F-1", "skickad_dt": NOW.isoformat(), "minuter": minutes}
        write(invoices, 80, [("granska", {"atgard": "ratta"}), ("skicka", sent)], outcome="klar")
    for _ in range(4):
        write(invoices, 80, [("granska", {"atgard": "uteslut"})], outcome="avbruten_av_manniska")
    assert value(measured(invoices, "minuter")) == pytest.approx(fmean(took))
    assert value(measured(invoices, "utan_faktura")) == pytest.approx(100 * 4 / 16)
    found = Benefit(measured(invoices, "minuter").results, NOW)
    (line,) = found.lines
    assert line.amount.value == pytest.approx(sum(took) / 60 * 400)
