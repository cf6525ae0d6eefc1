"""Tries a move on every active instance of a version before it is made: nothing of theirs is written.

The workers do it a batch at a time, and the row tells how far they have come and what they found.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from people.models import Staff
from workflows import engine, published
from workflows.models import MigrationState, ProcessVersion, Trial
from workflows.services import migration

log = logging.getLogger(__name__)

BATCH = 100
FORESEEN = 300


def begin(
    *,
    from_version: ProcessVersion,
    to_version: ProcessVersion,
    mapping: Mapping[str, str],
    by: Staff | None,
    now: datetime,
) -> Trial:
    """The workers carry it out; the same person's earlier ones from the version are of no use any more."""
    Trial.objects.filter(from_version=from_version, created_by=by).delete()
    return Trial.objects.create(
        from_version=from_version,
        to_version=to_version,
        mapping=dict(mapping),
        total=migration.waiting(from_version).count(),
        created_at=now,
        created_by=by,
    )


def stop(*, trial: Trial, now: datetime) -> None:
    """No more are tried; what has been found is kept."""
    _running(trial).update(state=MigrationState.STOPPED, ended_at=now)
    trial.refresh_from_db(fields=["state", "ended_at"])


def run_waiting(*, now: datetime) -> bool:
    """One batch of the oldest trial that is under way; whether there is more to do."""
    found = Trial.objects.filter(state=MigrationState.RUNNING).order_by("pk").first()
    return found is not None and run_batch(trial=found, now=now)


def run_batch(*, trial: Trial, now: datetime, limit: int = BATCH) -> bool:
    """Try some of those that are left; whether any were. Ends the trial when none are.

    Nothing is held meanwhile: what another worker was first to write stands, and the same work is done twice.
    """
    last, count = trial.last, trial.tried
    _try(trial, *_move(trial), now=now, limit=limit)
    is_done = trial.tried == count
    found = {name: getattr(trial, name) for name in ("moved", "refused", "refusals", "last")}
    ended = {"state": MigrationState.DONE, "ended_at": now} if is_done else {}
    _running(trial).filter(last=last).update(**found, **ended)
    trial.refresh_from_db()
    return not is_done


def dry_run(
    from_version: ProcessVersion, to_version: ProcessVersion, mapping: Mapping[str, str], *, now: datetime
) -> Trial:
    """The same at once, for who can wait; not stored."""
    trial = Trial(from_version=from_version, to_version=to_version, mapping=dict(mapping), created_at=now)
    _try(trial, *_move(trial), now=now)
    return trial


def foresee(from_version: ProcessVersion, target: published.Published, *, now: datetime) -> Trial:
    """What a move to something that is no version yet would give the oldest ärenden, by the proposed counterparts.

    At once and not stored: so many are tried as a page can wait for, of `total`.
    """
    source = published.of(from_version.public_id).definition
    mapping = migration.renamed(source, target.definition)
    trial = Trial(from_version=from_version, mapping=mapping, created_at=now)
    trial.total = migration.waiting(from_version).count()
    move = engine.Move(source, target.definition, mapping, target.config.get("parameters"))
    _try(trial, move, target.decide, now=now, limit=FORESEEN)
    return trial


# -- inside ------------------------------------------------------------------------------------------------------------


def _running(trial: Trial) -> Any:
    return Trial.objects.filter(pk=trial.pk, state=MigrationState.RUNNING)


def _move(trial: Trial) -> tuple[engine.Move, engine.Decide]:
    move = migration.between(trial.from_version, trial.to_version, trial.mapping)
    return move, published.of(trial.to_version.public_id).decide


def _try(trial: Trial, move: engine.Move, decide: engine.Decide, *, now: datetime, limit: int | None = None) -> None:
    trial.refusals = dict(trial.refusals)
    rows = migration.waiting(trial.from_version).filter(pk__gt=trial.last).order_by("pk")
    for key, state in rows.values_list("pk", "engine_state")[:limit].iterator(chunk_size=BATCH):
        trial.last = key
        try:
            move.execution(state, decide=decide, now=now)
            trial.moved += 1
        except engine.Immovable as error:
            _refuse(trial, {reason.text for reason in error.reasons})
        except engine.EngineError as error:
            _refuse(trial, {error.message})
        except Exception as error:
            log.exception("a move could not be tried: %s", type(error).__name__)
            _refuse(trial, {migration.UNREADABLE})


def _refuse(trial: Trial, texts: set[str]) -> None:
    trial.refused += 1
    for text in texts:
        trial.refusals[text] = trial.refusals.get(text, 0) + 1
