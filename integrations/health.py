"""Does the connection to each system work? Asked by `doctor`, and every few minutes for the operations page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from integrations import configuration, jobs, systems
from integrations.models import SystemState
from workflows.connectors import DeliveryError
from workflows.services import pausing

JOB = "kontroll"
"""What a check is called where jobs are remembered."""
EVERY = timedelta(minutes=2)


@dataclass(frozen=True)
class Health:
    """`text` is a Swedish sentence for IT."""

    system: str
    is_well: bool
    text: str


_checks: dict[str, Callable[[], str]] = {}


def check(system: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register the decorated function: it returns a sentence when all is well and raises DeliveryError when not."""

    def register(function: Callable[[], str]) -> Callable[[], str]:
        _checks[system] = function
        return function

    return register


def report() -> list[Health]:
    """Every system, asked now; a few seconds each at worst."""
    return [_asked(system, ask) for system, ask in _checks.items()]


def look(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Ask the systems in use that have not been asked for a while, and remember what they said; how many."""
    paused = pausing.open_pauses()
    known = [system.key for system in systems.systems() if system.key in _checks and system.key not in paused]
    return sum(_look(key, clock) for key in known if configuration.of(key).is_enabled)


def _look(system: str, clock: Callable[[], datetime]) -> bool:
    """Whether it was ours to ask: several processes look after the systems."""
    now = clock()
    SystemState.objects.get_or_create(system=system, job=JOB)
    due = Q(asked_at=None) | Q(asked_at__lte=now - EVERY) | Q(asked_at__gt=now)
    if not SystemState.objects.filter(due, system=system, job=JOB).update(asked_at=now):
        return False
    try:
        _checks[system]()
    except Exception as problem:  # noqa: BLE001 - whatever broke, the page tells its kind
        jobs.note_failure(system, JOB, problem, now=clock())
    else:
        jobs.note_answer(system, JOB, now=clock())
    return True


def _asked(system: str, ask: Callable[[], str]) -> Health:
    try:
        return Health(system, is_well=True, text=ask())
    except DeliveryError as problem:
        return Health(system, is_well=False, text=problem.message)
