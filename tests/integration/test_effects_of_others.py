"""The figures of Eskilstuna, Gotland, Lekeberg and Umeå come out by definition, and are reckoned again here.

The ärenden are written as rows, with answers as the forms give them; what the product tells is compared with plain
arithmetic over those answers, and both with the figures that the municipalities have told.
"""

from __future__ import annotations

import datetime
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
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


def around(chance: random.Random, middle: float, many: int, wide: float) -> list[float]:
    """So many whole numbers about a mean that is exactly this: each has its opposite."""
    steps = [float(chance.randint(0, int(wide))) for _ in range(many // 2)]
    return [middle + sign * step for step in steps for sign in (1, -1)]


def of_element(key: str, element: str) -> Iterator[tuple[ProcessInstance, dict[str, Any]]]:
    for task in UserTask.objects.filter(instance__definition__key=key, element_id=element).select_related("instance"):
        assert task.answers is not None
        yield task.instance, task.answers


def test_eskilstuna_ten_hours_against_26_and_21_against_36(chance: random.Random) -> None:
    ihr = publish("ihr")
    for age, before, after in ((70, 26, 10), (90, 36, 21)):
        first, last = around(chance, before, 10, 8), around(chance, after, 10, 8)
        for one, two in zip(first, last, strict=True):
            write(ihr, age, [("baslinje", {"hemtjanst_timmar": one}), ("slutmatning", {"hemtjanst_timmar": two})])
    write(ihr, 70, [("baslinje", {"hemtjanst_timmar": 400})])
    for band, low, high, told in (("65–75", 65, 75, (26, 10, -62)), ("86–95", 86, 95, (36, 21, -42))):
        ends = {instance.pk: answers["hemtjanst_timmar"] for instance, answers in of_element("ihr", "slutmatning")}
        pairs = [
            (answers["hemtjanst_timmar"], ends[instance.pk])
            for instance, answers in of_element("ihr", "baslinje")
            if instance.pk in ends and low <= instance.engine_state["variables"]["person"]["alder"] <= high
        ]
        first_mean, last_mean = fmean(pair[0] for pair in pairs), fmean(pair[1] for pair in pairs)
        assert (first_mean, last_mean, round(100 * (last_mean - first_mean) / first_mean)) == told
        found = measured(ihr, "timmar", alder=band)
        sums = found.whole.sums
        assert (sums.many, sums.base / sums.many, sums.value / sums.many) == (len(pairs), first_mean, last_mean)
        assert value(found) == pytest.approx(last_mean - first_mean)
    by_age = {one.name: one.sums.many for one in measured(ihr, "timmar").by_age}
    assert by_age == {"65–75": 10, "86–95": 10}


def test_gotland_the_same_questions_before_and_after_and_81_in_a_hundred_without_placement(
    chance: random.Random,
) -> None:
    spt = publish("spt")

    def family(worst: int, best: int) -> dict[str, Any]:
        def one(who: str) -> dict[str, Any]:
            relations = [{"till": "ungdom", "hur": chance.randint(worst, best)} for _ in range(chance.randint(1, 3))]
            return {"vem": who, "eget_maende": chance.randint(worst, best), "relationer": relations}

        return {"familj": [one(who) for who in ("ungdom", "vardnadshavare_1", "syskon")[: chance.randint(1, 3)]]}

    for number in range(80):
        placed = "nej" if number < 65 else "hvb"
        told = [("skattning_fore", family(1, 5)), ("skattning_efter", family(5, 9))]
        write(spt, 15, [*told, ("uppfoljning_ett_ar", {"placering": placed})])
    assert round(value(measured(spt, "utan_placering"))) == 81
    parts: dict[str, Callable[[dict[str, Any]], float]] = {
        "maende": lambda told: fmean(one["eget_maende"] for one in told["familj"]),
        "relationer": lambda told: fmean(row["hur"] for one in told["familj"] for row in one["relationer"]),
    }
    for key, of_family in parts.items():
        means = [
            fmean(of_family(answers) for _, answers in of_element("spt", element))
            for element in ("skattning_fore", "skattning_efter")
        ]
        sums = measured(spt, key).whole.sums
        assert sums.base / sums.many == pytest.approx(means[0], abs=1e-5)
        assert sums.value / sums.many == pytest.approx(means[1], abs=1e-5)
        assert sums.many == 80


def test_lekeberg_52_and_a_half_in_a_hundred_beside_36_to_37(chance: random.Random) -> None:
    key = "vag_mot_forsorjning"
    course = publish(key)
    ends = ["arbete"] * 13 + ["studier"] * 8 + ["sjukersattning"] * 7 + ["avbrutet"] * 12 + ["flyttat", "avliden"] * 2
    chance.shuffle(ends)
    for end in ends:
        first, last = chance.randint(0, 3), chance.randint(0, 6)
        write(course, 30, [("kartlaggning", {"steg": first}), ("mote", {"steg": last})], outcome=end)
    rows = ProcessInstance.objects.filter(definition=course).values_list("outcome", flat=True)
    counted = [end for end in rows if end not in ("flyttat", "avliden")]
    share = 100 * sum(end in ("arbete", "studier") for end in counted) / len(counted)
    found = measured(course, "arbete_studier")
    assert share == 52.5
    assert (value(found), found.whole.sums.many) == (share, len(counted))
    assert [(one.title, one.low, one.high) for one in found.measure.compare] == [
        ("Riket", 36, 37),
        ("Lekeberg", 52.5, 52.5),
    ]
    firsts = {instance.pk: answers["steg"] for instance, answers in of_element(key, "kartlaggning")}
    moved = [answers["steg"] - firsts[instance.pk] for instance, answers in of_element(key, "mote")]
    assert value(measured(course, "steg")) == pytest.approx(fmean(moved))
    assert value(measured(course, "framat")) == pytest.approx(100 * sum(step > 0 for step in moved) / len(moved))


def test_umea_99_and_a_half_in_a_hundred_of_the_doses_and_the_visits_that_were_not_needed(
    chance: random.Random,
) -> None:
    course = publish("medicingivare_pafyllning")
    given, missed = [], []
    for number in range(20):
        times: Answers = []
        for _ in range(2):
            given.append(chance.choice((27, 28, 28, 42)))
            missed.append(1 if number % 3 == 0 else 0)
            times.append(("fyll_pa", {"doser_sedan_sist": given[-1], "ej_tagna": missed[-1]}))
        write(course, 80, times, parametrar={"intervall_dagar": 14, "besok_per_dygn_utan": 2.6})
    taken: Sequence[int] = [one - other for one, other in zip(given, missed, strict=True)]
    adherence = 100 * sum(taken) / sum(given)
    assert 98.5 < adherence < 99.8
    found = measured(course, "foljsamhet")
    assert value(found) == pytest.approx(adherence)
    assert (found.whole.sums.many, sum(one.instances for one in found.cells)) == (40, 20)
    visits = measured(course, "besok").whole.sums
    assert visits.value == pytest.approx(40 * (14 * 2.6 - 1))


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
