"""Home care over real SFTP and real HTTP: rows come page by page, and failures lose nothing."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncssh
import pytest
import requests
import responses

from integrations import configuration, jobs
from integrations.batches import arriving
from integrations.hemtjanst import connector as hemtjanst
from integrations.hemtjanst import contracts, fetching
from integrations.jobs import JobFailed
from integrations.models import Batch, BatchState, HomeCareOrder, HomeCareVisit
from people.models import Individual
from tests import batches, pages, signalling
from tests.bpmn.drawing import boundary, draw, task
from tests.fakes.simulators import Simulator, patience, running
from tests.integration.test_home_care_files import FILE, visit, visits
from tests.unit import engine_bpmn
from workflows.connectors import BusinessError, Delivery, PermanentError, TransientError
from workflows.models import InboxMessage, Incident, ProcessInstance

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KEY = UUID("00000000-0000-4000-8000-00000000000a")

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def berit() -> Individual:
    return pages.person()


# -- SFTP -------------------------------------------------------------------------------------------------------------


class Sftp:
    """A real server in a thread, which serves a folder to one who knows the password."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, asyncssh.generate_private_key("ssh-ed25519")
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = asyncio.run_coroutine_threadsafe(self._listen(), self.loop).result(30)
        self.port = self.server.get_port()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        folder = self.folder

        class Server(asyncssh.SSHServer):
            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == ("forlopp", "hemligt")

        def served(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
            return asyncssh.SFTPServer(channel, chroot=bytes(folder))

        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Server, server_host_keys=[self.key], sftp_factory=served
        )

    @property
    def host_key(self) -> str:
        return self.key.export_public_key().decode().strip()

    def told(self, **other: Any) -> dict[str, Any]:
        url = f"sftp://forlopp@127.0.0.1:{self.port}/"
        return {"folder": "", "sftp": url, "sftp_password": {"env": "SFTP"}, "sftp_host_key": self.host_key, **other}

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


@pytest.fixture
def sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Sftp]:
    settings.FORLOPP_TOLD = {"SFTP": "hemligt"}.get
    served = Sftp(tmp_path)
    yield served
    served.stop()


def test_files_come_over_sftp_and_are_moved_there(sftp: Sftp, tmp_path: Path, berit: Individual) -> None:
    batches.put(tmp_path, FILE, visits(visit(berit), visit(berit, 2)))
    with batches.watched(tmp_path, **sftp.told()):
        arriving.look("hemtjanst", clock=lambda: NOW)
        arriving.look("hemtjanst", clock=lambda: NOW)
    assert Batch.objects.get().accepted == 2
    assert sorted(path.name for path in (tmp_path / "hanterat").iterdir()) == [FILE, f"{FILE}.sha256"]


def test_a_server_that_is_another_or_does_not_let_us_in_is_a_matter_for_it(
    sftp: Sftp, tmp_path: Path, settings: Any
) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    for told in (sftp.told(sftp_host_key=other), sftp.told(sftp_host_key="")):
        with batches.watched(tmp_path, **told), pytest.raises(PermanentError):
            arriving.look("hemtjanst")
    settings.FORLOPP_TOLD = {"SFTP": "fel"}.get
    with batches.watched(tmp_path, **sftp.told()), pytest.raises(PermanentError, check=lambda e: e.code == "obehorig"):
        arriving.look("hemtjanst")


def test_a_server_that_is_gone_is_tried_again(tmp_path: Path, sftp: Sftp) -> None:
    told = sftp.told(sftp="sftp://forlopp@127.0.0.1:1/")
    with batches.watched(tmp_path, **told), pytest.raises(TransientError):
        arriving.look("hemtjanst")


# -- rows over HTTP ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planning_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with running("hemtjanst", tmp_path_factory.mktemp("hemtjanst")) as simulator:
        yield simulator


@pytest.fixture
def planning(planning_process: Simulator) -> Iterator[Simulator]:
    planning_process.post("/styr/rensa", {})
    with configuration.told(hemtjanst={"url": planning_process.url, "rows": True}):
        yield planning_process


def fetch() -> None:
    fetching.fetch_rows(clock=lambda: NOW)


def test_rows_are_fetched_page_by_page_and_each_once(
    planning: Simulator, berit: Individual, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.hemtjanst.client.PAGE", 2)
    order = {"bestallning_id": "O-1", "person_ref": str(berit.ref), "status": "ny", "skickad": "2026-11-20T08:00:00Z"}
    rows = [visit(str(berit.ref), number, bestallning_id="O-1") for number in range(5)]
    planning.post("/styr/rader", {"slag": "besok", "rader": rows})
    planning.post("/styr/rader", {"slag": "bestallning", "rader": [order | {"beviljad_min_vecka": 210.5}]})
    fetch()
    fetch()
    assert HomeCareVisit.objects.filter(revision=1).count() == 5
    assert HomeCareOrder.objects.get().minutes_a_week == 211
    assert [batch.accepted for batch in Batch.objects.filter(kind="besok").order_by("pk")] == [2, 2, 1]

    planning.post("/styr/rader", {"slag": "besok", "rader": [rows[0] | {"planerad_min": 45}]})
    fetch()
    assert HomeCareVisit.objects.get(key="B-0", is_current=True).revision == 2


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("down", "upptaget"),
        ("error", "upptaget"),
        ("unauthorized", "obehorig"),
        ("html", "ovantat_svar"),
        ("cut", "inget_svar"),
        ("slow", "inget_svar"),
    ],
)
def test_nothing_is_lost_however_the_system_fails(
    planning: Simulator, berit: Individual, fault: str, code: str
) -> None:
    planning.post("/styr/rader", {"slag": "besok", "rader": [visit(str(berit.ref))]})
    planning.post("/styr/brist", {"lage": fault, "sekunder": 0.8})
    with patience(fault), pytest.raises(JobFailed, match=code):
        jobs.run("hemtjanst", "rader", clock=lambda: NOW)
    assert not HomeCareVisit.objects.exists()

    planning.post("/styr/brist", {"lage": "ok"})
    fetch()
    assert HomeCareVisit.objects.count() == 1


@responses.activate
@pytest.mark.parametrize("body", ["[]", '{"rader": []}', '{"rader": {}, "nasta": "1"}', '{"rader": [], "nasta": 1}'])
def test_an_answer_that_is_no_page_of_rows_is_a_failure(body: str) -> None:
    responses.get(re.compile(".*/api/rader/bestallning"), body=body)
    told = {"url": "http://planering.test", "rows": True}
    with configuration.told(hemtjanst=told), pytest.raises(TransientError, check=lambda e: e.code == "ovantat_svar"):
        fetch()


def test_the_demo_shows_files_that_are_whole_torn_and_wrong(
    planning: Simulator, berit: Individual, tmp_path: Path
) -> None:
    order = {"typ": "bestallning", "person_ref": str(berit.ref)}
    planning.post("/api/bestallningar", order, Idempotency_Key="n1")
    for how, state in (("hel", "done"), ("okand", "done"), ("latin1", "refused"), ("halv", "waiting")):
        made = planning.post("/styr/fil", {"som": how}).json()["fil"]
        path = planning.var / "filer" / "hemtjanst" / made
        for name in (made, f"{made}.sha256"):
            path.with_name(name).rename(
                tmp_path / f"{name.replace(made, f'{how}_{made}').replace(f'{how}_besok', f'besok_{how}')}"
            )
        with batches.watched(tmp_path):
            arriving.look("hemtjanst")
        assert Batch.objects.get(name__contains=how).state == state
    assert Batch.objects.get(name__contains="okand").refused == 1


# -- deviations -------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(berit: Individual) -> ProcessInstance:
    """An ärende of Berit's that waits for missed visits."""
    body = draw("s > u1 > end_a", "b > u9 > e9", extra=task("u1") + boundary("b", "u1", "message info", quiet=True))
    rules = {"utebliven_insats": {"key": "person_ref", "value": "person.ref", "deliver": "all"}}
    whole = engine_bpmn.process

    def renamed(xml: str) -> bytes:
        return whole(xml).replace(b'name="info"', b'name="utebliven_insats"')

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signalling, "process", renamed)
        signalling.publish("hemma", body, messages=rules)
    return signalling.start("hemma", berit)


def test_a_missed_visit_reaches_the_one_who_waits_and_nobody_else(
    tmp_path: Path, berit: Individual, waiting: ProcessInstance
) -> None:
    doris = pages.person("193902282387", "Doris")
    missed = {"status": "utebliven", "faktisk_start": "", "faktisk_slut": "", "orsak": "Ingen öppnade"}
    long_ago = {"datum": "2026-10-01", "planerad_start": "2026-10-01T08:00:00+02:00"}
    rows = [visit(berit, 1), visit(berit, 2, **missed), visit(doris, 3, **missed), visit(berit, 4, **missed | long_ago)]
    batches.put(tmp_path, FILE, visits(*rows))
    with batches.watched(tmp_path):
        arriving.look("hemtjanst", clock=lambda: NOW)
        Batch.objects.update(state=BatchState.RECEIVED)
        arriving.look("hemtjanst", clock=lambda: NOW + timedelta(minutes=1))

    message = InboxMessage.objects.get()
    assert (message.name, message.state, message.individual) == ("utebliven_insats", "done", berit)
    assert message.payload is not None
    assert (message.payload["besok_id"], message.payload["orsak"]) == ("B-2", "Ingen öppnade")
    assert signalling.open_in(waiting) == ["u1", "u9"]
    assert not Incident.objects.exists()


# -- orders as files --------------------------------------------------------------------------------------------------


def delivery(operation: str, berit: Individual, **params: Any) -> Delivery:
    return Delivery(KEY, operation, params, berit.ref, 1, NOW)


def test_orders_are_files_where_the_system_takes_no_calls(tmp_path: Path, berit: Individual) -> None:
    ordered = delivery("hemtjanst.order", berit, typ="personlig_omvardnad", start="2026-11-24T08:00:00+01:00")
    with batches.watched(tmp_path, order_files=True):
        with pytest.raises(BusinessError, check=lambda e: e.code == "ingen_bestallning"):
            hemtjanst.pause(delivery("hemtjanst.pause", berit))
        first, again = hemtjanst.order(ordered), hemtjanst.order(ordered)
        paused = hemtjanst.pause(Delivery(UUID(int=7), "hemtjanst.pause", {"fran": "2026-11-25"}, berit.ref, 1, NOW))
    assert first == again
    assert paused["status"] == "pausad"
    assert HomeCareOrder.objects.get().key == str(KEY) == first["bestallning_id"]
    names = sorted(path.name for path in (tmp_path / "ut").iterdir())
    assert len(names) == 4
    assert names[0].startswith("bestallning_1880_20261123_")
    told = {path.read_text().splitlines()[1].split(";")[14] for path in (tmp_path / "ut").glob("*.csv")}
    assert told == {"ny", "pausad"}
    # What we write can be read back by the contract itself.
    for path in (tmp_path / "ut").iterdir():
        path.rename(tmp_path / path.name)
    with batches.watched(tmp_path):
        arriving.look("hemtjanst", clock=lambda: NOW)
    assert {batch.refused for batch in Batch.objects.all()} == {0}
    assert list(contracts.ORDER_COLUMNS)[14] == "status"


@responses.activate
def test_what_is_ordered_by_call_is_known_when_visits_refer_to_it(tmp_path: Path, berit: Individual) -> None:
    responses.post(re.compile(".*/api/bestallningar"), json={"bestallning_id": "B-77", "dt": "x"}, status=202)
    with batches.watched(tmp_path):
        hemtjanst.order(delivery("hemtjanst.order", berit, typ="tvatt", start="2026-11-24"))
        batches.put(tmp_path, FILE, visits(visit(berit, bestallning_id="B-77")))
        arriving.look("hemtjanst", clock=lambda: NOW)
    assert Batch.objects.get().refused == 0


@responses.activate
@pytest.mark.parametrize("failure", [requests.ConnectionError(), requests.ReadTimeout()])
def test_an_order_that_is_not_answered_is_not_remembered(failure: Exception, berit: Individual, tmp_path: Path) -> None:
    responses.post(re.compile(".*/api/bestallningar"), body=failure)
    with batches.watched(tmp_path), pytest.raises(TransientError):
        hemtjanst.order(delivery("hemtjanst.order", berit, typ="tvatt", start="2026-11-24"))
    assert not HomeCareOrder.objects.exists()
