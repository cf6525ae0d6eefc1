"""Starts the whole installation under one supervisor, and stops it on Ctrl-C."""

import os
import signal
import time
from types import FrameType
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from config import child, processes, supervision
from integrations import jobs

FIRST_PAGE_SECONDS = 600
TOLD_EACH_SECONDS = 20


class Stopped(BaseException):
    """Someone asked us to stop."""


class Command(BaseCommand):
    help = "Startar allt under en övervakare; Ctrl-C stoppar allt."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stopped)
        if os.environ.get("MAKELEVEL"):
            # Started by make: if make is killed there is nobody left to press Ctrl-C.
            child.die_with_parent(signal.SIGTERM)
        try:
            with supervision.only_one() as lock:
                self.run_all(supervision.Supervisor(lock))
        except supervision.CannotRun as problem:
            # Without the "CommandError:" that Django would put before the sentence.
            self.stderr.write(str(problem))
            raise SystemExit(1) from None
        except Stopped:
            self.stdout.write("\nAllt är stoppat. make run fortsätter där det slutade.")

    def run_all(self, supervisor: supervision.Supervisor) -> None:
        supervision.check_ports()
        call_command("prepare")
        if settings.FORLOPP_DEMO and (share := os.environ.get("YEAR")):
            self.stdout.write("  Ett påhittat år …")
            call_command("demo_year", share=float(share), is_held=True, stdout=self.stdout)
        self.stdout.write("  Startar …")
        try:
            supervisor.start()
            self.greet(supervisor)
            while supervisor.is_alive:
                time.sleep(0.5)
            raise supervision.CannotRun("Övervakaren dog och allt har stoppats; starta igen med make run.")
        finally:
            # A second Ctrl-C must not leave half of it running.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            supervisor.stop()

    def greet(self, supervisor: supervision.Supervisor) -> None:
        health, log = processes.web_url("halsa"), settings.FORLOPP_VAR / "log"
        for waited in range(0, FIRST_PAGE_SECONDS, TOLD_EACH_SECONDS):
            if waited:
                self.stdout.write(
                    f"  Väntar på att webben ska svara ({waited} s); vad den gör står i {log / 'web.log'}"
                )
                self.stdout.flush()
            if supervision.wait_until(
                lambda: child.answers(health), seconds=TOLD_EACH_SECONDS, alive=lambda: supervisor.is_alive
            ):
                break
            if not supervisor.is_alive:
                raise supervision.CannotRun(f"Övervakaren startade inte; läs varför i {log / 'supervisor-start.log'}")
        else:
            raise supervision.CannotRun(
                f"Webben svarade inte på {FIRST_PAGE_SECONDS // 60} minuter; läs varför i {log / 'web.log'}"
            )
        self.stdout.write(greeting())
        self.stdout.flush()


def stopped(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


def greeting() -> str:
    web = processes.web_url()
    lines = ["", f"Förlopp kör: {web}", ""]
    if settings.FORLOPP_PRACTICE:
        lines = ["", f"Övningsläget kör: {web}demo/", "(påhittade personer, egen databas, egen klocka)", ""]
    elif settings.FORLOPP_DEMO:
        lines += [
            f"Logga in utan lösenord: {web}demo/",
            "(samordnare, sjukskoterska, bistandshandlaggare …; alla är påhittade)",
            "",
            "Prova först:",
            "  1. Logga in som samordnare.",
            f"  2. Öppna regionens simulator i en annan flik, {settings.FORLOPP_SIMULATORS['region']}/,",
            "     och skicka ett inskrivningsmeddelande.",
            f"  3. Inom {jobs.DEMO_SECONDS} sekunder ligger uppgiften i inkorgen: ta den, fyll i, gör klar.",
            f"  4. Skicka ett larm som medicingivare, {settings.FORLOPP_SIMULATORS['medicingivare']}/,",
            "     och se det hos sjuksköterskan.",
            "",
            "Fyll på med ett helt påhittat år: stoppa, och starta med make run YEAR=1 (eller YEAR=0.1).",
            "",
        ]
    lines += [f"Loggar: {settings.FORLOPP_VAR / 'log'}. Stoppa allt med Ctrl-C."]
    return "\n".join(lines)
