"""Checks förlopp before they are published: folders, packages or bare .bpmn/.dmn files. No database is needed."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from workflows import definitions
from workflows.findings import Finding


class Command(BaseCommand):
    help = "Kontrollera förlopp. Avslutar med 1 om något måste rättas."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--json", action="store_true", help="Fynden som JSON.")

    def handle(self, *_args: Any, **options: Any) -> None:
        found: list[Finding] = []
        for path in options["paths"]:
            found += _findings(path)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(item) for item in found], ensure_ascii=False, indent=2))
        else:
            self._print(found)
        if any(item.severity == "error" for item in found):
            sys.exit(1)

    def _print(self, found: list[Finding]) -> None:
        for item in found:
            word = "FEL" if item.severity == "error" else "varning"
            self.stdout.write(f"{word}  {item.file}  {item.element}  {item.message}  [{item.code}]")
        errors = sum(item.severity == "error" for item in found)
        self.stdout.write(f"{errors} fel, {len(found) - errors} varningar.")


def _findings(path: Path) -> list[Finding]:
    """The findings of one path, with the path before the file name; whatever goes wrong is a finding too."""
    if not path.exists():
        return [Finding(str(path), "", "error", "missing", "Filen eller mappen finns inte.")]
    try:
        found = definitions.checked(definitions.read(path)).findings
    except OSError as error:
        return [Finding(str(path), "", "error", "unreadable", f"Kan inte läsas: {error.strerror}.")]
    except Exception as error:  # noqa: BLE001 - a check never ends in a traceback; the file is at fault or we are
        return [Finding(str(path), "", "error", "check-failed", f"Kontrollen misslyckades ({type(error).__name__}).")]
    prefix = path if path.is_dir() or path.suffix == ".zip" else path.parent
    return [Finding(str(prefix / item.file), item.element, item.severity, item.code, item.message) for item in found]
