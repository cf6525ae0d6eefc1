"""`manage.py serve` with three small processes in place of the real ones: run by tests/crash/test_supervision.py."""

import sys
from unittest.mock import patch

import django

django.setup()

from django.conf import settings
from django.core.management import call_command

from config import processes
from config.management.commands import serve
from config.processes import Process

SLEEPER = "import time; time.sleep(600)"
# Its child leaves the process group, as a flow of Prefect may: stopping the group does not reach it.
BREEDER = (
    "import subprocess, sys, time; "
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', sys.argv[1] + '#stray'], "
    "start_new_session=True); time.sleep(600)"
)


def rows() -> list[Process]:
    """Each has the folder among its arguments, which is what the test finds it by."""
    folder = str(settings.FORLOPP_VAR)
    web = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", folder, str(settings.FORLOPP_PORT)]
    return [
        Process(name="web", command=[sys.executable, *web]),
        Process(name="sleeper", command=[sys.executable, "-c", SLEEPER, folder]),
        Process(name="breeder", command=[sys.executable, "-c", BREEDER, folder]),
    ]


if __name__ == "__main__":
    with patch.object(processes, "all_processes", rows), patch.object(serve, "call_command"):
        call_command("serve")
