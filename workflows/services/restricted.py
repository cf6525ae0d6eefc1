"""What is about persons with protected identity or a spärr: done by whom when nobody of the profession may see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from people.models import Assignment, Individual, Staff, StaffKind, Unit
from people.services import blocks
from workflows import confined, published
from workflows.models import Incident, UserTask
from workflows.published import Published

# Those who lead the work come first; after them whoever may see the person, so that no task lies unseen.
FIRST = ("enhetschef", "mas", "samordnare")
TASKS = UserTask.objects.select_related("instance__version").only(
    "group", "escalated_to", "instance__version__public_id"
)


def stand_in(group: str, *, individual: Individual, on: date, of: Published | None = None) -> str:
    """'' when someone in the profession may see the person, else a profession where someone may ('' if none).

    A förlopp that is confined keeps to its own professions as long as any of them has somebody.
    """
    units = blocks.units(individual)
    if not individual.is_protected and not units:
        return ""
    # Who only stands in for somebody is gone again when the task may still be there.
    may_see = Assignment.objects.current(on).filter(absence=None, staff__is_active=True, staff__kind=StaffKind.PERSON)
    if individual.is_protected:
        may_see = may_see.filter(staff__may_see_protected=True)
    if units:
        may_see = may_see.filter(unit__key__in=units)
    held = set(may_see.values_list("profession__key", flat=True))
    if group in held:
        return ""
    own = of.config.get("visible_to", ()) if of is not None and confined.is_so(of.config) else ()
    return next((key for key in (*own, *FIRST) if key in held), min(held, default=""))


def restrict(individual: Individual, *, now: datetime) -> None:
    """A message may be the first to say that a person is protected: what is open already is hidden too."""
    for task in TASKS.filter(individual=individual, is_restricted=False):
        of = published.of(task.instance.version.public_id)
        other = stand_in(task.group, individual=individual, on=now.date(), of=of) or task.escalated_to
        UserTask.objects.filter(pk=task.pk).update(is_restricted=True, escalated_to=other, area="", changed_at=now)
    about = Q(instance__individual=individual) | Q(message__individual=individual)
    Incident.objects.filter(about, is_restricted=False).update(is_restricted=True)


def block(*, individual: Individual, units: Sequence[Unit], asked_by: str, by: Staff, now: datetime) -> None:
    """Only these units read about the person from now on; what waits for nobody of theirs is lifted to somebody there.

    Raises blocks.NoUnit, blocks.NobodyThere.
    """
    with transaction.atomic():
        blocks.begin(individual=individual, units=units, asked_by=asked_by, by=by, now=now)
        for task in TASKS.filter(individual=individual, ended_at=None):
            of = published.of(task.instance.version.public_id)
            other = stand_in(task.group, individual=individual, on=timezone.localdate(now), of=of)
            if other:
                values = {"escalated_to": other, "claimed_by": None, "claimed_at": None, "changed_at": now}
                UserTask.objects.filter(pk=task.pk).update(**values)
        UserTask.objects.filter(individual=individual, ended_at=None).update(changed_at=now)


def lift(*, individual: Individual, reason: str, by: Staff, now: datetime) -> None:
    """The spärr is over, and the tasks are in everybody's lists again. Raises blocks.NoReason."""
    with transaction.atomic():
        blocks.lift(individual=individual, reason=reason, by=by, now=now)
        UserTask.objects.filter(individual=individual, ended_at=None).update(changed_at=now)
