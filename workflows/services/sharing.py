"""Whether what a step sends may be shared still, and on which ground (OSL 10:1, 25:11, 26:9): asked as it is sent."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils import timezone

from people import spheres
from people.models import Consent, Individual
from people.plan import Ground, current
from people.services import access
from workflows import connectors
from workflows.connectors import Withheld

TAKEN_BACK = (
    "Personen har tagit tillbaka sitt samtycke, eller så har det gått ut, så inget har skickats. "
    "Fråga personen, eller gör det som går utan att dela uppgifter. Skriv vad du gjorde."
)


def let_out(*, operation: str, key: uuid.UUID, individual_ref: uuid.UUID | None, now: datetime) -> None:
    """Writes down what is shared about whom, by which ground. Raises Withheld when the ground is gone.

    Where nobody has recorded any, what the law itself lets out goes out; once a ground has been recorded it decides.
    """
    known = connectors.operations().get(operation)
    if known is None or not known.shares or individual_ref is None:
        return
    person = Individual.objects.get(ref=individual_ref)
    told = list(current(Consent).filter(individual=person, kind=known.shares).order_by("-given_on", "-pk"))
    held = [one for one in told if spheres.is_in_force(one, on=timezone.localdate(now))]
    access.record(
        staff=None,
        individual=person,
        action="share",
        object_type="outbox-message",
        object_id=str(key),
        now=now,
        is_allowed=bool(held) or not told,
        reason=Ground(held[0].ground if held else told[0].ground if told else Ground.LAW).label,
    )
    if told and not held:
        raise Withheld("samtycke_saknas", TAKEN_BACK)
