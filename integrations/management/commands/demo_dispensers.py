"""manage.py demo_dispensers: gives invented people the dispensers that the simulator has."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.models import Dispenser
from people import invented
from people.models import Individual

VENDOR = "pahittad_givare"
# As in medicingivare/simulator.py, which also has one that nobody here knows of.
DISPENSERS = {"MG-1001": "ingrid", "MG-1002": "sven", "MG-1003": "gunilla", "MG-1004": "elisabet"}


class Command(BaseCommand):
    help = "Kopplar demons medicingivare till påhittade personer. Kör efter demo_data; kan köras om."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.FORLOPP_DEMO:
            raise CommandError("Bara i demoläge: i drift registreras givarna av personalen.")
        for serial, key in DISPENSERS.items():
            person = invented.BY_KEY[key]
            whose = {"identity_type": person.identity_type, "identity_number": person.number}
            individual = Individual.objects.filter(**whose).first()
            if individual is not None:
                Dispenser.objects.get_or_create(vendor=VENDOR, serial=serial, defaults={"individual": individual})
        self.stdout.write(f"{Dispenser.objects.filter(vendor=VENDOR).count()} dispensers are in place.")
