"""`manage.py demo_dispensers`: the dispensers of the simulated vendor, after `demo_data`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.medicingivare import demo


class Command(BaseCommand):
    help = "Add the simulated vendor's dispensers to invented persons (demo mode only; can be run again)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.FORLOPP_DEMO:
            raise CommandError("demo_dispensers is refused outside demo mode.")
        self.stdout.write(f"{demo.fill()} invented dispensers are in place.")
