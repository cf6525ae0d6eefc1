"""Plays the scenarios of förlopp folders and says how each went. Nothing is written; some messages are looked up."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from workflows import coverage, definitions, explained, published, scenarios
from workflows.management.commands.load_forlopp import folders
from workflows.memory_world import MemoryWorld

NO_TABLES = (
    "Databasen är tom eller svarar inte. Spelet skriver inget i den, men slår upp meddelanden som har kommit förut. "
    "Kör först python manage.py migrate, eller make run en gång."
)


class Command(BaseCommand):
    help = "Spela scenarier: bpmn, ett förlopp eller en scenariofil. Med -v 2 sägs hur varje beslut kom till."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--json", action="store_true", help="Resultatet som JSON.")
        parser.add_argument("--coverage", action="store_true", help="Visa vilka element inget scenario når.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not _has_tables():
            raise CommandError(NO_TABLES)
        report: list[dict[str, Any]] = []
        paths = [folder for path in options["paths"] for folder in folders(path) or [path]]
        covered: list[coverage.Coverage] = []
        for path in paths:
            report += self._folder(path, covered)
        if options["coverage"]:
            report += _coverage(covered)
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self._print(report, with_decisions=options["verbosity"] > 1)
        if any(item["problem"] for item in report):
            sys.exit(1)

    def _folder(self, path: Path, covered: list[coverage.Coverage]) -> list[dict[str, Any]]:
        if definitions.is_shared(path) or (path.is_file() and path.suffix != ".toml"):
            return []  # parts of other förlopp, and prose
        folder, files = (path, scenarios.files(path)) if path.is_dir() else (path.parent.parent, [path])
        try:
            version = load(folder)
        except ValueError as error:
            return [{"folder": str(folder), "file": "", "title": "", "step": 0, "problem": str(error)}]
        played = [_played(file, version) for file in files]
        report = [
            {
                "folder": str(folder),
                "file": result.scenario.file,
                "title": result.scenario.title,
                "step": result.step,
                "problem": result.problem,
                "decisions": told,
            }
            for result, told in played
        ]
        if not files:
            report.append({"folder": str(folder), "file": "", "title": "", "step": 0, "problem": "Inga scenarier."})
        covered.append(coverage.of(version, {key for result, _ in played for key in result.visited}, folder.name))
        return report

    def _print(self, report: list[dict[str, Any]], *, with_decisions: bool) -> None:
        for item in report:
            if "missed" in item:
                self.stdout.write(
                    f"Täckning {item['folder']}: {item['visited']} av {item['elements']}. "
                    f"Nås inte: {', '.join(item['missed']) or '–'}"
                )
                continue
            word = "FEL " if item["problem"] else "ok  "
            where = f" (steg {item['step']}) {item['problem']}" if item["problem"] else ""
            self.stdout.write(f"{word} {item['file']}: {item['title']}{where}")
            if with_decisions:
                self.stdout.writelines(f"       {line}\n" for line in item.get("decisions", ()))
        played = [item for item in report if "missed" not in item]
        failed = sum(bool(item["problem"]) for item in played)
        self.stdout.write(f"{len(played) - failed} passed, {failed} failed")


def _has_tables() -> bool:
    try:
        names = connection.introspection.table_names()
    except DatabaseError:
        names = []
    return "workflows_inboxmessage" in names


def load(folder: Path) -> published.Published:
    """A folder ready to play. Raises ValueError with the first finding."""
    content = definitions.read(folder)
    result = definitions.checked(content)
    errors = [item for item in result.findings if item.severity == "error"]
    if errors or result.compiled is None:
        raise ValueError(
            f"{errors[0].file} {errors[0].element}: {errors[0].message}" if errors else "Går inte att läsa."
        )
    return published.assemble(content.config, content.sources, result.compiled)


def _played(file: Path, version: published.Published) -> tuple[scenarios.Result, list[str]]:
    """How it went, and each decision on the way with the rows that hit and what they saw."""
    try:
        scenario = scenarios.read(file)
    except scenarios.Failed as error:
        empty = scenarios.Scenario(file.name, "", datetime.min.replace(tzinfo=UTC), [], str)
        return scenarios.Result(empty, str(error)), []
    world = MemoryWorld(version, scenario)
    result = scenarios.play(scenario, world)
    return result, [explained.sentence(item.explanation) for item in world.decisions]


def _coverage(covered: list[coverage.Coverage]) -> list[dict[str, Any]]:
    """One line for each förlopp, and one for the parts that they share."""
    own = [(item.name, item.own, item.reached) for item in covered]
    shared = frozenset[str]().union(*(item.shared for item in covered))
    together = [("_shared", shared, frozenset[str]().union(*(item.reached for item in covered)))] if shared else []
    return [
        {
            "folder": name,
            "elements": len(known),
            "visited": len(known & reached),
            "missed": sorted(known - reached),
            "problem": "",
        }
        for name, known, reached in own + together
    ]
