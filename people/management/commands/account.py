"""An account of our own from the command line: the first of an installation, before anybody can reach the page."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from people.models import Profession, Staff, StaffKind, Unit
from people.services import accounts


class Command(BaseCommand):
    help = "Make an account, or give one that there is, and show a code by which its owner chooses a password (a day)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="given name and family name, of a new account")
        parser.add_argument("--profession", default="", help="key of a profession to hold, such as it_drift")
        parser.add_argument("--unit", default="", help="key of the unit where; made when it is missing")

    @transaction.atomic
    def handle(self, *_words: str, **options: Any) -> None:
        now = timezone.now()
        staff = Staff.objects.filter(username=options["username"], kind=StaffKind.PERSON).first()
        if staff is None:
            given, _, family = options["name"].strip().partition(" ")
            if not given:
                raise CommandError("Det finns inget sådant konto. Ange --name för att göra det.")
            try:
                staff = accounts.add(
                    username=options["username"], given_name=given, family_name=family, title="", by=None, now=now
                )
            except accounts.Taken as taken:
                raise CommandError(str(taken.__doc__)) from None
        if options["profession"]:
            self._hold(staff, options["profession"], options["unit"])
        if not staff.is_active:
            raise CommandError("Kontot är stängt. Öppna det på sidan Konton.")
        code = accounts.give_code(staff=staff, by=None, now=now)
        self.stdout.write(f"{code} gäller ett dygn, en gång: /logga-in/nytt-losenord/")

    def _hold(self, staff: Staff, profession: str, unit: str) -> None:
        if not unit:
            raise CommandError("Ange också --unit.")
        Unit.objects.get_or_create(key=unit, defaults={"name": unit})
        Profession.objects.get_or_create(key=profession, defaults={"name": profession})
        accounts.give(staff=staff, profession=profession, unit=unit, by=None, now=timezone.now())
