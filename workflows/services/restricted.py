"""Tasks about persons with protected identity: who does them when nobody in the profession may see the person."""

from __future__ import annotations

from datetime import date

from people.models import Assignment, StaffKind

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
