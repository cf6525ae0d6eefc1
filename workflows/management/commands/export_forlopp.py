"""Writes a published förlopp as a package that another municipality can load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows import catalogue, versions
from workflows.models import ProcessVersion


class Command(BaseCommand):
    help = "Skriv ett publicerat förlopp som ett paket (zip), som check_forlopp och load_forlopp läser."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="Förloppets nyckel, till exempel trygg_hemgang.")
        parser.add_argument("path", type=Path, help="Filen som ska skrivas; den får inte finnas.")
        parser.add_argument("--number", type=int, help="Versionens nummer; annars den som gäller nu.")

    def handle(self, *_args: Any, **options: Any) -> None:
        rows = ProcessVersion.objects.filter(definition__key=options["key"])
        number = options["number"]
        version = rows.filter(number=number).first() if number else rows.filter(pk=versions.shown()).first()
        if version is None:
            raise CommandError("Förloppet eller versionen finns inte.")
        try:
            with options["path"].open("xb") as file:
                file.write(catalogue.content(version).package)
        except OSError as error:
            raise CommandError(f"{options['path']} kunde inte skrivas: {error.strerror}.") from None
        self.stdout.write(f"{options['path']}: {options['key']} version {version.number}")
