"""A completion in an ärende that has gone round many times: nothing of it may grow with its age."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from django.utils import timezone

from benchmarks import eleven, naive, rows
from benchmarks.clients import milliseconds
from benchmarks.figures import AGES, Figure
from people.models import Individual, Staff
from workflows import engine, published
from workflows.models import HistoryEntry, ProcessInstance, TaskState, UserTask
from workflows.services import waits

LAPS = 30


@dataclass(frozen=True)
class Scale:
    """How many rounds are gone through the services, above which the bare engine goes on; and the oldest naive one."""

    served: int
    naive_most: int


QUICK = Scale(served=300, naive_most=10)
FULL = Scale(served=10_000, naive_most=1_000)


class Round:
    """One ärende going round; the letter is for the rows of its own that are made."""

    def __init__(self, letter: str, by: Staff, individual: Individual) -> None:
        self.letter, self.by, self.age = letter, by, 0
        self.task = eleven.open_task(eleven.start("varv", individual, by))

    def go(self) -> None:
        following = eleven.complete(self.task, self.by)
        if following is None:
            raise RuntimeError("the loop ended")
        self.task = following
        self.age += 1

    def go_to(self, age: int, served: int) -> None:
        while self.age < min(age, served):
            self.go()
        if self.age < age:
            self._leap(age)

    def _leap(self, age: int) -> None:
        """The engine alone goes the rounds; the rows the services would have left are copies of the last round's."""
        instance = ProcessInstance.objects.select_related("version").get(pk=self.task.instance_id)
        version = published.of(instance.version.public_id)
        state, waiting = instance.engine_state, self.task.engine_task_id
        for _ in range(age - self.age):
            execution = engine.Execution.restore(version.definition, state, decide=version.decide)
            execution.complete(waiting, dict(eleven.ANSWERS), now=timezone.now())
            state, waiting = execution.dump(), execution.waiting().user_tasks[0].id
        instance.engine_state = state | {waits.KEY: instance.engine_state[waits.KEY]}  # no timer, no message
        instance.save(update_fields=["engine_state"])
        UserTask.objects.filter(pk=self.task.pk).update(engine_task_id=waiting)
        self.task.refresh_from_db()
        done = UserTask.objects.filter(instance=instance, state=TaskState.COMPLETED).latest("pk").pk
        changed = {"engine_task_id": rows.unique("a"), "public_id": rows.unique(self.letter), "action_id": "NULL"}
        rows.copy("workflows_usertask", done, range(self.age, age), changed)
        told = HistoryEntry.objects.filter(instance=instance).order_by("-pk")
        for entry in told[: told.count() // self.age]:
            rows.copy("workflows_historyentry", entry.pk, range(self.age, age), {"action_id": "NULL"})
        rows.tidy()
        self.age = age


def figures(scale: Scale, by: Staff, individual: Individual) -> Iterator[Figure]:
    others, note = _naive(scale.naive_most)
    ours = {age: Round(letter, by, individual) for age, letter in zip(AGES, "cde", strict=True)}
    for age, instance in ours.items():
        instance.go_to(age, scale.served)
    times = [[milliseconds([instance.go]) for instance in ours.values()] for _ in range(LAPS)]  # in turn
    for age, taken in zip(AGES, zip(*times, strict=True), strict=True):
        other = others.get(age)
        yield Figure(f"step_ms_at_{age}", statistics.median(taken), other, note="" if other else note)


def _naive(most: int) -> tuple[dict[int, float], str]:
    """What it takes at the ages up to `most`, and why no further."""
    theirs = naive.loop()
    blob, been, found = theirs.start(), 0, dict[int, float]()
    for age in AGES:
        if age <= most:
            theirs.leap(blob, age - been)
            found[age] = milliseconds([partial(theirs.complete, blob)] * LAPS)
            been = age + LAPS
    return found, f"naive is taken to {most} rounds; each takes longer than the one before"
