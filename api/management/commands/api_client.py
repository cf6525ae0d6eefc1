"""The clients of the API: add one, give it a new token, take it away, see them all."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from api.models import EVERY, SCOPES, Client
from api.services import clients
from web import swedish

DAYS = 365
ONCE = "Tokenet visas bara nu. Lämna det till den som sköter systemet på ett säkert sätt:"


class Command(BaseCommand):
    help = "Klienterna i API:et: add, rotate, revoke, list."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        add = acts.add_parser("add", help="Lägg till en klient och visa dess token.")
        add.add_argument("key", help="Kort namn: bokstäver, siffror och bindestreck.")
        add.add_argument("--name", required=True, help="Vad som står i historik och åtkomstlogg.")
        add.add_argument("--scopes", nargs="+", required=True, metavar="RÄTT", help=", ".join(SCOPES))
        add.add_argument("--forlopp", nargs="+", required=True, help=f"Förlopp den når; {EVERY} är alla.")
        add.add_argument("--units", nargs="*", default=[], help="Bara personer i dessa enheters områden.")
        add.add_argument(
            "--profession",
            nargs=2,
            action="append",
            default=[],
            metavar=("PROFESSION", "ENHET"),
            help="En profession vars uppgifter den får göra (se docs/decisions/0029-api.md). Kan upprepas.",
        )
        add.add_argument("--protected", action="store_true", help="Får se personer med skyddade personuppgifter.")
        add.add_argument("--source", default="", help="Koppling som läser dess FHIR-meddelanden, till exempel region.")
        add.add_argument("--per-minute", type=int, default=600, help="Anrop per minut i längden.")
        add.add_argument("--burst", type=int, default=60, help="Anrop på en gång.")
        self._days(add)
        rotate = acts.add_parser("rotate", help="Ett nytt token; det förra gäller en tid till.")
        rotate.add_argument("key")
        rotate.add_argument("--overlap", type=int, default=7, metavar="DYGN", help="Så länge gäller det förra.")
        self._days(rotate)
        revoke = acts.add_parser("revoke", help="Inget token gäller längre.")
        revoke.add_argument("key")
        acts.add_parser("list", help="Alla klienter, deras rätter och när de senast ringde.")

    def _days(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=DAYS, metavar="DYGN", help="Så länge gäller tokenet.")

    def handle(self, *_args: Any, **options: Any) -> None:
        act = {"add": self._add, "rotate": self._rotate, "revoke": self._revoke, "list": self._list}[options["act"]]
        act(options)

    def _add(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        wanted = clients.Wanted(
            key=options["key"],
            name=options["name"],
            scopes=options["scopes"],
            definitions=options["forlopp"],
            units=options["units"],
            professions=[(profession, unit) for profession, unit in options["profession"]],
            may_see_protected=options["protected"],
            source=options["source"],
            per_minute=options["per_minute"],
            burst=options["burst"],
        )
        try:
            _, token = clients.add(wanted=wanted, expires_at=now + timedelta(days=options["days"]), now=now)
        except clients.CannotAdd as problem:
            raise CommandError(str(problem)) from None
        self.stderr.write(ONCE)
        self.stdout.write(token)

    def _rotate(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        token = clients.rotate(
            client=self._client(options["key"]),
            expires_at=now + timedelta(days=options["days"]),
            overlap=timedelta(days=options["overlap"]),
            now=now,
        )
        self.stderr.write(ONCE)
        self.stdout.write(token)

    def _revoke(self, options: dict[str, Any]) -> None:
        clients.revoke(client=self._client(options["key"]), now=timezone.now())
        self.stdout.write(f"{options['key']} kommer inte in längre.")

    def _list(self, _options: dict[str, Any]) -> None:
        now = timezone.now()
        for client in Client.objects.select_related("staff").prefetch_related("tokens"):
            state = "återkallad" if client.revoked_at else f"{client.per_minute} anrop per minut"
            self.stdout.write(f"{client.key}: {client.staff}, {state}")
            self.stdout.write(f"  rätter: {' '.join(client.scopes)}")
            self.stdout.write(f"  förlopp: {' '.join(client.definitions)}; enheter: {' '.join(client.units) or 'alla'}")
            living = [token for token in client.tokens.all() if token.expires_at > now]
            for token in living:
                used = swedish.moment(token.used_at, now=now) if token.used_at else "aldrig"
                until = swedish.date(timezone.localdate(token.expires_at))
                self.stdout.write(f"  token {token.hint}…: gäller till {until}, användes senast {used}")

    def _client(self, key: str) -> Client:
        found = Client.objects.select_related("staff").filter(key=key, revoked_at=None).first()
        if found is None:
            raise CommandError(f"Det finns ingen klient {key}.")
        return found
