"""Writes the event log of a förlopp to a file, by pseudonyms; who asked and why is in the access log."""

from __future__ import annotations

import datetime
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from followup.eventlog import making
from followup.eventlog.making import FORMATS, Wanted
from workflows.models import ProcessDefinition


class Command(BaseCommand):
    help = "Skriv ett förlopps händelselogg med pseudonymer: OCEL 2.0, XES, Parquet eller CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key")
        parser.add_argument("file", type=Path)
        parser.add_argument("--from", dest="first", type=datetime.date.fromisoformat, required=True)
        parser.add_argument("--to", dest="last", type=datetime.date.fromisoformat, required=True)
        parser.add_argument("--format", choices=sorted(FORMATS), default="ocel")
        parser.add_argument("--reason", required=True, help="vad den ska användas till; står i åtkomstloggen")
        parser.add_argument("--collection", default="", help="samma namn ger samma pseudonymer i flera filer")

    def handle(self, *_args: Any, **options: Any) -> None:
        definition = ProcessDefinition.objects.filter(key=options["key"]).first()
        if definition is None:
            raise CommandError("Det finns inget sådant förlopp.")
        names = ("first", "last", "format", "collection")
        wanted = Wanted(definition=definition, **{name: options[name] for name in names})
        try:
            # Nobody else may read it.
            options["file"].touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            raise CommandError("Filen finns redan.") from None
        with options["file"].open("wb") as out:
            making.make(wanted, out, by=None, reason=options["reason"], now=timezone.now())
        self.stdout.write(f"Skrev {options['file']}.")
