"""manage.py run_integrations executor|flows."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Kör integrationerna: 'executor' skickar det som ska ut, 'flows' hämtar det som ligger och väntar."
    requires_system_checks: list[str] = []  # as of RoundsCommand

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=["executor", "flows"])

    def handle(self, *_args: Any, part: str, **_options: Any) -> None:
        if part == "executor":
            from integrations.runner import executor

            executor.main(settings.PREFECT_API_URL)
        else:
            from integrations.runner import polls

            polls.main(settings.PREFECT_API_URL)
