"""A move is tried on every ärende by the workers, a batch at a time, and nothing of the ärenden is written."""

from __future__ import annotations

from typing import Any

import pytest

from people.models import Staff
from tests.integration.test_migration import LATER, NEW, NOW, by, old, only_task, publish, rows, started
from workflows.models import MigrationState, ProcessInstance, ProcessVersion, Trial
from workflows.services import migration, trials, user_tasks

__all__ = ["by", "old"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_workers_try_a_batch_at_a_time_and_tell_how_far_they_have_come(by: Staff, old: ProcessVersion) -> None:
    all_of_them = [started(by, str(number)) for number in range(5)]
    user_tasks.complete(task=only_task(all_of_them[3]), answers={"svar": "ja"}, by=by, now=NOW)
    ProcessInstance.objects.filter(pk=all_of_them[1].pk).update(engine_state={"format": 2, "scopes": "?"})
    new = publish(NEW, "ring", "u3", "u7", "u8", "u9")
    before = [rows(instance) for instance in all_of_them]
    mapping = migration.default_mapping(old, new)
    trial = trials.begin(from_version=old, to_version=new, mapping=mapping, by=by, now=LATER)
    told = []
    while trials.run_batch(trial=trial, now=LATER, limit=2):
        told.append((trial.moved, trial.refused, trial.total))
    assert told == [(1, 1, 5), (2, 2, 5), (3, 2, 5)]
    assert (trial.state, trial.ended_at) == (MigrationState.DONE, LATER)
    assert str(trial) == str(trials.dry_run(old, new, mapping, now=LATER))
    assert [count for _, count in trial.reasons] == [1, 1]
    assert [rows(instance) for instance in all_of_them] == before
    assert not trials.run_waiting(now=LATER)


def test_a_trial_is_stopped_and_what_two_workers_tried_at_once_is_counted_once(by: Staff, old: ProcessVersion) -> None:
    for number in range(4):
        started(by, str(number))
    new = publish(NEW, "ring", "u3", "u7", "u8", "u9")
    known: Any = {"from_version": old, "to_version": new, "mapping": migration.default_mapping(old, new), "by": by}
    trial = trials.begin(now=LATER, **known)
    other = Trial.objects.get(pk=trial.pk)
    assert trials.run_batch(trial=trial, now=LATER, limit=2)
    assert trials.run_batch(trial=other, now=LATER, limit=3), "it was late, and begins again from where the first was"
    assert (other.moved, other.last) == (2, trial.last)
    trials.stop(trial=trial, now=LATER)
    trials.run_batch(trial=other, now=LATER)
    assert (other.state, other.moved) == (MigrationState.STOPPED, 2)
    assert not trials.run_waiting(now=LATER)
    trials.begin(now=LATER, **known)
    assert not Trial.objects.filter(pk=trial.pk).exists()
