"""Removes what lies outside ärenden and is old enough, by a role that may."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from disposal.services import remains


class Command(BaseCommand):
    help = "Ta bort det som inte hör till något ärende och är gammalt nog: personer, råfiler och logg."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not remains.may_remove():
            raise CommandError("Databasrollen får inte ta bort i loggen. Kör med databasens ägare i DATABASE_URL.")
        removed = {kind: count for kind, count in remains.remove_due(now=timezone.now()).items() if count}
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(removed.items()))
        self.stdout.write(f"Borttaget: {told}." if told else "Inget är gammalt nog.")
