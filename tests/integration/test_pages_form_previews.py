"""Process owners try the forms of their förlopp; nothing of it is saved, and nobody else sees the page."""

from pathlib import Path

import pytest
from django.utils import timezone

from people.models import Staff
from tasks import forms
from tasks.forms import made_up
from tests import pages
from workflows.forms import answers, definition
from workflows.models import HistoryEntry, ProcessInstance

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
PAGE = "/formular/alla_fragor/svara_pa_allt/"
BPMN = Path(__file__).parents[2] / "bpmn"
GOOD = {"kort": "a", "fran": "27/11", "svar": "ja", "klart": "true", "_rows:hjalpare": "1", "hjalpare-0-namn": "Eva"}


@pytest.fixture
def owner(db: None) -> Staff:
    pages.publish("alla_fragor")
    return pages.staff("pia", "processagare")


def test_the_list_leads_to_every_form(owner: Staff) -> None:
    client = pages.logged_in(owner)
    page = pages.text(client.get("/formular/"))
    assert f'href="{PAGE}"' in page
    assert 'href="/formular/"' in pages.text(client.get("/uppgifter/"))


@pytest.mark.parametrize(
    "look", ["", "?visa=ifyllt", "?visa=last", "?visa=ifyllt&bredd=telefon", "?visa=hittepa&version=1"]
)
def test_a_form_is_shown_empty_filled_in_and_as_it_is_read(owner: Staff, look: str) -> None:
    page = pages.text(pages.logged_in(owner).get(PAGE + look))
    assert "Hur trygg känner du dig?" in page
    assert ("Påhittat svar" in page) == ("visa=" in look and "hittepa" not in look)
    assert ('<form class="card"' in page) == ("last" not in look)


def test_sending_tells_what_is_wrong_or_how_it_would_be_read_and_saves_nothing(owner: Staff) -> None:
    client = pages.logged_in(owner)
    wrong = client.post(PAGE, GOOD | {"kort": "", "till": "26/11"})
    assert wrong.status_code == 422
    assert "Slutdagen är före startdagen." in pages.text(wrong)
    row = client.post(PAGE, GOOD | {"_add:hjalpare": "1"})
    assert row.status_code == 200
    assert "hjalpare-1-namn" in pages.text(row)
    right = pages.text(client.post(PAGE, GOOD))
    assert "Allt är rätt ifyllt" in right
    assert "27 november" in right
    assert not ProcessInstance.objects.exists()
    assert not HistoryEntry.objects.exists()


def test_nobody_else_sees_them_and_what_is_not_there_is_not_found(owner: Staff) -> None:
    other = pages.logged_in(pages.staff("sam", "samordnare"))
    assert {other.get(url).status_code for url in (PAGE, "/formular/")} == {404}
    client = pages.logged_in(owner)
    for url in (
        "/formular/alla_fragor/hittepa/",
        "/formular/hittepa/x/",
        f"{PAGE}?version=9",
        "/formular/alla_fragor/../x/",
    ):
        assert client.get(url).status_code == 404
    assert pages.logged_in(pages.staff("ivar", "it_drift")).get(PAGE).status_code == 200


def test_made_up_answers_fit_the_forms_of_the_repository() -> None:
    """All but what asks for what earlier steps gave, and rules across answers."""
    now = timezone.now()

    def shared(name: str) -> bytes:
        folder, _, form_name = name.partition("/")
        return (BPMN / folder / "forms" / f"{form_name}.json").read_bytes()

    wrong = []
    for file in sorted(BPMN.glob("*/forms/*.json")):
        form = definition.load(file.read_bytes(), shared=shared)
        cleaned = answers.clean(form, made_up.answers(form, {}, now=now), {}, now=now)
        assert forms.readonly(form, cleaned.answers)
        wrong += [
            error.message for error in cleaned.errors if "bland valen" in error.message or "ska vara" in error.message
        ]
    assert wrong == []
