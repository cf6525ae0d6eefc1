"""The access log under seal: what was sealed cannot be changed, added to or taken from without it being seen."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from audit.models import Seal
from audit.services import sealing
from people.models import AccessLog
from people.services import access

NOW = datetime.datetime(2026, 11, 22, 9, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)

pytestmark = pytest.mark.django_db


def read(times: int, at: datetime.datetime = NOW) -> None:
    for number in range(times):
        access.record(staff=None, individual=None, action="read", object_type="instance", object_id=f"{number}", now=at)


@contextmanager
def unprotected() -> Iterator[None]:
    """What somebody with every right to the database can do."""
    off = "DROP TRIGGER people_accesslog_no_update"
    if connection.vendor == "postgresql":
        off = "SET LOCAL session_replication_role = replica"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(off)
        yield


def says() -> list[str]:
    return [fault.says for fault in sealing.broken(now=NOW + HOUR)]


def test_what_has_come_is_sealed_hour_by_hour_and_each_seal_leans_on_the_one_before() -> None:
    read(3)
    assert sealing.seal_due(now=NOW) is None  # a row with a lower id may still be on its way
    first = sealing.seal_due(now=NOW + HOUR)
    read(2, at=NOW + HOUR)
    assert sealing.seal_due(now=NOW + HOUR * 1.5) is None
    second = sealing.seal_due(now=NOW + HOUR * 2)
    assert first is not None
    assert second is not None
    assert (first.rows, second.rows, second.previous) == (3, 2, first)
    assert second.first_id == first.last_id + 1
    assert sealing.seal_due(now=NOW + HOUR * 4) is None  # nothing has come
    assert says() == []


def test_a_changed_row_is_seen() -> None:
    read(3)
    sealing.seal_due(now=NOW + HOUR)
    with unprotected(), connection.cursor() as cursor:
        cursor.execute("UPDATE people_accesslog SET staff_name = 'någon annan' WHERE object_id = '1'")
        assert says() == ["en eller flera rader har ändrats"]
        cursor.execute("UPDATE people_accesslog SET staff_name = '' WHERE object_id = '1'")
        assert says() == []


def test_a_row_taken_away_is_seen_and_one_put_in_afterwards_too() -> None:
    read(3)
    sealing.seal_due(now=NOW + HOUR)
    middle = AccessLog.objects.order_by("pk")[1].pk
    with unprotected(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_accesslog WHERE id = %s", [middle])
        assert says() == ["den gällde 3 rader, och nu är de 2"]


def test_seals_made_anew_are_seen_by_what_was_told_outside(tmp_path: Path, settings: Settings) -> None:
    heads = tmp_path / "heads"
    settings.FORLOPP_LOG_HEADS = str(heads)
    read(3)
    sealing.seal_due(now=NOW + HOUR)
    assert list(sealing.broken(now=NOW + HOUR, heads=heads)) == []
    line = heads.read_text(encoding="utf-8")
    assert line.split()[-1] == Seal.objects.get().digest
    heads.write_text(line.replace(line.split()[-1], "0" * 64), encoding="utf-8")
    assert [fault.says for fault in sealing.broken(now=NOW + HOUR, heads=heads)] == [
        f"{line.split()[0]} står i heads men inte i databasen"
    ]
    with pytest.raises(CommandError, match="Loggen är inte hel: 1 fel"):
        call_command("verify_log", heads=heads)


def test_what_could_not_be_told_outside_is_told_next_time(tmp_path: Path, settings: Settings) -> None:
    settings.FORLOPP_LOG_HEADS = str(tmp_path / "away" / "heads")
    read(1)
    sealing.seal_due(now=NOW + HOUR)
    (tmp_path / "away").mkdir()
    read(1, at=NOW + HOUR)
    sealing.seal_due(now=NOW + HOUR * 3)
    lines = (tmp_path / "away" / "heads").read_text(encoding="utf-8").splitlines()
    assert [line.split()[-1] for line in lines] == list(Seal.objects.order_by("pk").values_list("digest", flat=True))
    assert len(lines) == 2


def test_the_database_refuses_to_change_a_seal() -> None:
    read(1)
    sealing.seal_due(now=NOW + HOUR)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Seal.objects.update(rows=5)


def test_the_command_tells_that_the_log_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    read(2)
    sealing.seal_due(now=NOW + HOUR)
    call_command("verify_log")
    assert f"Loggen är hel, till och med rad {Seal.objects.get().last_id}" in capsys.readouterr().out


def test_a_great_deal_is_sealed_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST", 2)
    read(5)
    made = [sealing.seal_due(now=NOW + HOUR) for _ in range(4)]
    assert [one.rows if one else None for one in made] == [2, 2, 1, None]
    assert says() == []


def test_the_clock_of_the_log_is_the_one_of_the_row() -> None:
    """Summer and winter time: the same moment is sealed alike whichever zone the connection has."""
    summer = datetime.datetime(2026, 7, 1, 8, 0, tzinfo=datetime.UTC)
    read(1, at=summer)
    sealing.seal_due(now=NOW)
    with timezone.override("America/New_York"):
        assert says() == []
