"""Fills the empty database of a new installation from a file of `backup`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from config import backup, postgresql, supervision


class Command(BaseCommand):
    help = "Återställer en säkerhetskopia till en tom databas. Starta sedan som vanligt."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="Filen som manage.py backup skrev.")

    def handle(self, *_args: Any, **options: Any) -> None:
        settings.FORLOPP_VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
        if supervision.is_running():
            raise CommandError("Installationen kör; stoppa den först.")
        try:
            backup.load(options["file"])
        except postgresql.CannotCopy as problem:
            raise CommandError(str(problem)) from None
        except DatabaseError as problem:
            raise CommandError(f"Databasen svarar inte ({type(problem).__name__}).") from None
        self.stdout.write("Återställd. Starta: databasen förs till den här versionen när installationen startar.")
