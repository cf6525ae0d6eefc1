"""Practice mode: a world apart, with its own clock, that nobody can take for the real one."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from config import environment
from tests import databases, machine, pages, sharing

pytestmark = pytest.mark.any_database

ROOT = Path(__file__).resolve().parents[2]
FREE_PORT = str(machine.free_ports(1))


@pytest.fixture(scope="module")
def world(django_db_setup: None) -> dict[str, Any]:
    """What was seen in a practice world that was started with the secrets of a real one in its environment."""
    var = settings.TESTS_SHARE / "ovning"
    told: dict[str, Any] = json.loads(sharing.once("ovning.json", lambda: lived_through(var)))
    return told | {"var": var}


def lived_through(var: Path) -> str:
    """It begins with the database that is migrated for all tests."""
    var.mkdir()
    if connection.vendor == "sqlite":
        shutil.copyfile(databases.migrated(), var / "ovning.sqlite3")
    here = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
    own = {"FORLOPP_MODE": "practice", "FORLOPP_VAR": str(var), "FORLOPP_PORT": FREE_PORT}
    keys = "ovning:b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtb2YtYS1rZXk="
    told = f"FORLOPP_SECRET_KEY={'x' * 50}\nFORLOPP_WEBHOOK_SECRETS=ovning\nFORLOPP_DATA_KEYS={keys}\n"
    (var / "secrets.env").write_text(told)
    command = [sys.executable, "-m", "tests.fakes.practice"]
    done = subprocess.run(command, cwd=ROOT, env=here | own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout.splitlines()[-1]


@pytest.mark.django_db
def test_nothing_reaches_the_real_world_and_nobody_comes_from_it(world: dict[str, Any], client: Client) -> None:
    assert Path(world["database"]).parent == world["var"]
    assert Path(world["database"]).name != Path(str(settings.DATABASES["default"]["NAME"])).name
    assert world["refused"] is True
    assert "prefect" not in world["processes"]
    assert world["environment"] == {}, "what the supervisor adds would be refused by the processes"
    assert world["stranger"].startswith("/demo/")
    # And the other way: practice does not exist in the real one.
    assert client.get("/ovning/klocka/").status_code == 404
    assert "practice" not in pages.text(client.get("/logga-in/"))


def test_every_page_says_that_it_is_practice(world: dict[str, Any]) -> None:
    assert [path for path, is_marked in world["pages"].items() if not is_marked] == []
    assert len(world["pages"]) >= 12


def test_every_exercise_can_be_done_by_its_profession(world: dict[str, Any]) -> None:
    assert len(world["exercises"]) >= 5
    assert all(world["exercises"].values())


def test_the_clock_goes_forward_and_what_is_due_happens_on_the_way(world: dict[str, Any]) -> None:
    clock = world["clock"]
    assert clock["to_next"] is True
    assert clock["days"] == pytest.approx(7, abs=1)
    assert clock["moments"] > 1
    assert clock["in_the_future"] == 0
    assert clock["only_forward"] is True
    assert clock["still_in"] == 200


def test_beginning_again_empties_it(world: dict[str, Any]) -> None:
    again = world["again"]
    assert (again["status"], again["instances"], again["still_in"]) == (302, 0, 200)
    assert again["people"] > 10
    assert again["off_by"] < 60


@pytest.mark.parametrize("name", ["DATABASE_URL", "PREFECT_API_URL"])
def test_real_addresses_are_refused(name: str, tmp_path: Path) -> None:
    values = os.environ | {"FORLOPP_MODE": "practice", "FORLOPP_VAR": str(tmp_path), "FORLOPP_PORT": FREE_PORT}
    values = {key: value for key, value in values.items() if not key.endswith("_URL")} | {name: "https://example.se/"}
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT,
        env=values,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"{name} är satt" in done.stderr


def test_the_systems_of_the_real_one_are_not_reached(tmp_path: Path) -> None:
    (tmp_path / "integrations.toml").write_text('[region]\nurl = "https://example.se"', encoding="utf-8")
    here = environment.read(
        {"FORLOPP_MODE": "practice", "FORLOPP_VAR": str(tmp_path), "REGION_URL": "https://example.se"}
    )
    assert environment.file(here, "integrations.toml") == str(environment.BASE_DIR / "config" / "integrations.toml")
    assert here.told("REGION_URL") is None


def test_the_secrets_and_the_folder_of_the_real_one_are_not_used(tmp_path: Path) -> None:
    values = {"FORLOPP_MODE": "practice", "FORLOPP_VAR": str(tmp_path), "FORLOPP_SECRET_KEY": "verklig"}
    assert environment.read(values).secret("FORLOPP_SECRET_KEY") == ""
    real = tmp_path / "forlopp.sqlite3"
    real.write_bytes(b"verklig")
    before = hashlib.sha256(real.read_bytes()).hexdigest()
    with pytest.raises(environment.EnvironmentProblem, match="annan installations"):
        environment.read(values)
    assert hashlib.sha256(real.read_bytes()).hexdigest() == before
