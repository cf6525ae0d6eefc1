"""The map of personal data is what the förlopp, connectors and tables are: nothing is missing, nothing made up."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from disposal import datamap
from people.models import Staff
from tests import pages
from workflows import definitions, published
from workflows.models import ProcessVersion
from workflows.services import deployments

pytestmark = pytest.mark.django_db
BPMN = Path(__file__).resolve().parents[2] / "bpmn"
OURS = {"people", "plan", "workflows", "tasks", "integrations", "api", "audit", "disposal", "workbench", "followup"}


def test_every_table_of_ours_has_been_thought_of() -> None:
    """A new table? Say in disposal/tables.toml what it holds about whom, or that it holds nothing about anybody."""
    real = {model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS}
    assert datamap.listed() == real


def test_a_large_course_is_in_the_map_question_by_question_and_system_by_system(tmp_path: Path) -> None:
    deployments.publish(folder=definitions.read(BPMN / "trygg_hemgang"), by=None, now=timezone.now())
    (made,) = datamap.courses("trygg_hemgang")
    version = published.of(ProcessVersion.objects.get().public_id)
    asked = {
        (form.title, one.label)
        for name in version.sources
        if "forms/" in name
        for form in [version.form(published.form_key(name))]
        for one in form.walk()
        if one.type != "list"
    }
    assert len(asked) > 50
    assert asked <= {(row.part.removeprefix("Formuläret "), row.what) for row in made.rows}
    assert all(row.kind and row.ground and row.kept == "P10Y" and row.stored and row.secrecy for row in made.rows)
    sent = [row for row in made.rows if row.part == "Till ett annat system"]
    assert any("Kvittera att meddelandet är läst" in row.what and row.receivers == "region" for row in sent)
    assert any(row.part == "Från region" for row in made.rows)
    assert any("region" in row.receivers.split(", ") for row in made.rows if row.part.startswith("Formuläret"))
    path = tmp_path / "karta.csv"
    call_command("personal_data_map", str(path))
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))
    assert tuple(rows[0]) == datamap.HEADER
    assert {len(row) for row in rows} == {len(datamap.HEADER)}
    assert len(rows) == 1 + len(made.rows) + len(datamap.tables())


def test_no_cell_of_the_file_is_a_formula() -> None:
    odd = datamap.Row(**dict.fromkeys(datamap.Row.__dataclass_fields__, "=1+1"))
    assert ";'=1+1" in datamap.as_csv([odd])


def test_those_who_answer_for_it_read_it() -> None:
    pages.publish()
    for name, profession in (("p", "processagare"), ("d", "dataskyddsombud"), ("a", "arkivarie")):
        client = pages.logged_in(pages.staff(name, profession))
        first = pages.text(client.get("/personuppgifter/"))
        assert "Hembesök" in first
        assert "people_individual" in first
        told = pages.text(client.get("/personuppgifter/hembesok/"))
        assert "Behövs tolk?" in told
        assert "kan visa etniskt ursprung" in told
        assert client.get("/personuppgifter/finns_inte/").status_code == 404
        assert pages.text(client.get("/personuppgifter.csv")).startswith("\ufeffkälla;")


def test_others_do_not() -> None:
    client = pages.logged_in(pages.staff("anna", "samordnare"))
    for address in ("/personuppgifter/", "/personuppgifter/hembesok/", "/personuppgifter.csv"):
        assert client.get(address).status_code == 404
    assert Staff.objects.count() == 1
