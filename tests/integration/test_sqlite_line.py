"""Those who are to write stand in line: one who writes all the time lets the others in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from people.models import Profession

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="other databases let several write"),
]
TURNS = 10


def in_transaction() -> None:
    with transaction.atomic():
        Profession.objects.filter(key="ingen").update(name="Ingen")


def alone() -> None:
    Profession.objects.filter(key="ingen").update(name="Ingen")


@pytest.mark.parametrize("write", [in_transaction, alone])
def test_one_who_writes_now_and_then_need_not_wait_for_many_turns_of_one_who_writes_all_the_time(
    write: Callable[[], None],
) -> None:
    turns, ended = 0, threading.Event()

    def all_the_time() -> None:
        nonlocal turns
        while not ended.is_set():
            with transaction.atomic():
                time.sleep(0.02)
            turns += 1
            time.sleep(0.001)
        connection.close()

    busy = threading.Thread(target=all_the_time)
    busy.start()
    try:
        waited = []
        for _ in range(4):
            time.sleep(0.03)
            before = turns
            write()
            waited.append(turns - before)
    finally:
        ended.set()
        busy.join()
    assert sum(waited) <= TURNS


def test_a_transaction_that_is_undone_leaves_the_line() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _ = 1 / 0

    def write() -> None:
        in_transaction()
        connection.close()

    other = threading.Thread(target=write, daemon=True)
    other.start()
    other.join(60)
    assert not other.is_alive()
