"""What is due is proposed by the machine, decided by a person, carried out file by file, and told in a record."""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from disposal import files
from disposal.files import File
from disposal.models import Handover, Hold, Item, Outcome, Run, RunState
from disposal.services import destroying
from people.models import Individual, Staff
from workflows.models import ProcessInstance

EVERY = datetime.timedelta(days=28)


class NotProposed(Exception):
    """Gallringen är redan beslutad."""


class SaysNotWhy(Exception):
    """Skriv vilket beslut gallringen stöder sig på, till exempel dokumenthanteringsplanen."""


def propose_due(*, now: datetime.datetime) -> Run | None:
    """List what is due, once a month and when nothing waits to be decided. None: not yet, or nothing is due."""
    last = Run.objects.first()
    if last is not None and (last.state != RunState.DONE or now - last.proposed_at < EVERY):
        return None
    return propose(now=now)


def propose(*, now: datetime.datetime) -> Run | None:
    """List what is due today. None when nothing is, or when a list waits already."""
    today = timezone.localdate(now)
    found = list(files.due(today))
    held = set(Hold.objects.filter(lifted_at=None).values_list("individual_id", flat=True))
    preserved = [file for file in found if file.is_preserved]
    free = [file for file in found if not file.is_preserved and file.individual.pk not in held]
    if not free:
        return None
    made = Run(
        day=today,
        proposed_at=now,
        preserved=len(preserved),
        held=len(found) - len(preserved) - len(free),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            Item.objects.bulk_create([_item(made, file) for file in free], batch_size=500)
    except IntegrityError:  # another worker was first, or one waits to be decided
        return None
    return made


def approve(*, run: Run, decision: str, by: Staff, now: datetime.datetime) -> None:
    """Decide that what is listed is destroyed. Raises SaysNotWhy and NotProposed."""
    if not decision.strip():
        raise SaysNotWhy
    rows = Run.objects.filter(pk=run.pk, state=RunState.PROPOSED)
    if not rows.update(state=RunState.APPROVED, approved_by=by, approved_at=now, decision=decision.strip()[:200]):
        raise NotProposed


def carry_out_due(*, now: datetime.datetime, limit: int = 20) -> bool:
    """Destroy some of what has been decided, each file by itself; whether there is more."""
    waiting = Item.objects.filter(run__state=RunState.APPROVED, outcome=Outcome.WAITING).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:limit])
    for key in keys:
        _carry_out(key, now=now)
    if len(keys) < limit:
        _end(now)
    return len(keys) == limit


# -- inside ------------------------------------------------------------------------------------------------------------


def _item(run: Run, file: File) -> Item:
    return Item(
        run=run,
        individual=file.individual,
        sphere=file.sphere,
        courses=file.told,
        last_on=file.last_on,
        due_on=file.due_on,
    )


@transaction.atomic
def _carry_out(key: int, *, now: datetime.datetime) -> None:
    """Look again first: somebody may have come back, or put a stop to it, since it was listed."""
    item = Item.objects.select_for_update().filter(pk=key, outcome=Outcome.WAITING).first()
    if item is None or item.individual is None:
        return  # another worker has done it
    # Who starts an ärende for the person waits for this row, or we for them.
    individual = Individual.objects.select_for_update().get(pk=item.individual.pk)
    list(ProcessInstance.objects.select_for_update().filter(individual=individual).values_list("pk", flat=True))
    item.done_at = now
    if why := _why_kept(item, individual):
        item.outcome, item.why_kept = Outcome.KEPT, why
    else:
        file = files.of(individual, item.sphere)
        item.rows = destroying.destroy(file) if file else {}
        Handover.objects.filter(individual=individual, sphere=item.sphere).update(individual=None)
        item.outcome, item.individual = Outcome.DESTROYED, None
    item.save()


def _why_kept(item: Item, individual: Individual) -> str:
    if Hold.objects.filter(individual=individual, lifted_at=None).exists():
        return "Gallringsstopp"
    file = files.of(individual, item.sphere)
    if file is None or file.told != item.courses:
        return "Något har hänt i akten sedan den listades"
    if file.is_preserved:
        return "Födelsedagen: akten bevaras för forskning"
    return "Tiden är förlängd" if file.due_on > item.run.day else ""


def _end(now: datetime.datetime) -> None:
    """A run of which nothing waits is done."""
    for run in Run.objects.filter(state=RunState.APPROVED):
        if not run.items.filter(outcome=Outcome.WAITING).exists():
            Run.objects.filter(pk=run.pk, state=RunState.APPROVED).update(state=RunState.DONE, done_at=now)
