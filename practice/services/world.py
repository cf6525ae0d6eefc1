"""Empties the practice world and fills it as it was the first day."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from people.services import demo
from practice.passing import clock

# Who works here, the förlopp, and who is signed in; everything else is what has happened.
KEPT = {"people_staff", "people_profession", "people_unit", "people_assignment", "people_staffsession"}
KEPT |= {"django_content_type", "auth_permission", "workflows_processdefinition", "workflows_processversion"}
KEPT |= {"api_client", "api_token"}


class NotPractice(Exception):
    """A real world is never emptied."""


def begin_again(*, now: datetime) -> None:
    """Everything that has happened is gone, the clock is the real one, and the invented people are back."""
    if not settings.FORLOPP_PRACTICE:
        raise NotPractice
    clock().reset()
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed]  # noqa: SLF001
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), sorted({*tables} - KEPT)):
            cursor.execute(statement)
        demo.fill(now=now)
    call_command("demo_dispensers", verbosity=0)
    for address in settings.FORLOPP_SIMULATORS.values():
        _clear(address)


def _clear(simulator: str) -> None:
    """What a simulator remembers; one that is down remembers until it is told the next time."""
    headers = {"Content-Type": "application/json"}
    try:
        urlopen(Request(f"{simulator}/styr/rensa", json.dumps({}).encode(), headers), timeout=3).close()  # noqa: S310
    except (URLError, OSError):
        return
