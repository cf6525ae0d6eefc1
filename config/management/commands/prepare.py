"""Brings an installation to where it can start: database, förlopp and, in the demo, invented people."""

import io
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from integrations import configuration


class Command(BaseCommand):
    help = "Uppdaterar databasen, läser in förloppen och skapar i demon påhittad personal och påhittade personer."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        if found := configuration.problems():
            listed = "\n".join(f"  {problem}" for problem in found)
            raise CommandError(f"Integrationerna är fel inställda i {settings.FORLOPP_INTEGRATIONS}:\n{listed}")
        settings.FORLOPP_VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.step("Databasen", "migrate", interactive=False)
        self.step("Det som ska vara krypterat", "rotate_keys")
        self.step("Förloppen i bpmn/", "load_forlopp")
        if settings.FORLOPP_DEMO:
            self.step("Påhittad personal och påhittade personer", "demo_data")
            self.step("Påhittade medicingivare", "demo_dispensers")

    def step(self, what: str, command: str, **options: Any) -> None:
        """One line per step; what the command itself says is shown only when it fails."""
        started = time.monotonic()
        self.stdout.write(f"  {what} …", ending="")
        self.stdout.flush()
        said = io.StringIO()
        try:
            call_command(command, stdout=said, verbosity=0, **options)
        except (CommandError, SystemExit):
            self.stdout.write(f" gick inte.\n{said.getvalue().rstrip()}")
            raise
        except DatabaseError as problem:
            # Never the text of the error: it may hold values.
            raise CommandError(
                f"Databasen gick inte att använda ({type(problem).__name__}); kör: python manage.py doctor"
            ) from problem
        self.stdout.write(f" {time.monotonic() - started:.0f} s")
