"""What other systems send us: webhooks of the dispensers, FHIR messages and the region's SOAP."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from integrations import configuration
from integrations.models import Dispenser, DispenserEvent, SystemState
from tests import api, forlopp, pages
from tests.bad_inputs.edges import Answer, answered, edge
from tests.integration.test_api_fhir import Fhir, notice
from tests.integration.test_region_soap import envelope, post, sending
from web import webhooks
from workflows.models import InboxMessage, Incident
from workflows.services import arrivals

URL = "/integrationer/medicingivare/handelser"
EVENT = {
    "handelse_id": "e-1",
    "typ": "dos_missad",
    "leverantor": "pahittad",
    "enhet_serienr": "MG-1",
    "planerad_dt": "2026-11-23T08:00:00+01:00",
    "intraffad_dt": "2026-11-23T09:00:00+01:00",
    "allvar": "larm",
}
RAW: dict[str, bytes] = {
    "100 levels": b'{"a":' * 100 + b"1" + b"}" * 100,
    "20 000 levels": (b'{"a":' * 20_000 + b"1" + b"}" * 20_000),
    "300 kB": b'"' + b"x" * 300_000 + b'"',
    "not UTF-8": b"\xff{}",
}


def _send(message_id: str, body: bytes, feed: dict[str, Any]) -> Any:
    stamp = int(time.time()) - feed.get("age", 0)
    signed = webhooks.sign(feed.get("secret", "only-for-tests"), message_id, stamp, body)
    headers = {"webhook-id": message_id, "webhook-timestamp": str(stamp), "webhook-signature": signed}
    media = feed.get("media", "application/json")
    return Client().post(URL, body, content_type=media, headers=headers | feed.get("headers", {}))


def _body(feed: dict[str, Any]) -> bytes:
    if "made" in feed:
        return RAW[feed["made"]]
    if "raw" in feed:
        return str(feed["raw"]).encode()
    return json.dumps(EVENT | feed.get("event", {})).encode()


@edge
def webhook(feed: dict[str, Any], patch: pytest.MonkeyPatch) -> Answer:
    """An event of a dispenser of Berit's. `before` are events that came first, under ids of their own."""
    Dispenser.objects.create(vendor="pahittad", serial="MG-1", individual=pages.person())
    for number, earlier in enumerate(feed.get("before", ())):
        assert _send(earlier.get("id", f"w-{number}"), _body(earlier), {}).status_code == 202
    body = _body(feed)
    answer = _send(feed.get("id", "w-1"), body, feed)
    kept = list(InboxMessage.objects.order_by("pk"))
    assert len(kept) == feed.get("stored", len(feed.get("names", [])))
    assert "names" not in feed or [row.name for row in kept] == feed["names"]
    assert not feed.get("stored") or bytes(kept[-1].raw) == body or answer.status_code == 409
    assert "stopped" not in feed or list(Incident.objects.values_list("code", flat=True)) == feed["stopped"]
    refused = SystemState.objects.filter(system="medicingivare", job="").values_list("refused", flat=True)
    assert sum(refused) == feed.get("refused", 0)
    for name, value in feed.get("payload", {}).items():
        assert (kept[-1].payload or {}).get(name) == value
    assert {"person", "parametrar", "arende"}.isdisjoint(kept[-1].payload or {} if kept else {})
    return answered(answer)


@edge
def webhook_without_database(feed: dict[str, Any], patch: pytest.MonkeyPatch) -> Answer:
    """The sender is asked to come again, and then it is taken."""
    Dispenser.objects.create(vendor="pahittad", serial="MG-1", individual=pages.person())

    def down(**_rest: object) -> None:
        raise OperationalError

    with patch.context() as broken:
        broken.setattr(arrivals, "store", down)
        answer = _send("w-1", _body(feed), feed)
    assert answer.headers["Retry-After"] == "30"
    assert not DispenserEvent.objects.exists()
    assert _send("w-1", _body(feed), feed).status_code == 202
    return answered(answer)


@edge
def fhir(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """A message bundle; `change` is put into the usual one, `entry` beside its others."""
    forlopp.publish()
    caller = Fhir(api.Caller(api.added()[1]))
    bundle = notice(**feed.get("notice", {})) | feed.get("change", {})
    bundle["entry"] = [*bundle["entry"], *feed.get("entry", [])] * feed.get("times", 1)
    answer = caller.message(feed.get("bundle", bundle))
    assert InboxMessage.objects.count() == (answer.status_code == 200)
    if answer.status_code != 200:
        return answered(answer)
    told = caller.search("Communication", "196101182803")
    row = InboxMessage.objects.get()
    shown = pages.logged_in(pages.staff("ivar", "it_drift")).get(f"/integrationer/meddelande/{row.public_id}/")
    assert "<script>alert(78)" not in pages.text(told) + pages.text(shown)
    return answered(told)


@edge
def fhir_search(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    return answered(Fhir(api.calling()).get("Task", **feed["query"]))


@edge
def subscription(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """A client asks to be told of events at an address."""
    caller = api.Caller(api.added()[1])
    return answered(caller.post("/subscriptions", {"url": feed["url"], "types": ["arende.startat"], "definitions": []}))


@edge
def soap(feed: dict[str, Any], patch: pytest.MonkeyPatch) -> Answer:
    """The region's door, with its token unless `token` is another."""
    patch.setenv("REGION_IN", "hemlig")
    told = {"url": "http://127.0.0.1:9", "incoming_tokens": {"env": "REGION_IN"}}
    body = str(feed["text"]).encode(feed.get("encoding", "utf-8")) if "text" in feed else envelope(sending())
    with configuration.told(region=told):
        answer = post(body, headers={"Authorization": f"Bearer {feed.get('token', 'hemlig')}"})
    assert not InboxMessage.objects.exists()
    return answered(answer)
