"""The table editor without a script: cells, rows, columns, gaps, examples, and two at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from people.models import Staff
from tests import pages, workbench
from workbench.models import Draft
from workflows import dmn

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NAME = workbench.TABLE


@pytest.fixture
def pia() -> Staff:
    return workbench.owner()


@pytest.fixture
def made(pia: Staff) -> Draft:
    draft = workbench.draft(pia)
    workbench.with_table(draft, pia)
    return draft


@pytest.fixture
def client(pia: Staff, client: Client) -> Client:
    client.force_login(pia)
    return client


def press(client: Client, made: Draft, button: str, **typed: str) -> Any:
    revision = typed.pop("revision", str(made.files.get(name=NAME).revision))
    names = {name.replace("__", "-"): value for name, value in typed.items()}
    return client.post(
        f"/verkstad/{made.ref}/tabell/{NAME}", {"revision": revision, "gor": button, **names}, follow=True
    )


def text(made: Draft) -> str:
    return str(made.files.get(name=NAME).text)


def rows(made: Draft) -> list[list[str]]:
    logic = dmn.load(text(made).encode()).decisions["besok_per_dag"].logic
    assert isinstance(logic, dmn.DecisionTable)
    return [[cell.text for cell in (*rule.tests, *rule.outputs)] for rule in logic.rules]


def test_cells_are_written_rows_added_and_undone(client: Client, made: Draft) -> None:
    press(client, made, "rad-ny:1", c__0__0=">= 80", c__0__1='"tre"', n__0="Äldre behöver mer")
    assert rows(made) == [[">= 80", '"tre"'], ["-", ""]]
    page = press(client, made, "angra").content.decode()
    assert "Ångrat." in page
    assert rows(made) == [["-", '"skriv svaret"']]


def test_a_gap_is_shown_and_filled_by_a_button(client: Client, made: Draft) -> None:
    page = press(client, made, "spara", c__0__0=">= 80").content.decode()
    assert "Ingen rad för" in page
    assert "Personens ålder är <code>" in page
    press(client, made, "lucka:0")
    assert len(rows(made)) == 2
    assert rows(made)[1][0] == "< 80"


def test_two_rows_that_fit_at_once_are_told_at_the_row(client: Client, made: Draft) -> None:
    page = press(client, made, "rad-kopiera:0").content.decode()
    at_row = page.split('id="fynd-rad-1"')[1].split("</tr>")[0]
    assert "träffar båda" in at_row


def test_trying_saves_nothing_and_answers(client: Client, made: Draft) -> None:
    before = text(made)
    page = press(client, made, "prova", c__0__0=">= 80", x__0__namn="Gammal", x__0__0="82").content.decode()
    assert "Rad 1" in page.split('id="utfall-0"')[1].split("</div>")[0]
    assert 'value="&gt;= 80"' in page
    assert text(made) == before


def test_examples_are_saved_with_the_table_and_say_when_the_answer_is_another(client: Client, made: Draft) -> None:
    page = press(client, made, "spara", x__0__namn="Gammal", x__0__0="82", x__0__svar="tre").content.decode()
    assert "Inte som väntat" in page
    assert 'namn="Gammal"' in text(made)
    assert 'value="Gammal"' in client.get(f"/verkstad/{made.ref}/tabell/{NAME}").content.decode()


def test_a_column_is_added_opened_and_changed(client: Client, made: Draft) -> None:
    page = press(client, made, "ny-villkor", ny__rubrik="Bor ensam", ny__uttryck="planera.ensam").content.decode()
    assert "Kolumnen Bor ensam" in page
    page = press(client, made, "stang:1", kolumn="1", k__label="Ensam", k__type="boolean", k__text="a.b", k__values="")
    assert rows(made) == [["-", "-", '"skriv svaret"']]
    assert 'label="Ensam"' in text(made)
    assert 'typeRef="boolean"' in text(made)


def test_undo_first_takes_what_was_never_saved(client: Client, made: Draft) -> None:
    press(client, made, "spara", c__0__0="> 1")
    page = press(client, made, "angra", c__0__0="> 2").content.decode()
    assert "inte var sparat" in page
    assert rows(made)[0][0] == "> 1"


def test_signs_that_no_file_can_hold_are_left_out(client: Client, made: Draft) -> None:
    press(client, made, "spara", c__0__0="> 1\x0b\x00", n__0="å\ufffe\U0001f600")
    assert rows(made)[0][0] == "> 1"
    assert "å\U0001f600" in text(made)


def test_two_at_once_lose_nothing(client: Client, made: Draft) -> None:
    other = Client()
    other.force_login(workbench.owner("olle"))
    press(other, made, "spara", c__0__0="> 1")
    answer = press(client, made, "spara", c__0__1='"mitt"', revision="1")
    assert answer.status_code == 409
    assert rows(made) == [["> 1", '"skriv svaret"']]
    assert '"mitt"' in made.savings.get(is_aside=True).text


def test_a_new_table_is_made_from_its_name(client: Client, made: Draft) -> None:
    answer = client.post(f"/verkstad/{made.ref}/ny-tabell/", {"namn": "Hur bråttom?"})
    assert answer["Location"].endswith("/tabell/hur_brattom.dmn")
    assert client.get(answer["Location"]).status_code == 200


def test_a_decision_in_another_form_is_shown_and_left_alone(client: Client, made: Draft) -> None:
    boxed = text(made).replace("<decisionTable", "<relation").replace("</decisionTable>", "</relation>")
    made.files.filter(name=NAME).update(text=boxed)
    assert "lämnas som det är" in client.get(f"/verkstad/{made.ref}/tabell/{NAME}").content.decode()
    press(client, made, "spara", d__name="Annat namn", c__0__0="x")
    assert text(made) == boxed.replace('name="Besök per dag">\n    <variable', 'name="Annat namn">\n    <variable')


def test_what_is_no_table_is_edited_as_text_and_others_see_nothing(client: Client, made: Draft) -> None:
    made.files.filter(name=NAME).update(text="<a/>")
    assert client.get(f"/verkstad/{made.ref}/tabell/{NAME}")["Location"].endswith(f"/text/{NAME}")
    client.force_login(pages.staff("anna", "samordnare"))
    assert client.get(f"/verkstad/{made.ref}/tabell/{NAME}").status_code == 404
