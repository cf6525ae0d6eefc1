"""Is the access log as it was sealed?"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.models import Seal
from audit.services import sealing


class Command(BaseCommand):
    help = "Kontrollera att ingen rad i loggen har ändrats, lagts till eller tagits bort sedan den förseglades."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--heads", type=Path, help="En kopia av FORLOPP_LOG_HEADS att jämföra förseglingarna med.")

    def handle(self, *_args: Any, **options: Any) -> None:
        heads: Path | None = options["heads"]
        if heads is not None and not heads.is_file():
            raise CommandError(f"{heads} finns inte.")
        faults = 0
        for fault in sealing.broken(now=timezone.now(), heads=heads):
            faults += 1
            self.stderr.write(f"{_where(fault.seal)}{fault.says}")
        if faults:
            raise CommandError(f"Loggen är inte hel: {faults} fel. Anmäl det enligt incidentrutinen.")
        last = Seal.objects.last()
        told = f"till och med rad {last.last_id}" if last else "men inget är förseglat än"
        self.stdout.write(f"Loggen är hel, {told} ({Seal.objects.count()} förseglingar).")


def _where(seal: Seal | None) -> str:
    return f"Förseglingen {seal.at:%Y-%m-%d %H:%M} (rad {seal.first_id}–{seal.last_id}): " if seal else ""
