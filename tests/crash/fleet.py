"""The processes of an installation without its supervisor: each is started again at once, so more can be killed."""

from __future__ import annotations

import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

from django.test import override_settings

from config import processes
from tests.crash.installation import ROOT, Place

LOOK_SECONDS = 0.05
# A process that dies while it starts must not take the machine with it.
REST_SECONDS = 0.3
# The systems of integrations.toml.
SIMULATED = {"region", "hemtjanst", "medicingivare"}


class Fleet(Place):
    """Web, worker, executor, flows and the simulators; no Prefect, which they do without."""

    rows_needed: tuple[str, ...] = ("web", "worker", "executor", "flows")

    def __init__(
        self,
        folder: Path,
        database: str,
        *,
        like: str = "",
        copy: Path | None = None,
        only: tuple[str, ...] = (),
        **more: str,
    ) -> None:
        super().__init__(folder, database, like=like, **more)
        (self.var / "log").mkdir()
        if copy is not None:
            self.command("manage.py", "restore", str(copy))
        self.command("manage.py", "prepare")
        with override_settings(FORLOPP_PORT=self.port):
            simulated = [row for row in processes.simulators() if row.name in SIMULATED]
            rows = [*processes.product(), *simulated]
        self._commands = {row.name: row.command for row in rows if not only or row.name in only}
        if only:
            self.rows_needed = only
            self.answers_at = (0,)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._began: dict[str, float] = {}
        self.starts: Counter[str] = Counter()
        self._ending = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _keep(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            for name, command in self._commands.items():
                running = self._running.get(name)
                rested = time.monotonic() - self._began.get(name, 0.0) > REST_SECONDS
                if rested and (running is None or running.poll() is not None):
                    self._start(name, command)

    def _start(self, name: str, command: list[str]) -> None:
        self.starts[name] += 1
        self._began[name] = time.monotonic()
        with (self.var / "log" / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )

    def end(self) -> None:
        self._ending.set()
        self._keeper.join()
        for process in self._running.values():
            process.kill()
            process.wait()
        super().end()
