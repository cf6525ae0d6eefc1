"""`manage.py demo_data`: invented staff, units and persons for the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from people import invented
from people.models import Staff, StaffKind
from people.services import demo


class Command(BaseCommand):
    help = "Add invented staff, units and persons (demo mode only; can be run again)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.FORLOPP_DEMO:
            raise CommandError(
                "demo_data is refused outside demo mode: invented people have no place in a real register."
            )
        people = Staff.objects.filter(kind=StaffKind.PERSON)
        if people.filter(is_invented=False).exists() and not people.filter(is_invented=True).exists():
            raise CommandError(
                "Databasen har riktig personal och ingen påhittad: den hör till en installation i drift, och demon "
                "öppnar den inte. Sätt FORLOPP_MODE=production."
            )
        demo.fill(now=timezone.now())
        known = sum(person.is_known for person in invented.PEOPLE)
        self.stdout.write(f"{len(invented.STAFF)} invented staff and {known} invented persons are in place.")
