"""What forms.js adds: questions come and go as their condition is answered, in agreement with the server."""

from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tasks import forms
from tests import pages
from workflows.forms import definition

NOW = datetime.fromisoformat("2026-11-21T14:05:00+01:00")
SCRIPT = Path(__file__).parents[2] / "web" / "static" / "web" / "forms.js"
CHOICES = [{"value": "ja", "label": "Ja"}, {"value": "nej", "label": "Nej"}, {"value": "vet_ej", "label": "Vet inte"}]
FORM = {
    "title": "Frågor",
    "fields": [
        {"key": "svar", "type": "enum", "label": "Svar", "choices": CHOICES},
        {"key": "hur", "type": "str", "label": "Hur?", "show_if": 'svar != null and svar != "nej"'},
        {"key": "hund", "type": "bool", "label": "Har hund", "show_if": 'svar = "ja"'},
        {"key": "ras", "type": "str", "label": "Vilken ras?", "show_if": "hund"},
        {"key": "utan", "type": "str", "label": "Varför ingen hund?", "show_if": "hund = false"},
        {"key": "vilka", "type": "multi", "label": "Vilka", "choices": CHOICES},
        {"key": "mer", "type": "str", "label": "Mer", "show_if": 'list contains(vilka, "ja")'},
    ],
}


@pytest.fixture
def shown(page: Page) -> Page:
    no_parts: dict[str, bytes] = {}
    form = definition.load(FORM, shared=no_parts.__getitem__)
    bound = forms.bind(form, variables={}, now=NOW)
    body = pages.drawn("tasks/forms.html", "form", bound)
    page.set_content(f'<!doctype html><html lang="sv"><form method="post" novalidate>{body}</form></html>')
    page.add_script_tag(content=SCRIPT.read_text())
    return page


def visible(page: Page) -> set[str]:
    labels = {"Hur?", "Har hund", "Vilken ras?", "Varför ingen hund?", "Mer"}
    return {label for label in labels if page.get_by_label(label).first.is_visible()}


def test_questions_follow_the_answers(shown: Page) -> None:
    # FEEL: a hidden answer is null, and null = false is not true.
    assert visible(shown) == set()
    shown.get_by_label("Ja", exact=True).first.check()
    assert visible(shown) == {"Hur?", "Har hund", "Varför ingen hund?"}
    shown.get_by_label("Har hund").check()
    assert visible(shown) == {"Hur?", "Har hund", "Vilken ras?"}
    shown.get_by_label("Vet inte").first.check()
    assert visible(shown) == {"Hur?"}
    shown.get_by_label("Nej", exact=True).first.check()
    assert visible(shown) == set()
    shown.get_by_role("group", name="Vilka").get_by_label("Ja").check()
    assert visible(shown) == {"Mer"}


def test_what_was_written_in_a_hidden_question_comes_back_with_it(shown: Page) -> None:
    shown.get_by_label("Ja", exact=True).first.check()
    shown.get_by_label("Hur?").fill("Så här")
    shown.get_by_label("Nej", exact=True).first.check()
    shown.get_by_label("Ja", exact=True).first.check()
    expect(shown.get_by_label("Hur?")).to_have_value("Så här")
