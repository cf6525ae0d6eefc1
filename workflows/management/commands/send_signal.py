"""Sends a signal, to all who listen for everyone's or about chosen persons; without a name lists what is heard."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from people.models import Individual
from workflows.services import signals

REFUSED = (signals.NoReason, signals.NobodyHears, signals.NeedsPersons, signals.TooMany)


class Command(BaseCommand):
    help = "Sänd en signal till ärenden som väntar på den och förlopp som startar med den."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="Signalens namn; utan namn listas de som någon hör.")
        parser.add_argument("--reason", default="", help="Varför; det står i varje ärendes historik. Inga namn.")
        parser.add_argument(
            "--person", action="append", default=[], type=uuid.UUID, metavar="REF", help="Vem den gäller."
        )
        parser.add_argument("--dry-run", action="store_true", help="Säg bara vilka som skulle höra den.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["name"]:
            for known in signals.known():
                self.stdout.write(str(known))
            return
        about = _individuals(options["person"])
        self.stdout.write(str(signals.reach(options["name"], about)))
        if options["dry_run"]:
            return
        try:
            signals.send(name=options["name"], individuals=about, reason=options["reason"], by=None, now=timezone.now())
        except REFUSED as error:
            raise CommandError(type(error).__doc__ or "") from None
        self.stdout.write("Sänd. Arbetarna för fram den.")


def _individuals(refs: list[uuid.UUID]) -> list[Individual]:
    found = {individual.ref: individual for individual in Individual.objects.filter(ref__in=refs)}
    if missing := [str(ref) for ref in refs if ref not in found]:
        raise CommandError(f"Finns inte: {', '.join(missing)}")
    return list(found.values())
