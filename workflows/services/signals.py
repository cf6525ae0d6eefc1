"""Signals: thrown by a step or sent by a person, and stored in that transaction; `bringing` does the rest.

A signal about a person reaches that person's instances. One for all reaches, besides, those who listen for everyone's.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q, QuerySet

from people.models import Individual, Staff
from workflows import engine, versions
from workflows.models import (
    Heard,
    Incident,
    InstanceState,
    ProcessInstance,
    Signal,
    SignalDelivery,
    SignalStart,
    SignalState,
    SignalSubscription,
)

MOST_PERSONS = 200


class NoReason(Exception):
    """Skriv ett skäl."""


class NobodyHears(Exception):
    """Inget ärende väntar på signalen, och inget förlopp startar av den."""


class NeedsPersons(Exception):
    """Signalen gäller en person i taget: välj vilka personer den gäller."""


class TooMany(Exception):
    """För många personer på en gång."""


@dataclass(frozen=True)
class Reach:
    """Whom a signal would reach: how many instances, and the titles of the förlopp that it would start."""

    waiting: int
    starts: list[str]

    def __str__(self) -> str:
        starts = f", startar {', '.join(self.starts)}" if self.starts else ", startar inget"
        return f"{self.waiting} ärenden väntar{starts}"


@dataclass(frozen=True)
class Known:
    """A signal that someone hears: how many wait for everyone's, for a person's, and what it starts."""

    name: str
    for_all: int
    for_person: int
    starts: list[str]

    def __str__(self) -> str:
        starts = f", startar {', '.join(self.starts)}" if self.starts else ""
        return f"{self.name}: {self.for_all} väntar på allas, {self.for_person} på en persons{starts}"


def throw(*, sender: ProcessInstance, signalled: engine.Signalled, now: datetime) -> Signal:
    """A signal from one instance to others, in the transaction of the step that threw it."""
    begun = SignalDelivery.objects.filter(instance=sender, state=Heard.STARTED).select_related("signal").first()
    return Signal.objects.create(
        name=signalled.name,
        for_all=signalled.for_all,
        individual=sender.individual,
        payload=signalled.payload,
        up_to=_last(),
        hops=begun.signal.hops + 1 if begun else 0,
        sender=sender,
        sent_at=now,
    )


def send(
    *,
    name: str,
    individuals: Sequence[Individual],
    reason: str,
    by: Staff | None,
    now: datetime,
    action_id: uuid.UUID | None = None,
) -> list[Signal]:
    """A person sends a signal: about each of some individuals, or about nobody, to all who listen for everyone's.

    The same `action_id` again changes nothing. Raises NoReason, TooMany, NobodyHears, NeedsPersons.
    """
    if not reason.strip():
        raise NoReason
    if len(individuals) > MOST_PERSONS:
        raise TooMany
    same = action_id or uuid.uuid4()
    already = list(Signal.objects.filter(action_id=same))
    if already:
        return already
    _someone_hears(name, individuals)
    about: Sequence[Individual | None] = list(dict.fromkeys(individuals)) or [None]
    try:
        with transaction.atomic():
            return [
                Signal.objects.create(
                    name=name,
                    for_all=individual is None,
                    individual=individual,
                    up_to=_last(),
                    sent_by=by,
                    reason=reason.strip()[:1000],
                    action_id=same,
                    sent_at=now,
                )
                for individual in about
            ]
    except IntegrityError:
        return list(Signal.objects.filter(action_id=same))


def reach(name: str, individuals: Sequence[Individual]) -> Reach:
    """Whom it would reach now, sent by a person."""
    rows = SignalSubscription.objects.filter(name=name, instance__state=InstanceState.ACTIVE)
    rows = rows.filter(instance__individual__in=individuals) if individuals else rows.filter(for_all=True)
    of_each_area = {versions.area_of(one): one for one in individuals}.values()
    titles = sorted({start.definition.title for one in of_each_area for start in starts_for(name, one)})
    return Reach(rows.values("instance").distinct().count(), titles)


def known() -> list[Known]:
    """Every signal that an ärende waits for or a förlopp starts with, by name."""
    rows = SignalSubscription.objects.filter(instance__state=InstanceState.ACTIVE).order_by().values("name", "for_all")
    counts = {(row["name"], row["for_all"]): row["n"] for row in rows.annotate(n=Count("instance", distinct=True))}
    starts: dict[str, list[str]] = {}
    for signal, title in SignalStart.objects.values_list("name", "definition__title").distinct():
        starts.setdefault(signal, []).append(title)
    names = sorted({name for name, _ in counts} | starts.keys())
    return [
        Known(name, counts.get((name, True), 0), counts.get((name, False), 0), sorted(starts.get(name, ())))
        for name in names
    ]


def try_again(incident: Incident) -> None:
    """Let the workers bring it once more to the one who could not take it."""
    if incident.signal is None:
        return
    stopped = SignalDelivery.objects.filter(signal=incident.signal, state=Heard.STOPPED, instance=incident.instance)
    if stopped.delete()[0]:
        Signal.objects.filter(pk=incident.signal.pk).update(state=SignalState.SENDING, ended_at=None)


def starts_for(name: str, individual: Individual) -> QuerySet[SignalStart]:
    """What it starts for a person."""
    return versions.applying(SignalStart.objects.filter(name=name), individual).select_related("definition")


def receivers(signal: Signal) -> QuerySet[SignalSubscription]:
    """Those who waited when it was sent and wait still. The sender has heard it already."""
    whom = Q(instance__individual=signal.individual_id) if signal.individual_id else Q()
    whom = (whom | Q(for_all=True)) if signal.for_all and whom else whom or Q(for_all=True)
    rows = SignalSubscription.objects.filter(whom, name=signal.name, pk__lte=signal.up_to)
    return rows.exclude(instance=signal.sender_id) if signal.sender_id else rows


# -- inside ------------------------------------------------------------------------------------------------------------


def _last() -> int:
    return SignalSubscription.objects.aggregate(last=Max("pk"))["last"] or 0


def _someone_hears(name: str, individuals: Sequence[Individual]) -> None:
    found = reach(name, individuals)
    if found.waiting or found.starts:
        return
    waits = SignalSubscription.objects.filter(name=name, instance__state=InstanceState.ACTIVE)
    if not individuals and (waits.exists() or SignalStart.objects.filter(name=name).exists()):
        raise NeedsPersons
    raise NobodyHears
