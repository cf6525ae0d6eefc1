"""Moves active instances to another version: proposed, run in batches, undone one by one (tried first by `trials`).

A few instances at a time are moved in one transaction with their rows locked, so an action of somebody else comes
before or after. When one of them stands in the way of the others, each is moved in its own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from people import statements
from people.models import Staff
from workflows import engine, published
from workflows.diagram import Element
from workflows.models import (
    HistoryEntry,
    HistoryKind,
    InstanceMove,
    InstanceState,
    Migration,
    MigrationState,
    MoveState,
    ProcessInstance,
    ProcessVersion,
)
from workflows.services import moved_rows, settle, steps, turns

log = logging.getLogger(__name__)

BATCH = 50
TOGETHER = 25
"""Instances moved in one transaction; so many are locked while it lasts, about a twentieth of a second."""
MOST_REASONS = 50
UNREADABLE = "Ärendets sparade läge går inte att läsa. De som sköter systemet behöver se över det."
DROPPABLE = frozenset({"boundaryEvent", "startEvent"})
"""What an instance may stop waiting for: events beside what it does."""


class AlreadyRunning(Exception):
    """En flytt från den versionen pågår redan."""


class CannotUndo(Exception):
    """Ärendet har gått vidare sedan flytten, eller är redan flyttat tillbaka."""


@dataclass(frozen=True)
class Pair:
    """An element where instances may wait, its counterpart ('' unknown) and what a person may choose."""

    element: Element
    target: str
    choices: list[Element]
    can_be_dropped: bool

    @property
    def is_same(self) -> bool:
        return self.target == self.element.id


def propose(from_version: ProcessVersion, to_version: ProcessVersion) -> list[Pair]:
    """Every element where an instance may wait, in the order of the diagram, with its proposed counterpart."""
    old, new = (published.of(version.public_id).definition for version in (from_version, to_version))
    found, kinds, others = engine.proposed(old, new), engine.waits(old), engine.waits(new)
    return [
        Pair(
            old.elements[key],
            found.get(key, ""),
            [new.elements[other] for other, other_kind in others.items() if other_kind == kind],
            kind in DROPPABLE,
        )
        for key, kind in kinds.items()
    ]


def default_mapping(from_version: ProcessVersion, to_version: ProcessVersion) -> dict[str, str]:
    """The proposed counterparts that have another id."""
    return renamed(*(published.of(version.public_id).definition for version in (from_version, to_version)))


def renamed(old: engine.Definition, new: engine.Definition) -> dict[str, str]:
    """The same of two diagrams, of which one need not be published."""
    return {key: target for key, target in engine.proposed(old, new).items() if target not in ("", key)}


def between(source: ProcessVersion, target: ProcessVersion, mapping: Mapping[str, str]) -> engine.Move:
    """The move that each instance makes, made ready once."""
    return _between(source.public_id, target.public_id, tuple(sorted(mapping.items())))


def waiting(from_version: ProcessVersion) -> QuerySet[ProcessInstance]:
    """The active instances of a version."""
    return ProcessInstance.objects.filter(version=from_version, state=InstanceState.ACTIVE)


def start(
    *,
    from_version: ProcessVersion,
    to_version: ProcessVersion,
    mapping: Mapping[str, str],
    by: Staff | None,
    now: datetime,
) -> Migration:
    """Begin a move; the workers carry it out. Raises AlreadyRunning, ValueError for versions of different förlopp."""
    if from_version.definition_id != to_version.definition_id or from_version.pk == to_version.pk:
        raise ValueError("two versions of one förlopp")
    try:
        with transaction.atomic():
            return Migration.objects.create(
                from_version=from_version, to_version=to_version, mapping=dict(mapping), created_at=now, created_by=by
            )
    except IntegrityError:
        raise AlreadyRunning from None


def stop(*, migration: Migration) -> None:
    """After the instances that are being moved right now, no more are."""
    _become(migration, MigrationState.STOPPED, MigrationState.RUNNING)


def resume(*, migration: Migration) -> None:
    _become(migration, MigrationState.RUNNING, MigrationState.STOPPED)


def abandon(*, migration: Migration, now: datetime) -> None:
    """Those that are moved stay moved; the others stay where they are."""
    Migration.objects.filter(pk=migration.pk, state=MigrationState.STOPPED).update(
        state=MigrationState.DONE, ended_at=now
    )


def run_waiting(*, now: datetime) -> bool:
    """One batch of the oldest move that is under way; whether there is more to do. Many workers may do so at once."""
    found = Migration.objects.filter(state=MigrationState.RUNNING).order_by("pk").first()
    return found is not None and run_batch(migration=found, now=now)


def run_batch(*, migration: Migration, now: datetime, limit: int = BATCH) -> bool:
    """Move some of those that are left; whether any were. Ends the move when none are."""
    if not Migration.objects.filter(pk=migration.pk, state=MigrationState.RUNNING).exists():
        return False
    keys = list(left(migration).order_by("pk").values_list("pk", flat=True)[:limit])
    if not keys:
        Migration.objects.filter(pk=migration.pk, state=MigrationState.RUNNING).update(
            state=MigrationState.DONE, ended_at=now
        )
        return False
    change, known = Change.of(migration), moved_rows.offered(keys)
    for first in range(0, len(keys), TOGETHER):
        if first and not _is_running(migration):
            return False
        _move_or_tell(change, keys[first : first + TOGETHER], known, now=now)
    return True


def left(migration: Migration) -> QuerySet[ProcessInstance]:
    """Those that nothing has been said of yet."""
    told = InstanceMove.objects.filter(migration=migration, instance=OuterRef("pk"))
    return waiting(migration.from_version).exclude(Exists(told))


def counts(migration: Migration) -> dict[str, int]:
    """How many of each, and how many are left."""
    rows = migration.moves.order_by().values_list("state").annotate(count=Count("pk"))
    running = migration.state != MigrationState.DONE
    return {**dict.fromkeys(MoveState.values, 0), **dict(rows), "left": left(migration).count() if running else 0}


def reasons(migration: Migration) -> list[tuple[str, int]]:
    """Why some could not be moved, the most common first."""
    rows = migration.moves.filter(state=MoveState.REFUSED).order_by().values_list("reason")
    return list(rows.annotate(count=Count("pk")).order_by("-count", "reason")[:MOST_REASONS])


@turns.again
def undo(*, move: InstanceMove, by: Staff | None, now: datetime) -> None:
    """Put an instance back as it was before it was moved. Raises CannotUndo when it has gone on since."""
    with transaction.atomic():
        instance = steps.locked(move.instance_id)
        row = InstanceMove.objects.select_related("migration__from_version", "migration__to_version").get(pk=move.pk)
        if row.earlier is None or row.revision != instance.revision or not instance.is_active:
            raise CannotUndo
        if row.state != MoveState.MOVED or instance.version_id != row.migration.to_version_id:
            raise CannotUndo
        back = Change.of(row.migration)
        version = published.of(back.source.public_id)
        execution = engine.Execution.restore(version.definition, row.earlier, decide=version.decide)
        renamed = moved_rows.Renamed(now)
        entry = _write(instance, execution, back.target, back.source, back.undone, {}, renamed, by=by, now=now)
        renamed.write()
        statements.insert([entry])
        InstanceMove.objects.filter(pk=row.pk).update(state=MoveState.UNDONE, earlier=None, at=now)


def forget() -> int:
    """Earlier states of instances that have gone on are of no use any more; how many were let go."""
    rows = ProcessInstance.objects.filter(pk=OuterRef("instance"), revision=OuterRef("revision"), state="active")
    return InstanceMove.objects.filter(earlier__isnull=False).exclude(Exists(rows)).update(earlier=None)


# -- inside ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A stored move made ready to use."""

    migration: Migration
    source: ProcessVersion
    target: ProcessVersion
    move: engine.Move
    done: moved_rows.Differences
    undone: moved_rows.Differences

    @classmethod
    def of(cls, migration: Migration) -> Change:
        source, target = migration.from_version, migration.to_version
        move = between(source, target, migration.mapping)
        old, new = published.of(source.public_id), published.of(target.public_id)
        pairs = [(key, migration.mapping.get(key, key)) for key in old.definition.elements]
        turned = [(new_key, old_key) for old_key, new_key in pairs]
        done, undone = moved_rows.Differences.between(old, new, pairs), moved_rows.Differences.between(new, old, turned)
        return cls(migration, source, target, move, done, undone)


@lru_cache(maxsize=8)
def _between(source: UUID, target: UUID, mapping: tuple[tuple[str, str], ...]) -> engine.Move:
    now = published.of(target)
    return engine.Move(published.of(source).definition, now.definition, dict(mapping), now.config.get("parameters"))


def _become(migration: Migration, state: MigrationState, was: MigrationState) -> None:
    Migration.objects.filter(pk=migration.pk, state=was).update(state=state)
    migration.refresh_from_db(fields=["state"])


def _is_running(migration: Migration) -> bool:
    return Migration.objects.filter(pk=migration.pk, state=MigrationState.RUNNING).exists()


def _move_or_tell(change: Change, keys: list[int], known: moved_rows.Offered, *, now: datetime) -> None:
    """Move some; one that cannot be moved is told of and stops nobody else."""
    try:
        _move_all(change, keys, known, now=now)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - told, or found out by moving each alone
        if len(keys) == 1:
            told = _refusal(change, keys[0], error, now=now)
            InstanceMove.objects.bulk_create([told], ignore_conflicts=True)  # another worker may have said so
            return
        for key in keys:
            _move_or_tell(change, [key], known, now=now)


@turns.again
def _move_all(change: Change, keys: list[int], known: moved_rows.Offered, *, now: datetime) -> None:
    """All in one transaction. Raises what nobody can tell before it is tried; then nothing is written."""
    by, decide = change.migration.created_by, published.of(change.target.public_id).decide
    with transaction.atomic():
        here = [row for row in steps.all_locked(keys) if row.is_active and row.version_id == change.source.pk]
        told = set(change.migration.moves.filter(instance__in=keys).values_list("instance_id", flat=True))
        moves, entries, renamed = [], [], moved_rows.Renamed(now)
        for instance in here:
            if instance.pk in told:
                continue  # another worker has said that it cannot be moved
            earlier = instance.engine_state
            try:
                execution = change.move.execution(earlier, decide=decide, now=now)
            except Exception as error:  # noqa: BLE001 - told, and the others go on
                moves.append(_refusal(change, instance.pk, error, now=now))
                continue
            entries.append(
                _write(instance, execution, change.source, change.target, change.done, known, renamed, by=by, now=now)
            )
            moves.append(_moved(change, instance, execution, earlier, now=now))
        renamed.write()
        statements.insert(entries)
        statements.insert(moves)


def _moved(
    change: Change, instance: ProcessInstance, execution: engine.Execution, earlier: dict[str, Any], *, now: datetime
) -> InstanceMove:
    # An early message that the new version waits for was taken at once: then there is no way back.
    has_gone_on = bool(execution.happened or execution.completed)
    return InstanceMove(
        migration=change.migration,
        instance=instance,
        state=MoveState.MOVED,
        earlier=None if has_gone_on else earlier,
        revision=instance.revision,
        at=now,
    )


def _refusal(change: Change, instance_id: int, error: Exception, *, now: datetime) -> InstanceMove:
    """Why one cannot be moved, as far as that may be told."""
    element_id, reason = "", UNREADABLE
    if isinstance(error, engine.Immovable):
        element_id = error.reasons[0].element_id
        reason = " ".join(dict.fromkeys(reason.text for reason in error.reasons))
    elif isinstance(error, engine.EngineError):
        element_id, reason = error.element, error.message
    else:
        log.error("an instance could not be moved: %s", type(error).__name__, exc_info=error)
    return InstanceMove(
        migration=change.migration,
        instance_id=instance_id,
        state=MoveState.REFUSED,
        element_id=element_id[:200],
        reason=reason[:1000],
        at=now,
    )


def _write(
    instance: ProcessInstance,
    execution: engine.Execution,
    source: ProcessVersion,
    target: ProcessVersion,
    differences: moved_rows.Differences,
    known: moved_rows.Offered,
    renamed: moved_rows.Renamed,
    *,
    by: Staff | None,
    now: datetime,
) -> HistoryEntry:
    """The instance on another version: what has come or gone is written as after a step, what stays is renamed.

    The caller writes what is renamed, and the row of history.
    """
    instance.version = target
    version, also = published.of(target.public_id), {"version_id": target.pk}
    settled = settle.settle(instance, execution, version, by=by, now=now, also=also)
    moved_rows.rename(instance, execution, differences, known, renamed)
    steps.pass_on(instance, settled, now=now)
    name = f"Version {source.number} → version {target.number}"
    detail = {"from": source.number, "to": target.number}
    return HistoryEntry(instance=instance, at=now, by=by, kind=HistoryKind.MIGRATED, name=name, detail=detail)
