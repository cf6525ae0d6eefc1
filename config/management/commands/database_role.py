"""What a role of PostgreSQL needs to run the installation: it cannot change or remove what is only added to."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

# Guarded by triggers as well; who owns a table can take those away, who may not UPDATE cannot.
ADDED_TO_ONLY = (
    "audit_judgement",
    "audit_seal",
    "people_accesslog",
    "people_agreement",
    "people_consent",
    "people_contact",
    "people_goal",
    "people_rating",
    "people_servedarea",
)
NEVER_CHANGED = "workflows_amendment"
"""Removed with the ärende that it is part of, and only then."""


class Command(BaseCommand):
    help = (
        "Skriv den SQL som ger en roll i PostgreSQL vad den behöver för att köra Förlopp, men inte rätt att ändra "
        "eller ta bort i loggen. Kör den som databasens ägare: manage.py database_role forlopp_app | psql …"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="Rollens namn. Den ska finnas: CREATE ROLE … LOGIN PASSWORD …")

    def handle(self, *_args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Roller finns i PostgreSQL; DATABASE_URL säger något annat.")
        role: str = options["role"]
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
            raise CommandError("Rollens namn ska vara små bokstäver, siffror och _.")
        self.stdout.write("\n".join(statements(role)))


def statements(role: str) -> list[str]:
    """To be run by the owner, again after each upgrade."""
    listed = ", ".join(ADDED_TO_ONLY)
    return [
        f"GRANT USAGE ON SCHEMA public TO {role};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};",
        f"REVOKE UPDATE, DELETE ON {listed} FROM {role};",
        f"REVOKE UPDATE ON {NEVER_CHANGED} FROM {role};",
    ]
