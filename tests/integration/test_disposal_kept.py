"""Files that are kept: until the archive has them, with joint förlopp, and in the counts of how it went."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone
from pytest_django import Settings

from disposal import files
from disposal.models import Run
from disposal.services import handovers, runs
from followup.models import Tally
from followup.services import counting
from people.models import Individual, Staff
from people.services import access
from tests import pages
from tests.disposing import LATER, ended
from workflows.models import ProcessInstance, ProcessVersion

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(tmp_path: Path, settings: Settings) -> Staff:
    settings.FORLOPP_FILES = tmp_path / "files"
    pages.publish()
    return pages.staff("anna", "samordnare")


@pytest.fixture
def archivist() -> Staff:
    return pages.staff("arvid", "arkivarie")


def disposed(by: Staff) -> Run:
    now = timezone.now() + LATER
    run = runs.propose(now=now)
    assert run is not None
    runs.approve(run=run, decision="Planen", by=by, now=now)
    while runs.carry_out_due(now=now):
        pass
    run.refresh_from_db()
    return run


def fetched(individual: Individual, by: Staff) -> None:
    access.record(
        staff=by, individual=individual, action="export", object_type="individual", object_id="x", now=timezone.now()
    )


def started() -> int:
    return int(Tally.objects.filter(what="started", is_month=False).aggregate(many=Sum("count"))["many"] or 0)


def test_what_the_archive_has_is_destroyed_here_when_it_is_due(anna: Staff, archivist: Staff) -> None:
    berit, now = pages.person(), timezone.now()
    ended(berit, anna)
    Individual.objects.update(born_on=datetime.date(1938, 5, 15))
    with pytest.raises(handovers.NotFetched):
        handovers.hand_over(individual=berit, sphere="sol", receipt="KA 2026:14", by=archivist, now=now)
    fetched(berit, archivist)
    with pytest.raises(handovers.NoReceipt):
        handovers.hand_over(individual=berit, sphere="sol", receipt=" ", by=archivist, now=now)
    with pytest.raises(handovers.NothingToHandOver):
        handovers.hand_over(individual=berit, sphere="bada", receipt="KA 2026:14", by=archivist, now=now)
    made = handovers.hand_over(individual=berit, sphere="sol", receipt="KA 2026:14", by=archivist, now=now)
    run = disposed(archivist)
    assert (run.preserved, [item.outcome for item in run.items.all()]) == (0, ["destroyed"])
    made.refresh_from_db()
    assert (made.individual, made.receipt) == (None, "KA 2026:14")


def test_what_is_written_after_the_archive_got_it_keeps_the_file(anna: Staff, archivist: Staff) -> None:
    berit = pages.person()
    ended(berit, anna)
    fetched(berit, archivist)
    handovers.hand_over(individual=berit, sphere="sol", receipt="KA 1", by=archivist, now=timezone.now())
    ended(berit, anna)
    Individual.objects.update(born_on=datetime.date(1938, 5, 15))
    assert [file.is_preserved for file in files.due(timezone.localdate() + LATER)] == [True]


def test_what_is_done_in_a_joint_course_is_written_in_both_files(anna: Staff) -> None:
    berit, long_ago = pages.person(), timezone.now() - datetime.timedelta(days=400)
    old, today = ended(berit, anna), timezone.localdate()
    ProcessInstance.objects.filter(pk=old.pk).update(started_at=long_ago, ended_at=long_ago)
    assert [file.sphere for file in files.due(today)] == ["sol"]
    joint = ProcessVersion.objects.get()
    joint.pk, joint.number, joint.config = None, 2, joint.config | {"sphere": "bada"}
    joint.public_id, joint.digest = berit.ref, "0" * 64
    joint.save(force_insert=True)
    under_way = pages.start(berit, anna)
    ProcessInstance.objects.filter(pk=under_way.pk).update(version=joint)
    assert list(files.due(today)) == []
    ProcessInstance.objects.filter(pk=under_way.pk).update(state="completed", ended_at=timezone.now())
    assert list(files.due(today)) == []
    assert {file.sphere for file in files.due(today + LATER)} == {"sol", "bada"}


def test_a_recount_refuses_to_lose_what_has_been_destroyed(anna: Staff, archivist: Staff) -> None:
    ended(pages.person(), anna)
    pages.start(pages.person("193902282387", "Doris"), anna)
    while counting.run_waiting(now=timezone.now()):
        pass
    call_command("recount_flow")
    assert (counting.lost(), started()) == (0, 2)
    disposed(archivist)
    with pytest.raises(CommandError, match="1 ärenden"):
        call_command("recount_flow")
    assert started() == 2
    call_command("recount_flow", "--lose")
    assert started() == 1
