"""A trace goes from a page over the outbox and the call to what the answer led to; without it nothing is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import responses
from django.utils import timezone
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pytest_django import Settings

from integrations.http import Peer
from integrations.runner import attempt
from integrations.runner.attempt import LEASE, Attempt
from people.models import Staff
from tests import forlopp, pages
from web import tracing
from workflows import connectors
from workflows.connectors import Delivery, Json
from workflows.models import InboxMessage, OutboxMessage, UserTask
from workflows.services import inbox, outbox

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
LOADED = """
import os, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
import config.urls
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""


@pytest.fixture
def spans(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    settings.FORLOPP_TRACING = True
    monkeypatch.setattr(tracing, "_made", lambda: provider.get_tracer("prov"))
    tracing._tracers.clear()
    yield kept
    tracing._tracers.clear()


def by_name(spans: InMemorySpanExporter) -> dict[str, Any]:
    return {span.name: span for span in spans.get_finished_spans()}


def call(delivery: Delivery) -> Json:
    return Peer("http://127.0.0.1:9").post("/ring", {}, key=delivery.key)


@responses.activate
def test_from_a_page_to_what_the_answer_led_to_is_one_trace(
    spans: InMemorySpanExporter, anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    forlopp.publish()
    monkeypatch.setattr(attempt, "_is_connected", lambda _system: True)
    monkeypatch.setitem(
        connectors._registry.operations, "prov.ring", connectors.Operation("prov.ring", "Ring", {}, {}, call)
    )
    responses.post("http://127.0.0.1:9/ring", json={"ok": True})
    inbox.receive(source="prov", message_id="1", raw=forlopp.message("borja"), now=timezone.now())
    task = UserTask.objects.get()
    pages.logged_in(anna).post(f"/uppgifter/{task.public_id}/", {"svar": "ja", "action": "slutfor"})
    row = OutboxMessage.objects.get()
    spans.clear()
    assert row.trace

    (claimed,) = outbox.claim(worker="prov", now=timezone.now(), lease=LEASE)
    Attempt(claimed, clock=timezone.now).run()

    span = by_name(spans)["call prov.ring"]
    assert f"{span.context.trace_id:032x}" == row.trace.split("-")[1]
    assert f"{span.parent.span_id:016x}" == row.trace.split("-")[2]
    assert span.attributes == {"attempt": 1, "outcome": "done"}
    sent = responses.calls[0].request.headers["traceparent"]
    assert sent.split("-")[1:3] == [f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"]


def test_nothing_in_a_trace_is_about_anyone(spans: InMemorySpanExporter, anna: Staff) -> None:
    forlopp.publish()
    inbox.receive(source="prov", message_id="19610118-2803", raw=forlopp.message("borja"), now=timezone.now())
    instance = UserTask.objects.get().instance
    pages.logged_in(anna).get(f"/arenden/{instance.public_id}/?namn=Prov")
    told = "\n".join(span.to_json() for span in spans.get_finished_spans())
    assert "GET workflows:instance" in told
    assert InboxMessage.objects.get().trace
    for word in (str(instance.public_id), "196101182803", "19610118-2803", "Prov", "namn"):
        assert word not in told


def test_a_web_that_sends_no_traces_does_not_load_opentelemetry() -> None:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("OTEL_")}
    ran = subprocess.run([sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert tracing.current() == ""
