"""Settings and scenarios of a draft as pages: saved where they stand, told when another was first, recorded anew."""

from __future__ import annotations

import re
import tomllib

import pytest
from django.test import Client

from people.models import Staff
from tests import pages, workbench
from workbench.models import Draft, Trial

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NAME = "scenarios/01_startar.toml"
CONTROL = re.compile(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"[^>]*>')


@pytest.fixture
def owner(db: None) -> Staff:
    return workbench.owner()


@pytest.fixture
def draft(owner: Staff) -> Draft:
    return workbench.draft(owner)


@pytest.fixture
def client(owner: Staff) -> Client:
    return pages.logged_in(owner)


def settings(draft: Draft) -> str:
    return f"/verkstad/{draft.ref}/installningar/process.toml"


def scenario(draft: Draft) -> str:
    return f"/verkstad/{draft.ref}/scenario/{NAME}"


def text(draft: Draft, name: str) -> str:
    return draft.files.get(name=name).text


def test_what_is_said_on_the_page_is_said_in_the_files_and_the_draft_is_called_so(client: Client, draft: Draft) -> None:
    before = text(draft, "process.toml")
    told = {"revision": "1", "title": "Hembesök hos äldre", "parameter-0": "21", "syfte": "Någon hälsar på."}
    lists = {"visible_to-finns": "ja", "visible_to": ["samordnare"], "person-1-bort": "ja"}
    assert client.post(settings(draft), {**told, **lists}).status_code == 302
    said = tomllib.loads(text(draft, "process.toml"))
    assert said["title"] == "Hembesök hos äldre"
    assert said["parameters"]["period_dagar"] == 21
    assert said["visible_to"] == ["samordnare"]
    assert [row["task"] for row in said["person"]] == ["bekrafta_mal"]
    assert "Någon hälsar på." in text(draft, "README.md")
    draft.refresh_from_db()
    assert draft.title == "Hembesök hos äldre"
    client.post(settings(draft), {"gor": "angra", "revision": "2"})
    assert text(draft, "process.toml") == before


def test_the_page_shows_what_the_file_says_and_what_is_wrong_stands_there(client: Client, draft: Draft) -> None:
    page = pages.text(client.get(settings(draft)))
    assert {"title", "owner", "retention", "parameter-0", "person-0-task"} <= set(CONTROL.findall(page))
    assert "Hembesök behövs, för hand" in page
    answer = client.post(settings(draft), {"revision": "1", "parameter-0": "många", "title": "Annat"})
    assert answer.status_code == 422
    assert 'value="Annat"' in pages.text(answer)
    assert 'href="#parameter-0"' in pages.text(answer)
    assert draft.files.get(name="process.toml").revision == 1


def test_who_comes_second_is_told_and_keeps_what_was_typed(client: Client, draft: Draft) -> None:
    theirs = text(draft, "process.toml").replace("P1Y", "P2Y")
    workbench.saved(draft, "process.toml", theirs, 1, by=workbench.owner("karin"))
    answer = client.post(settings(draft), {"revision": "1", "title": "Mitt"})
    assert answer.status_code == 409
    assert 'value="Mitt"' in pages.text(answer)
    assert text(draft, "process.toml") == theirs
    assert "Mitt" in draft.savings.get(is_aside=True).text


def test_a_file_that_is_no_toml_is_put_right_as_text(client: Client, draft: Draft, owner: Staff) -> None:
    workbench.saved(draft, "process.toml", "title = ", 1, by=owner)
    answer = client.get(settings(draft))
    assert answer.status_code == 302
    assert "/text/" in answer["Location"]


def test_a_scenario_is_called_and_ends_as_said(client: Client, draft: Draft, owner: Staff) -> None:
    workbench.tried(draft, owner)
    page = pages.text(client.get(scenario(draft)))
    assert "Scenariot går som det ska." in page
    assert "Ramlade" in page
    told = {"revision": "1", "titel": "Kommer i gång", "visar": "Någon har ramlat.", "slut": "klart"}
    page = pages.text(client.post(scenario(draft), told, follow=True))
    assert text(draft, NAME).startswith('# Någon har ramlat.\ntitle = "Kommer i gång"\n')
    assert tomllib.loads(text(draft, NAME))["step"][-1] == {"end": "klart"}
    assert "Scenariot går inte som det ska." in page
    assert "Ärendet pågår ännu" in page


def test_answers_are_changed_in_the_real_form(client: Client, draft: Draft, owner: Staff) -> None:
    workbench.tried(draft, owner)
    assert "Ramlade" in pages.text(client.get(f"{scenario(draft)}?steg=1"))
    assert client.post(f"{scenario(draft)}?steg=1", {"revision": "1", "orsak": ""}).status_code == 422
    assert client.post(f"{scenario(draft)}?steg=1", {"revision": "1", "orsak": "Yr"}).status_code == 302
    assert tomllib.loads(text(draft, NAME))["step"][0]["answers"] == {"orsak": "Yr"}
    assert client.get(f"{scenario(draft)}?steg=99").status_code == 404
    assert client.get(f"{scenario(draft)}?steg=2").status_code == 302


def test_it_is_recorded_anew_with_a_click_and_keeps_its_name_and_words(
    client: Client, draft: Draft, owner: Staff
) -> None:
    workbench.tried(draft, owner)
    client.post(scenario(draft), {"revision": "1", "titel": "Startar", "visar": "Det går i gång.", "slut": ""})
    assert client.post(scenario(draft), {"gor": "spela-in"})["Location"] == f"/verkstad/{draft.ref}/prova/"
    assert len(Trial.objects.get().steps) == 1
    assert "Spara i scenariot" in pages.text(client.get(f"/verkstad/{draft.ref}/prova/"))
    client.post(f"/verkstad/{draft.ref}/prova/gor/", {"gor": "vanta", "tid": "P1D"})
    client.post(f"/verkstad/{draft.ref}/prova/gor/", {"gor": "ersatt"})
    said = tomllib.loads(text(draft, NAME))
    assert [next(iter(step)) for step in said["step"]] == ["start", "tasks", "wait", "tasks"]
    assert text(draft, NAME).startswith('# Det går i gång.\ntitle = "Startar"\n')
    assert draft.files.filter(name__startswith="scenarios/").count() == 1
