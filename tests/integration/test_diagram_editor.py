"""The page of the BPMN editor, and what it asks of the server while one draws."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from people.models import Staff
from tests import pages, workbench
from workbench.models import Draft

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
DIAGRAM = "hembesok.bpmn"


@pytest.fixture
def owner() -> Staff:
    return workbench.owner()


@pytest.fixture
def client(owner: Staff) -> Client:
    return pages.logged_in(owner)


@pytest.fixture
def draft(owner: Staff) -> Draft:
    return workbench.draft(owner)


def _ask(client: Client, draft: Draft, address: str, body: object) -> Any:
    return client.post(f"/verkstad/{draft.ref}/{address}", json.dumps(body), content_type="application/json")


def test_the_editor_is_for_diagrams_of_the_draft_and_may_have_styles_of_its_own(client: Client, draft: Draft) -> None:
    answer = client.get(f"/verkstad/{draft.ref}/diagram/{DIAGRAM}")
    assert f'data-file="{DIAGRAM}"' in answer.content.decode()
    assert "style-src 'self' 'unsafe-inline'" in answer["Content-Security-Policy"]
    for name in ("finns_inte.bpmn", "process.toml"):
        assert client.get(f"/verkstad/{draft.ref}/diagram/{name}").status_code == 404


def test_others_than_owners_find_no_editor(draft: Draft) -> None:
    outside = pages.logged_in(pages.staff("ola", "samordnare"))
    assert outside.get(f"/verkstad/{draft.ref}/diagram/{DIAGRAM}").status_code == 404
    assert _ask(outside, draft, "tider", {"text": "P1D", "kind": "timeDuration"}).status_code == 404
    assert _ask(outside, draft, "kant", {"file": DIAGRAM, "text": "", "element": ""}).status_code == 404


def test_what_is_known_at_a_step_follows_what_is_drawn_and_not_what_is_saved(client: Client, draft: Draft) -> None:
    text = draft.files.get(name=DIAGRAM).text

    def names(element: str, drawn: str) -> dict[str, str]:
        found = _ask(client, draft, "kant", {"file": DIAGRAM, "text": drawn, "element": element}).json()["names"]
        return {each["name"]: each["type"] for each in found}

    known = names("gor_besok", text)
    assert known["person.alder"] == "tal"
    assert known["planera_besok.besoksdag"] == "datum som text"
    assert "planera_besok.besoksdag" not in names("planera_besok", text)
    drawn = text.replace('"planera_besok"', '"planera"').replace(">planera_besok<", ">planera<")
    assert "planera_besok" not in names("gor_besok", drawn)


@pytest.mark.parametrize("body", [[], {"text": 1}, {"kind": "timeCycle"}])
def test_what_cannot_be_understood_is_refused_in_swedish(client: Client, draft: Draft, body: object) -> None:
    for address in ("tider", "kant"):
        answer = _ask(client, draft, address, body)
        assert answer.status_code == 422
        assert "gick inte att läsa" in answer.json()["message"]


def test_a_broken_diagram_has_no_names_but_an_answer(client: Client, draft: Draft) -> None:
    answer = _ask(client, draft, "kant", {"file": DIAGRAM, "text": "<bpmn", "element": "gor_besok"})
    assert answer.status_code == 200
