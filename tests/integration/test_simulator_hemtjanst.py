"""The home care planning simulator over real HTTP, and what is true of every simulator."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.simulators import ROOT, Simulator, running

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def planning_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with running("hemtjanst", tmp_path_factory.mktemp("hemtjanst")) as simulator:
        yield simulator


@pytest.fixture
def planning(planning_process: Simulator) -> Simulator:
    planning_process.post("/styr/rensa", {})
    return planning_process


@pytest.mark.parametrize("kind", ["insats_paus", "insats_ateruppta", "bestallning", "avbestallning"])
def test_an_order_is_taken_once(planning: Simulator, kind: str) -> None:
    order = {"typ": kind, "person_ref": "5e0e3a52-0000-4000-8000-000000000001"}
    first = planning.post("/api/bestallningar", order, Idempotency_Key="n1")
    again = planning.post("/api/bestallningar", order, Idempotency_Key="n1")
    assert first.status_code == again.status_code == 202
    assert first.json()["bestallning_id"] == again.json()["bestallning_id"]
    assert len(planning.get("/styr/tillstand").json()["mottaget"]) == 1


def test_an_order_without_a_person_or_of_no_known_kind_is_refused(planning: Simulator) -> None:
    nobody = planning.post("/api/bestallningar", {"typ": "bestallning"}, Idempotency_Key="n1")
    unknown = planning.post("/api/bestallningar", {"typ": "blommor", "person_ref": "x"}, Idempotency_Key="n2")
    assert [nobody.status_code, nobody.json()["kod"]] == [422, "person_saknas"]
    assert [unknown.status_code, unknown.json()["kod"]] == [422, "okand_typ"]


def test_a_message_is_about_the_latest_order_of_the_person(planning: Simulator) -> None:
    order = {"typ": "bestallning", "person_ref": "p-1"}
    number = planning.post("/api/bestallningar", order, Idempotency_Key="n1").json()["bestallning_id"]
    for kind in ("bestallning_bekraftad", "utebliven_insats", "avvikelse_besok"):
        assert planning.post("/styr/skicka", {"typ": kind, "person_ref": "p-1"}).ok
    messages = planning.messages()
    assert {message["bestallning_id"] for message in messages} == {number}
    assert messages[1]["besok_id"]
    receipt = {"meddelande_id": messages[0]["meddelande_id"], "status": "mottagen", "dt": "x"}
    assert planning.post("/api/kvittenser", receipt).ok
    assert len(planning.messages()) == 2
    assert number in planning.get("/").text


def test_a_simulator_stops_when_asked(planning: Simulator) -> None:
    assert planning.stop() in (0, -signal.SIGTERM)
    planning.start()


def test_no_simulator_loads_prefect() -> None:
    program = """
import sys, django
django.setup()
from pathlib import Path
from django.conf import settings
from integrations.management.commands import simulate
for name in simulate.simulators():
    simulate.create(name)
sys.exit("prefect" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == 0


def test_no_simulator_runs_outside_the_demo(tmp_path: Path) -> None:
    environment = os.environ | {"FORLOPP_MODE": "production", "FORLOPP_VAR": str(tmp_path)}
    command = [sys.executable, "manage.py", "simulate", "region"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "demo mode" in done.stderr
    assert "Traceback" not in done.stderr
