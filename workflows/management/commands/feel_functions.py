"""Lists the functions of the expression language: for people, as JSON for an editor, or into docs/funktioner.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from workflows.feel import functions


class Command(BaseCommand):
    help = "Lista funktionerna som går att använda i uttryck."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--json", action="store_true", help="Som JSON, för den som bygger en editor.")
        chosen.add_argument("--write", action="store_true", help="Skriv docs/funktioner.md.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(functions.as_json(), ensure_ascii=False, indent=2))
        elif options["write"]:
            path = Path(settings.BASE_DIR) / "docs" / "funktioner.md"
            path.write_text("\n".join([*functions.as_markdown(), ""]), encoding="utf-8")
        else:
            for function in functions.catalogue():
                for signature in function.signatures:
                    self.stdout.write(f"{signature.text}\n    {function.summary}")
