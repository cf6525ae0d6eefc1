"""An event log is read back by a process mining library and by the standards' schemas, and names nobody."""

from __future__ import annotations

import csv
import io
import json
import os
import uuid
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import r4pm
from django.core.management import CommandError, call_command
from jsonschema import Draft7Validator
from lxml import etree
from pyarrow import parquet
from r4pm import bindings

from followup.eventlog import making
from followup.eventlog.making import FORMATS, Wanted
from people.models import AccessLog, Assignment, Individual, Staff, Unit
from tests import pages
from tests.integration.test_flow_counting import HOUR, NOW, begin, do, publish
from workflows.models import ProcessDefinition, ProcessInstance
from workflows.services import instances, not_done

pytestmark = pytest.mark.django_db
SCHEMAS = Path(__file__).parents[1] / "fixtures/eventlog"
PAGE = "/uppfoljning/prov/handelselogg/"
XES = "{http://www.xes-standard.org/}"
ASKED = {"fran": "2026-11-01", "till": "2026-11-30", "andamal": "Årsrapport"}
CALLED = ["Ring hem", "Besök"]


@pytest.fixture
def went(anna: Staff, berit: Individual) -> list[ProcessInstance]:
    """One went the whole way, one was tried in vain and broken off, one broken off before anybody took it up."""
    publish()
    found = [begin(berit, anna), begin(berit, anna), begin(berit, anna)]
    do(found[0], "ja", anna, NOW + 2 * HOUR)
    do(found[0], "hemligt ord", anna, NOW + 5 * HOUR)
    said = {"skal": "ingen_hemma", "nar": "en_timme"}
    tried = found[1].user_tasks.get()
    not_done.could_not(task=tried, answers=said, by=anna, now=NOW + HOUR, action_id=uuid.uuid4())
    for number, one in enumerate(found[1:]):
        instances.cancel(instance=one, reason="Flyttade till Vägen 3", by=anna, now=NOW + (3 + number) * HOUR)
    return found


def made(form: str, collection: str = "") -> bytes:
    out = io.BytesIO()
    wanted = Wanted(
        definition=ProcessDefinition.objects.get(),
        first=NOW.date(),
        last=NOW.date(),
        format=form,
        collection=collection,
    )
    making.make(wanted, out, by=None, reason="prov", now=NOW)
    return out.getvalue()


def rows(form: str = "csv", collection: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made(form, collection).decode())))


def test_ocel_is_as_its_schema_says_and_a_library_reads_what_happened(
    went: list[ProcessInstance], tmp_path: Path
) -> None:
    text = made("ocel")
    log = json.loads(text)
    schema = json.loads((SCHEMAS / "ocel20-schema-json.json").read_text(encoding="utf-8"))
    Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER).validate(log)
    known = {one["id"] for one in log["objects"]}
    assert len(known) == len(log["objects"])
    assert {to["objectId"] for one in log["events"] + log["objects"] for to in one["relationships"]} <= known
    assert {one["type"] for one in log["events"]} == {one["name"] for one in log["eventTypes"]}
    file = tmp_path / "log.json"
    file.write_bytes(text)
    read = bindings.slim_link_ocel(ocel=r4pm.import_item("OCEL", str(file)))
    assert bindings.num_events(ocel=read) == len(log["events"]) == len(rows())
    kinds = Counter(one["type"] for one in log["objects"])
    assert kinds == {"Ärende": 3, "Person": 1, "Uppgift": 4, "Profession": 1}
    flat = bindings.flatten_ocel_on(ocel=read, object_type="Ärende")
    assert bindings.get_num_cases(bindings.log_to_activity_projection(flat)) == 3


def test_xes_is_as_the_standard_says_and_a_library_reads_the_same_traces(
    went: list[ProcessInstance], tmp_path: Path
) -> None:
    file = tmp_path / "log.xes"
    file.write_bytes(made("xes"))
    tree = etree.parse(str(file))
    etree.RelaxNG(etree.parse(str(SCHEMAS / "xes.rng"))).assertValid(tree)
    if published := os.environ.get("XES_XSD"):
        _published(published, file)
    for component in [*tree.iter(f"{XES}event"), *tree.iter(f"{XES}trace")]:
        keys = [one.get("key") for one in component if one.get("key")]
        assert len(keys) == len(set(keys))
    log = r4pm.import_item("EventLog", str(file))
    assert bindings.get_num_cases(bindings.log_to_activity_projection(log)) == 3
    whole = next(one for one in tree.iter(f"{XES}trace") if one.find(f"{XES}string[@value='completed']") is not None)
    steps = [(_value(one, "concept:name"), _value(one, "lifecycle:transition")) for one in whole.iter(f"{XES}event")]
    assert [step for step in steps if step[0] in CALLED] == [
        ("Ring hem", "schedule"), ("Ring hem", "complete"), ("Besök", "schedule"), ("Besök", "complete"),
    ]  # fmt: skip


def _published(path: str, file: Path) -> None:
    """By the IEEE's own schema, which has no namespace of its own."""
    bare = etree.fromstring(file.read_bytes().replace(b' xmlns="http://www.xes-standard.org/"', b""))
    etree.XMLSchema(etree.parse(path)).assertValid(bare)


def _value(event: Any, key: str) -> str:
    return str(event.find(f"{XES}*[@key='{key}']").get("value"))


def test_what_was_called_off_is_told_from_what_was_left(went: list[ProcessInstance]) -> None:
    left = Counter((row["overgang"], row["lage"]) for row in rows() if row["handelse"] == "cancelled")
    assert left == {("ate_abort", "aborted"): 1, ("withdraw", "cancelled"): 1, ("pi_abort", "aborted"): 2}
    [tried] = [row for row in rows() if row["handelse"] == "attempted"]
    assert (tried["lage"], tried["orsak"], tried["steg"]) == ("postponed", "ingen_hemma", "Ring hem")


def test_parquet_and_csv_say_the_same_with_types(went: list[ProcessInstance]) -> None:
    table = parquet.read_table(io.BytesIO(made("parquet", "samma")))
    told = table.to_pylist()
    same = rows("csv", "samma")
    assert [{key: str(value) for key, value in row.items() if key != "tid"} for row in told] == [
        {key: value for key, value in row.items() if key != "tid"} for row in same
    ]
    assert [row["tid"] for row in told] == [datetime.fromisoformat(row["tid"]) for row in same]
    assert str(table.schema.field("tid").type) == "timestamp[us, tz=UTC]"
    assert [row["tid"] for row in same if row["steg"] == "Besök"] == [
        (NOW + hours * HOUR).isoformat() for hours in (2, 5)
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_nobody_is_named_and_nothing_that_somebody_wrote_is_told(
    form: str, went: list[ProcessInstance], anna: Staff, berit: Individual
) -> None:
    hidden = pages.person("194001142390", "Sekretess", "sekretessmarkering")
    begin(hidden, anna)
    text = made(form) if form != "parquet" else str(parquet.read_table(io.BytesIO(made(form))).to_pylist()).encode()
    secret = ["hemligt ord", "Vägen", "Berit", "Provsson", "Anna", "anna", berit.identity_number, str(berit.ref)]
    secret += [str(one.public_id) for one in went]
    assert [one for one in secret if one.encode() in text] == []
    assert len({row["arende"] for row in rows()}) == 3
    assert len({row["person"] for row in rows()}) == 1


def test_two_exports_cannot_be_joined_unless_they_are_of_one_collection(went: list[ProcessInstance]) -> None:
    def keys(collection: str) -> set[str]:
        return {row[key] for row in rows(collection=collection) for key in ("arende", "person", "uppgift") if row[key]}

    assert keys("").isdisjoint(keys(""))
    assert keys("Rapport 2026") == keys(" rapport  2026 ")
    assert keys("Rapport 2026").isdisjoint(keys("Rapport 2027"))


def test_a_unit_is_told_where_it_is_more_than_a_few(went: list[ProcessInstance]) -> None:
    assert {row["enhet"] for row in rows()} == {""}
    for number in range(4):
        pages.staff(f"extra{number}", "sjukskoterska")
    Assignment.objects.update(unit=Unit.objects.get(key="norr"))
    assert {row["enhet"] for row in rows() if row["handelse"] == "completed" and row["steg"] in CALLED} == {"norr"}


def test_it_is_taken_out_by_those_who_answer_for_figures_and_that_is_in_the_log(
    went: list[ProcessInstance], anna: Staff
) -> None:
    for role, status in (("statistik", 200), ("processagare", 200), ("enhetschef", 404), ("sjukskoterska", 404)):
        client = pages.logged_in(pages.staff(f"a-{role}", role))
        assert client.get(PAGE).status_code == status
        answer = client.post(PAGE, ASKED | {"form": "csv"})
        assert answer.status_code == status
        assert not answer.streaming or answer.getvalue()
    row = AccessLog.objects.filter(action="export", outcome="allowed").latest("pk")
    assert (row.object_type, row.object_id, str(row.staff)) == ("eventlog", "prov", "A-processagare Prov")
    assert row.reason == "prov-2026-11-01-2026-11-30.csv: Årsrapport"


def test_what_is_not_said_is_asked_for_and_nothing_is_given(went: list[ProcessInstance]) -> None:
    client = pages.logged_in(pages.staff("sten", "statistik"))
    for wrong in ({"andamal": " "}, {"fran": "x"}, {"till": "2026-10-01"}, {"form": "xlsx"}):
        answer = client.post(PAGE, ASKED | {"form": "csv"} | wrong)
        assert answer.status_code == 422
        assert "Det gick inte" in pages.text(answer)
    assert not AccessLog.objects.filter(action="export").exists()
    answer = client.post(PAGE, ASKED | {"form": "csv"})
    assert answer["Content-Disposition"] == 'attachment; filename="prov-2026-11-01-2026-11-30.csv"'
    assert answer.getvalue().count(b"\n") == len(rows()) + 1


def test_the_command_writes_a_file_that_only_its_owner_reads(went: list[ProcessInstance], tmp_path: Path) -> None:
    file = tmp_path / "log.json"
    asked = ["prov", str(file), "--from", "2026-11-01", "--to", "2026-11-30", "--reason", "prov"]
    call_command("export_eventlog", *asked, stdout=io.StringIO())
    assert len(json.loads(file.read_bytes())["events"]) == len(rows())
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="finns redan"):
        call_command("export_eventlog", *asked)
