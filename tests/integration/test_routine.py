"""A published version as a routine: who may read it, what stands at its top, and the same on paper."""

from __future__ import annotations

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from people.models import Staff
from tests import pages
from workflows import definitions
from workflows.models import ProcessVersion
from workflows.services import deployments

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
PAGE, PDF = "/forlopp/hembesok/1/rutin/", "/forlopp/hembesok/1/rutin.pdf"


@pytest.fixture
def owner(db: None) -> Staff:
    folder = definitions.read(pages.FORLOPP / "hembesok")
    folder.papers["README.md"] = "# Hembesök\n\nVi hälsar på hemma.\n"
    deployments.publish(folder=folder, by=None, now=timezone.now())
    return pages.staff("pia", "processagare")


def test_it_tells_what_it_is_for_and_every_step_with_its_questions(owner: Staff) -> None:
    page = pages.text(pages.logged_in(owner).get(PAGE))
    assert "Vi hälsar på hemma." in page
    assert "1 (gäller nu), publicerad" in page
    elements = ProcessVersion.objects.get().compiled["elements"]
    for element in elements:
        assert page.count(f'id="steg-{element}"') == 1
    assert "Ska vara klart:" in page
    assert "Formulär:" in page
    targets = set(re.findall(r'href="#(steg-[^"]+)"', page))
    assert targets <= {f"steg-{element}" for element in elements}


def test_the_way_there_is_on_the_page_of_the_forlopp(owner: Staff) -> None:
    assert f'href="{PAGE}"' in pages.text(pages.logged_in(owner).get("/forlopp/hembesok/"))


def test_the_same_stands_on_paper(owner: Staff) -> None:
    answer = pages.logged_in(owner).get(PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert "rutin-hembesok-1.pdf" in answer["Content-Disposition"]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "Vi hälsar på hemma." in text
    for element in ProcessVersion.objects.get().compiled["elements"].values():
        if element["type"] == "userTask":
            assert element["name"] in " ".join(text.split())


def test_nobody_else_reads_it_and_a_version_that_is_not_there_is_the_same(owner: Staff) -> None:
    stranger = pages.logged_in(pages.staff("anna", "samordnare"))
    for address in (PAGE, PDF):
        assert stranger.get(address).status_code == 404
        assert pages.logged_in(owner).get(address.replace("/1/", "/7/")).status_code == 404


def test_it_costs_a_few_statements_whatever_it_tells(owner: Staff) -> None:
    client = pages.logged_in(owner)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as asked:
        client.get(PAGE)
    assert len(asked) <= 8
