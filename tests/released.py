"""Databases as released versions left them, with ärenden under way and what became of each (tests/fixtures/released).

`python -m tests.released 0.2.0 <commit>` adds a version: that commit's own code, in a checkout of its own and with the
packages of today's .venv, fills an empty database of each kind, and tells what came of the ärenden when it went on with
them itself. What is there is never made anew. Persons, answers and moments are invented.
"""

from __future__ import annotations

import contextlib
import inspect
import lzma
import os
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from config import postgresql
from tests import machine

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "fixtures" / "released"

FILL = """
import datetime, django, json, pathlib, sys
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from tests import pages
from workflows import definitions
from workflows.models import ProcessInstance, UserTask
from workflows.services import deployments, inbox, user_tasks
call_command("migrate", verbosity=0)
folder = pathlib.Path(settings.FORLOPP_BPMN_DIR) / "trygg_hemgang"
pages.publish()
deployments.publish(folder=definitions.read(folder), by=None, now=timezone.now())
anna, siri, person = pages.staff("anna", "samordnare"), pages.staff("siri", "sjukskoterska"), pages.person()
PLAN = {"besoksdag": "2026-12-01", "plats": "hemma", "hinder": [], "tolk": False}
DONE = {"anteckning": "Det gick bra (påhittad).", "uppfoljning": False}
GOAL = {"mal": "Laga mat själv (påhittad)."}
RECEIPT = {
    "kand_hos_oss": "ingen", "beraknad_utskrivning": "2026-11-27", "ansvarig_handlaggare": "SE2120001967-1001",
    "kontakt_avdelning": "Avd 3", "kommunal_hsl_behov": "ja",
}
def complete(instance, element, answers):
    task = UserTask.objects.get(instance=instance, element_id=element, state="open")
    by = {"samordnare": anna, "sjukskoterska": siri}[task.group]
    user_tasks.complete(task=task, answers=dict(answers), by=by, now=timezone.now())
fresh, halfway, last, over = (pages.start(person, anna) for _ in range(4))
for instance in (halfway, last, over):
    complete(instance, "planera_besok", PLAN)
for instance in (last, over):
    complete(instance, "gor_besok", DONE)
complete(over, "bekrafta_mal", GOAL)
notice = (folder / "samples" / "inskrivningsmeddelande.json").read_bytes()
inbox.receive(source="region", message_id=json.loads(notice)["meddelande_id"], raw=notice, now=timezone.now())
stay = ProcessInstance.objects.get(version__definition__key="trygg_hemgang")
rest = {
    fresh: [["planera_besok", PLAN], ["gor_besok", DONE], ["bekrafta_mal", GOAL]],
    halfway: [["bekrafta_mal", GOAL], ["gor_besok", DONE]],
    last: [["bekrafta_mal", GOAL]],
    over: [],
    stay: [["a1_kvittera", RECEIPT]],
}
told = [{"arende": str(one.public_id), "steps": steps} for one, steps in rest.items()]
pathlib.Path(sys.argv[1]).write_text(json.dumps(told))
"""


def went_on(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each ärende with what it waited for after each of its steps, and how it stands then. Also run by old code."""
    from django.utils import timezone

    from people.models import Staff
    from workflows.models import ProcessInstance, UserTask
    from workflows.services import user_tasks

    def waits(instance: ProcessInstance) -> list[str]:
        return sorted(UserTask.objects.filter(instance=instance, state="open").values_list("element_id", flat=True))

    found: list[dict[str, Any]] = []
    for one in told:
        instance = ProcessInstance.objects.get(public_id=one["arende"])
        after = [waits(instance)]
        for element, answers in one["steps"]:
            task = UserTask.objects.get(instance=instance, element_id=element, state="open")
            by = Staff.objects.get(username={"samordnare": "anna", "sjukskoterska": "siri"}[task.group])
            user_tasks.complete(task=task, answers=dict(answers), by=by, now=timezone.now())
            after.append(waits(instance))
        instance.refresh_from_db()
        found.append({**one, "waits": after, "state": str(instance.state)})
    return found


# -- adding a version --------------------------------------------------------------------------------------------------


def add(version: str, commit: str) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="forlopp-released-") as place,
        checkout(Path(place) / "code", commit) as code,
    ):
        for kind, database in (("sqlite", f"sqlite:///{place}/left.sqlite3"), ("postgresql", "")):
            with made(database) as url:
                fill(code, Path(place), url, FOLDER / f"{version}.{kind}")


def fill(code: Path, place: Path, url: str, kept: Path) -> None:
    """The database as it was left is kept; then what the old code makes of its ärenden is told beside it."""
    told = place / "told.json"
    run_in(code, place, url, FILL, told)
    kept.with_name(f"{kept.name}.xz").write_bytes(lzma.compress(dumped(url, place)))
    source = inspect.getsource(went_on)
    go_on = (
        "import django, json, pathlib, sys; django.setup()\n"
        f"{source}\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "path.write_text(json.dumps(went_on(json.loads(path.read_text())), ensure_ascii=False, indent=1))\n"
    )
    run_in(code, place, url, f"from __future__ import annotations\nfrom typing import Any\n{go_on}", told)
    kept.with_name(f"{kept.name}.json").write_text(told.read_text(encoding="utf-8") + "\n", encoding="utf-8")


def run_in(code: Path, place: Path, url: str, program: str, told: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("FORLOPP_", "TEST_"))} | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": url,
        "FORLOPP_VAR": str(place / "var"),
        "FORLOPP_SECRET_KEY": "only-for-tests-" + "x" * 40,
        "FORLOPP_PREFECT_AUTH": "forlopp:only-for-tests",
        "FORLOPP_WEBHOOK_SECRETS": "only-for-tests",
        "REGION_URL": "http://127.0.0.1:9",
        "HEMTJANST_URL": "http://127.0.0.1:9",
        "MEDICINGIVARE_URL": "http://127.0.0.1:9",
    }
    subprocess.run([sys.executable, "-c", program, str(told)], cwd=code, env=environment, check=True)


@contextmanager
def checkout(place: Path, commit: str) -> Iterator[Path]:
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(place), commit], check=True)
    try:
        yield place
    finally:
        subprocess.run([*git, "remove", "--force", str(place)], check=True)


@contextmanager
def made(database: str) -> Iterator[str]:
    """An empty database: the file, or one of the server's that is gone afterwards."""
    if database:
        yield database
        return
    server, name = machine.postgresql_url(), f"forlopp_released_{uuid.uuid4().hex[:8]}"
    if server is None:
        raise SystemExit("PostgreSQL does not answer at TEST_DATABASE_URL or 127.0.0.1:5432")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def dumped(url: str, place: Path) -> bytes:
    """As `manage.py restore` of today's code takes it."""
    if url.startswith("sqlite"):
        whole = place / "whole.sqlite3"
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            database.execute("VACUUM INTO ?", [str(whole)])
        return whole.read_bytes()
    options = ["--format=custom", "--compress=0", "--no-owner", "--no-privileges"]
    return subprocess.run([postgresql.program("pg_dump"), *options, url], check=True, stdout=subprocess.PIPE).stdout


if __name__ == "__main__":
    add(sys.argv[1], sys.argv[2])
