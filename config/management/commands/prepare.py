"""Brings an installation to where it can start: database, förlopp and, in the demo, invented people."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError


class Command(BaseCommand):
    help = "Uppdaterar databasen, läser in förloppen och skapar i demon påhittad personal och påhittade personer."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        settings.FORLOPP_VAR.mkdir(mode=0o750, parents=True, exist_ok=True)
        self.step("Databasen", lambda: call_command("migrate", interactive=False, verbosity=0))
        self.step("Förloppen i bpmn/", lambda: call_command("load_forlopp", verbosity=0))
        if settings.FORLOPP_DEMO:
            self.step("Påhittad personal och påhittade personer", lambda: call_command("demo_data", verbosity=0))

    def step(self, what: str, action: Callable[[], Any]) -> None:
        started = time.monotonic()
        self.stdout.write(f"  {what} …", ending="")
        self.stdout.flush()
        try:
            action()
        except DatabaseError as problem:
            # Never the text of the error: it may hold values.
            raise CommandError(
                f"Databasen gick inte att använda ({type(problem).__name__}); kör: python manage.py doctor"
            ) from problem
        self.stdout.write(f" {time.monotonic() - started:.0f} s")
