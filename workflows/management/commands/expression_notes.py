"""Lists what expressions of running förlopp had to say: where a diagram or table should be looked over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from workflows import selectors


class Command(BaseCommand):
    help = "Visa vad uttryck i förloppen har anmärkt på, per version och element. Inga uppgifter om personer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("forlopp", nargs="?", default="", help="Bara detta förlopp, till exempel trygg_hemgang.")

    def handle(self, *_args: Any, **options: Any) -> None:
        notes = selectors.expression_notes(options["forlopp"])
        for note in notes:
            self.stdout.write(
                f"{note.key} version {note.version}  {note.element_id or '(okänt steg)'}  {note.count} ärenden\n"
                f"    {note.text}\n    tecken {note.position + 1} i: {note.expression}"
            )
        self.stdout.write(f"{len(notes)} anmärkningar.")
