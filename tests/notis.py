"""What the tests of messages to people outside share: somebody who has said yes, and the call of a diagram."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses
from django.utils import timezone

from integrations.models import Dispatch
from integrations.notis import numbers, sending, templates
from people.models import Contact, Individual
from people.services import plan
from tests import pages
from workflows import connectors
from workflows.connectors import BusinessError, Delivery, Json

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NUMBER = "+46701740610"
VISIT = "2026-11-24T10:00:00+01:00"
SMS = re.compile(r"http://sms\.invalid/sms$")
LISTED = re.compile(r"http://sms\.invalid/sms\?")
BATCHES = re.compile(r"http://sms\.invalid/batches$")
TOLD = {"url": "http://sms.invalid", "user": "u", "mailboxes": "norr=norr@kommun.se"}
TEXT = "Hej! Vi kommer på besök tisdag 24 november kl. 10.00. Passar det inte? Ring 019-21 10 00. Hälsningar Örebro"


def contact(individual: Individual, kind: str = "personen", **told: Any) -> Contact:
    """Somebody who wants SMS, unless told otherwise."""
    values = {"slag": kind, "telefon": "070-174 06 10", "kontaktvag": "sms", "fran": date(2026, 1, 1)} | told
    return plan.add(Contact, individual=individual, told=values, by=None, now=NOW)


def berit(**told: Any) -> Individual:
    individual = pages.person()
    contact(individual, **told)
    return individual


def delivery(individual: Individual | None, key: uuid.UUID | None = None, **told: Any) -> Delivery:
    params = {"mottagare": "person", "kanal": "sms", "mall": "tid_for_besok"}
    params |= {"dag": VISIT, "klockslag": VISIT, "telefon": "019-21 10 00"}
    ref = individual.ref if individual else None
    return Delivery(key or uuid.uuid4(), "notis.send", params | told, ref, 1, timezone.now())


def send(individual: Individual | None, key: uuid.UUID | None = None, **told: Any) -> Json:
    return connectors.get_operation("notis.send").run(delivery(individual, key, **told))


def row(key: uuid.UUID) -> Dispatch:
    return Dispatch.objects.get(key=key)


def receivers_digest(address: str) -> str:
    return numbers.digest(address)


def call(stale: Dispatch) -> None:
    """As a process does that read the row before another began."""
    sending._call(stale, templates.find("tid_for_besok"), timezone.now())


@contextmanager
def providing() -> Iterator[responses.RequestsMock]:
    """Takes every SMS, under numbers of its own."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        numbers = iter(range(10_000))
        mock.add_callback(
            "POST", SMS, lambda _call: (200, {}, json.dumps({"id": f"s{next(numbers)}", "status": "created"}))
        )
        yield mock


def sent(provider: responses.RequestsMock) -> list[dict[str, str]]:
    """What the provider was given; a thread of another test may post elsewhere meanwhile."""
    posted = [call.request for call in provider.calls if call.request.method == "POST" and _is_theirs(call.request)]
    return [{key: values[0] for key, values in parse_qs(str(request.body)).items()} for request in map(_text, posted)]


def _is_theirs(request: Any) -> bool:
    return str(request.url).startswith(f"{TOLD['url']}/")


def _text(request: Any) -> Any:
    request.body = request.body.decode() if isinstance(request.body, bytes) else request.body
    return request


def refused(individual: Individual | None, **told: Any) -> str:
    key = uuid.uuid4()
    with pytest.raises(BusinessError) as problem:
        send(individual, key, **told)
    assert problem.value.code == "kan_inte_nas"
    assert "07" not in problem.value.message
    left = row(key)
    assert (left.state, left.address, left.text) == ("20_ej_skickat", "", "")
    return left.reason


def dispatch(individual: Individual | None, **told: Any) -> Dispatch:
    """A message that has arrived, unless told otherwise."""
    values: dict[str, Any] = {"channel": "sms", "receiver": "person", "template": "tid_for_besok", "address": NUMBER}
    values |= {
        "state": "60_levererat",
        "sent_at": timezone.now(),
        "created_at": timezone.now(),
        "text": TEXT,
        "parts": 1,
    }
    return Dispatch.objects.create(individual=individual, **{"key": uuid.uuid4()} | values | told)
