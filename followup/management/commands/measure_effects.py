"""Tells what came of every ärende that is kept anew, as after a förlopp has been given other measures."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from followup.services import effects


class Command(BaseCommand):
    help = "Räkna om effekterna av alla ärenden som finns kvar. Det som är gallrat står kvar i summorna."

    def handle(self, *_args: Any, **_options: Any) -> None:
        last = 0
        while last := effects.measure_again(after=last):
            pass
        self.stdout.write("Effekterna är räknade.")
