"""A move is tried on every ärende by the workers, a batch at a time, and nothing of the ärenden is written."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from people.models import Staff
from tests import forlopp, pages
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


def plan(old: ProcessVersion, new: ProcessVersion) -> str:
    return f"/flytta/{forlopp.KEY}/{old.number}/{new.number}/"


def tried(client: Client, here: str, **chosen: str) -> str:
    """What the page says when the workers have tried."""
    under_way = client.post(here, {"gor": "prova", **chosen}, follow=True)
    assert under_way["Refresh"]
    assert "0 av 1 prövade. Sidan läses om av sig själv." in pages.text(under_way)
    assert "Vad som blir vad" not in pages.text(under_way)
    while trials.run_waiting(now=LATER):
        pass
    done = client.get(here)
    assert "Refresh" not in done
    assert "1 av 1 prövade. Inget är flyttat än." in pages.text(done)
    return pages.text(done)


def test_a_person_sees_what_was_found_and_goes_on_from_what_was_chosen(by: Staff, old: ProcessVersion) -> None:
    started(by)
    here = plan(old, publish(NEW, "ring", "u3", "u7", "u8", "u9"))
    it = pages.logged_in(pages.staff("ingrid", "it_drift"))
    page = tried(it, here)
    assert "<strong>1 flyttas, 0 kan inte.</strong>" in page
    assert "Flytta 1 ärende</button>" in page
    page = tried(it, here, **{"till-u1": ""})
    assert "<strong>0 flyttas, 1 kan inte, därför:</strong>" in page
    assert "finns inte i den nya versionen. (1 ärende)" in page
    assert '<option value="ring" selected>' not in page, "as it was when it was tried"


def test_a_trial_is_stopped_on_its_page_and_is_its_own_s(by: Staff, old: ProcessVersion) -> None:
    for number in range(3):
        started(by, str(number))
    here = plan(old, publish(NEW, "ring", "u3", "u7", "u8", "u9"))
    it = pages.logged_in(pages.staff("ingrid", "it_drift"))
    it.post(here, {"gor": "prova"})
    trials.run_batch(trial=Trial.objects.get(), now=LATER, limit=2)
    assert "2 av 3 prövade. Sidan läses om" in pages.text(it.get(here))
    stopped = it.post(here, {"gor": "stoppa"}, follow=True)
    assert "2 av 3 prövade: provet stoppades. Inget är flyttat än." in pages.text(stopped)
    assert "Refresh" not in stopped
    other = pages.logged_in(pages.staff("ida", "it_drift"))
    assert "prövade" not in pages.text(other.get(here))


def test_thousands_are_told_as_people_write_them(by: Staff, old: ProcessVersion) -> None:
    here = plan(old, publish(NEW, "ring", "u3", "u7", "u8", "u9"))
    started(by)
    ingrid = pages.staff("ingrid", "it_drift")
    it = pages.logged_in(ingrid)
    it.post(here, {"gor": "prova"})
    Trial.objects.update(total=10_000, moved=1_188, refused=12, refusals={"”u2”: Steget finns inte.": 12})
    page = pages.text(it.get(here)).replace("\N{NO-BREAK SPACE}", " ")
    assert "1 200 av 10 000 prövade" in page
    assert "<strong>1 188 flyttas, 12 kan inte, därför:</strong>" in page
    assert "<li>”u2”: Steget finns inte. (12 ärenden)</li>" in page
