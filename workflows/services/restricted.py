"""What is about persons with protected identity: hidden, and done by whom when nobody of the profession may see it."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from people.models import Assignment, Individual, StaffKind
from workflows.models import Incident, UserTask

# Those who lead the work come first; after them whoever may see the person, so that no task lies unseen.
FIRST = ("enhetschef", "mas", "samordnare")


def stand_in(group: str, *, on: date) -> str:
    """'' when someone in the profession may see protected persons, else a profession where someone may ('' if none)."""
    may_see = Assignment.objects.current(on).filter(
        # Who only stands in for somebody is gone again when the task may still be there.
        absence=None,
        staff__may_see_protected=True,
        staff__is_active=True,
        staff__kind=StaffKind.PERSON,
    )
    held = set(may_see.values_list("profession__key", flat=True))
    if group in held:
        return ""
    return next((key for key in FIRST if key in held), min(held, default=""))


def restrict(individual: Individual, *, now: datetime) -> None:
    """A message may be the first to say that a person is protected: what is open already is hidden too."""
    for task in UserTask.objects.filter(individual=individual, is_restricted=False):
        other = stand_in(task.group, on=now.date()) or task.escalated_to
        UserTask.objects.filter(pk=task.pk).update(is_restricted=True, escalated_to=other, area="", changed_at=now)
    about = Q(instance__individual=individual) | Q(message__individual=individual)
    Incident.objects.filter(about, is_restricted=False).update(is_restricted=True)
