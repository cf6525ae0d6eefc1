"""Knows which systems are down, so that a call that would wait in vain gives its place to one that gets through."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FAILURES = 3
PROBE_SECONDS = 10.0


@dataclass
class _Circuit:
    failures: int = 0
    probe_at: float = 0.0


@dataclass
class Breaker:
    """After FAILURES in a row without an answer one call each PROBE_SECONDS asks, and the rest fail at once till then.

    They fail as any call to a system that is down: tried again later, and by a person when that has been often enough.
    Each process finds out for itself.
    """

    clock: Callable[[], float] = time.monotonic
    _circuits: dict[str, _Circuit] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lets_through(self, system: str) -> bool:
        with self._lock:
            circuit = self._circuits.get(system)
            if circuit is None or circuit.failures < FAILURES:
                return True
            if self.clock() < circuit.probe_at:
                return False
            circuit.probe_at = self.clock() + PROBE_SECONDS
            return True

    def failed(self, system: str) -> None:
        """No answer, or one that says try again."""
        with self._lock:
            circuit = self._circuits.setdefault(system, _Circuit())
            circuit.failures += 1
            circuit.probe_at = self.clock() + PROBE_SECONDS

    def answered(self, system: str) -> bool:
        """Whether it had been down."""
        with self._lock:
            circuit = self._circuits.pop(system, None)
            return circuit is not None and circuit.failures >= FAILURES
