"""A draft on paper: its routine, and its diagram as the browser has drawn it, without anything from elsewhere."""

from __future__ import annotations

import gzip
import io
import json

import pytest
from django.test import Client
from pypdf import PdfReader

from people.models import Staff
from tests import pages, workbench
from workbench.models import Draft
from workflows import pictured

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="800" height="200">'
    '<rect width="100" height="80"/><text x="10" y="20"><tspan>Ring åäö</tspan></text>{more}</svg>'
)


@pytest.fixture
def owner(db: None) -> Staff:
    return workbench.owner()


@pytest.fixture
def draft(owner: Staff) -> Draft:
    return workbench.draft(owner)


@pytest.fixture
def client(owner: Staff) -> Client:
    return pages.logged_in(owner)


def packed(told: object) -> bytes:
    return gzip.compress(json.dumps(told).encode())


def sent(svg: str, size: str = "a3") -> bytes:
    return packed({"size": size, "pictures": [{"title": "Hembesök", "svg": svg}, {"title": "En del", "svg": svg}]})


def posted(client: Client, draft: Draft, body: bytes) -> tuple[int, bytes]:
    answer = client.post(f"/verkstad/{draft.ref}/bild/hembesok.bpmn", body, content_type="application/gzip")
    return answer.status_code, answer.content


def test_each_picture_is_a_page_that_lies_with_letters_that_can_be_searched(client: Client, draft: Draft) -> None:
    status, made = posted(client, draft, sent(SVG.format(more="")))
    assert status == 200
    read = PdfReader(io.BytesIO(made)).pages
    assert len(read) == 2
    assert round(read[0].mediabox.width / 72 * 25.4) == 420
    text = " ".join(read[0].extract_text().split())
    for told in ("Hembesök", "Ring åäö", "utkast till ett nytt förlopp", "hembesok.bpmn", "Sida 1 av 2"):
        assert told in text


@pytest.mark.any_database
def test_nothing_is_fetched_from_elsewhere() -> None:
    more = (
        '<image xlink:href="/etc/hosts"/><script>1</script><g onclick="x()"><use href="http://a.invalid/#b"/></g>'
        '<style>@import url(http://a.invalid)</style><foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p>'
        "</foreignObject>"
    )
    kept = pictured.read(sent(SVG.format(more=more))).pictures[0].svg
    assert "Ring åäö" in kept
    for told in ("image", "script", "onclick", "use", "style", "foreignObject", "invalid", "hosts"):
        assert told not in kept


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ingen gzip",
        gzip.compress(b"ingen json"),
        packed([]),
        packed({"size": "a3", "pictures": []}),
        sent(SVG, size="a0"),
        sent("<svg"),
        sent('<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">&a;</svg>'),
        sent('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="nan"/>'),
        sent("<html/>"),
        gzip.compress(b'"' + b"a" * (pictured.MOST_BYTES + 10) + b'"'),
    ],
    ids=range(11),
)
def test_what_is_no_picture_is_refused_in_words(client: Client, draft: Draft, body: bytes) -> None:
    status, answer = posted(client, draft, body)
    assert status == 422
    assert "Läs om sidan" in json.loads(answer)["message"]


def test_the_routine_of_a_draft_tells_it_as_it_stands(client: Client, draft: Draft, owner: Staff) -> None:
    text = draft.files.get(name="hembesok.bpmn").text
    workbench.saved(draft, "hembesok.bpmn", text.replace('name="Gör besöket"', 'name="Hälsa på"'), 1, by=owner)
    answer = client.get(f"/verkstad/{draft.ref}/rutin.pdf")
    assert "rutin-hembesok-utkast.pdf" in answer["Content-Disposition"]
    read = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "Hälsa på" in read
    assert "utkast till ett nytt förlopp, sparat" in " ".join(read.split())


def test_it_is_as_secret_as_the_draft(draft: Draft) -> None:
    nurse = pages.logged_in(pages.staff("nina", "sjukskoterska"))
    assert nurse.get(f"/verkstad/{draft.ref}/rutin.pdf").status_code == 404
    assert posted(nurse, draft, sent(SVG))[0] == 404
