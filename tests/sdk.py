"""What tests of SDK share: messages that come, what is registered, and questions that go."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from integrations import configuration, simulation
from integrations.runner.attempt import LEASE, Attempt
from integrations.sdk import intake, receipts
from integrations.sdk.simulator import Counterpart
from people.models import Individual, Staff
from tests import attached, pages
from workflows import definitions
from workflows.attachments import shelf
from workflows.models import Incident, IncidentState, ProcessInstance
from workflows.services import attachments, deployments, instances, outbox, user_tasks
from workflows.services.attachments import Received

BERIT = "193805142381"
AVD3 = "sdk.region.avd3"
FOUR_HOURS = timedelta(hours=4)
BOOK = settings.BASE_DIR / "config" / "sdk_adressbok.toml"


@contextmanager
def counterpart(place: Path, **told: Any) -> Iterator[Counterpart]:
    """The others, in a folder that integrations.toml tells of."""
    usual = {"folder": str(place / "sdk"), "adressbok": str(BOOK)}
    with configuration.told(sdk=usual | told):
        yield Counterpart(simulation.Store(place / "memory.sqlite3"), place / "sdk")


def coordinator() -> Staff:
    """Where both förlopp are published."""
    for path in (Path(settings.FORLOPP_BPMN_DIR) / "sdk_meddelande", pages.FORLOPP / "fraga_med_sdk"):
        deployments.publish(folder=definitions.read(path), by=None, now=timezone.now())
    return pages.staff("anna", "samordnare")


def arrive(far: Counterpart, **told: Any) -> str:
    """The id of a message that has been sent and looked for."""
    sent = far.send(told)["meddelande_id"]
    intake.look()
    return str(sent)


def address(message_id: str) -> str:
    return f"/integrationer/sdk/post/{message_id}/"


def registered(client: Client, message_id: str, **told: str) -> Any:
    person = Individual.objects.get(identity_number=BERIT)
    return client.post(address(message_id), {"gor": "registrera", "individ": str(person.ref), **told})


def stops(**about: Any) -> list[str]:
    rows = Incident.objects.filter(state=IncidentState.OPEN, **about)
    return list(rows.order_by("pk").values_list("code", flat=True))


def names(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir() if entry.is_file()) if path.is_dir() else []


def deliver() -> None:
    for claimed in outbox.claim(worker="w", now=timezone.now(), lease=LEASE):
        Attempt(claimed, clock=timezone.now).run()


def judge(after: timedelta = timedelta(), patience: timedelta = FOUR_HOURS) -> None:
    receipts.tell(now=timezone.now() + after, patience=patience)


def asked(by: Staff, *, to: str = AVD3, file: bytes = b"") -> ProcessInstance:
    """An ärende about Berit that has sent a question."""
    instance = instances.start(definition_key="fraga_med_sdk", individual=pages.person(), by=by, now=timezone.now())
    task = pages.task(instance, "skriv")
    path = shelf.incoming() / uuid.uuid4().hex
    path.write_bytes(file or attached.PDF)
    received = [Received(name="plan.pdf", path=path, size=path.stat().st_size)]
    attachments.add(task=task, received=received, by=by, now=timezone.now(), action_id=uuid.uuid4())
    user_tasks.complete(task=task, answers={"text": "Kan vi ses?", "adress": to}, by=by, now=timezone.now())
    deliver()
    return instance
