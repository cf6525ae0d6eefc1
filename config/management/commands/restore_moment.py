"""Fills an empty folder so that PostgreSQL, started on it, is as it was at a moment; and the files of tasks with it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import archive, postgresql
from web.swedish import STOCKHOLM


class Command(BaseCommand):
    help = "Återställer PostgreSQL till ett ögonblick ur FORLOPP_BACKUP, i en ny tom mapp. Kör på databasens maskin."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("data", type=Path, help="Den tomma mapp som PostgreSQL sedan startas på.")
        parser.add_argument(
            "--to", default="", help='Svensk tid, "2026-11-28 14:05" eller med sekunder. Utan: det sista.'
        )
        parser.add_argument("--owner", default="postgres", help="Användaren som PostgreSQL körs av.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.FORLOPP_BACKUP:
            raise CommandError("Sätt FORLOPP_BACKUP till mappen som kopian ligger i.")
        moment, data = _moment(options["to"]), options["data"]
        try:
            base = archive.restore(Path(settings.FORLOPP_BACKUP), data, moment=moment, owner=options["owner"])
        except postgresql.CannotCopy as problem:
            raise CommandError(str(problem)) from None
        except OSError as problem:
            raise CommandError(f"Det gick inte att skriva {problem.filename}: {problem.strerror}.") from None
        self.stdout.write(
            f"Baskopian är från {base.ended.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}, resten ur {archive.LOG}/."
        )
        self.stdout.write(f"Starta PostgreSQL på {data}: den läser ikapp, och tar emot när den är framme.")


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f'Skriv tiden som "2026-11-28 14:05", inte {text!r}.') from None
    return told if told.tzinfo else told.replace(tzinfo=STOCKHOLM)
