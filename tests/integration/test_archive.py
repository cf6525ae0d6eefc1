"""The drill: PostgreSQL is followed while people work, destroyed, and taken back to a moment.

Of a server of the test's own. `make drill` does it at length, with the whole installation and its web (tests/crash).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from audit.models import Seal
from audit.services import sealing
from config import archive, backup, doctor, environment, postgresql
from config.examined.finding import OK
from people.models import AccessLog, Individual
from people.services import access
from tests import attached, pages
from tests.crash import cluster
from tests.crash.cluster import Cluster
from tests.crash.installation import eventually
from tests.integration.test_attachments import add
from workflows.attachments import shelf
from workflows.models import Attachment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is copied, not followed"),
]


@pytest.fixture
def server(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """One of our own with the tables of this version, which this test works on instead of the tests' server."""
    settings.FORLOPP_BACKUP, settings.FORLOPP_FILES = str(tmp_path / "backup"), tmp_path / "files"
    monkeypatch.setattr(archive, "LOOK_SECONDS", 0.1)
    tables, before = tmp_path / "tables", dict(connection.settings_dict)
    backup.save(tables)
    with cluster.started() as one:
        connection.close()
        connection.settings_dict.update(environment.database(one.url))
        try:
            backup.load(tables)
            yield one
        finally:
            connections.close_all()
            connection.settings_dict.update(before)


def test_all_from_before_the_moment_is_there_and_nothing_from_after(server: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    anna, individual = pages.staff("anna", "samordnare"), pages.person()
    pages.publish()
    task = pages.task(pages.start(individual, anna), "planera_besok")
    with following(folder):
        with writing(individual, "before") as before:
            until(lambda: archive.bases(folder), "a base was taken under load")
            add(task, anna, "plan.pdf", attached.PDF)
            until(lambda: len(before) > 50, "people get on")
        assert sealing.seal_due(now=timezone.now() + sealing.STILL_COMING) is not None
        time.sleep(1.5)  # the name of a base has whole seconds
        moment = timezone.now()
        with writing(individual, "after") as after:
            until(lambda: len(after) > 20, "people get on")
        answered = time.monotonic()
        file = Attachment.objects.get()
        until(lambda: list((folder / "filer").glob(f"*/{file.public_id}")), "the file is copied")
        # No segment is waited for: what the server writes is received as it is written.
        time.sleep(max(0.0, answered + 1 - time.monotonic()))
        destroy(server)
    brought_back(server, folder, moment)
    assert written() == before
    assert shelf.path_of(file.public_id).read_bytes() == attached.PDF
    assert list(sealing.broken(now=timezone.now())) == []
    assert Seal.objects.count() == 1
    told = {finding.what: finding.verdict for finding in doctor.examine()}
    for what in ("Databasen", "Databasens tabeller", "Förloppen", "Uppgifternas filer"):
        assert told[what] == OK, what
    # And to the last that was known.
    destroy(server)
    brought_back(server, folder, None)
    assert written() == before | after


def test_copies_go_when_their_time_is_out_and_one_that_is_damaged_is_refused(
    server: Cluster, tmp_path: Path, settings: Any
) -> None:
    folder, now = tmp_path / "backup", timezone.now()
    old = archive.take_base(folder, now=now)
    gone = shelf.path_of(uuid.uuid4())
    kept = folder / "filer" / gone.parent.name / gone.name
    kept.parent.mkdir(exist_ok=True)
    kept.touch()
    long_ago = old.path.with_name("20260101T010000Z-20260101T010100Z")
    old.path.rename(long_ago)
    unneeded = folder / "wal" / "000000010000000000000000"
    unneeded.touch()
    past = (now - timedelta(days=settings.FORLOPP_BACKUP_DAYS + 1)).timestamp()
    for path in (kept, unneeded):
        os.utime(path, (past, past))
    made = archive.take_base(folder, now=now)
    assert [base.path for base in archive.bases(folder)] == [made.path]
    assert not kept.exists()
    assert not unneeded.exists()
    # What cannot be restored is told, and nothing is left of it.
    data = tmp_path / "data"
    with pytest.raises(CommandError, match="från före den tiden"):
        call_command("restore_moment", data, to="2020-01-01 08:00")
    with pytest.raises(CommandError, match="inte 'i går'"):
        call_command("restore_moment", data, to="i går")
    with pytest.raises(CommandError, match="Användaren ingen_alls finns inte"):
        call_command("restore_moment", data, owner="ingen_alls")
    assert not data.exists()
    with pytest.raises(CommandError, match="är inte tom"):
        call_command("restore_moment", tmp_path)
    packed = made.path / "base.tar.gz"
    packed.write_bytes(packed.read_bytes()[:-5000])
    with pytest.raises(CommandError, match="går inte att packa upp"):
        call_command("restore_moment", tmp_path / "other")


# -- inside ------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def following(folder: Path) -> Iterator[None]:
    """As the process does, in a thread."""
    stop, troubles = threading.Event(), []

    def follow() -> None:
        try:
            archive.follow(folder, stop)
        except postgresql.CannotCopy as trouble:
            troubles.append(trouble)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert troubles == []


@contextlib.contextmanager
def writing(individual: Individual, name: str) -> Iterator[set[str]]:
    """Somebody who reads about a person again and again, and what has been answered."""
    acked, ended = set[str](), threading.Event()

    def write() -> None:
        for number in itertools.count():
            if ended.wait(0.002):
                break
            key = f"{name}-{number}"
            access.record(
                staff=None,
                individual=individual,
                action="drill",
                object_type="drill",
                object_id=key,
                now=timezone.now(),
            )
            acked.add(key)
        connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield acked
    finally:
        ended.set()
        thread.join()


def written() -> set[str]:
    return set(AccessLog.objects.filter(action="drill").values_list("object_id", flat=True))


def destroy(server: Cluster) -> None:
    connections.close_all()
    server.crash()
    shutil.rmtree(server.data)
    shutil.rmtree(shelf.root(), ignore_errors=True)


def brought_back(server: Cluster, folder: Path, moment: datetime | None) -> None:
    archive.restore(folder, server.data, moment=moment, owner="postgres")
    server.start()

    def takes_writes() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            return bool(cursor.fetchone() == (False,))

    until(takes_writes, "it takes writes")


def until(condition: Callable[[], object], what: str) -> None:
    eventually(condition, seconds=60, what=what)
