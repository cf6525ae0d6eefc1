"""Becomes one of the processes of an installation, for those who supervise them by other means than `serve`."""

import os
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import processes


class Command(BaseCommand):
    help = "Kör en av installationens processer, till exempel web eller worker: för systemd och containrar."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="Som i tabellen i docs/operations.md: web, worker, live, executor, flows …")

    def handle(self, *_args: Any, **options: Any) -> NoReturn:
        rows = {row.name: row for row in processes.all_processes()}
        row = rows.get(options["name"])
        if row is None:
            raise CommandError(f"Det finns ingen process {options['name']} här, men: {', '.join(rows)}.")
        settings.FORLOPP_VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
        processes.numbers_folder().mkdir(mode=0o700, exist_ok=True)
        os.environ.update(processes.prefect_environment() | row.environment)
        os.execv(row.command[0], row.command)  # noqa: S606 - a row of ours
