"""What a person waits for: completing a task, a step of an old ärende, opening a long inbox. In process, on SQLite."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.table import Row, milliseconds
from people.models import Staff
from tests import pages
from tests.unit.engine_bpmn import Run, chain, flow
from workflows import selectors
from workflows.models import ProcessInstance, UserTask
from workflows.services import user_tasks

COMPLETIONS = 40
SHORT, LONG, STEPS = 10, 500, 20
FEW, MANY, READS = 1_000, 100_000, 30
LOOP = (
    '<startEvent id="s"/><userTask id="a"/><scriptTask id="rakna" scriptFormat="feel">'
    '<script>{ n: if n = null then 1 else n + 1 }</script></scriptTask><exclusiveGateway id="g" default="g_a"/>'
    '<endEvent id="end_x"/>' + chain("s", "a", "rakna", "g", "a") + flow("g", "end_x", "n = 1000000")
)


def rows() -> list[Row]:
    call_command("migrate", verbosity=0)
    pages.publish()
    by = pages.staff("anna", "samordnare")
    return [*completion(by), *age(), *inbox(by)]


def completion(by: Staff) -> Iterator[Row]:
    """The whole action of a person: check the form, step, state, tasks, history, one transaction."""
    tasks = [pages.task(pages.start(pages.person(), by), "planera_besok") for _ in range(COMPLETIONS + 2)]
    finish(tasks[0], by)
    with CaptureQueriesContext(connection) as queries:
        finish(tasks[1], by)
    figure = milliseconds([completing(task, by) for task in tasks[2:]])
    yield Row("complete a user task", f"{figure:.1f} ms", f"{len(queries)} SQL statements")


def completing(task: UserTask, by: Staff) -> Callable[[], object]:
    return lambda: finish(task, by)


def finish(task: UserTask, by: Staff) -> None:
    answers = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
    user_tasks.complete(task=task, answers=answers, by=by, now=timezone.now())


def age() -> Iterator[Row]:
    """One step in the engine: load the state, complete a task, save the state."""
    young, old = aged(SHORT), aged(LONG)
    milliseconds([lambda: young.complete("a")] * STEPS)  # the machine is warm for both
    first, last = milliseconds([lambda: young.complete("a")] * STEPS), milliseconds([lambda: old.complete("a")] * STEPS)
    yield Row(f"restore, step and dump after {SHORT} steps", f"{first:.2f} ms")
    yield Row(f"restore, step and dump after {LONG} steps", f"{last:.2f} ms", f"× {last / first:.2f}")


def aged(steps: int) -> Run:
    run = Run(LOOP)
    for _ in range(steps):
        run.complete("a")
    return run


def inbox(by: Staff) -> Iterator[Row]:
    """The first page of the inbox, and the question an open inbox asks again and again."""
    fill(FEW)
    few, stamp_few = milliseconds([lambda: read(by)] * READS), milliseconds([lambda: stamp(by)] * READS)
    fill(MANY - FEW)
    many, stamp_many = milliseconds([lambda: read(by)] * READS), milliseconds([lambda: stamp(by)] * READS)
    yield Row(f"inbox, {FEW} open tasks", f"{few:.2f} ms")
    yield Row(f"inbox, {MANY} open tasks", f"{many:.2f} ms", f"× {many / few:.2f}")
    yield Row(f"has the inbox changed, {FEW} open tasks", f"{stamp_few:.2f} ms")
    yield Row(f"has the inbox changed, {MANY} open tasks", f"{stamp_many:.2f} ms", f"× {stamp_many / stamp_few:.2f}")


def read(by: Staff) -> None:
    selectors.inbox_tasks(by)


def stamp(by: Staff) -> None:
    selectors.inbox_stamp(by)


def fill(count: int) -> None:
    """More open tasks for the same profession, due over the coming year."""
    instance, now = ProcessInstance.objects.all()[0], timezone.now()
    UserTask.objects.bulk_create(
        (open_task(instance, now + timedelta(minutes=5 * number)) for number in range(count)), batch_size=1_000
    )


def open_task(instance: ProcessInstance, due_at: datetime) -> UserTask:
    return UserTask(
        instance=instance,
        individual_id=instance.individual_id,
        engine_task_id=uuid.uuid4(),
        element_id="planera_besok",
        name="Planera besöket",
        form_key="planera_besok",
        group="samordnare",
        created_at=due_at,
        changed_at=due_at,
        due_at=due_at,
        due_sort=due_at,
    )
