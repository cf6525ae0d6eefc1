"""Kolada: values are fetched page by page and kept as told; what is missing is said, a failure loses nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import responses
from django.utils import timezone

from integrations import configuration, health, http, jobs
from integrations.jobs import JobFailed
from integrations.kolada import fetching, simulator
from integrations.kolada.client import Kolada
from integrations.models import KeyFigure, KeyFigureValue
from integrations.simulators import Surroundings
from tests import pages
from tests.fakes.simulators import patience, served
from workflows.connectors import PermanentError, TransientError
from workflows.models import Incident, IncidentState

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
REAL = "https://api.kolada.se/v3"
PAGE = "/nyckeltal/"
CHOSEN = {"compare": "1861, 1980", "figures": "N99003, N99004", "search": "personalkontinuitet", "years": 6}

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


class Played:
    def __init__(self, application: Any) -> None:
        self.service = simulator.Service(application.state.store)

    def be(self, mood: str, seconds: float = 0) -> None:
        self.service.store.put("fault", {"lage": mood, "sekunder": seconds})


@pytest.fixture
def kolada(tmp_path: Path) -> Iterator[Played]:
    # Under a path, as the real one is: the next page's address begins with it.
    application = simulator.create(Surroundings(tmp_path, "1880", "http://127.0.0.1:9", configuration.of))
    with served(application) as url, configuration.told(kolada={"url": url, **CHOSEN}):
        yield Played(application)


def fetch(*, day: int = 23) -> None:
    fetching.fetch(clock=lambda: NOW.replace(day=day))


def chosen(other: dict[str, Any]) -> dict[str, Any]:
    return {**configuration.of("kolada").given, **other}


def of(key: str, municipality: str = "1880", year: int = 2025, gender: str = "T") -> list[tuple[float | None, str]]:
    rows = KeyFigureValue.objects.filter(figure__key=key, municipality=municipality, year=year, gender=gender)
    return [(row.value, row.status) for row in rows.order_by("revision")]


def page(profession: str = "processagare", address: str = PAGE) -> str:
    return pages.text(pages.logged_in(pages.staff(f"p-{timezone.now().timestamp()}", profession)).get(address))


def test_what_was_chosen_is_fetched_once_and_the_same_again_changes_nothing(kolada: Played) -> None:
    fetch()
    # 3 figures, 4 municipalities, 2020–2025, all, women and men: more than one page.
    assert KeyFigureValue.objects.count() == 3 * 4 * 6 * 3
    assert set(KeyFigure.objects.values_list("key", flat=True)) == {"N99001", "N99003", "N99004"}

    fetch(day=24)
    assert KeyFigureValue.objects.count() == 3 * 4 * 6 * 3
    assert {figure.fetched_at.day for figure in KeyFigure.objects.all()} == {24}
    assert not Incident.objects.exists()


def test_a_changed_value_keeps_what_it_was(kolada: Played) -> None:
    fetch()
    ((was, _),) = of("N99003")
    kolada.service.change({"kpi": "N99003", "kommun": "1880", "ar": 2025, "varde": "7,5"})
    fetch(day=24)

    assert of("N99003") == [(was, ""), (7.5, "")]
    told = page()
    assert re.search(r"7,5 <small class=\"soft\">\(tidigare \d,\d\)", told)
    assert "Källa: Kolada (N99003), hämtat" in told


def test_a_value_that_is_withheld_or_comes_no_more_is_told_as_that(kolada: Played) -> None:
    fetch()
    kolada.service.withhold({"kpi": "N99003", "kommun": "1861", "ar": 2025})
    kolada.service.drop({"kpi": "N99003", "kommun": "1880", "ar": 2024})
    fetch(day=24)
    assert of("N99003", "1861")[-1] == (None, "Private")
    assert of("N99003", "1880", 2024)[-1] == (None, fetching.GONE)

    told = page()
    assert "visas inte (sekretess)" in told
    assert "borttaget" in told
    fetch(day=25)
    assert len(of("N99003", "1880", 2024)) == 2, "it is gone once"


def test_a_figure_that_is_no_more_is_told_to_it_and_what_we_had_stays(kolada: Played) -> None:
    fetch()
    kept = KeyFigureValue.objects.count()
    kolada.service.remove({"kpi": "N99004"})
    kolada.service.remove({"kpi": "N99001"})
    fetch(day=24)

    stop = Incident.objects.get(state=IncidentState.OPEN)
    assert (stop.group, stop.page) == ("it_drift", PAGE)
    assert "Nyckeltalet N99004 (Nettokostnadsavvikelse" in stop.text
    assert "Inget nyckeltal har ”personalkontinuitet” i namnet." in stop.text
    assert KeyFigureValue.objects.filter(is_current=True).count() == kept
    assert page().count("Nyckeltalet finns inte längre hos Kolada") == 2

    kolada.service.store.put("removed", [])
    fetch(day=25)
    assert not Incident.objects.filter(state=IncidentState.OPEN).exists()
    assert "finns inte längre" not in page()


def test_what_words_found_and_is_no_more_is_forgotten_after_a_while(kolada: Played) -> None:
    fetch()
    kolada.service.remove({"kpi": "N99001"})
    fetch(day=24)
    with configuration.told(kolada=chosen({"search": "utskrivningsklara"})):
        fetching.fetch(clock=lambda: datetime(2027, 3, 1, tzinfo=UTC))
        fetching.fetch(clock=lambda: datetime(2027, 3, 2, tzinfo=UTC))
    assert not Incident.objects.filter(state=IncidentState.OPEN).exists()
    assert not KeyFigure.objects.get(key="N99001").is_followed


def test_what_is_no_longer_chosen_is_kept_and_not_shown(kolada: Played) -> None:
    fetch()
    with configuration.told(kolada=chosen({"figures": "N99003"})):
        fetch(day=24)
        assert "Nettokostnad" not in page()
    assert of("N99004")


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("slow", "inget_svar"),
        ("down", "upptaget"),
        ("error", "upptaget"),
        ("unauthorized", "obehorig"),
        ("html", "ovantat_svar"),
        ("cut", "inget_svar"),
        ("encoding", "ovantat_svar"),
        ("half", "ovantat_svar"),
        ("field", "ovantat_svar"),
    ],
)
def test_however_it_fails_what_we_had_stays_and_the_next_time_it_comes(kolada: Played, mood: str, code: str) -> None:
    fetch()
    before = list(KeyFigureValue.objects.order_by("pk").values())
    kolada.service.change({"kpi": "N99003", "kommun": "1880", "ar": 2025, "varde": 7.5})
    kolada.be(mood, 0.6)
    with patience(mood):
        with pytest.raises(JobFailed, match=code):
            jobs.run("kolada", "hamta", clock=lambda: NOW)
        (told,) = [one for one in health.report() if one.system == "kolada"]
    assert list(KeyFigureValue.objects.order_by("pk").values()) == before
    assert "Källa: Kolada" in page()
    assert not told.is_well

    kolada.be("ok")
    jobs.run("kolada", "hamta", clock=lambda: NOW)
    assert of("N99003")[-1] == (7.5, "")


def answer(*items: Any, **more: Any) -> dict[str, Any]:
    return {"values": list(items), "count": len(items), "next_url": None, "previous_url": None, **more}


def data(**more: Any) -> dict[str, Any]:
    value = {"gender": "T", "count": 1, "status": "", "value": 93.0, "isdeleted": False}
    return {"kpi": "N1", "municipality": "1880", "period": 2025, "values": [value]} | more


def asked() -> Kolada:
    return Kolada(http.Peer(REAL))


@responses.activate
def test_no_call_asks_for_more_than_the_service_takes_and_every_page_is_read_of_our_own_host() -> None:
    first = answer(data(), next_url="http://elak.example/v3/data/kpi/fler?page=2")
    responses.get(re.compile(rf"{REAL}/data/kpi/N\d\d,.*"), json=first)
    responses.get(f"{REAL}/data/kpi/fler", json=answer(data(period="2024")))
    found = asked().values([f"N{number}" for number in range(10, 60)], ["1880"], range(2000, 2030))
    lists = [re.findall(r"/(?:kpi|year)/([^/?]+)", str(call.request.url)) for call in responses.calls]
    assert max(part.count(",") + 1 for parts in lists for part in parts) == 25
    assert {str(call.request.url).partition("/v3")[0] for call in responses.calls} == {"https://api.kolada.se"}
    assert {value.year for value in found} == {2024, 2025}


@responses.activate
@pytest.mark.parametrize(
    "told",
    [
        [],
        {"values": "många"},
        answer(data(), count=2),
        answer(data(), next_url="https://api.kolada.se/annat"),
        answer(data(), next_url=f"{REAL}/data/kpi/N1/municipality/1880/year/2025"),
        answer(data(period=True)),
        answer(data(values=[{"gender": "T", "status": "", "value": "93"}])),
        answer(data(values=[{"gender": "X", "status": "", "value": 93}])),
        answer(data(values=[{"gender": "T", "status": "", "varde": 93}])),
        answer({"kpi": "N1"}),
    ],
)
def test_an_answer_of_another_shape_is_no_answer(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.kolada.client.MOST_PAGES", 3)
    responses.get(f"{REAL}/data/kpi/N1/municipality/1880/year/2025", json=told)
    with pytest.raises(TransientError) as problem:
        asked().values(["N1"], ["1880"], [2025])
    assert problem.value.code == "ovantat_svar"


@responses.activate
def test_one_that_is_no_more_does_not_take_the_others_with_it() -> None:
    responses.get(f"{REAL}/kpi/N1,N2", status=404)
    responses.get(f"{REAL}/kpi/N1", json=answer({"id": "N1", "title": "Ett"}))
    responses.get(f"{REAL}/kpi/N2", status=404)
    assert [figure.key for figure in asked().figures(["N1", "N2"])] == ["N1"]


def test_a_misspelt_choice_is_asked_of_nobody(kolada: Played) -> None:
    told = chosen({"figures": "N1/../../hemligt"})
    with configuration.told(kolada=told), pytest.raises(PermanentError) as problem:
        fetch()
    assert problem.value.code == "fel_val"


def test_an_address_that_is_not_the_service_is_told(kolada: Played) -> None:
    told = chosen({"municipality": "9999"})
    with configuration.told(kolada=told), pytest.raises(PermanentError) as problem:
        fetch()
    assert problem.value.code == "okand_kommun"


def test_leaders_see_the_figures_and_others_do_not(kolada: Played) -> None:
    fetch()
    for profession in ("processagare", "enhetschef", "it_drift"):
        told = page(profession)
        assert "Örebro" in told
        assert "Riket" in told
    assert 'href="/nyckeltal/" aria-current="page"' in page("enhetschef")
    assert page("enhetschef", f"{PAGE}?kon=kvinnor") != page("enhetschef")
    client = pages.logged_in(pages.staff("sara", "sjukskoterska"))
    assert client.get(PAGE).status_code == 404
    assert "Nyckeltal" not in pages.text(client.get("/uppgifter/"))


def test_the_page_asks_the_same_number_of_questions_however_many_figures(
    kolada: Played, django_assert_num_queries: Any
) -> None:
    fetch()
    from integrations.kolada import showing

    with django_assert_num_queries(3):
        assert len(showing.shown("T")) == 3


@pytest.mark.usefixtures("kolada")
def test_follow_up_shows_those_that_a_forlopp_names_and_says_when_they_are_old() -> None:
    from integrations.kolada import beside
    from workflows import beside as figures

    fetch()
    (one,) = figures.told(["utskrivningsklara"])
    assert (one.key, one.source, one.year) == ("N99003", "Kolada", 2025)
    (ours,) = [place for place in one.places if place.is_own]
    assert [(ours.value, "")] == of("N99003")
    assert [place.name for place in one.places] == ["Örebro", "Hallsberg", "Västerås", "Riket"]
    KeyFigure.objects.update(fetched_at=timezone.now())
    assert figures.told(["UTSKRIVNINGSKLARA"])[0].warning == ""
    KeyFigure.objects.update(fetched_at=timezone.now() - 2 * beside.STALE)
    assert "gamla" in figures.told(["utskrivningsklara"])[0].warning
    assert figures.told(["finns inte"]) == figures.told([]) == []
