"""Acts of people, systems, messages and time on a small municipality, with what everyone was told kept beside."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from people.models import Individual, Staff
from tests import invariants, pages
from tests.integration import all_waits
from workflows import connectors, engine, models
from workflows.services import deployments, incidents, instances, mending, migration, settle, steps, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
PERSONS = ("196101182803", "193805142381")
MOST_INSTANCES = 6
TABLES = (
    models.ProcessDefinition,
    models.ProcessVersion,
    models.StartSubscription,
    models.ProcessInstance,
    models.UserTask,
    models.TimerJob,
    models.MessageSubscription,
    models.OutboxMessage,
    models.InboxMessage,
    models.BufferedKey,
    models.HeldMessage,
    models.MessageDelivery,
    models.Incident,
    models.HistoryEntry,
    models.Migration,
    models.InstanceMove,
    Individual,
)
HEAVY = {"sources", "compiled", "config"}
REFUSALS = (
    connectors.Unreadable,
    engine.EngineError,
    incidents.AlreadyResolved,
    instances.AlreadyRunning,
    instances.InvalidStart,
    instances.NotPublished,
    mending.InvalidChange,
    mending.NoReason,
    mending.NotAllowed,
    migration.AlreadyRunning,
    migration.CannotUndo,
    settle.Conflict,
    steps.InstanceEnded,
    steps.Suspended,
    user_tasks.AlreadyCompleted,
    user_tasks.ClaimedByOther,
    user_tasks.InvalidAnswers,
    user_tasks.NotAllowed,
    user_tasks.TaskGone,
)
"""What a person may be told instead: then everything is as before."""

R = TypeVar("R")
Rows = dict[str, list[dict[str, Any]]]


def read() -> Rows:
    """Every row of the tables that acts may change, as the database gives it: by kept texts, since it is read often."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for model in TABLES:
            name, text, columns = _select(model)
            cursor.execute(text)
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found


@cache
def _select(model: type[Model]) -> tuple[str, str, list[str]]:
    quoted = connection.ops.quote_name
    fields = [item for item in model._meta.concrete_fields if item.attname not in HEAVY]
    chosen = ", ".join(quoted(str(item.column)) for item in fields)
    text = f"SELECT {chosen} FROM {quoted(model._meta.db_table)} ORDER BY id"  # noqa: S608 - our own names
    return model.__name__, text, [item.attname for item in fields]


@dataclass
class World:
    """The database as an example of acts finds it, and what has been told while it lasted."""

    staff: dict[str, Staff]
    persons: list[Individual]
    now: datetime = NOW
    rows: Rows = field(default_factory=dict)
    done: dict[int, Any] = field(default_factory=dict)  # tasks that someone was told are done: by whom, then all of it
    owners: dict[int, int] = field(default_factory=dict)  # tasks that someone was told are theirs
    actions: list[dict[str, Any]] = field(default_factory=list)
    claimed: list[Any] = field(default_factory=list)
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    refused: str = ""

    @classmethod
    def begin(cls) -> World:
        """Four who work there, two persons, and the first version of each förlopp."""
        pages.PROFESSIONS.setdefault("enhetschef", "Enhetschef")
        who = {"anna": "samordnare", "olle": "samordnare", "siri": "sjukskoterska", "ingrid": "it_drift"}
        staff = {name: pages.staff(name, profession) for name, profession in who.items()}
        for key in all_waits.BODIES:
            deployments.publish(folder=all_waits.folder(key, 0), by=None, now=NOW)
        return cls(staff, [pages.person(PERSONS[0], "Ada"), pages.person(PERSONS[1])])

    def again(self) -> World:
        """The same with nothing told, for the next example."""
        fresh = World(self.staff, self.persons)
        fresh.rows = read()
        return fresh

    # -- acts ----------------------------------------------------------------------------------------------------------

    def act(self, service: Callable[..., R], **given: Any) -> R | None:
        """Call a service. A refusal leaves everything as it was; None then."""
        self.refused = ""
        try:
            return service(**given)
        except REFUSALS as refusal:
            self.refused = type(refusal).__name__
            assert read() == self.rows, f"{service.__name__} refused ({self.refused}) and left something behind"
            return None

    def tries(self, trial: Callable[[], R]) -> R:
        """What only tries changes nothing."""
        found = trial()
        assert read() == self.rows, "a trial changed something"
        return found

    def pick(self, table: str, number: int, **wanted: Any) -> Any:
        """One row of a table as an object, None when there is none."""
        keys = [row["id"] for row in self.rows[table] if all(row[key] == value for key, value in wanted.items())]
        if not keys:
            return None
        return getattr(models, table)._default_manager.get(pk=keys[number % len(keys)])

    def has(self, table: str, **wanted: Any) -> bool:
        return any(all(row[key] == value for key, value in wanted.items()) for row in self.rows[table])

    def completed(self, task: models.UserTask, by: Staff, answers: dict[str, Any], action_id: uuid.UUID) -> bool:
        """Complete a task; whether its person was told that it is done."""
        found = self.act(user_tasks.complete, task=task, answers=answers, by=by, now=self.now, action_id=action_id)
        if found is None:
            return False
        self.done.setdefault(found.task.pk, found.task.completed_by_id)
        return True

    # -- what must hold ------------------------------------------------------------------------------------------------

    def check(self, *, at_rest: bool = False, may_let_go: bool = False) -> None:
        """After every act."""
        before, self.rows = self.rows, read()
        broken = invariants.broken(at_rest=at_rest)
        assert not broken, "\n".join(broken)
        broken = [
            *self._appended(before),
            *self._written(before),
            *self._kept(may_let_go=may_let_go),
            *self._told(),
        ]
        assert not broken, "\n".join(broken)

    def _appended(self, before: Rows) -> list[str]:
        """History and what came in are never taken away or written anew."""
        old, new = before["HistoryEntry"], self.rows["HistoryEntry"]
        found = [] if new[: len(old)] == old else ["the history was written anew"]
        raw = {row["id"]: bytes(row["raw"]) for row in self.rows["InboxMessage"]}
        lost = [row["id"] for row in before["InboxMessage"] if raw.get(row["id"]) != bytes(row["raw"])]
        return found + [f"message {key} is gone" for key in lost]

    def _written(self, before: Rows) -> list[str]:
        """The revision counts what was written: it never goes back, and no state changes without it."""
        found = []
        old = {row["id"]: row for row in before["ProcessInstance"]}
        for row in self.rows["ProcessInstance"]:
            was = old.pop(row["id"], None)
            if was is None:
                continue
            moved = row["revision"] - was["revision"]
            if moved < 0 or (moved == 0 and row["engine_state"] != was["engine_state"]):
                found.append(f"ärende {row['id']}: revision {was['revision']} -> {row['revision']}")
            if was["state"] != "active" and (row["state"], row["outcome"], moved) != (was["state"], was["outcome"], 0):
                found.append(f"ärende {row['id']} had ended and went on")
        return found + [f"ärende {key} is gone" for key in old]

    def _kept(self, *, may_let_go: bool) -> list[str]:
        """What someone was told is done stays done, and what is theirs stays theirs until they let it go."""
        found = []
        for row in self.rows["UserTask"]:
            key = row["id"]
            told = self.done.get(key)
            if told is not None and told not in (row["completed_by_id"], _done(row)):
                found.append(f"task {key} was done by {told} and is {row['state']} by {_done(row)}")
            if told is not None:
                self.done[key] = _done(row)
            if row["state"] == "open" and row["claimed_by_id"] != self.owners.get(key):
                if not (may_let_go and row["claimed_by_id"] is None):
                    found.append(f"task {key} was told to be {self.owners.get(key)}'s, is {row['claimed_by_id']}'s")
                self.owners.pop(key, None)
        return found

    def _told(self) -> list[str]:
        """What came is in the history, and an answer that could not be taken is a stopp."""
        told = Counter(
            (row["instance_id"], row["element_id"]) for row in self.rows["HistoryEntry"] if row["kind"] == "message"
        )
        came = Counter((row["instance_id"], row["element_id"]) for row in self.rows["MessageDelivery"])
        found = [f"the history does not tell of a message: {key}" for key in came - told]
        stopped = {row["outbox_id"] for row in self.rows["Incident"] if row["state"] == "open"}
        going = {row["id"]: row for row in self.rows["ProcessInstance"] if row["suspended_at"] is None}
        for row in self.rows["OutboxMessage"]:
            state = going.get(row["instance_id"], {}).get("engine_state")
            held = engine.task_ids(json.loads(state)) if state else set()
            is_waited_for = str(UUID(str(row["engine_task_id"]))) in held
            if row["state"] == "done" and is_waited_for and row["id"] not in stopped:
                found.append(f"the answer to call {row['id']} was not taken and nobody can see it")
        return found


def _done(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["state"], row["completed_by_id"], row["answers"], row["ended_at"], row["action_id"]


def savepoint() -> Callable[[], None]:
    """Everything from here can be taken back."""
    key = transaction.savepoint()
    return lambda: transaction.savepoint_rollback(key)
