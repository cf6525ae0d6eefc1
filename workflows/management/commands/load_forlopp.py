"""Publishes förlopp folders; what is already published with the same content stays as it is.

Without paths, as at every start, a förlopp that somebody has published in the workbench is left alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from workflows import definitions, engine
from workflows.services import deployments


class Command(BaseCommand):
    help = "Läs in och publicera förlopp (mappar med process.toml)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, help="Mappar; utan argument alla under bpmn/.")

    def handle(self, *_args: Any, **options: Any) -> None:
        failed = 0
        for path in options["paths"] or folders(Path(settings.FORLOPP_BPMN_DIR)):
            folder = definitions.read(path)
            if not options["paths"] and deployments.is_chosen(folder.key):
                self.stdout.write(f"{folder.title}: publicerat i verkstaden, mappen läses inte in")
                continue
            # To check and compile twenty diagrams again would take seconds, at each start.
            if version := deployments.unchanged(folder):
                self.stdout.write(f"{folder.title}: oförändrad, version {version.number}")
                continue
            try:
                version, is_new = deployments.publish(folder=folder, by=None, now=timezone.now())
            except engine.NotCompilable as error:
                failed += 1
                for finding in error.findings:
                    self.stderr.write(f"{path.name}/{finding.file} {finding.element}: {finding.message}")
                continue
            word = "ny version" if is_new else "oförändrad, version"
            self.stdout.write(f"{version.definition.title}: {word} {version.number}")
        if failed:
            raise CommandError(f"{failed} förlopp kunde inte publiceras.")


def folders(root: Path) -> list[Path]:
    """Every förlopp folder under a directory."""
    return sorted(path.parent for path in root.glob(f"*/{definitions.CONFIG}"))
