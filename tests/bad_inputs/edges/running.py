"""Förlopp that are published and then cannot go on: what the one who starts it is told, and that nothing is left."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests import forlopp, pages
from tests.attack import sinks
from tests.bad_inputs.edges import Answer, answered, edge
from tests.bpmn.drawing import draw
from tests.integration.all_waits import lanes
from tests.unit.engine_bpmn import process
from workflows.definitions import Folder
from workflows.models import HistoryEntry, Incident, OutboxMessage, ProcessInstance, TimerJob
from workflows.services import deployments

MOST_SECONDS = 3.0
"""Of CPU, on a crowded machine; what stops an expression is set to a tenth of it."""


def body(feed: dict[str, Any]) -> str:
    if "sink" in feed:
        return sinks.BODIES[feed["sink"]](feed["text"])
    return str(feed["body"]) if "body" in feed else draw(*feed["paths"], extra=feed.get("extra", ""))


def publish(feed: dict[str, Any], form: dict[str, Any] = forlopp.FORM) -> None:
    """Prov, with the diagram of the input; each user task has this form and a lane."""
    drawn = body(feed)
    people = re.findall(r'<userTask id="([^"]+)"', drawn)
    sources = {"process.toml": "", "p.bpmn": process((lanes(["", *people]) if people else "") + drawn).decode()}
    sources |= {f"forms/{key}.json": json.dumps(form if key in people else forlopp.FORM) for key in ("s", *people)}
    config = {
        **forlopp.CONFIG,
        "messages": {},
        "start_by": ["sjukskoterska"],
        "visible_to": ["sjukskoterska"],
    }
    deployments.publish(folder=Folder(config, sources), by=None, now=timezone.now())


@edge
def start(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """A nurse starts it by hand. When it cannot take its first steps, there is no ärende and nothing has been sent."""
    publish(feed)
    siri = pages.staff("siri", "sjukskoterska")
    client, berit = pages.logged_in(siri), pages.person()
    begun = time.process_time()
    answer = client.post(f"/arenden/starta/{forlopp.KEY}/{berit.ref}/", {"svar": "Ja tack"}, follow=True)
    assert time.process_time() - begun < MOST_SECONDS
    if answer.status_code == 422:
        assert 'value="Ja tack"' in pages.text(answer)
        assert not ProcessInstance.objects.exists()
        assert not HistoryEntry.objects.exists()
        assert not OutboxMessage.objects.exists()
        return answered(answer)
    return Answer(answer.status_code, pages.text(answer) + _stopped(client))


def _stopped(client: Client) -> str:
    """What has come to a stop, as IT sees it."""
    if not Incident.objects.exists():
        return ""
    return pages.text(pages.logged_in(pages.staff("ivar", "it_drift")).get("/stopp/"))


@edge
def timer(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """When an ärende that was started then goes on, as its page says."""
    with time_machine.travel(feed["now"], tick=False):
        publish(feed)
        client, berit = pages.logged_in(pages.staff("siri", "sjukskoterska")), pages.person()
        client.post(f"/arenden/starta/{forlopp.KEY}/{berit.ref}/", {"svar": "Ja tack"})
        waiting = TimerJob.objects.get()
        page = client.get(f"/arenden/{waiting.instance.public_id}/")
    return Answer(page.status_code, f"{pages.text(page)} {timezone.localtime(waiting.due_at).isoformat()}")
