"""A question about a colleague: searched for by name, chosen with a button, and nobody else on the page."""

from datetime import datetime
from typing import Any

import pytest
from django.http import QueryDict

from people.models import Assignment, Profession, Staff, Unit
from tasks import forms
from tests import pages
from workflows.forms import definition
from workflows.forms.shapes import Form

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NOW = datetime.fromisoformat("2026-11-21T14:05:00+01:00")


def _form(*fields: dict[str, Any]) -> Form:
    no_parts: dict[str, bytes] = {}
    return definition.load({"title": "Vem?", "fields": list(fields)}, shared=no_parts.__getitem__)


def _bind(form: Form, data: dict[str, str]) -> forms.BoundForm:
    post = QueryDict(mutable=True)
    post.update(data)
    return forms.bind(form, variables={}, now=NOW, post=post)


def _drawn(bound: forms.BoundForm) -> str:
    return pages.drawn("tasks/forms.html", "form", bound)


def _colleague(username: str, family_name: str = "Prov", hsa_id: str = "") -> Staff:
    unit, _ = Unit.objects.get_or_create(key="rehab", defaults={"name": "Rehab"})
    role, _ = Profession.objects.get_or_create(key="arbetsterapeut", defaults={"name": "Arbetsterapeut"})
    member = Staff.objects.create(username=username, first_name=username.title(), last_name=family_name, hsa_id=hsa_id)
    Assignment.objects.create(staff=member, profession=role, unit=unit, valid_from=NOW.date())
    return member


def test_who_has_an_hsa_id_is_shown_with_the_name_and_nobody_else_is_on_the_page() -> None:
    _colleague("astrid", hsa_id="SE2321000016-ASTRID")
    _colleague("örjan", hsa_id="SE2321000016-ORJAN")
    fields = [{"key": key, "type": "hsaid", "label": key, "default": "inloggad.hsa_id"} for key in ("en", "tva")]
    form = _form(*fields)
    bound = forms.bind(form, variables={"inloggad": {"hsa_id": "SE2321000016-ASTRID"}}, now=NOW)
    page = pages.drawn("tasks/forms.html", "form", bound)
    assert page.count('value="Astrid Prov, SE2321000016-ASTRID"') == 2
    assert "ORJAN" not in page
    nobody = forms.bind(form, variables={"inloggad": {"hsa_id": "SE2321000016-JAG"}}, now=NOW)
    assert pages.drawn("tasks/forms.html", "form", nobody).count('value="SE2321000016-JAG"') == 2
    [section] = forms.readonly(form, {"en": "SE2321000016-ASTRID", "tva": "SE2321000016-OKAND"})
    assert [entry.value for entry in section.entries] == ["Astrid Prov, SE2321000016-ASTRID", "SE2321000016-OKAND"]


WHO = _form(
    {"key": "lista", "type": "list", "label": "Lista", "required": True,
     "item": [{"key": "vem", "type": "hsaid", "label": "Vem", "required": True}]},
    {"key": "chef", "type": "ref", "of": "staff", "label": "Chef"},
)  # fmt: skip


def test_a_colleague_is_found_by_a_part_of_the_name_and_chosen_with_a_button() -> None:
    member = _colleague("örjan", "Åberg", hsa_id="SE2321000016-ORJAN")
    _colleague("astrid", hsa_id="SE2321000016-ASTRID")
    written = {"_shown": "", "_rows:lista": "1", "lista-0-vem": "örj ÅB", "chef": "", "_sought:chef": ""}
    bound = _bind(WHO, written | {"_find:lista-0-vem": "1"})
    shown = _drawn(bound)
    assert 'name="_pick:lista-0-vem" value="SE2321000016-ORJAN" autofocus' in shown
    assert "Astrid" not in shown
    picked = _bind(WHO, written | {"_pick:lista-0-vem": "SE2321000016-ORJAN"})
    assert (picked.is_valid(), picked.errors) == (False, [])
    assert 'value="Örjan Åberg, SE2321000016-ORJAN"' in _drawn(picked)
    chosen = _bind(WHO, written | {"_sought:chef": "åberg", "_pick:chef": str(member.public_id)})
    assert f'name="chef" value="{member.public_id}"' in _drawn(chosen)
    assert "Vald: <strong>Örjan Åberg</strong>" in _drawn(chosen)


def test_a_name_that_was_written_and_not_chosen_is_no_answer_but_is_searched_for() -> None:
    _colleague("astrid", hsa_id="SE2321000016-ASTRID")
    written = {"_shown": "", "_rows:lista": "1", "lista-0-vem": "astrid", "chef": "", "_sought:chef": "nils"}
    sent = _bind(WHO, written)
    assert {error.path for error in sent.errors} == {("lista", 0, "vem"), ("chef",)}
    shown = _drawn(sent)
    assert 'name="_pick:lista-0-vem" value="SE2321000016-ASTRID"' in shown
    assert "Ingen här heter så." in shown


def test_a_search_shows_ten_and_says_that_there_are_more() -> None:
    for number in range(12):
        _colleague(f"anna{number}")
    shown = _drawn(_bind(WHO, {"_shown": "", "_rows:lista": "1", "_sought:chef": "anna", "_find:chef": "1"}))
    assert shown.count('name="_pick:chef"') == 10
    assert "Det finns fler. Skriv mer av namnet." in shown
