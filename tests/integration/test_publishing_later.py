"""A publication at a time: Swedish clock, once whoever carries it out, changed, withdrawn, and left to a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from unittest import mock

import pytest
from django.core.management import call_command
from django.utils import timezone

from people.models import Staff, Unit
from tests import pages, workbench
from tests.releases import LATER, NOW, answer, approve, living, shown, starts_in
from tests.together import at_once
from workbench.models import Draft, DraftState, Plan, Publication
from workbench.services import publishing
from workflows.findings import Finding
from workflows.models import AreaVersion, Incident, IncidentState, ProcessVersion
from workflows.services import deployments

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _areas() -> None:
    for key, name, area in (("ht_norr", "Hemtjänsten norr", "Norr"), ("ht_soder", "Hemtjänsten söder", "Söder")):
        Unit.objects.create(key=key, name=name, area=area)


@pytest.fixture
def pia() -> Staff:
    return workbench.owner("pia")


@pytest.fixture
def per() -> Staff:
    return workbench.owner("per")


@pytest.fixture
def asked(pia: Staff) -> Draft:
    """Hembesök with another title on a form, waiting for a colleague."""
    pages.publish()
    return shown(pia)


def test_what_is_planned_is_published_when_its_time_has_come_and_once(asked: Draft, per: Staff) -> None:
    client = pages.logged_in(per)
    with mock.patch.object(timezone, "now", return_value=NOW):
        when = {"nar": "tid", "datum": "2026-12-01", "klockslag": "08:00", "var": "omraden", "omrade": "Norr"}
        told = answer(client, asked, "granska/svara/", gor="godkann", **when)
    assert "publiceras i Norr när tiden är inne" in told
    plan = Plan.objects.get()
    assert plan.due_at == datetime(2026, 12, 1, 7, tzinfo=UTC)
    assert asked.state == DraftState.PLANNED
    assert "ett godkänt utkast publiceras" in pages.text(client.get("/forlopp/hembesok/"))
    assert not publishing.run_due(now=plan.due_at - timedelta(seconds=1))
    assert publishing.run_due(now=plan.due_at + timedelta(days=2)), "late, after a stop"
    assert not publishing.run_due(now=plan.due_at + timedelta(days=3))
    asked.refresh_from_db()
    assert (asked.state, ProcessVersion.objects.count()) == (DraftState.PUBLISHED, 2)
    assert [starts_in(living(area)) for area in ("Norr", "Söder")] == [2, 1]
    assert Publication.objects.get().by == per


@pytest.mark.parametrize(
    ("day", "clock", "utc"),
    [("2027-07-01", "08:00", 6), ("2027-01-08", "08:00", 7), ("2027-03-28", "03:00", 1), ("2027-10-31", "02:30", 0)],
)
def test_the_clock_is_swedish_also_where_it_is_put_forward_and_back(
    asked: Draft, per: Staff, day: str, clock: str, utc: int
) -> None:
    client = pages.logged_in(per)
    answer(client, asked, "granska/svara/", gor="godkann", nar="tid", datum=day, klockslag=clock)
    assert Plan.objects.get().due_at.astimezone(UTC).hour == utc


@pytest.mark.parametrize(
    ("day", "clock", "told"),
    [
        ("2027-03-28", "02:30", "hoppas över"),
        ("2020-01-01", "08:00", "inte har varit"),
        ("2040-01-01", "08:00", "inom ett år"),
        ("", "08:00", "Dagen ska vara ett datum"),
        ("2027-01-01", "kvart i", "Klockslaget ska vara ett klockslag"),
    ],
)
def test_a_time_that_cannot_be_is_told_of(asked: Draft, per: Staff, day: str, clock: str, told: str) -> None:
    when = {"nar": "tid", "datum": day, "klockslag": clock}
    assert told in answer(pages.logged_in(per), asked, "granska/svara/", gor="godkann", **when)
    assert asked.state == DraftState.REVIEW


def test_a_plan_is_changed_and_withdrawn_with_who_and_why(asked: Draft, pia: Staff, per: Staff) -> None:
    approve(asked, per, due_at=LATER)
    publishing.change(
        draft=asked, due_at=LATER + timedelta(days=1), areas=["Söder"], reason="Utbildning", by=per, now=NOW
    )
    assert not publishing.run_due(now=LATER)
    with pytest.raises(publishing.OwnWork):
        publishing.change(draft=asked, due_at=None, areas=[], reason="Nu", by=pia, now=NOW)
    with pytest.raises(publishing.NoReason):
        publishing.withdraw(draft=asked, reason="", by=pia, now=NOW)
    publishing.withdraw(draft=asked, reason="Fel fråga", by=pia, now=NOW)
    assert not publishing.run_due(now=LATER + timedelta(days=9))
    asked.refresh_from_db()
    assert asked.state == DraftState.OPEN
    kept = Plan.objects.order_by("pk").values_list("state", "why", "ended_by__username")
    assert list(kept) == [("changed", "Utbildning", "per"), ("withdrawn", "Fel fråga", "pia")]


def test_a_plan_whose_connector_has_gone_is_a_stop_until_somebody_publishes_it(asked: Draft, per: Staff) -> None:
    approve(asked, per, due_at=LATER)
    broken = Finding("hembesok.bpmn", "gor_besok", "error", "no-operation", "Systemet finns inte.")
    with mock.patch.object(deployments, "checked", return_value=mock.Mock(findings=[broken], compiled=None)):
        assert publishing.run_due(now=LATER)
    assert not publishing.run_due(now=LATER), "it is left to a person"
    asked.refresh_from_db()
    assert (asked.state, ProcessVersion.objects.count()) == (DraftState.PLANNED, 1)
    client = pages.logged_in(per)
    assert "Systemet finns inte." in pages.text(client.get(f"/verkstad/{asked.ref}/granska/"))
    stop = Incident.objects.get(state=IncidentState.OPEN)
    assert "Systemet finns inte." in stop.text
    assert "Hembesök skulle ha publicerats för alla" in pages.text(client.get("/stopp/"))
    answer(client, asked, "granska/tid/", gor="andra", nar="nu", skal="Systemet är tillbaka")
    assert asked.state == DraftState.PUBLISHED
    assert not Incident.objects.filter(state=IncidentState.OPEN).exists()


def test_a_clock_does_not_overwrite_what_somebody_has_published_since(asked: Draft, pia: Staff, per: Staff) -> None:
    approve(asked, per, due_at=LATER)
    approve(shown(pia, "Boka tid"), per)
    publishing.run_due(now=LATER)
    assert "En annan version har publicerats" in Plan.objects.get().why
    assert starts_in(living("")) == 2


def test_what_nobody_foresaw_is_a_stop_and_the_worker_goes_on(asked: Draft, per: Staff) -> None:
    approve(asked, per, due_at=LATER)
    with mock.patch.object(deployments, "publish", side_effect=RuntimeError("hemligt")):
        assert publishing.run_due(now=LATER)
    assert "RuntimeError" in Plan.objects.get().why
    assert "hemligt" not in Plan.objects.get().why


def test_the_worker_carries_it_out(asked: Draft, per: Staff) -> None:
    plan = approve(asked, per, due_at=LATER)
    assert plan is None
    Plan.objects.update(due_at=timezone.now() - timedelta(days=3))
    call_command("work", once=True)
    assert Plan.objects.get().state == Plan.State.DONE


@pytest.mark.django_db(transaction=True)
def test_four_workers_publish_it_once(asked: Draft, per: Staff) -> None:
    approve(asked, per, due_at=LATER)
    assert at_once(*[partial(publishing.run_due, now=LATER)] * 4) == ["bool"] * 4
    assert (ProcessVersion.objects.count(), Publication.objects.count()) == (2, 1)
    assert Plan.objects.get().state == Plan.State.DONE


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_the_worker_at_once_end_with_one_of_them(asked: Draft, per: Staff) -> None:
    approve(asked, per, due_at=LATER)
    stop = partial(publishing.withdraw, draft=asked, reason="Nej", by=per, now=LATER)
    outcomes = at_once(partial(publishing.run_due, now=LATER), stop)
    asked.refresh_from_db()
    is_published = ProcessVersion.objects.count() == 2
    assert (asked.state, "Closed" in outcomes) == (
        (DraftState.PUBLISHED, True) if is_published else (DraftState.OPEN, False)
    )


@pytest.mark.django_db(transaction=True)
def test_two_publish_in_one_area_at_once_and_one_version_applies_there(asked: Draft, pia: Staff, per: Staff) -> None:
    other = shown(pia, "Boka tid")
    acts = [partial(approve, draft, per, areas=["Norr"]) for draft in (asked, other)]
    assert at_once(*acts) == ["ProcessVersion"] * 2
    assert AreaVersion.objects.count() == 1
