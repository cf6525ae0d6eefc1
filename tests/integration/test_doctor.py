"""Each fault that `manage.py doctor` can tell: made, told in Swedish with what to do, and gone when it is put right."""

from __future__ import annotations

import io
import os
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from config import archive, backup, doctor, environment
from config.examined import certificates, copies, machine, waiting
from config.examined.finding import ERROR, OK, WARNING, Finding
from integrations import configuration, jobs, systems
from integrations.models import SystemState
from people.identities import configuration as signing
from people.models import Staff, Unit
from tests import pages, saml
from workflows.models import InboxMessage, InboxState, OutboxMessage, TimerJob
from workflows.services import inbox, pausing

pytestmark = pytest.mark.django_db
Question = Callable[[], Iterator[Finding]]


def told(question: Question, verdict: str) -> str:
    """What is found with the verdict, one thing; whatever is wrong says what to do."""
    found = list(question())
    assert all(one.remedy for one in found if one.verdict != OK), found
    (one,) = [one for one in found if one.verdict == verdict]
    return f"{one.what}: {one.says} → {one.remedy}"


def test_the_command_tells_a_line_for_each_thing_and_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(doctor, "running", lambda: iter([Finding(ERROR, "Webben", "svarar inte", "läs loggen")]))
    with pytest.raises(SystemExit):
        call_command("doctor", stdout=said)
    assert "FEL  Webben: svarar inte\n     Gör så här: läs loggen" in said.getvalue()
    assert "ok   Databasens tabeller: är de senaste" in said.getvalue()


# -- the program -------------------------------------------------------------------------------------------------------


def test_packages_that_are_not_those_of_the_lock(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "requirements.lock").write_text("django==1.0 \\\n    --hash=sha256:x\n", encoding="utf-8")
    assert "1 stämmer inte med requirements.lock (django) → make setup" in told(doctor.libraries, ERROR)


def test_a_bundle_that_is_not_built(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    assert "är inte byggd → make setup" in told(doctor.bundle, ERROR)


def test_secrets_that_are_missing_or_that_others_can_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = dict.fromkeys(environment.SECRET_NAMES, "x")
    here = environment.read({"FORLOPP_VAR": str(tmp_path)})
    monkeypatch.setattr(environment, "read", lambda: here)
    assert "FORLOPP_SECRET_KEY, FORLOPP_PREFECT_AUTH" in told(doctor.secrets, ERROR)
    (tmp_path / "secrets.env").write_text("", encoding="utf-8")
    (tmp_path / "secrets.env").chmod(0o644)
    monkeypatch.setattr(
        environment, "read", lambda: SimpleNamespace(secrets_file=tmp_path / "secrets.env", secret=names.get)
    )
    assert "kan läsas av andra → chmod 600" in told(doctor.secrets, ERROR)
    (tmp_path / "secrets.env").chmod(0o600)
    assert "finns" in told(doctor.secrets, OK)


# -- the database ------------------------------------------------------------------------------------------------------


def test_a_database_that_does_not_answer_is_one_line_and_not_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_args: Any, **_options: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "ensure_connection", gone)
    monkeypatch.setattr(connection, "cursor", gone)
    about = (doctor.database, machine.clock, doctor.migrations, doctor.log, doctor.definitions, doctor.files)
    found = [one for question in (*about, waiting.by_itself) for one in question()]
    assert [(one.verdict, one.what, one.says) for one in found] == [(ERROR, "Databasen", "svarar inte")]


def test_tables_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [1, 2])
    assert "2 ändringar är inte gjorda → manage.py prepare" in told(doctor.migrations, ERROR)


def test_an_installation_without_forlopp() -> None:
    assert "inga är inlästa → manage.py prepare" in told(doctor.definitions, ERROR)
    pages.publish()
    assert "1 versioner är inlästa" in told(doctor.definitions, OK)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no clock of its own")
def test_clocks_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "går som databasens" in told(machine.clock, OK)
    ahead = timezone.now() + timedelta(minutes=5)
    monkeypatch.setattr("django.utils.timezone.now", lambda: ahead)
    assert "annorlunda än den här maskinens → ställ båda med NTP" in told(machine.clock, ERROR)


# -- the machine -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("free", "verdict"), [(10 * 2**30, OK), (2 * 2**30, WARNING), (10 * 2**20, ERROR)])
def test_disks_that_become_full(free: int, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert f"{free / 2**30:.1f} GB är lediga" in told(machine.room, verdict)


def test_a_folder_that_may_not_be_written_in(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FORLOPP_VAR = tmp_path
    assert list(machine.folders()) == []
    monkeypatch.setattr(os, "access", lambda *_: False)  # root, who runs tests, may write anywhere
    assert "det går inte att skriva i" in told(machine.folders, ERROR)


def test_a_demo_that_others_reach(settings: Settings) -> None:
    settings.FORLOPP_DEMO, settings.ALLOWED_HOSTS = True, ["forlopp.kommun.se"]
    assert "utan lösenord" in told(machine.mode, WARNING)
    settings.FORLOPP_DEMO = False
    assert told(machine.mode, OK).startswith("Läge: drift")


def test_certificates_that_end(tmp_path: Path) -> None:
    """Ours, and the one in the metadata of a SAML provider; thirty days, as `saml.pair` makes them."""
    _, certificate = saml.pair(tmp_path)
    der = "".join(certificate.splitlines()[1:-1])
    metadata = tmp_path / "idp.xml"
    metadata.write_text(f"<a><ds:X509Certificate>{der}</ds:X509Certificate></a>", encoding="utf-8")
    with signing.told(**saml.told(metadata)):
        assert "det för inloggningstjänsten Tjänstekort går ut" in told(certificates.held, WARNING)
        with time_machine.travel(timezone.now() + timedelta(days=40)):
            assert "gick ut" in told(certificates.held, ERROR)
        metadata.write_text("<a/>", encoding="utf-8")
        assert "går inte att läsa" in told(certificates.held, ERROR)


def test_a_port_that_another_program_has(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.FORLOPP_PORT = other.getsockname()[1]
        assert "(webben) → stoppa det, eller välj FORLOPP_PORT" in told(doctor.running, ERROR)
    assert "är lediga" in told(doctor.running, OK)


def test_an_installation_that_runs_and_does_not_answer(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr("config.supervision.is_running", lambda: True)
    settings.FORLOPP_PORT = 1
    found = list(doctor.running())
    assert [(one.verdict, one.what, one.says) for one in found] == [
        (ERROR, "Webben", "svarar inte"),
        (ERROR, "Prefect", "svarar inte"),
    ]


# -- copies ------------------------------------------------------------------------------------------------------------


def test_copies_that_nobody_takes_that_are_old_and_that_are_taken(settings: Settings, tmp_path: Path) -> None:
    settings.FORLOPP_BACKUP = ""
    assert "vet inte om någon säkerhetskopia tas" in told(copies.taken, WARNING)
    settings.FORLOPP_BACKUP = str(tmp_path / "missing")
    assert "det går inte att läsa och skriva i" in told(copies.taken, ERROR)
    settings.FORLOPP_BACKUP = str(tmp_path)
    assert "det finns ingen i" in told(copies.taken, ERROR)
    made = backup.save_in(tmp_path, now=timezone.now())
    assert "den senaste är från" in told(copies.taken, OK)
    age(made, timedelta(days=2))
    assert "den senaste är från" in told(copies.taken, ERROR)


def test_copies_older_than_they_may_be_are_removed_when_the_next_is_taken(settings: Settings, tmp_path: Path) -> None:
    settings.FORLOPP_FILES = tmp_path.with_name("no files")
    now = timezone.now()
    old = backup.save_in(tmp_path, now=now - timedelta(days=settings.FORLOPP_BACKUP_DAYS + 1))
    age(old, timedelta(days=settings.FORLOPP_BACKUP_DAYS + 1))
    other = tmp_path / "other.db"
    other.touch()
    age(other, timedelta(days=1_000))
    made = backup.save_in(tmp_path, now=now)
    assert sorted(tmp_path.iterdir()) == [made, other]


def test_a_database_that_is_no_longer_followed(settings: Settings, tmp_path: Path) -> None:
    settings.FORLOPP_BACKUP = str(tmp_path)
    (tmp_path / archive.LOG).mkdir()
    assert "databasen följs inte → starta processen archive" in told(copies.taken, ERROR)
    mark, now = tmp_path / archive.MARK, timezone.now()
    mark.touch()
    assert "det finns ingen baskopia" in told(copies.taken, WARNING)
    base = f"{now - timedelta(days=9):{archive.STAMP}}-{now - timedelta(days=9):{archive.STAMP}}"
    (tmp_path / archive.BASES / base).mkdir(parents=True)
    assert "den senaste baskopian är från" in told(copies.taken, WARNING)
    (tmp_path / archive.BASES / f"{now:{archive.STAMP}}-{now:{archive.STAMP}}").mkdir()
    assert "databasen följs, från baskopian" in told(copies.taken, OK)
    age(mark, timedelta(minutes=5))
    assert "databasen följs inte sedan" in told(copies.taken, ERROR)


# -- what is to happen by itself ---------------------------------------------------------------------------------------


def test_deadlines_messages_calls_and_jobs_that_nobody_takes_care_of(anna: Staff) -> None:
    assert "inget har väntat för länge" in told(waiting.by_itself, OK)
    pages.publish()
    instance, now = pages.start(pages.person(), anna), timezone.now()
    ago = {name: now - timedelta(minutes=minutes) for name, minutes in {"call": 30, "timer": 20, "job": 60}.items()}
    step: dict[str, Any] = {"instance": instance, "element_id": "x"}
    call = {"operation": "region.confirm_notice", "params": {}, "next_try_at": now, "created_at": ago["call"]}
    OutboxMessage.objects.create(engine_task_id=uuid.uuid4(), **step, **call)
    TimerJob.objects.create(engine_task_id=uuid.uuid4(), due_at=ago["timer"], **step)
    inbox.receive(source="region", message_id="1", raw=b"{", now=now - timedelta(hours=3))
    InboxMessage.objects.update(state=InboxState.RECEIVED)
    SystemState.objects.create(system="region", job="hamta", asked_at=ago["job"])
    jobs.note_failure("region", "hamta", TimeoutError("19380514-2381"), now=now)
    pausing.pause(system="hemtjanst", reason="x", by=anna, now=now)
    with configuration.told(region={"url": "http://127.0.0.1:9"}, hemtjanst={"url": "http://127.0.0.1:9"}):
        found = list(waiting.by_itself())
    lines = {f"{one.says} → {one.remedy}" for one in found}
    worker = "se att processen worker kör, och läs dess logg"
    assert lines == {
        f"den äldsta som har gått ut har väntat 20 min → {worker}",
        f"meddelanden därifrån har väntat 3 h på att tas om hand → {worker}",
        "anrop dit har väntat 30 min → se att processen executor kör, och läs dess logg",
        "1 av dess jobb är sena → se att processen flows kör, och läs dess logg",
        "svarar inte → se varför på sidan Integrationer; pausa om det dröjer",
        "är pausat: personer gör dess steg → återuppta på sidan Integrationer",
    }
    assert {one.what for one in found if one.verdict == WARNING} == {systems.titles()["hemtjanst"]}


def test_more_stops_than_anybody_has_seen_to(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.receive(source="region", message_id="1", raw=b"{", now=timezone.now())
    monkeypatch.setattr(waiting, "MANY_STOPS", 0)
    assert "Stopp: 1 väntar på någon → se Stopp" in told(waiting.by_itself, WARNING)


def age(path: Path, by: timedelta) -> None:
    moment = (timezone.now() - by).timestamp()
    os.utime(path, (moment, moment))


def test_a_unit_of_the_tree_whose_log_nobody_reviews() -> None:
    pages.staff("lova", "logggranskare")
    assert "varje enhet har någon" in told(waiting.reviewed, OK)
    norr = Unit.objects.get(key="norr")
    top, soder = (Unit.objects.create(key=key, name=key.capitalize()) for key in ("hela", "soder"))
    Unit.objects.filter(pk__in=(norr.pk, soder.pk)).update(parent=top)
    assert "varje enhet har någon" in told(waiting.reviewed, OK), "nobody works at Soder"
    pages.staff("olle", "samordnare").assignments.update(unit=soder)
    assert "vid eller ovanför Soder → ge någon" in told(waiting.reviewed, WARNING)
    Staff.objects.get(username="lova").assignments.update(unit=top)
    assert "varje enhet har någon" in told(waiting.reviewed, OK)
    Staff.objects.update(is_active=False)
    assert "varje enhet har någon" in told(waiting.reviewed, OK), "nobody works here"
