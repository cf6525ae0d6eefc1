"""A draft is tried with its real forms and a clock of its own; the way somebody went becomes a scenario."""

import pytest
import tomlkit
from django.test import Client

from people.models import Profession, Staff
from tests import pages, workbench
from workbench import drafting, trying
from workbench.models import Draft, Trial
from workflows import scenarios
from workflows.memory_world import MemoryWorld

pytestmark = pytest.mark.django_db
PLANNED = {"besoksdag": "2026-12-03", "plats": "hemma", "tolk": "nej"}


@pytest.fixture
def owner() -> Staff:
    for key, name in (("samordnare", "Samordnare"), ("sjukskoterska", "Sjuksköterska")):
        Profession.objects.get_or_create(key=key, defaults={"name": name})
    return workbench.owner()


@pytest.fixture
def client(owner: Staff) -> Client:
    return pages.logged_in(owner)


@pytest.fixture
def draft(owner: Staff) -> Draft:
    return workbench.draft(owner)


def act(client: Client, draft: Draft, **what: str) -> str:
    return pages.text(client.post(f"/verkstad/{draft.ref}/prova/gor/", what, follow=True))


def answer(client: Client, draft: Draft, element: str, **answers: str) -> str:
    return pages.text(client.post(f"/verkstad/{draft.ref}/prova/svara/{element}/", answers, follow=True))


def begun(client: Client, draft: Draft) -> None:
    """Started, and the visit planned: the nurse has two tasks."""
    act(client, draft, gor="borja", alder="82", borjar="2026-11-30T09:00")
    answer(client, draft, "start_hembesok", orsak="Ramlade")
    answer(client, draft, "planera_besok", **PLANNED)


def test_one_plays_it_as_each_profession_with_the_real_forms(client: Client, draft: Draft) -> None:
    begun(client, draft)
    page = pages.text(client.get(f"/verkstad/{draft.ref}/prova/"))
    for seen in ("Gör besöket", "Bekräfta mål", "Sjuksköterska", "30 november 2026"):
        assert seen in page
    assert client.get(f"/verkstad/{draft.ref}/prova/svara/planera_besok/").status_code == 404


def test_a_wrong_answer_is_told_in_the_form_and_takes_no_step(client: Client, draft: Draft) -> None:
    act(client, draft, gor="borja")
    answer(client, draft, "start_hembesok", orsak="Ramlade")
    page = client.post(f"/verkstad/{draft.ref}/prova/svara/planera_besok/", {"plats": "hemma"})
    assert page.status_code == 422
    assert len(Trial.objects.get().steps) == 1


def test_the_clock_is_moved_and_one_goes_back(client: Client, draft: Draft) -> None:
    begun(client, draft)
    assert "7 december 2026" in act(client, draft, gor="vanta", tid="P7D")
    assert "30 november 2026" in act(client, draft, gor="tillbaka")
    steps = Trial.objects.get().steps
    assert [step.get("start") or step.get("complete") for step in steps] == ["start_hembesok", "planera_besok"]


def test_the_way_is_saved_as_a_scenario_that_is_run_and_fails_when_the_draft_goes_another_way(
    client: Client, draft: Draft, owner: Staff
) -> None:
    begun(client, draft)
    assert "Sparat som scenarios/01_tva_uppgifter.toml" in act(client, draft, gor="spara", titel="Två uppgifter")
    text = drafting.texts(draft)["scenarios/01_tva_uppgifter.toml"]
    assert 'tasks = ["sjukskoterska:bekrafta_mal", "sjukskoterska:gor_besok"]' in text
    page = pages.text(client.get(f"/verkstad/{draft.ref}/scenarier/"))
    assert "1 av 1 scenario gick" in page
    assert "Besöket är gjort" in page
    assert "av 7 steg." in page
    diagram = drafting.texts(draft)["hembesok.bpmn"].replace("parallelGateway", "exclusiveGateway")
    diagram = diagram.replace('<bpmn:exclusiveGateway id="dela">', '<bpmn:exclusiveGateway id="dela" default="f3">')
    diagram = diagram.replace(
        'id="f4" sourceRef="dela" targetRef="bekrafta_mal" />',
        'id="f4" sourceRef="dela" targetRef="bekrafta_mal"><bpmn:conditionExpression>person.alder &lt; 18'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>",
    )
    workbench.save(client, draft, "hembesok.bpmn", diagram, 1)
    page = pages.text(client.get(f"/verkstad/{draft.ref}/scenarier/"))
    assert "0 av 1 scenario gick" in page
    assert "Öppna uppgifter är" in page


def test_a_written_trial_says_what_the_trial_did(client: Client, draft: Draft) -> None:
    begun(client, draft)
    whole = trying.version(draft)
    assert whole is not None
    text = tomlkit.dumps(trying.written(Trial.objects.get(), 'Två "uppgifter"', whole, {}))
    scenario = scenarios.parse("x.toml", text, str)
    assert scenarios.play(scenario, MemoryWorld(whole, scenario)).is_passed
    assert scenario.title == 'Två "uppgifter"'


def test_a_draft_with_errors_cannot_be_tried_and_says_where_they_are(client: Client, draft: Draft) -> None:
    begun(client, draft)
    workbench.save(client, draft, workbench.PLAN, "{", 1)
    page = pages.text(client.get(f"/verkstad/{draft.ref}/prova/"))
    assert "Utkastet har fel" in page
    assert "Utkastet har fel" in pages.text(client.get(f"/verkstad/{draft.ref}/scenarier/"))


def test_a_change_that_breaks_the_way_is_told_with_the_step(client: Client, draft: Draft) -> None:
    begun(client, draft)
    form = drafting.texts(draft)[workbench.PLAN].replace('"key": "tolk"', '"key": "sprak"')
    workbench.save(client, draft, workbench.PLAN, form, 1)
    page = pages.text(client.get(f"/verkstad/{draft.ref}/prova/"))
    assert "går inte längre hela vägen" in page
    assert "steg 2" in page


@pytest.mark.parametrize(
    "what",
    [
        {"gor": "svara", "system": "region.confirm_notice", "svar": "ja"},
        {"gor": "svara", "system": "finns.inte"},
        {"gor": "skicka", "meddelande": "okant", "innehall": "["},
        {"gor": "skicka", "meddelande": "okant"},
        {"gor": "skicka", "meddelande": "okant", "exempel": "finns_inte.json"},
        {"gor": "nasta"},
        {"gor": "annat"},
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(client: Client, draft: Draft, what: dict[str, str]) -> None:
    begun(client, draft)
    assert "Det går inte:" in act(client, draft, **what)
    assert len(Trial.objects.get().steps) == 2


def test_each_tries_for_themselves(client: Client, draft: Draft) -> None:
    begun(client, draft)
    other = pages.logged_in(workbench.owner("per"))
    assert "Det här har du gjort" not in pages.text(other.get(f"/verkstad/{draft.ref}/prova/"))
