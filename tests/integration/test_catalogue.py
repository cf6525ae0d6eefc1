"""Those who own förlopp see them all, read what they are for, and take them with them as packages."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import Staff
from tests import pages
from workflows import definitions
from workflows.models import Papers, ProcessVersion
from workflows.services import deployments

pytestmark = pytest.mark.django_db
README = """# Hembesök

Vi hälsar på
hemma.

## Tider

| när | vem |
| --- | --- |
| nu | Bo |

<script>x</script>
"""
PACKAGE = "/forlopp/hembesok/1/paket.zip"


@pytest.fixture
def owner(db: None) -> Staff:
    folder = definitions.read(pages.FORLOPP / "hembesok")
    folder.papers.update({"README.md": README, "scenarios/01.toml": 'title = "Ingen är hemma"\n'})
    deployments.publish(folder=folder, by=None, now=timezone.now())
    return pages.staff("pia", "processagare")


def test_the_list_tells_what_each_is_for_and_how_many_are_under_way(owner: Staff) -> None:
    pages.start(pages.person(), pages.staff("anna", "samordnare"))
    page = pages.text(pages.logged_in(owner).get("/forlopp/"))
    assert "Vi hälsar på hemma." in page
    assert "1 ärende pågår" in page
    assert 'aria-label="Diagram över Hembesök"' in page


def test_a_search_finds_by_name_and_purpose(owner: Staff) -> None:
    client = pages.logged_in(owner)
    assert "1 träff" in pages.text(client.get("/forlopp/?sok=HÄLSAR+hem"))
    assert "Inget förlopp passar" in pages.text(client.get("/forlopp/?sok=sjukhus"))


def test_the_list_costs_the_same_however_many_there_are(owner: Staff) -> None:
    client = pages.logged_in(owner)
    client.get("/forlopp/")
    with CaptureQueriesContext(connection) as few:
        client.get("/forlopp/")
    folder = definitions.read(pages.FORLOPP / "hembesok")
    for key in ("a", "b", "c"):
        other = definitions.Folder({**folder.config, "key": key}, folder.sources)
        deployments.publish(folder=other, by=None, now=timezone.now())
    client.get("/forlopp/")
    with CaptureQueriesContext(connection) as many:
        client.get("/forlopp/")
    assert len(many) == len(few)


def test_the_readme_is_the_front_page_and_no_html_of_its_is_ours(owner: Staff) -> None:
    page = pages.text(pages.logged_in(owner).get("/forlopp/hembesok/"))
    assert "<h2>Tider</h2>" in page
    assert '<table class="table">' in page
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page
    assert "Ingen är hemma" in page
    assert page.count("<h1>") == 1


def test_nobody_else_sees_it(owner: Staff) -> None:
    client = pages.logged_in(pages.staff("anna", "samordnare"))
    addresses = ("/forlopp/", "/forlopp/hembesok/", PACKAGE, "/forlopp/finns-inte/")
    assert [client.get(address).status_code for address in addresses] == [404] * 4


def test_a_package_goes_to_another_municipality_and_comes_out_the_same(owner: Staff, tmp_path: Path) -> None:
    client = pages.logged_in(owner)
    first, second = client.get(PACKAGE).content, client.get(PACKAGE).content
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        about = json.loads(package.read("paket.json"))
    assert (about["key"], about["version"], about["made_by"]) == ("hembesok", 1, "Förlopp")
    (tmp_path / "hembesok.zip").write_bytes(first)
    Papers.objects.all().delete()
    call_command("load_forlopp", str(tmp_path / "hembesok.zip"))
    assert ProcessVersion.objects.count() == 1  # the very same content
    assert Papers.objects.get().files["README.md"] == README


def test_the_command_writes_what_the_page_gives_and_over_nothing(owner: Staff, tmp_path: Path) -> None:
    path = tmp_path / "ut.zip"
    call_command("export_forlopp", "hembesok", str(path))
    assert path.read_bytes() == pages.logged_in(owner).get(PACKAGE).content
    for words in (["hembesok", str(path)], ["finns_inte", str(tmp_path / "x.zip")]):
        with pytest.raises(CommandError):
            call_command("export_forlopp", *words)


def test_words_beside_the_diagram_make_no_new_version(owner: Staff) -> None:
    folder = definitions.read(pages.FORLOPP / "hembesok")
    folder.papers["README.md"] = "# Nytt\n\nNytt syfte."
    _, is_new = deployments.publish(folder=folder, by=None, now=timezone.now())
    assert not is_new
    assert "Nytt syfte." in pages.text(pages.logged_in(owner).get("/forlopp/hembesok/"))
