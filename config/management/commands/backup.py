"""Copies the database, and the files of tasks, while everything runs."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backup, backup_files


class Command(BaseCommand):
    help = "Säkerhetskopierar databasen till en fil, och uppgifternas filer till en till. Innehåller personuppgifter."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="Filen som skrivs; den får inte finnas.")

    def handle(self, *_args: Any, **options: Any) -> None:
        started, file = time.monotonic(), options["file"]
        try:
            backup.save(file)
        except backup.CannotCopy as problem:
            raise CommandError(str(problem)) from None
        seconds = f"{time.monotonic() - started:.1f} s"
        for written in (file, backup_files.beside(file)):
            if written.exists():
                self.stdout.write(f"{written}: {written.stat().st_size / 1_000_000:.1f} MB på {seconds}")
