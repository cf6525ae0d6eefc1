"""The archivist's pages: the decision and its record, holds, and a whole record to hand over."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from disposal.models import Handover, Hold, Item
from disposal.services import runs
from people.models import AccessLog, Contact, Staff
from people.services import plan
from tests import pages
from tests.disposing import CONTACT, LATER, MARK, ended, written_in
from workflows.models import UserTask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(tmp_path: Path, settings: Settings) -> Staff:
    settings.FORLOPP_FILES = tmp_path / "files"
    pages.publish()
    return pages.staff("anna", "samordnare")


@pytest.fixture
def archivist() -> Staff:
    return pages.staff("arvid", "arkivarie")


def test_the_archivist_decides_on_the_page_and_reads_the_record(client: Client, anna: Staff, archivist: Staff) -> None:
    ended(pages.person(), anna)
    run = runs.propose(now=timezone.now() + LATER)
    assert run is not None
    client.force_login(archivist)
    address = f"/gallring/{run.ref}/"
    assert "Det går inte att ångra" in client.get(address).content.decode()
    refused = client.post(address, {"beslut": ""})
    assert refused.status_code == 422
    assert client.post(address, {"beslut": "Plan 2026 § 14"}).status_code == 302
    runs.carry_out_due(now=timezone.now() + LATER)
    page = client.get(address).content.decode()
    assert "Gallringsprotokoll" in page
    assert "Plan 2026 § 14" in page
    assert "Provsson" not in page
    assert "rader borttagna" in page


def test_a_hold_is_placed_and_lifted_on_the_page_with_reasons(client: Client, archivist: Staff) -> None:
    pages.person()
    client.force_login(archivist)
    wished = {"personnummer": "19380514-2381", "skal": ""}
    assert client.post("/gallring/stopp/", wished).status_code == 422
    assert client.post("/gallring/stopp/", wished | {"personnummer": "196101182803"}).status_code == 422
    assert client.post("/gallring/stopp/", wished | {"skal": "Tvist"}).status_code == 302
    assert client.post("/gallring/stopp/", wished | {"skal": "Tvist"}).status_code == 422
    hold = Hold.objects.get()
    assert client.post("/gallring/stopp/", {"hav": str(hold.ref), "skal": ""}).status_code == 422
    assert client.post("/gallring/stopp/", {"hav": str(hold.ref), "skal": "Klar"}).status_code == 302
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lifted_why) == (archivist, "Klar")
    assert AccessLog.objects.filter(action__in=("hold", "lift-hold"), outcome="allowed").count() == 2


def test_the_archives_receipt_is_written_down_on_the_page(client: Client, anna: Staff, archivist: Staff) -> None:
    ended(pages.person(), anna)
    client.force_login(archivist)
    wished = {"personnummer": "19380514-2381", "sfar": "sol", "kvitto": "KA 2026:14"}
    for wrong, told in (
        ({"sfar": "hsl"}, "Välj vilken akt"),
        ({"kvitto": " "}, "Skriv arkivets beteckning"),
        ({"personnummer": "12"}, "Leveransen är inte antecknad"),
        ({}, "Akten är inte hämtad"),
    ):
        refused = client.post("/gallring/arkiv/", wished | wrong)
        assert refused.status_code == 422
        assert told in refused.content.decode()
    assert client.post("/gallring/akt/", {"personnummer": "19380514-2381", "skal": "Leverans"}).status_code == 200
    assert client.post("/gallring/arkiv/", wished).status_code == 302
    assert Handover.objects.get().receipt == "KA 2026:14"
    assert AccessLog.objects.filter(action="archive", reason="KA 2026:14").exists()


def test_nobody_else_gets_in(client: Client, anna: Staff) -> None:
    client.force_login(anna)
    assert client.get("/gallring/").status_code == 404
    assert client.get("/gallring/stopp/").status_code == 404
    assert client.get(f"/gallring/{uuid.uuid4()}/").status_code == 404
    assert Item.objects.count() == 0


def test_a_whole_record_holds_everything_that_destruction_would_remove(
    client: Client, anna: Staff, archivist: Staff
) -> None:
    begun = written_in(pages.person(), anna)
    plan.add(Contact, individual=begun.individual, told=CONTACT, by=anna, now=timezone.now())
    ended(pages.person("193902282387", "Doris"), anna)
    client.force_login(archivist)
    asked = {"personnummer": "19380514-2381", "skal": "Registerutdrag"}
    answer: Any = client.post("/gallring/akt/", asked)
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        names, told = archive.namelist(), archive.read("akt.json").decode()
        paper = next(archive.read(name) for name in names if name.endswith(".pdf"))
        file = next(archive.read(name) for name in names if name.startswith("filer/"))
    assert paper.startswith(b"%PDF")
    assert file.decode() == f"{MARK} i filen"
    for where in ("svaret", "utkastet", "kommentaren", "stoppet", "skälet", "rättelsen", "personens uppfattning"):
        assert f"{MARK} i {where}" in told
    rows = json.loads(told)["rader"]
    assert {"people.individual", "people.contact", "tasks.comment", "workflows.historyentry"} <= rows.keys()
    assert {row["name"] for row in rows["people.contact"]} == {f"Eva {MARK}"}
    assert "engine_state" not in rows["workflows.processinstance"][0]
    assert "Doris" not in told
    assert "Anna Prov" in told
    entry = AccessLog.objects.get(action="export")
    assert (entry.individual, entry.reason) == (begun.individual, "Registerutdrag")


@pytest.mark.parametrize(
    "wrong", [{"skal": ""}, {"personnummer": "12"}, {"personnummer": "196101182803"}], ids=["why", "number", "nobody"]
)
def test_a_record_is_not_handed_out_without_reason_or_person(
    client: Client, anna: Staff, archivist: Staff, wrong: dict[str, str]
) -> None:
    ended(pages.person(), anna)
    client.force_login(archivist)
    asked = {"personnummer": "19380514-2381", "skal": "Registerutdrag"}
    assert client.post("/gallring/akt/", asked | wrong).status_code == 422
    assert not AccessLog.objects.filter(action="export").exists()


def test_what_was_protected_then_is_not_handed_out_by_just_anybody(
    client: Client, anna: Staff, archivist: Staff
) -> None:
    begun = ended(pages.person(), anna)
    UserTask.objects.filter(instance=begun).update(is_restricted=True)
    client.force_login(archivist)
    asked = {"personnummer": "19380514-2381", "skal": "Registerutdrag"}
    assert client.post("/gallring/akt/", asked).status_code == 422
    Staff.objects.filter(pk=archivist.pk).update(may_see_protected=True)
    assert client.post("/gallring/akt/", asked).status_code == 200
