"""How many ärenden a second are moved to another version, each in its own transaction, with its rows renamed."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.utils import timezone

from benchmarks import eleven
from benchmarks.figures import Figure
from people.models import Individual, Staff
from workflows.models import MoveState, ProcessVersion
from workflows.services import migration

KEY = "flytt"
CHANGED = eleven.DEADLINE.replace('name="Vänta"', 'name="Vänta lite till"').replace('"end_klar"', '"end_slut"')


def figures(count: int, by: Staff, individual: Individual) -> Iterator[Figure]:
    """A task with a deadline that rings once, which is given another name."""
    eleven.publish_one(KEY, eleven.DEADLINE, ["a"])
    for _ in range(count):
        eleven.start(KEY, individual, by)
    eleven.publish_one(KEY, CHANGED, ["a"])
    old, new = ProcessVersion.objects.filter(definition__key=KEY).order_by("number")
    mapping = migration.default_mapping(old, new)
    begun = migration.start(from_version=old, to_version=new, mapping=mapping, by=by, now=timezone.now())
    started = time.perf_counter()
    while migration.run_batch(migration=begun, now=timezone.now()):
        pass
    seconds = time.perf_counter() - started
    if migration.counts(begun)[MoveState.MOVED] != count:
        raise RuntimeError("not all were moved")
    yield Figure("migrations_per_s", count / seconds)
