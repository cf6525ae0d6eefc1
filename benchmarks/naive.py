"""What one would build in a day: SpiffWorkflow with everything in one blob, loaded and saved at each step."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from benchmarks import eleven, rows
from tests.unit.engine_bpmn import process
from workflows import safe_xml

TABLES = (
    "CREATE TABLE naive_instance (id INTEGER PRIMARY KEY, state TEXT)",
    "CREATE TABLE naive_task (id CHAR(36) PRIMARY KEY, instance_id INTEGER, name TEXT, role TEXT, done TEXT, due TEXT)",
    "CREATE INDEX naive_task_by_role ON naive_task (role)",
    "CREATE TABLE naive_history (instance_id INTEGER, at TEXT, element TEXT)",
)
# Beyond what the library looks through unless told otherwise: it loses sight of tasks a thousand steps down.
DEPTH = 1_000_000
LOOP = eleven.LOOP.replace('a.svar = "slut"', "False")


class Naive:
    """Instances of one diagram; conditions are Python, as the library has it."""

    last = 0

    def __init__(self, body: str) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(safe_xml.parse(process(body)), "p.bpmn")
        self.spec = parser.get_spec("p")
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        # Its log of every change of state would be most of its cost.
        logging.getLogger("spiff").setLevel(logging.WARNING)
        BpmnWorkflow.get_tasks_iterator = _walk

    def start(self) -> int:
        Naive.last += 1
        key = Naive.last
        workflow = BpmnWorkflow(self.spec)
        workflow.do_engine_steps()
        with transaction.atomic(), connection.cursor() as cursor:
            state = self.serializer.serialize_json(workflow)
            cursor.execute("INSERT INTO naive_instance VALUES (%s, %s)", [key, state])
            self._offer(cursor, key, workflow, set())
        return key

    def leap(self, instance: int, rounds: int) -> None:
        """Complete so many tasks without saving between: what is to be measured is the step that comes after."""
        with transaction.atomic(), connection.cursor() as cursor:
            workflow = self._read(cursor, instance)
            for _ in range(rounds):
                self._go_on(workflow, workflow.get_tasks(state=TaskState.READY, manual=True)[0])
            self._write(cursor, instance, workflow)

    def complete(self, instance: int) -> bool:
        """Complete the oldest waiting task; False when there is none left."""
        with transaction.atomic(), connection.cursor() as cursor:
            workflow = self._read(cursor, instance)
            ready = workflow.get_tasks(state=TaskState.READY, manual=True)
            if not ready:
                return False
            known = {task.id for task in ready}
            task = ready[0]
            self._go_on(workflow, task)
            now = timezone.now().isoformat()
            cursor.execute("UPDATE naive_task SET done = %s WHERE id = %s", [now, str(task.id)])
            cursor.execute("INSERT INTO naive_history VALUES (%s, %s, %s)", [instance, now, task.task_spec.bpmn_id])
            self._offer(cursor, instance, workflow, known)
            self._write(cursor, instance, workflow)
        return True

    def look_at_all(self) -> None:
        """Let time pass: what a timer waits for is known to the workflow alone."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT state FROM naive_instance")
            for (state,) in cursor.fetchall():
                workflow = self.serializer.deserialize_json(state)
                workflow.refresh_waiting_tasks()

    def _read(self, cursor: Any, instance: int) -> Any:
        cursor.execute("SELECT state FROM naive_instance WHERE id = %s", [instance])
        return self.serializer.deserialize_json(cursor.fetchone()[0])

    def _go_on(self, workflow: Any, task: Any) -> None:
        task.data[task.task_spec.bpmn_id] = dict(eleven.ANSWERS)
        task.run()
        workflow.do_engine_steps()

    def _write(self, cursor: Any, instance: int, workflow: Any) -> None:
        state = self.serializer.serialize_json(workflow)
        cursor.execute("UPDATE naive_instance SET state = %s WHERE id = %s", [state, instance])

    def _offer(self, cursor: Any, instance: int, workflow: Any, known: set[uuid.UUID]) -> None:
        for task in workflow.get_tasks(state=TaskState.READY, manual=True):
            if task.id not in known:
                values = [str(task.id), instance, task.task_spec.bpmn_name, task.task_spec.lane]
                cursor.execute("INSERT INTO naive_task VALUES (%s, %s, %s, %s, NULL, NULL)", values)


def _walk(workflow: Any, first_task: Any = None, **asked: Any) -> Any:
    return BpmnTaskIterator(first_task or workflow.task_tree, **{"max_depth": DEPTH} | asked)


class Inbox:
    """Its list of tasks, with the index that anyone would give it."""

    count = 0

    def add(self, numbers: range) -> None:
        """Open tasks of the professions in turn."""
        roles = " ".join(f"WHEN {place} THEN '{name}'" for place, name in enumerate(eleven.PROFESSIONS))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO naive_task SELECT 'en till ' || n, 0, 'Uppgift', CASE n % {len(eleven.PROFESSIONS)} "
                f"{roles} END, NULL, CAST({rows.moment('2027-01-01', 'minute')} AS TEXT) FROM {rows.series(numbers)}"
            )
        self.count = numbers.stop

    def first_page(self) -> None:
        held = ", ".join(f"'{name}'" for name in eleven.PROFESSIONS)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM naive_task WHERE done IS NULL AND role IN ({held}) ORDER BY due LIMIT 50")
            cursor.fetchall()


def create() -> None:
    with connection.cursor() as cursor:
        for text in TABLES:
            cursor.execute(text)


def eleven_tasks() -> Naive:
    return Naive(eleven.body('u5["svar"] == "ja"', with_deadline=False))


def loop() -> Naive:
    return Naive(LOOP)


def deadline() -> Naive:
    return Naive(eleven.DEADLINE.replace(">P30D<", ">'P30D'<"))
