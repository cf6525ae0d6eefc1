"""Tells which personal data the förlopp, connectors and tables hold, as a file for the data protection officer."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from disposal import datamap


class Command(BaseCommand):
    help = "Skriv listan över personuppgifter som CSV: vad, av vilket slag, var, varför, mottagare och hur länge."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="Filen. Utan den skrivs listan på skärmen.")

    def handle(self, *_args: Any, **options: Any) -> None:
        told = datamap.as_csv(datamap.everything())
        if options["file"] is None:
            self.stdout.write(told.removeprefix("\ufeff"))
            return
        options["file"].write_text(told, encoding="utf-8", newline="")
        self.stdout.write(f"{told.count(chr(10)) - 1} rader i {options['file']}.")
