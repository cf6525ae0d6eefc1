"""Does the connection to each system work? Asked by `doctor` and, later, by the operations page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workflows.connectors import DeliveryError


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


def _asked(system: str, ask: Callable[[], str]) -> Health:
    try:
        return Health(system, is_well=True, text=ask())
    except DeliveryError as problem:
        return Health(system, is_well=False, text=problem.message)
