"""Sends events to those who subscribe, several at once: a thread of the worker, since nobody waits for it.

A receiver that never finishes its answer holds as many hands as it is given at once, and nobody else's.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import requests
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from api.services import subscriptions, telling
from api.services.telling import Claimed
from web import outbound, webhooks

log = logging.getLogger(__name__)

HANDS = 12
TIMEOUT = (3.05, 10.0)
PAUSE_SECONDS, PAUSE_WHEN_DOWN = 1.0, 5.0
SLOW_ROUNDS = 600
BUSY = frozenset({408, 425, 429})
GONE = 410
AGENT = "Forlopp-Webhooks/1"


class Teller:
    """Rounds of handing out, sending and writing down what became of it. Only `send` is done by its hands."""

    def __init__(self) -> None:
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="webhook")
        self._flying: dict[Future[requests.Response], Claimed] = {}

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; a failure of ours is told of in the log and the next round begins."""
        number = 0
        while not stop.is_set():
            try:
                pause = 0.0 if self.round() else PAUSE_SECONDS
                if number % SLOW_ROUNDS == 0:
                    subscriptions.purge(now=timezone.now())
            except (OperationalError, InterfaceError):
                log.warning("the database does not answer; trying again")
                close_old_connections()
                pause = PAUSE_WHEN_DOWN
            except Exception:
                log.exception("a round of webhooks failed")
                pause = PAUSE_WHEN_DOWN
            number += 1
            stop.wait(pause)

    def round(self) -> bool:
        """Whether there may be more to do at once."""
        now = timezone.now()
        handed = telling.hand_out(now=now)
        busy = {claimed.subscription_id for claimed in self._flying.values()}
        for claimed in telling.claim(now=now, limit=HANDS - len(self._flying), busy=busy):
            self._flying[self._hands.submit(send, claimed, now=now)] = claimed
        if not self._flying:
            return bool(handed)
        done, _ = wait(self._flying, timeout=PAUSE_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            conclude(self._flying.pop(future), future, now=timezone.now())
        return bool(done or handed)

    def close(self) -> None:
        self._hands.shutdown(wait=False, cancel_futures=True)


def start(stop: threading.Event) -> threading.Thread:
    """Beside whatever the process does."""
    thread = threading.Thread(target=Teller().run, args=(stop,), name="webhooks", daemon=True)
    thread.start()
    return thread


def send(claimed: Claimed, *, now: datetime) -> requests.Response:
    """One POST, signed as Standard Webhooks says. Raises what a network does."""
    body = json.dumps(claimed.payload, ensure_ascii=False, separators=(",", ":")).encode()
    moment = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": claimed.message_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(
            webhooks.sign(secret, claimed.message_id, moment, body) for secret in claimed.secrets
        ),
    }
    answer = outbound.post(claimed.url, body, headers, may_be=subscriptions.may_be, timeout=TIMEOUT)
    answer.close()
    return answer


def conclude(claimed: Claimed, future: Future[requests.Response], *, now: datetime) -> None:
    """Write down what became of it."""
    try:
        answer = future.result()
    except (OSError, ValueError) as error:  # what requests raises is an OSError; ValueError: the address of one
        log.warning("webhook %s was not answered: %s", claimed.message_id, type(error).__name__)
        telling.unanswered(claimed, fault=f"Inget svar ({type(error).__name__})", now=now)
        return
    status = answer.status_code
    if 200 <= status < 300:
        telling.succeed(claimed, now=now)
    elif status == GONE:
        telling.gone(claimed, now=now)
    elif status >= 500 or status in BUSY:
        telling.unanswered(claimed, fault=f"Svar {status}", now=now, wait=_asked_for(answer))
    else:
        telling.refused(claimed, status=status, now=now)


def _asked_for(answer: requests.Response) -> timedelta:
    text = answer.headers.get("Retry-After", "")
    with contextlib.suppress(ValueError):
        return timedelta(seconds=min(int(text), 86_400)) if text.isdecimal() else timedelta()
    return timedelta()
