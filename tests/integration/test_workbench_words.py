"""The diagram in words, changed without a script: every button, what it says, and two at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html

from people.models import Profession, Staff
from tests import pages, workbench
from workbench.models import Draft
from workbench.services import drafts
from workflows import diagram

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NAME = "hembesok.bpmn"


@pytest.fixture
def pia() -> Staff:
    return workbench.owner()


@pytest.fixture
def made(pia: Staff) -> Draft:
    Profession.objects.get_or_create(key="sjukskoterska", defaults={"name": "Sjuksköterska"})
    return workbench.draft(pia)


@pytest.fixture
def client(pia: Staff, client: Client) -> Client:
    client.force_login(pia)
    return client


def address(made: Draft) -> str:
    return f"/verkstad/{made.ref}/ord/{NAME}"


def press(client: Client, made: Draft, button: str, step: str = "planera_besok", **typed: str) -> Any:
    revision = typed.pop("revision", str(made.files.get(name=NAME).revision))
    names = {name.replace("__", "-"): value for name, value in typed.items()}
    return client.post(address(made), {"revision": revision, "gor": button, "steg": step, **names}, follow=True)


def elements(made: Draft) -> dict[str, diagram.Element]:
    return diagram.elements(diagram.parse(made.files.get(name=NAME).text.encode()))


def panel(page: str, step: str) -> dict[str, str]:
    """What stands in the controls of a page, as a browser would post it."""
    forms: Any = html.fromstring(page).iter("form")
    form = next(form for form in forms if form.fields.get("steg") == step)
    return {name: value for name, value in form.form_values() if name not in {"gor", "csrfmiddlewaretoken"}}


def test_every_step_stands_there_with_a_way_to_change_it(client: Client, made: Draft) -> None:
    page = pages.text(client.get(address(made)))
    for key in elements(made):
        assert page.count(f'id="steg-{key}"') == 1
        assert f'href="?steg={key}#steg-{key}"' in page


def test_opening_and_saving_a_step_changes_nothing(client: Client, made: Draft) -> None:
    before = made.files.get(name=NAME)
    for key in elements(made):
        page = pages.text(client.get(f"{address(made)}?steg={key}"))
        client.post(address(made), {**panel(page, key), "gor": "spara"})
    after = made.files.get(name=NAME)
    assert (after.text, after.revision) == (before.text, before.revision)


def test_a_step_gets_a_name_a_description_a_profession_and_a_time(client: Client, made: Draft) -> None:
    told = {
        "e__namn": "Planera hembesöket",
        "e__text": "Ring först.",
        "e__vem": "sjukskoterska",
        "e__klart__antal": "3",
        "e__klart__enhet": "A",
    }
    page = pages.text(press(client, made, "spara", **told))
    one = elements(made)["planera_besok"]
    assert (one.name, one.documentation, one.lane) == ("Planera hembesöket", "Ring först.", "sjukskoterska")
    assert one.properties["forfaller"] == "arbetsdagar_efter(now(), 3)"
    assert "inom 3 arbetsdagar" in page
    assert "Sparat." in page


def test_a_new_step_is_opened_and_has_a_form(client: Client, made: Draft) -> None:
    page = pages.text(press(client, made, "lagg-till", ny__slag="uppgift", ny__namn="Ring en anhörig"))
    assert elements(made)["ring_en_anhorig"].type == "userTask"
    assert made.files.filter(name="forms/ring_en_anhorig.json").exists()
    assert 'name="steg" value="ring_en_anhorig"' in page
    assert f"/verkstad/{made.ref}/formular/forms/ring_en_anhorig.json" in page


def test_a_form_that_was_called_what_its_step_was_is_called_what_it_is(client: Client, made: Draft) -> None:
    press(client, made, "lagg-till", ny__slag="uppgift", ny__namn="Nytt steg")
    press(client, made, "spara", step="nytt_steg", e__namn="Ring läkaren")
    assert '"title": "Ring läkaren"' in made.files.get(name="forms/nytt_steg.json").text
    own = made.files.get(name="forms/nytt_steg.json")
    own.text = own.text.replace("Ring läkaren", "Eget namn")
    own.save()
    press(client, made, "spara", step="nytt_steg", e__namn="Ring igen")
    assert '"title": "Eget namn"' in made.files.get(name="forms/nytt_steg.json").text


def test_undo_gives_back_what_was_there(client: Client, made: Draft) -> None:
    before = made.files.get(name=NAME).text
    press(client, made, "lagg-till", ny__slag="tid", ny__namn="Vänta lite")
    assert "vanta_lite" in elements(made)
    press(client, made, "angra")
    assert made.files.get(name=NAME).text == before


def test_undo_takes_back_the_form_that_came_with_a_step_unless_somebody_has_written_in_it(
    client: Client, made: Draft, pia: Staff
) -> None:
    for is_written in (False, True):
        press(client, made, "lagg-till", ny__slag="uppgift", ny__namn="Ring hem")
        form = made.files.get(name="forms/ring_hem.json")
        if is_written:
            drafts.save(draft=made, name=form.name, text="{}", revision=1, by=pia, now=timezone.now())
        press(client, made, "angra")
        assert "ring_hem" not in elements(made)
        assert made.files.filter(name=form.name).exists() is is_written


def test_what_happens_during_a_step_is_added_and_opened(client: Client, made: Draft) -> None:
    press(client, made, "lagg-kant", kant__slag="paminnelse", kant__namn="Dags att ringa")
    edge = elements(made)["dags_att_ringa"]
    assert edge.is_interrupting is False
    page = pages.text(client.get(f"/verkstad/{made.ref}/ord/{NAME}?steg=dags_att_ringa"))
    assert "Vad händer med steget?" in page
    assert made.files.filter(name="forms/nytt_steg.json").exists()


def test_what_cannot_be_done_is_told_and_what_was_written_is_kept(client: Client, made: Draft) -> None:
    answer = press(client, made, "spara", e__namn="Nytt namn", e__klart__antal="tre", e__klart__enhet="D")
    assert answer.status_code == 422
    page = pages.text(answer)
    assert "Skriv hur många med siffror" in page
    assert 'value="tre"' in page
    assert 'value="Nytt namn"' in page


def test_two_at_once_lose_nothing(client: Client, made: Draft) -> None:
    old = str(made.files.get(name=NAME).revision)
    other = Client()
    other.force_login(workbench.owner("olle"))
    press(other, made, "spara", e__namn="Deras namn")
    answer = press(client, made, "spara", e__namn="Mitt namn", revision=old)
    assert answer.status_code == 409
    page = pages.text(answer)
    assert "medan du skrev" in page
    assert 'value="Mitt namn"' in page
    assert elements(made)["planera_besok"].name == "Deras namn"
    assert "Mitt namn" in made.savings.get(is_aside=True).text


def test_what_is_wrong_stands_at_its_step(client: Client, made: Draft) -> None:
    page = pages.text(press(client, made, "lagg-till", ny__slag="system", ny__namn="Skicka"))
    at_step = page.split('id="steg-skicka"')[1].split("</li>")[0]
    assert "saknar koppling" in at_step


def test_a_condition_is_chosen_in_words(client: Client, made: Draft) -> None:
    press(client, made, "lagg-till", ny__slag="val", ny__namn="Behövs tolk?")
    page = pages.text(client.get(f"{address(made)}?steg=gw_behovs_tolk"))
    ways = panel(page, "gw_behovs_tolk")
    second = next(key for key in ways if key.endswith("nytt_steg-valt"))
    assert 'value="planera_besok.tolk = true"' in page
    client.post(address(made), {**ways, second: "planera_besok.tolk = true", "gor": "spara"})
    page = pages.text(client.get(address(made)))
    assert "planera_besok.tolk = true" in made.files.get(name=NAME).text
    assert "är ja" in page.split('id="steg-gw_behovs_tolk"')[1].split("</ul>")[0]


def test_a_shared_diagram_and_a_closed_draft_are_only_read(client: Client, made: Draft, pia: Staff) -> None:
    made.state = "discarded"
    made.save()
    page = pages.text(client.get(f"{address(made)}?steg=planera_besok"))
    assert 'name="steg"' not in page
    assert press(client, made, "spara", e__namn="Nej").status_code == 200
    assert elements(made)["planera_besok"].name != "Nej"


def test_what_is_called_is_read_where_it_is_told(client: Client, made: Draft) -> None:
    process = '<process id="annat" name="Annat" isExecutable="true"><startEvent id="a1"/></process>'
    head = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">'
    drafts.save(
        draft=made,
        name="annat.bpmn",
        text=f"{head}{process}</definitions>",
        revision=0,
        by=made.created_by,
        now=timezone.now(),
    )
    file = made.files.get(name=NAME)
    file.text = file.text.replace(
        "<bpmn:userTask ", '<bpmn:callActivity id="anrop" calledElement="annat"/><bpmn:userTask ', 1
    )
    file.save()
    page = pages.text(client.get(address(made)))
    assert f'<a href="/verkstad/{made.ref}/ord/annat.bpmn#forlopp-annat">Annat</a>' in page


def test_another_profession_finds_nothing(made: Draft) -> None:
    stranger = pages.logged_in(pages.staff("anna", "samordnare"))
    assert stranger.get(address(made)).status_code == 404
