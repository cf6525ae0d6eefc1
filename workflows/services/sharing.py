"""Whether what a step sends may be shared still, and on which ground (OSL 10:1, 25:11, 26:9): asked as it is sent."""

from __future__ import annotations

import contextlib
import uuid
from datetime import date, datetime

from django.utils import timezone

from people import spheres
from people.models import Consent, Individual, Staff
from people.plan import Ground, current
from people.services import access
from workflows import confined, connectors
from workflows.connectors import Withheld
from workflows.models import OutboxMessage
from workflows.services import signals

WITHDRAWN = "samtycke_aterkallat"
"""The signal that every förlopp with something to stop listens for."""
TAKEN_BACK = (
    "Personen har tagit tillbaka sitt samtycke, eller så har det gått ut, så inget har skickats. "
    "Fråga personen, eller gör det som går utan att dela uppgifter. Skriv vad du gjorde."
)


def let_out(*, operation: str, key: uuid.UUID, individual_ref: uuid.UUID | None, now: datetime) -> None:
    """Writes down what is shared about whom, by which ground. Raises Withheld when the ground is gone.

    Where nobody has recorded any, what the law itself lets out goes out; once a ground has been recorded it decides. A
    no is of all that was said yes to before it: nobody can tell here which of them a step goes by.
    """
    known = connectors.operations().get(operation)
    if known is None or not known.shares or individual_ref is None:
        return
    person = Individual.objects.get(ref=individual_ref)
    told = _told(person, known.shares, key)
    held = _held(told, on=timezone.localdate(now))
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


def taken_back(row: Consent, *, by: Staff | None, reason: str, now: datetime) -> bool:
    """Tell the person's ärenden of a consent that is no more, and whether any of them heard. What was said to who is
    confined they know themselves.
    """
    if row.thread in confined.threads(row.individual, confined.everything()):
        return False
    with contextlib.suppress(signals.NobodyHears):
        signals.send(name=WITHDRAWN, individuals=[row.individual], reason=reason, by=by, now=now)
        return True
    return False


# -- inside ------------------------------------------------------------------------------------------------------------


def _told(person: Individual, kind: str, key: uuid.UUID) -> list[Consent]:
    """The grounds of a kind, the latest first: what was said in what is confined is of no other ärende."""
    every = confined.everything()
    is_own = OutboxMessage.objects.filter(key=key, instance__version__in=every.versions).exists()
    rows = current(Consent).filter(individual=person, kind=kind)
    apart = frozenset[uuid.UUID]() if is_own else confined.threads(person, every)
    return list(rows.exclude(thread__in=apart).order_by("-given_on", "-pk"))


def _held(told: list[Consent], *, on: date) -> list[Consent]:
    no = [one.at for one in told if one.ground == Ground.CONSENT and one.withdrawn_on and one.withdrawn_on <= on]
    said = [one for one in told if one.ground != Ground.CONSENT or not no or one.at > max(no)]
    return [one for one in said if spheres.is_in_force(one, on=on)]
