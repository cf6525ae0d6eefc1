"""The diagrams of a published version as they are drawn: which there are, who may see them, the same on paper."""

from __future__ import annotations

import gzip
import io
import json
import re
from pathlib import Path

import pytest
from django.utils import timezone
from lxml import etree
from pypdf import PdfReader

from people.models import Staff
from tests import pages
from workflows import definitions
from workflows.services import deployments

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
ROOT = Path(__file__).parent.parent.parent
PAGE = "/forlopp/oppen_insats/1/diagram/"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="200"><text x="9" y="20">Ring åäö</text></svg>'


@pytest.fixture
def owner(db: None) -> Staff:
    deployments.publish(folder=definitions.read(ROOT / "bpmn" / "oppen_insats"), by=None, now=timezone.now())
    return pages.staff("pia", "processagare")


def test_every_diagram_that_the_forlopp_reaches_is_there_and_no_other(owner: Staff) -> None:
    client = pages.logged_in(owner)
    page = pages.text(client.get(PAGE))
    files = re.findall(r'\?fil=([^"]+)"', page)
    assert files[0] == "oppen_insats.bpmn"
    assert "_shared/avbryt_bestallningar.bpmn" in files
    assert "_shared/ibic.bpmn" not in files
    for file in files:
        told = client.get(PAGE + file)
        etree.fromstring(told.content)
        assert f'data-src="{PAGE}{file}"' in pages.text(client.get(PAGE, {"fil": file}))
    assert f'href="{PAGE}"' in pages.text(client.get("/forlopp/oppen_insats/"))


def test_on_paper_it_says_which_version_it_is(owner: Staff) -> None:
    body = gzip.compress(json.dumps({"size": "a3", "pictures": [{"title": "Det hela", "svg": SVG}]}).encode())
    client = pages.logged_in(owner)
    made = client.post(PAGE + "oppen_insats.bpmn.pdf", body, content_type="application/gzip")
    assert made["Content-Disposition"] == 'attachment; filename="oppen_insats-1.pdf"'
    text = " ".join(PdfReader(io.BytesIO(made.content)).pages[0].extract_text().split())
    for told in ("Social mötesplats och anhörigträffar · version 1", "Ring åäö", "oppen_insats.bpmn, publicerad"):
        assert told in text
    refused = client.post(PAGE + "oppen_insats.bpmn.pdf", b"ingen bild", content_type="application/gzip")
    assert refused.status_code == 422
    assert "Läs om sidan" in refused.json()["message"]


def test_what_is_no_diagram_of_it_is_not_there(owner: Staff) -> None:
    client = pages.logged_in(owner)
    version, missing = PAGE.replace("/1/", "/2/"), PAGE.replace("oppen_insats", "finns_inte")
    others = [PAGE + name for name in ("?fil=_shared/ibic.bpmn", "process.toml", "../process.toml", "forms/x.json")]
    for address in (version, missing, *others):
        assert client.get(address).status_code == 404


def test_who_may_not_look_into_a_forlopp_finds_nothing(owner: Staff) -> None:
    other = pages.logged_in(pages.staff("olle", "vaktmastare"))
    for address in (PAGE, PAGE + "oppen_insats.bpmn"):
        assert other.get(address).status_code == 404
    assert other.post(PAGE + "oppen_insats.bpmn.pdf", b"", content_type="application/gzip").status_code == 404
