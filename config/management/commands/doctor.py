"""Tells, in a line per thing, whether this installation is well, and what to do where it is not."""

from typing import Any

from django.core.management.base import BaseCommand

from config import doctor
from config.examined.finding import ERROR, OK, WARNING

MARKS = {OK: "ok  ", WARNING: "OBS ", ERROR: "FEL "}


class Command(BaseCommand):
    help = "Undersöker installationen: en rad per sak, med vad man gör åt det som är fel. Slutar med 1 vid fel."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        findings = doctor.examine()
        for finding in findings:
            self.stdout.write(f"{MARKS[finding.verdict]} {finding.what}: {finding.says}")
            if finding.remedy:
                self.stdout.write(f"     Gör så här: {finding.remedy}")
        if any(finding.verdict == ERROR for finding in findings):
            raise SystemExit(1)
