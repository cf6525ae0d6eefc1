"""The form editor without a script: every button, what it says, and two at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from people.models import Staff
from tests import pages, workbench
from workbench import form_text
from workbench.models import Draft

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NAME = workbench.PLAN


@pytest.fixture
def pia() -> Staff:
    return workbench.owner()


@pytest.fixture
def made(pia: Staff) -> Draft:
    return workbench.draft(pia)


@pytest.fixture
def client(pia: Staff, client: Client) -> Client:
    client.force_login(pia)
    return client


def address(made: Draft, page: str = "formular") -> str:
    return f"/verkstad/{made.ref}/{page}/{NAME}"


def press(client: Client, made: Draft, button: str, **typed: str) -> Any:
    revision = typed.pop("revision", str(made.files.get(name=NAME).revision))
    names = {name.replace("__", "-"): value for name, value in typed.items()}
    return client.post(address(made), {"revision": revision, "gor": button, **names}, follow=True)


def content(made: Draft) -> dict[str, Any]:
    return form_text.read(made.files.get(name=NAME).text)


def keys(made: Draft) -> list[str]:
    return [field["key"] for field in content(made)["fields"]]


def test_the_fields_stand_in_a_list_with_what_they_are(client: Client, made: Draft) -> None:
    page = client.get(address(made)).content.decode()
    for field in content(made)["fields"]:
        assert field["label"] in page
        assert f'id="falt-{field["key"]}"' in page


def test_a_question_is_added_named_after_what_it_asks_and_opened(client: Client, made: Draft) -> None:
    before = keys(made)
    answer = press(client, made, "lagg-till", nytt__fraga="Hur mår Åke?", nytt__slag="enum", nytt__var="0")
    assert keys(made) == [before[0], "hur_mar_ake", *before[1:]]
    assert "Frågan är tillagd." in answer.content.decode()
    assert 'name="e-label" value="Hur mår Åke?"' in answer.content.decode()


def test_what_was_written_is_kept_whatever_button_is_pressed(client: Client, made: Draft) -> None:
    first = keys(made)
    press(client, made, "ned:0", falt="0", e__label="Ny fråga?", e__required="true", e__required__fanns="1")
    assert keys(made)[:2] == [first[1], first[0]]
    assert content(made)["fields"][1]["label"] == "Ny fråga?"
    assert content(made)["fields"][1]["required"] is True


def test_undo_gives_back_what_was_there_step_by_step(client: Client, made: Draft) -> None:
    before = made.files.get(name=NAME).text
    press(client, made, "bort:0")
    after_one = made.files.get(name=NAME).text
    press(client, made, "kopiera:0")
    page = press(client, made, "angra").content.decode()
    assert made.files.get(name=NAME).text == after_one
    assert 'value="angra"' in page
    page = press(client, made, "angra").content.decode()
    assert made.files.get(name=NAME).text == before
    assert 'value="angra"' not in page


def test_saving_nothing_new_changes_nothing(client: Client, made: Draft) -> None:
    before = made.files.get(name=NAME)
    press(client, made, "oppna:0")
    press(client, made, "spara", falt="0", e__label=content(made)["fields"][0]["label"])
    assert made.files.get(name=NAME).revision == before.revision
    assert made.files.get(name=NAME).text == before.text


def test_two_at_once_lose_nothing(client: Client, made: Draft) -> None:
    old = str(made.files.get(name=NAME).revision)
    other = Client()
    other.force_login(workbench.owner("olle"))
    press(other, made, "kopiera:0")
    theirs = keys(made)
    answer = press(client, made, "spara", falt="0", e__label="Min fråga?", revision=old)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "sparade" in page
    assert 'name="e-label" value="Min fråga?"' in page
    assert keys(made) == theirs
    assert "Min fråga?" in made.savings.get(is_aside=True).text
    press(client, made, "spara", falt="0", e__label="Min fråga?")
    assert content(made)["fields"][0]["label"] == "Min fråga?"
    assert keys(made) == theirs


def test_findings_stand_at_the_field_they_are_about(client: Client, made: Draft) -> None:
    page = press(client, made, "spara", falt="0", e__show_if="== fel").content.decode()
    at_field = page.split(f'id="falt-{keys(made)[0]}"')[1].split("</li>")[0]
    assert "går inte att läsa" in at_field


@pytest.mark.parametrize("query", ["", "?ram=1", "?visa=ifyllt&bredd=telefon", "?visa=last"])
def test_the_preview_is_the_form_of_the_task_page(client: Client, made: Draft, query: str) -> None:
    answer = client.get(address(made, "formularvisning") + query)
    assert answer.status_code == 200
    assert content(made)["fields"][0]["label"] in answer.content.decode()
    assert answer["X-Frame-Options"] == ("SAMEORIGIN" if "ram" in query else "DENY")


@pytest.mark.parametrize(
    "broken", [{}, {"fields": [{"key": "a", "type": "enum"}, {"type": "scale"}, 3]}, {"fields": []}]
)
def test_a_form_that_is_not_right_yet_can_be_edited_and_looked_at(
    client: Client, made: Draft, broken: dict[str, Any]
) -> None:
    made.files.filter(name=NAME).update(text=json.dumps(broken))
    assert client.get(address(made)).status_code == 200
    assert client.get(address(made, "formularvisning")).status_code == 200


def test_what_is_no_form_is_edited_as_text(client: Client, made: Draft) -> None:
    made.files.filter(name=NAME).update(text="[")
    answer = client.get(address(made))
    assert answer["Location"].endswith(f"/text/{NAME}")


def test_a_new_form_is_made_from_its_name(client: Client, made: Draft) -> None:
    answer = client.post(f"/verkstad/{made.ref}/nytt-formular/", {"namn": "Ring anhörig"})
    assert answer["Location"].endswith("/formular/forms/ring_anhorig.json")
    assert client.get(answer["Location"]).status_code == 200


def test_others_see_nothing(made: Draft, client: Client) -> None:
    client.force_login(pages.staff("anna", "samordnare"))
    assert client.get(address(made)).status_code == 404
    assert client.get(address(made, "formularvisning")).status_code == 404
