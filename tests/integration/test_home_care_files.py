"""Files of home care: read once, whole, row by row; what cannot be taken in becomes one stopp with the rows."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from integrations.batches import arriving, importing, report
from integrations.hemtjanst import contracts
from integrations.models import Batch, BatchState, HomeCareAbsence, HomeCareOrder, HomeCareVisit
from people.models import Individual, Staff
from tests import batches, pages
from workflows.models import Incident, IncidentState

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
FILE = "besok_norr_1880_20261121.csv"
ORDERS = "bestallning_1880_20261121.csv"

pytestmark = pytest.mark.django_db


@pytest.fixture
def berit() -> Individual:
    return pages.person()


@pytest.fixture
def planner() -> Staff:
    return pages.staff("par", "hemtjanst_planerare")


def visit(person: Individual | str, number: int = 1, **other: Any) -> dict[str, Any]:
    return {
        "besok_id": f"B-{number}",
        "person_ref": getattr(person, "ref", person),
        "datum": "2026-11-21",
        "planerad_start": "2026-11-21T08:00:00+01:00",
        "planerad_min": 30,
        "faktisk_start": "2026-11-21T08:05:00+01:00",
        "faktisk_slut": "2026-11-21T08:35:00+01:00",
        "personal_hsa": "SE1-A",
        "status": "utford",
        "kalla": "app",
        **other,
    }


def visits(*rows: dict[str, Any]) -> bytes:
    return batches.written(rows, list(contracts.VISIT_COLUMNS))


def order(person: Individual, **other: Any) -> bytes:
    row = {"bestallning_id": "O-1", "person_ref": person.ref, "status": "ny", "skickad": "2026-11-20T08:00:00+01:00"}
    return batches.written(
        [row | {"beviljad_min_vecka": "210,0", "dubbelbemanning": "nej"} | other], list(contracts.ORDER_COLUMNS)
    )


def look(folder: Path, now: datetime = NOW, **told: Any) -> None:
    with batches.watched(folder, **told):
        arriving.look("hemtjanst", clock=lambda: now)


def test_a_file_is_read_once_and_set_aside(tmp_path: Path, berit: Individual) -> None:
    batches.put(tmp_path, ORDERS, order(berit))
    batches.put(tmp_path, FILE, visits(visit(berit, bestallning_id="O-1"), visit(berit, 2, kalla="manuell")))
    look(tmp_path)

    batch = Batch.objects.get(kind="besok")
    assert (batch.state, batch.rows, batch.accepted, batch.refused, batch.noted) == ("done", 2, 2, 0, 1)
    assert HomeCareOrder.objects.get().minutes_a_week == 210
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hanterat"]
    assert [row.what for row in batches.outcomes(batch)] == ["ny", "ny"]

    batches.put(tmp_path, FILE, visits(visit(berit, bestallning_id="O-1"), visit(berit, 2, kalla="manuell")))
    look(tmp_path, NOW + timedelta(hours=1))

    assert HomeCareVisit.objects.count() == 2
    batch.refresh_from_db()
    assert (Batch.objects.count(), batch.copies, batch.done_at) == (2, 2, NOW)


def test_a_changed_row_is_a_new_revision_and_an_older_file_changes_nothing(tmp_path: Path, berit: Individual) -> None:
    batches.put(tmp_path, FILE, visits(visit(berit), visit(berit, 2)))
    look(tmp_path)
    later = visits(visit(berit, faktisk_slut="2026-11-21T08:50:00+01:00"), visit(berit, 2))
    batches.put(tmp_path, FILE, later)
    look(tmp_path)

    first, second = Batch.objects.order_by("pk")
    assert (second.changed, second.unchanged) == (1, 1)
    told = HomeCareVisit.objects.filter(key="B-1").order_by("revision")
    assert [(row.minutes, row.is_current) for row in told] == [(30, False), (45, True)]

    importing.read(first, now=NOW)

    assert HomeCareVisit.objects.get(key="B-1", is_current=True).minutes == 45
    assert {row.reason for row in batches.outcomes(first)} == {"", "En senare fil säger något annat; den gäller."}


def test_a_process_that_dies_in_the_middle_is_followed_by_one_that_says_the_same(
    tmp_path: Path, berit: Individual, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    rows = [visit(berit, number) for number in range(5)]
    batches.put(tmp_path, FILE, visits(*rows))
    add = report.Report.add

    def dies(self: report.Report, outcome: report.Outcome) -> None:
        if outcome.line > 4:
            raise KeyboardInterrupt
        add(self, outcome)

    monkeypatch.setattr(report.Report, "add", dies)
    with pytest.raises(KeyboardInterrupt):
        look(tmp_path)
    assert Batch.objects.get().state == BatchState.RECEIVED

    monkeypatch.setattr(report.Report, "add", add)
    look(tmp_path)

    batch = Batch.objects.get()
    assert (batch.state, batch.accepted, batch.unchanged) == ("done", 5, 0)
    assert HomeCareVisit.objects.count() == 5


def test_rows_that_belong_to_nobody_are_one_stop_and_can_be_read_again(
    tmp_path: Path, berit: Individual, planner: Staff
) -> None:
    stranger = "11111111-1111-4111-8111-111111111111"
    rows = [visit(berit), visit(stranger, 2), visit(berit, 3, bestallning_id="O-1"), visit("193805142381", 4)]
    batches.put(tmp_path, FILE, visits(*rows))
    look(tmp_path)

    stop = Incident.objects.get()
    assert (stop.code, stop.group, stop.state) == ("rows", "hemtjanst_planerare", IncidentState.OPEN)
    assert "3 av 4 rader" in stop.text
    assert "193805142381" not in stop.text
    client = pages.logged_in(planner)
    assert stop.page in pages.text(client.get(f"/stopp/{stop.public_id}/"))
    page = pages.text(client.get(stop.page))
    assert "Personen finns inte här." in page
    assert "193805142381" not in page
    told = client.get(f"{stop.page}rapport.csv").content.decode("utf-8-sig")
    assert told.splitlines()[1:3] == ["2;B-1;ny;;", "3;B-2;avvisad;person_ref;Personen finns inte här."]


def test_rows_whose_order_has_come_are_taken_when_the_file_is_read_again(
    tmp_path: Path, berit: Individual, planner: Staff
) -> None:
    batches.put(tmp_path, FILE, visits(visit(berit, bestallning_id="O-1")))
    look(tmp_path)
    assert Incident.objects.get().state == IncidentState.OPEN
    batches.put(tmp_path, ORDERS, order(berit))
    look(tmp_path)

    pages.logged_in(planner).post(Incident.objects.get().page)

    assert Incident.objects.get().state == IncidentState.RESOLVED
    assert HomeCareVisit.objects.get().order_key == "O-1"


def test_what_is_still_being_written_is_left_until_it_is_whole(tmp_path: Path, berit: Individual) -> None:
    whole = visits(visit(berit), visit(berit, 2))
    path = batches.put(tmp_path, FILE, whole)
    path.write_bytes(whole[:-40])
    batches.put(tmp_path, "besok_1880_20261121.csv.part", whole, checksum=False)
    look(tmp_path)
    assert Batch.objects.get().state == BatchState.WAITING

    path.write_bytes(whole)
    look(tmp_path, NOW + timedelta(minutes=1))
    assert (Batch.objects.get().state, Batch.objects.get().accepted) == (BatchState.DONE, 2)


def test_a_file_torn_for_good_is_told_of_once_and_taken_when_it_is_mended(tmp_path: Path, berit: Individual) -> None:
    whole = visits(visit(berit))
    path = batches.put(tmp_path, FILE, whole)
    path.write_bytes(whole[:-9])
    for minutes in (0, 5, 20, 40):
        look(tmp_path, NOW + timedelta(minutes=minutes))
    batch = Batch.objects.get()
    assert batch.state == BatchState.REFUSED
    assert "avhuggen" in batch.problem
    assert Incident.objects.get().attempts == 1

    path.write_bytes(whole)
    look(tmp_path, NOW + timedelta(minutes=50))
    assert Batch.objects.get().state == BatchState.DONE
    assert Incident.objects.get().state == IncidentState.RESOLVED


def test_without_checksums_a_file_is_read_when_it_has_been_still(tmp_path: Path, berit: Individual) -> None:
    path = batches.put(tmp_path, FILE, visits(visit(berit)), checksum=False)
    look(tmp_path, checksum=False)
    batches.touched(path, NOW)
    look(tmp_path, NOW + timedelta(seconds=50), checksum=False)
    look(tmp_path, NOW + timedelta(seconds=80), checksum=False)
    assert Batch.objects.get().state == BatchState.WAITING
    look(tmp_path, NOW + timedelta(seconds=111), checksum=False)
    assert Batch.objects.get().state == BatchState.DONE


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (FILE, "besok_id\nÅsa".encode("latin-1"), "Latin-1"),
        (FILE, "besok_id;person_ref\n".encode("utf-16"), "UTF-16"),
        (FILE, b"", "tom"),
        (FILE, b"besok_id,person_ref,datum\n1,2,3\n", "semikolon"),
        (FILE, b"besok_id;person_ref\n", "Kolumner saknas: bestallning_id"),
        ("besok_1881_20261121.csv", b"x", "kommun 1881"),
        ("semester.csv", b"x", "Namnet känns inte igen"),
    ],
)
def test_a_file_that_cannot_be_read_is_its_makers_to_mend(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    batches.put(tmp_path, name, content)
    look(tmp_path)
    look(tmp_path)
    batch = Batch.objects.get()
    assert batch.state == BatchState.REFUSED
    assert said in batch.problem
    assert Incident.objects.get().group == "it_drift"
    assert not HomeCareVisit.objects.exists()


def test_each_row_says_what_is_wrong_with_it(tmp_path: Path, berit: Individual) -> None:
    rows = [
        visit(berit, 1, planerad_min="27,5", resa_min="4.4"),
        visit(berit, 2, faktisk_start="2026-11-21T08:05:00"),
        visit(berit, 3, status="klar"),
        visit(berit, 4, faktisk_slut="2026-11-21T07:00:00+01:00"),
        visit(berit, 5, faktisk_start="", faktisk_slut=""),
        visit(berit, 6, planerad_min="många"),
        visit(berit, 1, planerad_min="27.5", resa_min="4,4"),
        visit(berit, 1, planerad_min="99"),
        visit(berit, 7, utford_min=45),
    ]
    content = b"\xef\xbb\xbf" + visits(*rows) + b"B-8;bara tre;kolumner\n"
    batches.put(tmp_path, FILE, content)
    look(tmp_path)

    told = {row.line: (row.what, row.column, row.reason) for row in batches.outcomes(Batch.objects.get())}
    assert told == {
        2: ("ny", "", ""),
        3: ("avvisad", "faktisk_start", "Tidpunkten saknar tidszon och går inte att lita på."),
        4: ("avvisad", "status", "Värdet känns inte igen. Det ska vara planerad, utford, avbojd, utebliven, installd."),
        5: ("avvisad", "faktisk_slut", "Besöket slutar innan det börjar."),
        6: ("avvisad", "utford_min", "Ett utfört besök ska ha sina tider eller minuter."),
        7: ("avvisad", "planerad_min", "Värdet är inte ett tal."),
        8: ("oförändrad", "", "Samma rad som rad 2."),
        9: ("avvisad", "besok_id", "Samma id står på rad 2 med andra uppgifter."),
        10: ("ny", "", "utford_min stämmer inte med tiderna; tiderna gäller."),
        11: ("avvisad", "", importing.TORN),
    }


def test_a_visit_past_midnight_is_split_where_midnight_is_in_stockholm(tmp_path: Path, berit: Individual) -> None:
    night: dict[str, Any] = {"planerad_start": "2026-11-21T23:40:00+01:00", "planerad_min": 30}
    times: dict[str, Any] = {"faktisk_start": "2026-11-21T22:50:00+00:00", "faktisk_slut": "2026-11-22T00:20:00+01:00"}
    batches.put(tmp_path, FILE, visits(visit(berit, **night, **times)))
    look(tmp_path)
    parts = HomeCareVisit.objects.order_by("part").values_list("part", "day", "planned_minutes", "minutes")
    assert list(parts) == [(0, date(2026, 11, 21), 20, 10), (1, date(2026, 11, 22), 10, 20)]


@given(
    start=st.integers(0, 366 * 24 * 60).map(lambda minutes: NOW - timedelta(days=366, minutes=-minutes)),
    minutes=st.integers(0, 24 * 60),
)
@pytest.mark.any_database
def test_no_minute_is_lost_or_made_by_splitting(start: datetime, minutes: int) -> None:
    found = contracts._by_day(start, minutes, date(2026, 1, 1))
    assert sum(found.values()) == minutes
    assert len(found) <= 3
    assert all(part >= 0 for part in found.values())


def test_two_at_once_are_double_staffing_in_whichever_file_they_come(tmp_path: Path, berit: Individual) -> None:
    batches.put(tmp_path, FILE, visits(visit(berit), visit(berit, 9, antal_personal=2, personal_hsa="SE1-A")))
    look(tmp_path)
    assert set(HomeCareVisit.objects.filter(is_double_staffed=True).values_list("key", flat=True)) == {"B-9"}

    batches.put(tmp_path, "besok_soder_1880_20261121.csv", visits(visit(berit, 2, personal_hsa="SE1-B")))
    look(tmp_path)
    assert HomeCareVisit.objects.filter(is_double_staffed=True).count() == 3

    times = {"faktisk_start": "2026-11-21T09:05:00+01:00", "faktisk_slut": "2026-11-21T09:35:00+01:00"}
    batches.put(tmp_path, "besok_soder_1880_20261121.csv", visits(visit(berit, 2, personal_hsa="SE1-B", **times)))
    look(tmp_path)
    assert set(HomeCareVisit.objects.filter(is_double_staffed=True, is_current=True).values_list("key", flat=True)) == {
        "B-9"
    }


def test_absence_is_whose_and_from_when_and_may_be_prolonged(tmp_path: Path, berit: Individual) -> None:
    columns = list(contracts.ABSENCE_COLUMNS)
    row = {"person_ref": berit.ref, "fran": "2026-11-20", "orsak": "sjukhus"}
    for till in ("2026-11-24", "2026-11-27T12:00:00+01:00"):
        name = "franvaro_1880_20261121.csv"
        batches.put(tmp_path, name, batches.written([row | {"till": till}], columns))
        look(tmp_path)
    told = HomeCareAbsence.objects.order_by("revision").values_list("ends_at", "is_current")
    assert list(told) == [
        (datetime(2026, 11, 23, 23, tzinfo=UTC), False),
        (datetime(2026, 11, 27, 11, tzinfo=UTC), True),
    ]


def test_only_the_planners_and_it_see_the_files(tmp_path: Path, berit: Individual, client: Client) -> None:
    batches.put(tmp_path, FILE, visits(visit(berit)))
    look(tmp_path)
    batch = Batch.objects.get()
    every = "/integrationer/hemtjanst/filer/"
    address = f"{every}{batch.public_id}/"
    assert client.get(address).status_code == 302
    nurse = pages.logged_in(pages.staff("siri", "sjukskoterska"))
    assert {
        nurse.get(path).status_code for path in (address, f"{address}rapport.csv", "/integrationer/hemtjanst/filer/")
    } == {404}
    it = pages.logged_in(pages.staff("ivar", "it_drift"))
    assert {
        it.get(path).status_code for path in (address, f"{address}rapport.csv", "/integrationer/hemtjanst/filer/")
    } == {200}
    assert it.get("/integrationer/region/filer/").status_code == 404
    assert gzip.decompress(bytes(batch.content.raw)).startswith(b"besok_id;")
