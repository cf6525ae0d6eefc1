"""Counts the whole of history anew, for the pages that show how it goes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from followup.models import Counted
from followup.services import counting

LOST = (
    "{} ärenden som är räknade är gallrade, och deras historik finns inte kvar. Räknas allt om försvinner de ur "
    "siffrorna för gott. Inget är gjort. Är det ändå det du vill: manage.py recount_flow --lose"
)


class Command(BaseCommand):
    help = "Räkna om uppföljningens siffror från historiken. Sidorna visar under tiden det som är räknat hittills."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--lose", action="store_true", help="Räkna om fast det som är gallrat då försvinner ur siffrorna."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        lost = counting.lost()
        if lost and not options["lose"]:
            raise CommandError(LOST.format(lost))
        counting.begin_again()
        while counting.run_waiting(now=timezone.now()):
            pass
        self.stdout.write(f"Räknat till och med rad {Counted.objects.get().upto}.")
