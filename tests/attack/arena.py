"""Where attacks are carried out: in forked processes that are watched, so that none can hurt the others.

`python -m tests.attack.arena` reads JSON lines, each an entrance and the attacks on it that may share a process, and
answers with a list of verdicts.
"""

from __future__ import annotations

import contextlib
import decimal
import json
import os
import resource
import secrets
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SECRET = f"hemlig-{secrets.token_hex(8)}"
SECONDS_ALLOWED = 60  # of CPU for the attacks of one process, then the system kills; the tests demand much less
BYTES_ALLOWED = 1 << 30
# What Python tells of while it runs and no expression may cause.
_WATCHED = (
    "code.", "compile", "ctypes.", "exec", "ftplib", "gc.", "import", "marshal.", "object.__getattr__", "open", "os.", "pickle.",
    "pty.", "shutil.", "signal.", "socket.", "sqlite3.", "subprocess.", "sys.set", "tempfile.", "urllib.", "webbrowser.",
)  # fmt: skip
_READ = ("zoneinfo", "tzdata", "attack-package")  # what may be read: time zones, and the package under attack


@dataclass
class Verdict:
    """What one attack achieved. `said` is every text that somebody might read; `crash` is empty when all is well."""

    said: list[str] = field(default_factory=list)
    crash: str = ""
    caused: list[str] = field(default_factory=list)  # system calls and changes in the process
    cpu: float = 0.0
    megabytes: float = 0.0


class _Watch:
    """An audit hook that can be on or off; there is no way to take one away."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.on = False
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event.startswith(_WATCHED):
            text = f"{event} {str(arguments)[:200]}"
            if not (event in {"open", "os.listdir"} and any(name in text for name in _READ)):
                self.events.append(text)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        self.on = True
        try:
            yield
        finally:
            self.on = False


def _fingerprint() -> dict[str, Any]:
    """What an expression might change in the process for those who come after it."""
    from workflows.feel.builtins.registry import BUILTINS

    return {
        "environment": dict(os.environ),
        "builtins": {name: id(value) for name, value in vars(sys.modules["builtins"]).items() if name != "_"},
        "functions": {name: [id(overload) for overload in overloads] for name, overloads in BUILTINS.items()},
        "modules": set(sys.modules),
        "recursion": sys.getrecursionlimit(),
        "decimals": [decimal.getcontext().prec, decimal.getcontext().rounding],
        "directory": str(Path.cwd()),
        "files": sorted(path.name for path in Path.cwd().iterdir()),
    }


def strike(attack: Callable[[], list[str]], watch: _Watch) -> Verdict:
    """Carry out one attack here and now."""
    before = _fingerprint()
    verdict = Verdict()
    memory, clock = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        with watch.watching():
            verdict.said = attack()
    except BaseException as error:  # noqa: BLE001 - whatever comes out is what we want to know
        place = traceback.extract_tb(error.__traceback__)[-1]
        verdict.crash = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}: {error}"[:300]
    verdict.cpu = time.process_time() - clock
    verdict.megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    after = _fingerprint()
    verdict.caused = [*watch.events, *(f"{name} changed" for name in before if before[name] != after[name])]
    watch.events.clear()
    return verdict


def forked(attacks: list[Callable[[], list[str]]], watch: _Watch) -> list[Verdict]:
    """Carry out attacks in a process of their own, which may die."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _limit()
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(json.dumps([asdict(strike(attack, watch)) for attack in attacks]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        written = pipe.read()
    _, status = os.waitpid(child, 0)
    if not written:
        return [Verdict(crash=f"the process died with status {status}", cpu=float(SECONDS_ALLOWED))] * len(attacks)
    return [Verdict(**verdict) for verdict in json.loads(written)]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_ALLOWED, SECONDS_ALLOWED))
    with contextlib.suppress(ValueError, OSError):  # macOS knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (_address_space() + BYTES_ALLOWED, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 4 << 30


def main() -> None:
    """Serve until the input ends."""
    os.environ["FORLOPP_HEMLIGHET"] = SECRET
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tests.attack import arsenal

    arsenal.warm_up()
    # A folder of its own: what other tests write beside us meanwhile is no attack's doing.
    os.chdir(tempfile.mkdtemp(prefix="forlopp-arena-"))
    watch = _Watch()
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        entrance, names = json.loads(line)
        verdicts = forked([arsenal.attack(entrance, name) for name in names], watch)
        answers.write(json.dumps([asdict(verdict) for verdict in verdicts]) + "\n")
        answers.flush()
    Path.cwd().rmdir()


if __name__ == "__main__":
    main()
