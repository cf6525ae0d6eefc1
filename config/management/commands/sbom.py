"""Writes what the product is made of, for those who follow what is found to be wrong with its parts."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from config import parts


class Command(BaseCommand):
    help = "Skriver en förteckning över alla paket (SBOM, CycloneDX 1.6), med version, licens och kontrollsummor."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--licences", action="store_true", help="I stället en tabell över licenser.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["licences"]:
            text = parts.table()
        else:
            text = json.dumps(parts.sbom(now=timezone.now()), ensure_ascii=False, indent=1) + "\n"
        options["path"].write_text(text, encoding="utf-8")
        self.stdout.write(f"{options['path']}: {text.count(chr(10))} rader")
