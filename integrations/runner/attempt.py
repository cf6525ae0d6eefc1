"""One try at one delivery: the call is made once, whoever asks first, and its outcome is stored at once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from integrations import configuration, systems
from integrations.runner import house
from integrations.runner.breaker import Breaker
from web import metrics, tracing
from workflows import connectors
from workflows.connectors import Delivery, DeliveryError, Json, NotYet, PermanentError, TransientError
from workflows.services import outbox, sharing
from workflows.services.outbox import Claimed

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RENEW_SECONDS = LEASE.total_seconds() / 3
STORE_AGAIN_SECONDS = 1.0
OUR_FAULT = "internt_fel"


class Attempt:
    """Prefect may start it late, twice or never; `run` makes the call the first time and nothing after that.

    The outcome goes to the outbox inside `run`: what Prefect does or fails to do afterwards changes nothing.
    """

    def __init__(self, claimed: Claimed, *, clock: Callable[[], datetime], breaker: Breaker | None = None) -> None:
        self.claimed = claimed
        self._breaker = breaker or Breaker()
        self.begun = threading.Event()
        self.ended = threading.Event()
        self.failure = ""
        self._clock = clock
        self._lock = threading.Lock()

    def run(self) -> bool:
        """False when somebody else has begun it."""
        with self._lock:
            if self.begun.is_set():
                return False
            self.begun.set()
        renewal = threading.Thread(target=self._renew, name="renew", daemon=True)
        renewal.start()
        try:
            self._traced()
        finally:
            self.ended.set()
            renewal.join()
        return True

    def _traced(self) -> None:
        """The call and what follows of its answer: one stretch of the trace that the step began."""
        claimed, begun = self.claimed, time.perf_counter()
        system = claimed.operation.partition(".")[0]
        with tracing.span(f"call {claimed.operation}", parent=claimed.trace, kind="client") as span:
            outcome = self._call()
            metrics.DELIVERY_SECONDS.labels(system).observe(time.perf_counter() - begun)
            told = type(outcome).__name__ if isinstance(outcome, DeliveryError) else "done"
            metrics.DELIVERIES.labels(system, told).inc()
            span.named(f"call {claimed.operation}", attempt=claimed.attempt, outcome=told)
            self._report(outcome)

    def _call(self) -> Json | DeliveryError:
        claimed = self.claimed
        system = claimed.operation.partition(".")[0]
        if not _is_connected(system):
            return PermanentError("inte_ansluten", "Kommunen har inte kopplat ihop Förlopp med systemet.")
        if not self._breaker.lets_through(system):
            return TransientError("nere", "Systemet svarar inte just nu.")
        outcome = self._asked()
        if isinstance(outcome, NotYet):
            return outcome
        if isinstance(outcome, TransientError):
            # A fault of ours says nothing of the system.
            if outcome.code != OUR_FAULT:
                self._breaker.failed(system)
        elif self._breaker.answered(system):
            log.info("%s answers again", system)
            outbox.wake(system=system, now=self._clock())
        return outcome

    def _asked(self) -> Json | DeliveryError:
        claimed = self.claimed
        delivery = Delivery(
            claimed.key,
            claimed.operation,
            claimed.params,
            claimed.individual_ref,
            claimed.attempt,
            claimed.asked_at,
        )
        try:
            called = connectors.get_operation(claimed.operation)
            sharing.let_out(
                operation=called.name, key=claimed.key, individual_ref=claimed.individual_ref, now=self._clock()
            )
            return called.run(delivery)
        except DeliveryError as error:
            return error
        except connectors.UnknownOperation:
            return PermanentError("okand_operation", "Steget ber om något som ingen koppling kan göra.")
        except Exception as error:  # noqa: BLE001 - one broken connector must not stop the others
            # A fault of ours may pass with the next version, so it is tried again before a person gets it.
            # Neither text nor traceback: both may hold what was sent.
            kind = type(error).__name__
            log.error("delivery %s: %s in %s", claimed.key, kind, claimed.operation)  # noqa: TRY400 - see above
            return TransientError(OUR_FAULT, f"Kopplingen gick sönder ({kind}).")

    def _report(self, outcome: Json | DeliveryError) -> None:
        """Store the outcome. While the database is away it is kept here for a lease: else the call is made again."""
        if isinstance(outcome, DeliveryError):
            self.failure = type(outcome).__name__
        until = time.monotonic() + LEASE.total_seconds()
        while (held := self._stored(outcome, until)) is None:
            time.sleep(STORE_AGAIN_SECONDS)
        if not held:
            log.warning("delivery %s: answered after someone else had taken over", self.claimed.key)

    def _stored(self, outcome: Json | DeliveryError, until: float) -> bool | None:
        """Whether the call was still ours; None when the database did not answer."""
        key, token, now = self.claimed.key, self.claimed.token, self._clock()
        try:
            if isinstance(outcome, DeliveryError):
                return outbox.fail(key=key, token=token, error=outcome, now=now)
            return outbox.succeed(key=key, token=token, result=outcome, now=now)
        except (OperationalError, InterfaceError) as problem:
            if time.monotonic() > until:
                raise
            log.warning("delivery %s: outcome not stored yet: %s", key, type(problem).__name__)
            house.close_connections()
            return None

    def _renew(self) -> None:
        """Holds on to the lease while a slow system thinks; a process that dies stops renewing and is taken over."""
        while not self.ended.wait(RENEW_SECONDS):
            try:
                outbox.renew(key=self.claimed.key, token=self.claimed.token, now=self._clock(), lease=LEASE)
            except Exception as error:  # noqa: BLE001 - tried again; the lease may still hold
                log.warning("delivery %s: lease not renewed: %s", self.claimed.key, type(error).__name__)
        house.close_connections()


def _is_connected(system: str) -> bool:
    """Whether IT has the system switched on; an operation of no system of ours answers for itself."""
    try:
        return configuration.of(system).is_enabled
    except systems.UnknownSystem:
        return True
