"""What must hold before an installation is trusted with anyone's care: run by `check --deploy` and doctor."""

import sqlite3
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from config import environment

# sqlite.org/changes.html: the WAL-reset bug is in 3.7.0 to 3.51.2, with corrections carried back to these.
_CORRECTED_IN = {(3, 44): 6, (3, 50): 7}
_CORRECTED_FROM = (3, 51, 3)


def sqlite_is_sound(version: tuple[int, int, int]) -> bool:
    """False for the versions known to be able to damage a database in WAL mode."""
    correction = _CORRECTED_IN.get(version[:2])
    return version >= _CORRECTED_FROM or (correction is not None and version[2] >= correction)


@register(Tags.database, deploy=True)
def database_engine(**_options: Any) -> list[CheckMessage]:
    options = settings.DATABASES["default"]
    if options["ENGINE"] != environment.SQLITE:
        return []
    found: list[CheckMessage] = []
    if not sqlite_is_sound(sqlite3.sqlite_version_info):
        found.append(
            checks.Warning(
                f"SQLite {sqlite3.sqlite_version} can damage a database in WAL mode (the WAL-reset bug).",
                hint="Use PostgreSQL (DATABASE_URL), or SQLite 3.51.3, 3.50.7 or 3.44.6 or later.",
                id="config.W001",
            )
        )
    if options["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
        found.append(Error("SQLite must begin its transactions IMMEDIATE.", id="config.E001"))
    return found


@register(Tags.security, deploy=True)
def secrets_are_there(**_options: Any) -> list[CheckMessage]:
    missing = [name for name in environment.SECRET_NAMES if not environment.read().secret(name)]
    return [
        Error(f"{name} is missing.", hint="Set it in the environment, or run make setup.", id="config.E002")
        for name in missing
    ]


@register(Tags.urls, deploy=True)
def address_is_told(**_options: Any) -> list[CheckMessage]:
    if settings.FORLOPP_ADDRESS:
        return []
    return [
        checks.Warning(
            "Nobody has said where staff reach this installation: FORLOPP_HOSTS begins with a pattern.",
            hint="Set FORLOPP_ADDRESS, for instance https://forlopp.kommun.se. Letters have no links without it.",
            id="config.W002",
        )
    ]
