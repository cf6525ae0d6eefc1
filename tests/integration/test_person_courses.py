"""From a person's page: pause, go on, change förlopp, and what other systems tell."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Dispenser, DispenserEvent
from people.models import Goal, Individual, Profession, Staff
from people.plan import current
from people.services import plan
from tests import pages
from workflows import connectors, definitions
from workflows.models import HistoryEntry, ProcessInstance
from workflows.services import deployments, steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def ongoing(anna: Staff, berit: Individual) -> ProcessInstance:
    pages.publish()
    return pages.start(berit, anna)


@pytest.fixture
def other(db: None) -> str:
    """The same visit under another name."""
    sources = dict(definitions.read(pages.FORLOPP / "hembesok").sources)
    settings = sources["process.toml"].replace('key = "hembesok"', 'key = "eftervard"')
    sources["process.toml"] = settings.replace('"Hembesök"', '"Eftervård"')
    deployments.publish(folder=definitions.from_sources(sources, Path("eftervard")), by=None, now=timezone.now())
    return "eftervard"


def post(member: Staff, address: str, **data: str) -> Any:
    return pages.logged_in(member).post(address, {"action_id": str(uuid.uuid4()), **data})


def test_an_arende_rests_and_goes_on_with_a_reason(ongoing: ProcessInstance, anna: Staff, siri: Staff) -> None:
    address = f"/arenden/{ongoing.public_id}/pausa/"
    assert post(anna, address, gor="pausa").status_code == 422
    assert post(anna, address, gor="pausa", skal="På sjukhus.").status_code == 302
    assert ProcessInstance.objects.get().is_suspended
    text = pages.text(pages.logged_in(anna).get(f"/personer/{ongoing.individual.ref}/"))
    assert "Pausat" in text
    assert "Pausades" in text
    assert post(anna, address, gor="ateruppta", skal="Hemma igen.").status_code == 302
    assert not ProcessInstance.objects.get().is_suspended
    assert pages.logged_in(siri).get(address).status_code == 404  # she sees it, and may not step in


def test_a_forlopp_is_changed_for_another_and_the_goals_go_along(
    ongoing: ProcessInstance, other: str, anna: Staff, berit: Individual
) -> None:
    now = timezone.now()
    told = {"mal_text_egna_ord": "Sova gott."}
    goal = plan.add(Goal, individual=berit, told=told, by=anna, now=now, instance=ongoing.public_id)
    address = f"/arenden/{ongoing.public_id}/byt/"
    client = pages.logged_in(anna)
    assert "Eftervård" in pages.text(client.get(address))
    assert 'name="orsak"' in pages.text(client.get(f"{address}?till={other}"))
    data = {"till": other, "orsak": "Yrsel.", "action_id": str(uuid.uuid4())}
    assert client.post(address, data).status_code == 422
    assert ProcessInstance.objects.filter(state="active").get() == ongoing
    answers = [client.post(address, data | {"skal": "Behöver mer tid."}) for _ in range(2)]  # a double click
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    began = ProcessInstance.objects.get(state="active")
    ongoing.refresh_from_db()
    assert (began.definition.key, ongoing.outcome) == (other, "overgang_annat_forlopp")
    assert steps.variables_of(began)["bytt_fran"]["arende"] == str(ongoing.public_id)
    carried = current(Goal).get()
    assert (carried.thread, carried.instance, carried.reason) == (
        goal.thread,
        began.public_id,
        "Följer med från Hembesök",
    )
    assert Goal.objects.get(number=1).instance == ongoing.public_id


def test_when_the_other_cannot_begin_nothing_has_ended(
    ongoing: ProcessInstance, other: str, anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise plan.Changed

    monkeypatch.setattr(plan, "carry", refuse)
    with pytest.raises(plan.Changed):
        post(anna, f"/arenden/{ongoing.public_id}/byt/", till=other, orsak="Yrsel.", skal="Mer tid.")
    ongoing.refresh_from_db()
    assert ongoing.is_active
    assert ProcessInstance.objects.count() == 1
    assert not HistoryEntry.objects.filter(instance=ongoing, kind="cancelled").exists()


def look(member: Staff, individual: Individual, key: str, *, script: bool = True) -> tuple[int, str]:
    headers = {"HX-Request": "true"} if script else {}
    response = pages.logged_in(member).get(f"/personer/{individual.ref}/system/{key}/", headers=headers)
    return response.status_code, pages.text(response)


def test_the_dispenser_is_told_of_to_health_care_alone(
    ongoing: ProcessInstance, anna: Staff, siri: Staff, berit: Individual
) -> None:
    Profession.objects.filter(key="sjukskoterska").update(sphere="hsl")
    Profession.objects.filter(key="samordnare").update(sphere="sol")
    assert "Inget är registrerat" in look(siri, berit, "medicingivare")[1]
    now = timezone.now()
    dispenser = Dispenser.objects.create(vendor="demo", serial="MG-9", individual=berit, last_seen_at=now)
    DispenserEvent.objects.create(
        vendor="demo", event_id="1", kind="dos_missad", dispenser=dispenser, occurred_at=now, received_at=now
    )
    status, text = look(siri, berit, "medicingivare", script=False)
    assert (status, "Givare MG-9" in text, "<html" in text) == (200, True, True)
    assert "<dd>1</dd>" in text
    assert look(anna, berit, "medicingivare")[0] == 404
    assert "Medicingivare" not in pages.text(pages.logged_in(anna).get(f"/personer/{berit.ref}/"))
    assert look(siri, berit, "finns_inte")[0] == 404


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "Inget är registrerat"),
        ({"status": "pausad", "besok_per_dag": 3, "andrad_dt": "2026-11-20T08:00:00+01:00"}, "Pausad"),
        ({"status": "aktiv", "enhet": "<b>Norr</b>", "andrad_dt": "i går"}, "&lt;b&gt;Norr"),
        (connectors.TransientError("inget_svar", "Systemet svarade inte."), "svarar inte just nu"),
        (["skräp"], "svarar inte just nu"),
    ],
)
def test_home_care_is_told_of_whatever_it_answers(
    ongoing: ProcessInstance, anna: Staff, berit: Individual, monkeypatch: pytest.MonkeyPatch, answer: Any, words: str
) -> None:
    Profession.objects.filter(key="samordnare").update(sphere="sol")

    def get(_peer: object, path: str) -> Any:
        assert path == f"/api/personer/{berit.ref}/insatser"
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("integrations.http.Peer.get", get)
    status, text = look(anna, berit, "hemtjanst")
    assert (status, words in text, "<html" in text) == (200, True, False)
