"""Statistics to Socialstyrelsen: made by the machine, approved by a person, left once, mended when it comes back."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from integrations import configuration, health, jobs
from integrations.batches import arriving
from integrations.jobs import JobFailed
from integrations.models import Batch, HomeCareOrder, StatisticsFile, StatisticsMonth, StatisticsRow
from integrations.simulators import Surroundings
from integrations.socialstyrelsen import preparing, sending, simulator, versions
from integrations.socialstyrelsen.simulator import Receiver
from people.models import AccessLog, Individual, Staff
from tests import pages
from workflows.connectors import TransientError
from workflows.models import Incident, IncidentState

NOW = datetime(2026, 11, 5, 8, tzinfo=UTC)
BERIT, DORIS, SVEN = "193805142381", "193902282387", "193301252395"
LIST = "/integrationer/socialstyrelsen/statistik/"
BOTH = "hslf-2016-86, hslf-2017-67"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_fifth() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "filer"
    made.mkdir()
    with configuration.told(socialstyrelsen={"folder": str(made), "housing": "1", "compared": BOTH}):
        yield made


@pytest.fixture
def receiver(tmp_path: Path, folder: Path) -> Receiver:
    application = simulator.create(Surroundings(tmp_path, "1880", "http://127.0.0.1:9", configuration.of))
    return Receiver(application.state.store, folder, "1880")


@pytest.fixture
def stina() -> Staff:
    return pages.staff("stina", preparing.GROUP)


def order(key: str, individual: Individual, **other: Any) -> HomeCareOrder:
    usual = {"minutes_a_week": 600, "starts_on": date(2026, 1, 1), "status": "ny", "told_at": NOW - timedelta(days=60)}
    return HomeCareOrder.objects.create(key=key, individual=individual, **(usual | other))


def prepared(clock: datetime = NOW) -> StatisticsMonth:
    preparing.look(clock=lambda: clock)
    return StatisticsMonth.objects.get(regulation="hslf-2016-86")


def address(month: StatisticsMonth) -> str:
    return f"{LIST}{month.public_id}/"


def act(client: Client, month: StatisticsMonth, what: str, **more: str) -> int:
    return client.post(address(month), {"gor": what, **more}).status_code


def approve(client: Client, month: StatisticsMonth) -> None:
    assert act(client, month, "godkann", granskat="ja") == 302


def send() -> None:
    sending.send(clock=lambda: NOW + timedelta(minutes=1))


def returned(hours: int = 1) -> None:
    arriving.look("socialstyrelsen", clock=lambda: NOW + timedelta(hours=hours))


def out(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((folder / "ut").glob("*.txt"))}


def states(month: StatisticsMonth) -> dict[str, int]:
    found = list(StatisticsRow.objects.filter(month=month).values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def opened(code: str) -> list[Incident]:
    return list(Incident.objects.filter(code=code, state=IncidentState.OPEN))


def test_a_month_is_made_on_the_fifth_approved_by_a_person_and_left_once(folder: Path, stina: Staff) -> None:
    order("B-1", pages.person())
    order("B-2", pages.person(SVEN, "Sven"), starts_on=date(2026, 10, 3))
    preparing.look(clock=lambda: NOW - timedelta(days=1))
    assert not StatisticsMonth.objects.exists()
    month = prepared()
    prepared(NOW + timedelta(hours=1))
    assert states(month) == {"waiting": 3}
    assert [stop.group for stop in opened("approval")] == ["statistikansvarig"]
    send()
    assert not (folder / "ut").exists(), "nothing goes before somebody has approved it"

    client = pages.logged_in(stina)
    assert act(client, month, "godkann") == 422
    approve(client, month)
    approve(client, month)
    send()
    assert out(folder) == {
        "SOL1_1880_202610_1.txt": (
            f"1880;202610;{BERIT};1;1;44;9;9;9;9;9;999\n1880;202610;{SVEN};1;1;44;9;9;9;9;9;999\n"
        ),
        "SOL2_1880_202610_1.txt": f"1880;202610;{SVEN};HTJ;20261003;\n",
    }
    assert not opened("approval")
    assert StatisticsFile.objects.filter(state="sent", approved_by=stina).count() == 2

    for path in (folder / "ut").iterdir():
        path.unlink()
    send()
    preparing.look(clock=lambda: NOW + timedelta(days=1))
    send()
    assert out(folder) == {}, "what has been left is not left again"


def test_what_would_be_rejected_is_put_right_or_left_out_by_a_person(folder: Path, stina: Staff) -> None:
    berit, sven = pages.person(), pages.person(SVEN, "Sven")
    okan = Individual.objects.create(identity_type="reservnummer", identity_number="98240301AA06", given_name="Okan")
    Individual.objects.filter(pk=sven.pk).update(deceased_on=date(2026, 10, 20))
    order("B-1", berit, minutes_a_week=60_000)
    order("B-2", sven)
    order("B-3", okan)
    month = prepared()
    told = {row.individual_id: row.deviation for row in StatisticsRow.objects.all()}
    assert told[berit.pk].startswith("HTJTIM: Ska vara 0–744")
    assert told[sven.pk] == "Personen var avliden."
    assert told[okan.pk].startswith("PERSONNR: inget giltigt")

    client = pages.logged_in(stina)
    assert act(client, month, "godkann", granskat="ja") == 422, "not while rows deviate"
    keys = {row.individual_id: str(row.public_id) for row in StatisticsRow.objects.all()}
    assert act(client, month, "ratta", rad=keys[berit.pk], HTJTIM="777") == 302
    assert act(client, month, "uteslut", rad=keys[sven.pk]) == 422
    assert act(client, month, "uteslut", rad=keys[sven.pk], skal="Avliden.") == 302
    assert act(client, month, "uteslut", rad=keys[sven.pk], skal="Igen.") == 422
    assert act(client, month, "uteslut", rad=keys[okan.pk], skal="Reservnummer tas inte emot.") == 302
    # Made again from what we know, what a person has decided stays as they decided.
    assert act(client, month, "las-om") == 302
    assert states(month) == {"waiting": 1, "excluded": 2}
    approve(client, month)
    send()
    assert out(folder) == {"SOL1_1880_202610_1.txt": f"1880;202610;{BERIT};1;1;777;9;9;9;9;9;999\n"}
    assert AccessLog.objects.filter(individual=sven, object_type="statistics", action="leave-out").exists()


def test_a_protected_person_is_seen_and_decided_by_who_may(folder: Path, stina: Staff) -> None:
    doris = pages.person(DORIS, "Doris", protection="sekretessmarkering")
    order("B-1", doris)
    month = prepared()
    row = StatisticsRow.objects.get()
    assert row.deviation == preparing.PROTECTED
    client = pages.logged_in(stina)
    told = pages.text(client.get(address(month)))
    assert "Doris" not in told
    assert DORIS not in told
    assert str(row.public_id) not in told
    assert act(client, month, "ratta", rad=str(row.public_id)) == 422
    assert not AccessLog.objects.filter(individual=doris, action="read").exists()

    maja = pages.logged_in(pages.staff("maja", preparing.GROUP, may_see_protected=True))
    assert "Doris" in pages.text(maja.get(address(month)))
    assert act(maja, month, "ratta", rad=str(row.public_id)) == 302
    assert AccessLog.objects.filter(individual=doris, action="read", object_type="statistics").exists()
    assert "Doris" not in pages.text(client.get(address(month))), "nor in the sample"
    approve(client, month)
    assert states(month) == {"delivered": 1}


def test_who_has_been_protected_since_is_not_sent_without_a_decision(folder: Path, stina: Staff) -> None:
    berit = pages.person()
    order("B-1", berit)
    month, client = prepared(), pages.logged_in(stina)
    Individual.objects.filter(pk=berit.pk).update(protection="sekretessmarkering")
    row = str(StatisticsRow.objects.get().public_id)
    assert act(client, month, "godkann", granskat="ja") == 422
    assert act(client, month, "uteslut", rad=row, skal="Vet inte.") == 422
    assert states(month) == {"deviating": 1}
    assert not StatisticsFile.objects.exists()


def test_rejected_rows_come_back_are_mended_and_go_in_the_next_file(
    folder: Path, receiver: Receiver, stina: Staff
) -> None:
    for number in (BERIT, SVEN, "194711082398"):
        order(f"B-{number}", pages.person(number, f"P{number[-4:]}"))
    month, client = prepared(), pages.logged_in(stina)
    approve(client, month)
    send()
    receiver.fetch({"avvisa": "2"})
    returned()
    file = StatisticsFile.objects.get()
    assert (file.state, file.receipt) == ("received", "K-0-SOL1_1880_202610_1")
    row = StatisticsRow.objects.get(state="deviating")
    assert (row.line, row.deviation) == (2, "Avvisad. PERSONNR: Numret är inte giltigt åäö")
    assert len(opened("approval")) == 1

    returned()
    assert act(client, month, "las-om") == 302
    assert states(month) == {"delivered": 2, "deviating": 1}, "what has gone is not made again"
    assert act(client, month, "ratta", rad=str(row.public_id), HTJTIM="40") == 302
    approve(client, month)
    send()
    second = out(folder)["SOL1_1880_202610_2.txt"]
    assert second == f"1880;202610;{row.individual.identity_number};1;1;40;9;9;9;9;9;999\n"
    # The same reject once more, late and under another name, is about a file that has been replaced.
    name = "avvisade_1880_20261108.csv"
    content = b"fil;rad;kolumn;orsak\nSOL1_1880_202610_1.txt;2;PERSONNR;igen\n"
    (folder / name).write_bytes(content)
    (folder / f"{name}.sha256").write_text(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    returned()
    assert states(month) == {"delivered": 3}
    receiver.fetch({})
    returned()
    assert StatisticsFile.objects.filter(state="received").count() == 2


@pytest.mark.parametrize(
    ("mood", "state", "code"),
    [
        ("silent", "sent", ""),
        ("duplicate", "received", ""),
        ("half", "sent", "file"),
        ("encoding", "received", "file"),
        ("garbage", "sent", "file"),
        ("miscount", "sent", "rows"),
        ("stranger", "sent", "rows"),
    ],
)
def test_however_the_receiver_answers_a_person_hears_and_nothing_is_left_twice(
    folder: Path, receiver: Receiver, stina: Staff, mood: str, state: str, code: str
) -> None:
    order("B-1", pages.person())
    order("B-2", pages.person(SVEN, "Sven"))
    month = prepared()
    approve(pages.logged_in(stina), month)
    send()
    receiver.store.put("fault", {"lage": mood, "sekunder": 0})
    receiver.fetch({"avvisa": "1"})
    # A torn file may still be on its way; after a quarter of an hour it is a matter for a person.
    returned()
    returned(hours=2)
    assert StatisticsFile.objects.get().state == state
    wrong = [stop.code for stop in Incident.objects.filter(state=IncidentState.OPEN).exclude(code="approval")]
    assert set(wrong) == ({code} if code else set())
    came_back = mood in ("duplicate", "miscount")
    assert states(month) == ({"delivered": 1, "deviating": 1} if came_back else {"delivered": 2})
    send()
    assert list(out(folder)) == ["SOL1_1880_202610_1.txt"]
    if mood == "half":
        assert Batch.objects.filter(state="refused").exists()


def test_a_folder_that_is_away_leaves_the_file_approved_until_it_is_back(folder: Path, stina: Staff) -> None:
    order("B-1", pages.person())
    approve(pages.logged_in(stina), prepared())
    away = folder.with_name("borta")
    folder.rename(away)
    with pytest.raises(JobFailed, match="ingen_katalog"):
        jobs.run("socialstyrelsen", "skicka", clock=lambda: NOW)
    (told,) = [one for one in health.report() if one.system == "socialstyrelsen"]
    assert not told.is_well
    away.rename(folder)
    jobs.run("socialstyrelsen", "skicka", clock=lambda: NOW)
    assert list(out(folder)) == ["SOL1_1880_202610_1.txt"]


def test_a_crash_before_it_is_noted_writes_the_same_file_and_no_other(
    folder: Path, stina: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    berit = pages.person()
    order("B-1", berit)
    approve(pages.logged_in(stina), prepared())
    with monkeypatch.context() as patched:
        patched.setattr(preparing, "remind", _killed)
        patched.setattr(sending, "gzip", _Torn)
        with pytest.raises(TransientError):
            send()
    Individual.objects.filter(pk=berit.pk).update(identity_number=SVEN)
    send()
    file = StatisticsFile.objects.get()
    sent = (folder / "ut" / file.name).read_bytes()
    assert sent == gzip.decompress(bytes(file.content))
    assert BERIT in sent.decode(), "what was approved is what goes"
    assert hashlib.sha256(sent).hexdigest() == file.digest


def _killed(*_args: object, **_rest: object) -> None:
    raise KeyboardInterrupt


class _Torn:
    @staticmethod
    def decompress(_content: bytes) -> bytes:
        raise TransientError("inget_svar", "Avbrutet.")


@pytest.mark.parametrize(
    ("day", "says"),
    [(11, ""), (12, "ska lämnas senast 2026-11-15"), (15, "ska lämnas senast"), (16, "sista dagen var 2026-11-15")],
)
def test_the_last_day_is_told_in_time_until_it_is_approved(folder: Path, stina: Staff, day: int, says: str) -> None:
    order("B-1", pages.person())
    month = prepared()
    preparing.look(clock=lambda: NOW.replace(day=day))
    told = [stop.text for stop in opened("deadline")]
    assert len(told) == bool(says)
    assert all(says in text for text in told)
    approve(pages.logged_in(stina), month)
    send()
    assert not opened("deadline")


def test_nothing_is_approved_before_somebody_has_compared_it_with_the_annexes(folder: Path, stina: Staff) -> None:
    order("B-1", pages.person())
    month, client = prepared(), pages.logged_in(stina)
    told = {"folder": str(folder), "housing": "1", "compared": "hslf-2017-67"}
    with configuration.told(socialstyrelsen=told):
        assert "Ingen har jämfört filernas kolumner" in pages.text(client.get(address(month)))
        assert act(client, month, "godkann", granskat="ja") == 422
    assert not StatisticsFile.objects.exists()


def test_steps_that_it_says_are_measures_become_health_care(folder: Path, stina: Staff) -> None:
    pages.publish()
    berit, siri = pages.person(), pages.staff("siri", "sjukskoterska")
    task = pages.task(pages.start(berit, pages.staff("anna", "samordnare")), "planera_besok")
    done = NOW - timedelta(days=20)
    type(task).objects.filter(pk=task.pk).update(
        state="completed", ended_at=done, completed_by=siri, group="sjukskoterska"
    )
    told = {"folder": str(folder), "measures": "planera_besok=AU120, nagot_annat=AV027", "compared": BOTH}
    with configuration.told(socialstyrelsen=told):
        preparing.look(clock=lambda: NOW)
        month = StatisticsMonth.objects.get(regulation="hslf-2017-67")
        approve(pages.logged_in(stina), month)
    send()
    assert month.due_on == date(2026, 12, 31)
    assert out(folder) == {
        "KHSL1_1880_202610_1.txt": f"1880;{BERIT};202610\n",
        "KHSL2_1880_202610_1.txt": f"1880;{BERIT};20261016;AU120;XS919\n",
    }


def test_only_who_answers_for_the_statistics_sees_it(folder: Path) -> None:
    order("B-1", pages.person())
    month = prepared()
    for profession in ("it_drift", "samordnare", "processagare"):
        client = pages.logged_in(pages.staff(f"x{profession}", profession))
        assert client.get(LIST).status_code == client.get(address(month)).status_code == 404
        assert act(client, month, "godkann", granskat="ja") == 404
    assert not StatisticsFile.objects.exists()


def test_a_month_of_two_thousand_people_is_made_in_as_many_statements_as_one(
    folder: Path, django_assert_max_num_queries: Any
) -> None:
    known = [
        Individual(identity_type="reservnummer", identity_number=f"9824{number:04}AA06") for number in range(2_000)
    ]
    Individual.objects.bulk_create(known)
    orders = [
        HomeCareOrder(
            key=f"B-{one.pk}", individual=one, starts_on=date(2026, 1, 1), minutes_a_week=90, status="ny", told_at=NOW
        )
        for one in Individual.objects.all()
    ]
    HomeCareOrder.objects.bulk_create(orders)
    # A thousand rows a statement, and SQLite reads as many keys at a time.
    with django_assert_max_num_queries(25):
        month = preparing.prepare(versions.get("hslf-2016-86"), date(2026, 10, 1), now=NOW)
    assert states(month) == {"deviating": 2_000}
