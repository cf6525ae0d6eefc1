"""Writes forms as JSON Schema: of answers for those who call an API, of the form itself for those who write one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows import definitions, published
from workflows.forms import definition, schema, written


class Command(BaseCommand):
    help = "Skriv JSON Schema för ett förlopps formulär, eller för hur ett formulär skrivs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, help="Förloppets mapp eller paket.")
        parser.add_argument("forms", nargs="*", help="Formulärens namn, till exempel a1_kvittera. Utan namn: alla.")
        parser.add_argument("--definition", action="store_true", help="Hur formulärfilen själv ska se ut.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["definition"]:
            found = written.schema()
        elif options["path"]:
            found = _schemas(options["path"], options["forms"])
        else:
            raise CommandError("Ange ett förlopps mapp, eller --definition.")
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))


def _schemas(path: Path, wanted: list[str]) -> dict[str, Any]:
    """The schema of one form, or of each by its name."""
    sources = definitions.read(path).sources
    names = wanted or sorted(
        published.form_key(file) for file in sources if file.endswith(".json") and "forms/" in file
    )
    made = {name: _schema(sources, name) for name in names}
    return made[wanted[0]] if len(wanted) == 1 else made


def _schema(sources: dict[str, str], name: str) -> dict[str, Any]:
    file = published.form_file(name)
    if file not in sources:
        raise CommandError(f"Formuläret {name} finns inte i förloppet.")
    try:
        form = definition.load(
            sources[file].encode(), filename=file, shared=lambda key: sources[published.form_file(key)].encode()
        )
    except definition.FormError as problem:
        raise CommandError(f"{file}: {problem}") from None
    return schema.of_form(form)
