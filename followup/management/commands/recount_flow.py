"""Counts the whole of history anew, for the pages that show how it goes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from followup.models import Counted
from followup.services import counting


class Command(BaseCommand):
    help = "Räkna om uppföljningens siffror från historiken. Sidorna visar under tiden det som är räknat hittills."

    def handle(self, *_args: Any, **_options: Any) -> None:
        counting.begin_again()
        while counting.run_waiting(now=timezone.now()):
            pass
        self.stdout.write(f"Räknat till och med rad {Counted.objects.get().upto}.")
