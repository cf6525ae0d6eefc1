"""Encrypts what is kept by the first key of FORLOPP_DATA_KEYS, while everybody works."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import rotating
from web import secrecy


class Command(BaseCommand):
    help = "Krypterar om med den första nyckeln i FORLOPP_DATA_KEYS; avbruten fortsätter den där den var."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new", metavar="NAMN", help="Gör en ny nyckel, att sätta först i FORLOPP_DATA_KEYS.")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["new"]:
                told = secrecy.new_key(options["new"])
                secrecy.read(told)
                self.stdout.write(told)
                return
            changed = rotating.rotate(tell=self._tell)
        except secrecy.BadKeys as problem:
            raise CommandError(str(problem)) from None
        except secrecy.LostKey as lost:
            raise CommandError(
                f"Nyckeln {lost} saknas i FORLOPP_DATA_KEYS, eller är en annan än den var. Lägg tillbaka den "
                "från kopian av secrets.env; det som den krypterade går inte att läsa utan den."
            ) from None
        self.stdout.write(f"Klart: {changed} rader krypterades med nyckeln {secrecy.ring().first}.")

    def _tell(self, table: str, so_far: int) -> None:
        if so_far:
            self.stdout.write(f"  {table}: {so_far}")
