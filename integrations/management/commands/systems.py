"""`manage.py systems`: which systems there are, and what integrations.toml can say of each."""

from typing import Any

from django.core.management.base import BaseCommand

from integrations import configuration, systems
from integrations.systems import Setting


class Command(BaseCommand):
    help = "Vilka system det finns kopplingar till, och vad som kan stå om dem i integrations.toml."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for system in systems.systems():
            state = "på" if configuration.of(system.key).is_enabled else "av"
            self.stdout.write(f"[{system.key}]  {system.title} ({state})")
            for name, setting in system.settings.items():
                self.stdout.write(f"  {name:<20} {_said(setting)}")
            for job in system.jobs:
                usually = f'cron = "{job.cron}"' if job.cron else f"every_seconds = {job.every_seconds}"
                self.stdout.write(f"  jobs.{job.key:<15} {job.title.lower()}; {usually}")
        for problem in configuration.problems():
            self.stdout.write(f"FEL  {problem}")


def _said(setting: Setting) -> str:
    if setting.optional:
        return f"{setting.help} (får saknas)"
    return setting.help if setting.default is None else f"{setting.help}; annars {setting.default}"
