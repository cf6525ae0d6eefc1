"""Persons: numbers as people write them, persons that must not be seen or mixed up, and rows of files about them."""

from __future__ import annotations

import gzip
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.batches import arriving
from integrations.hemtjanst import contracts
from integrations.models import Batch, HomeCareVisit
from people.models import AccessLog, Individual
from tests import batches, pages
from tests.bad_inputs.edges import Answer, answered, edge
from workflows.models import ProcessInstance, UserTask

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
FILE = "besok_norr_1880_20261121.csv"
NEW = {"forlopp": "hembesok", "fornamn": "Birgitta", "efternamn": "Prov (påhittad)"}


@edge
def number(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """Anna begins a förlopp for somebody by their number; `is_stored` as that type and number."""
    pages.publish()
    client = pages.logged_in(pages.staff("anna", "samordnare"))
    answer = client.post("/arenden/starta/", NEW | {"personnummer": feed["number"]}, follow=True)
    kept = list(Individual.objects.values_list("identity_type", "identity_number"))
    assert kept == [tuple(one) for one in feed.get("is_stored", [])]
    assert not ProcessInstance.objects.exists()
    if answer.status_code == 422:
        assert feed["number"] in pages.text(answer)
    assert not any(feed["number"] in one for one in AccessLog.objects.values_list("object_id", flat=True))
    return answered(answer)


@edge
def protected(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """Doris, whose data are protected, on the pages and in the files of one who may not see her."""
    pages.publish()
    trusted = pages.staff("tove", "samordnare", may_see_protected=True)
    doris = pages.person("193902282387", "Doris", protection=feed["protection"])
    instance = pages.start(doris, trusted)
    task = UserTask.objects.get(instance=instance)
    client = pages.logged_in(pages.staff("anna", "samordnare"))
    known = {"person": doris.ref, "instance": instance.public_id, "task": task.public_id}
    seen = [client.get(page.format(**known)) for page in feed["pages"]]
    seen += [client.post("/uppgifter/sok/", {"sok": "Doris"}, follow=True), client.post("/personer/", {"sok": "Doris"})]
    texts = "".join(map(pages.text, seen))
    found = texts.replace('value="Doris"', "")
    assert "Doris" not in found.replace("”Doris”", "")
    assert "193902282387" not in texts
    assert "19390228-2387" not in texts
    return answered(client.get(feed["last"].format(**known)))


@edge
def same_name(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """Two of one name are two persons, each with what is theirs, and the number tells them apart."""
    pages.publish()
    anna = pages.staff("anna", "samordnare")
    one, other = pages.person(), pages.person("196101182803")
    pages.start(one, anna)
    answer = pages.logged_in(anna).get(f"/personer/{one.ref}/")
    assert Individual.objects.count() == 2
    assert ProcessInstance.objects.get().individual == one
    assert not other.instances.exists()
    return answered(answer)


@edge
def batch(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """A file of visits in the folder of home care; the planner's page of it, and the report it leads to."""
    berit, planner = pages.person(), pages.staff("par", "hemtjanst_planerare")
    with tempfile.TemporaryDirectory() as place, batches.watched(Path(place)):
        batches.put(Path(place), FILE, _content(feed, berit))
        arriving.look("hemtjanst", clock=lambda: NOW)
    made, client = Batch.objects.get(), pages.logged_in(planner)
    assert HomeCareVisit.objects.count() == feed["taken"]
    page = client.get(f"/integrationer/hemtjanst/filer/{made.public_id}/")
    report = client.get(f"/integrationer/hemtjanst/filer/{made.public_id}/rapport.csv")
    told = report.getvalue() if report.status_code == 200 else b""
    told = gzip.decompress(told) if told[:2] == b"\x1f\x8b" else told
    assert not any(f";{sign}cmd" in f";{told.decode('utf-8-sig')}" for sign in "=+-@")
    return Answer(page.status_code, pages.text(page) + told.decode("utf-8-sig"))


def _content(feed: dict[str, Any], berit: Individual) -> bytes:
    if "text" in feed:
        return str(feed["text"]).encode(feed.get("encoding", "utf-8"))
    rows = [_visit(berit, number) for number in range(1, feed["rows"] + 1)]
    rows[-1] |= feed.get("last", {})
    made = batches.written(rows, list(contracts.VISIT_COLUMNS))
    return b"\xef\xbb\xbf" + made if feed.get("mark") else made


def _visit(berit: Individual, number: int) -> dict[str, Any]:
    return {
        "besok_id": f"B-{number}",
        "person_ref": berit.ref,
        "datum": "2026-11-21",
        "planerad_start": "2026-11-21T08:00:00+01:00",
        "planerad_min": 30,
        "faktisk_start": "2026-11-21T08:05:00+01:00",
        "faktisk_slut": "2026-11-21T08:35:00+01:00",
        "personal_hsa": "SE1-A",
        "status": "utford",
        "kalla": "app",
    }
