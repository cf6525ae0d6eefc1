"""What the tests of Min plan share: a browser that has come in, and a step that asks the person something."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.utils import timezone

from people.models import Individual, Mandate, Staff
from people.services import own
from tests import pages
from workflows import definitions
from workflows.models import UserTask
from workflows.services import deployments

PLANNED = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}


def come(individual: Individual, *, mandate: Mandate | None = None, provider: str = "") -> Client:
    _, key = own.begin(individual=individual, mandate=mandate, provider=provider, level=3, now=timezone.now())
    client = Client()
    client.cookies[settings.FORLOPP_PLAN_COOKIE] = key
    return client


def publish(key: str) -> None:
    """One of the förlopp that the product comes with."""
    folder = definitions.read(Path(str(settings.FORLOPP_BPMN_DIR)) / key)
    deployments.publish(folder=folder, by=None, now=timezone.now())


def asking(individual: Individual, by: Staff) -> UserTask:
    """A step that waits, and asks the person something."""
    folder = definitions.read(pages.FORLOPP / "hembesok")
    name = "forms/planera_besok.json"
    form = json.loads(folder.sources[name]) | {"person_told": "Vi planerar.", "person_asked": "Vad vill du?"}
    changed = definitions.Folder(folder.config, {**folder.sources, name: json.dumps(form)})
    deployments.publish(folder=changed, by=None, now=timezone.now())
    return pages.task(pages.start(individual, by), "planera_besok")
