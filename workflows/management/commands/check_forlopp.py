"""Checks förlopp before they are published: folders, packages or bare .bpmn/.dmn files. No database is needed."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from workflows import definitions
from workflows.findings import Finding

WORDS = {"error": "FEL", "warning": "varning"}


@dataclass(frozen=True)
class Told:
    """A finding and what its place is called, with the path before the file's name."""

    finding: Finding
    name: str


class Command(BaseCommand):
    help = "Kontrollera förlopp. Avslutar med 1 om något måste rättas."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--json", action="store_true", help="Fynden som JSON.")

    def handle(self, *_args: Any, **options: Any) -> None:
        told = [item for path in options["paths"] for item in _told(path)]
        if options["json"]:
            listed = [asdict(item.finding) | {"name": item.name} for item in told]
            self.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2))
        else:
            self._print(told)
        if any(item.finding.severity == "error" for item in told):
            sys.exit(1)

    def _print(self, told: list[Told]) -> None:
        for file, items in groupby(told, key=lambda item: item.finding.file):
            self.stdout.write(file)
            for item in items:
                self.stdout.write(f"  {_line(item)}")
            self.stdout.write("")
        errors = sum(item.finding.severity == "error" for item in told)
        self.stdout.write(f"{errors} fel, {len(told) - errors} varningar.")


def _line(told: Told) -> str:
    finding = told.finding
    place = " ".join(part for part in (told.name, f"({finding.element})" if finding.element else "") if part)
    return f"{WORDS[finding.severity]:8}{place + ': ' if place else ''}{finding.message}  [{finding.code}]"


def _told(path: Path) -> list[Told]:
    """The findings of one path; whatever goes wrong is a finding too."""
    if not path.exists():
        return _alone(path, "missing", "Filen eller mappen finns inte.")
    try:
        checked = definitions.checked(definitions.read(path))
    except OSError as error:
        return _alone(path, "unreadable", f"Kan inte läsas: {error.strerror}.")
    except Exception as error:  # noqa: BLE001 - a check never ends in a traceback; the file is at fault or we are
        return _alone(path, "check-failed", f"Kontrollen misslyckades ({type(error).__name__}).")
    prefix = path if path.is_dir() or path.suffix == ".zip" else path.parent
    told = []
    for item in sorted(checked.findings, key=lambda item: item.file):
        found = Finding(str(prefix / item.file), item.element, item.severity, item.code, item.message)
        told.append(Told(found, checked.names.get((item.file, item.element), "")))
    return told


def _alone(path: Path, code: str, message: str) -> list[Told]:
    return [Told(Finding(str(path), "", "error", code, message), "")]
