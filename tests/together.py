"""Several at once on one database: acts from the same moment, and an instance that somebody else holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from workflows.models import ProcessInstance
from workflows.services import steps


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run the acts in a thread each, from the same moment; what each gave or raised, as the name of its class."""
    start = threading.Barrier(len(acts))
    outcomes: list[str] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            outcomes.append(type(act()).__name__)
        except Exception as error:  # noqa: BLE001 - whatever reaches the caller is what is judged
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    return outcomes


@contextmanager
def held_elsewhere(instance: ProcessInstance) -> Iterator[None]:
    """Another transaction holds the instance meanwhile."""
    holding, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            steps.locked(instance.pk)
            holding.set()
            let_go.wait(60)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(60)
    try:
        yield
    finally:
        let_go.set()
        thread.join(60)
