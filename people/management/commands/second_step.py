"""Somebody has lost their second step: it is removed, with their sessions, and they add another at the next log-in."""

from argparse import ArgumentParser

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from people.models import Staff, StaffKind
from people.services import sessions


class Command(BaseCommand):
    help = "Remove the second step (passkeys, app, codes) of an account of our own, whose owner you have seen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--forget", action="store_true", required=True, help="say that you mean it")

    def handle(self, *_words: str, **options: str) -> None:
        staff = Staff.objects.filter(username=options["username"], kind=StaffKind.PERSON).first()
        if staff is None:
            raise CommandError("Det finns inget sådant konto.")
        with transaction.atomic():
            count = Authenticator.objects.filter(user=staff).delete()[0]
            sessions.end_all(staff=staff)
        self.stdout.write(f"{count} borttagna. Nästa inloggning börjar med lösenordet och ett nytt andra steg.")
