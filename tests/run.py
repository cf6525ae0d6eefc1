"""`make test`: everything this machine can test, what it cannot in a line each, and one sum at the end.

A few that failed beside others are asked once more, alone: a machine that is busy is no fault of the change. Each is
named at the end, passed or not. What is killed and raced on purpose (`crash`) is not asked again: once is enough there.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests import machine

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FEW = 3


@dataclass
class Part:
    name: str
    folders: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)


@dataclass
class Sum:
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def main(arguments: list[str]) -> int:
    """Further arguments go to every pytest; the exit code is 1 when anything failed."""
    total = Sum()
    unsteady: list[str] = []
    parts, missing = plan()
    with tempfile.TemporaryDirectory(prefix="forlopp-tests-") as share:
        for part in parts:
            if "TEST_DATABASE_URL" not in part.environment:
                part.environment["FORLOPP_TESTS_SHARE"] = share
            unsteady += run(part, arguments, total)
    say()
    for line in unsteady:
        say(f"unsteady: {line} failed beside others and passed alone")
    for line in missing:
        say(f"skipped: {line}")
    say(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


def plan() -> tuple[list[Part], list[str]]:
    """The parts to run, and what is left out because the machine lacks something."""
    parts = [Part("unit, integration and scenarios on SQLite", ["unit", "attack", "integration", "processes", "crash"])]
    missing: list[str] = []
    url = machine.postgresql_url()
    if url or "postgresql" in machine.required():
        # Without a server these fail one by one, which is what "required" means.
        environment = {"TEST_DATABASE_URL": url or machine.LOCAL_POSTGRESQL}
        # Killing everything takes a minute; it is done on SQLite in every run and here where CI demands it.
        folders = ["integration", "crash"] if "postgresql" in machine.required() else ["integration"]
        if len(folders) == 1:
            missing.append("killing everything on PostgreSQL (FORLOPP_REQUIRE=postgresql runs it too)")
        parts.append(Part("integration on PostgreSQL", folders, environment, ["-m", "not any_database"]))
    else:
        missing.append("integration tests on PostgreSQL (none answers at TEST_DATABASE_URL or 127.0.0.1:5432)")
    if machine.chromium() or "chromium" in machine.required():
        parts.append(Part("browser", ["browser"]))
    else:
        missing.append("browser tests (there is no Chromium; set FORLOPP_CHROMIUM to its path)")
    return parts, missing


def run(part: Part, arguments: list[str], total: Sum) -> list[str]:
    """Add to the sum; the names of the tests that were asked twice and passed the second time."""
    found = {name: TESTS / name for name in part.folders}
    folders = [f"tests/{name}" for name, path in found.items() if path.is_file() or list(path.rglob("test_*.py"))]
    if not folders:
        return []
    say(f"── {part.name} ──")
    # A worker that has nothing left takes over tests of another: a file of slow ones never holds up the end.
    beside = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "worksteal"]
    with tempfile.TemporaryDirectory() as folder:
        asked = ["-o", f"cache_dir={folder}", *part.options, *folders, *arguments]
        first = ask(part, [*beside, "--durations=25", *asked])
        names = failed(Path(folder))
        again = Sum()
        if 0 < first.failed == len(names) <= FEW and not any(name.startswith("tests/crash/") for name in names):
            say("── once more, alone ──")
            again = ask(part, ["--last-failed", *asked])
            first.failed = 0
    total.passed += first.passed + again.passed
    total.failed += first.failed + again.failed
    total.skipped += first.skipped + again.skipped
    return names if again.passed and not again.failed else []


def ask(part: Part, options: list[str]) -> Sum:
    """Run pytest; one that fell over without a failed test is a failure of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "TEST_DATABASE_URL"} | part.environment
    total = Sum()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *options]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        suites = ElementTree.parse(report).getroot().iter("testsuite") if report.exists() else ()  # noqa: S314 - our own file
        for suite in suites:
            count = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
            total.failed += count["failures"] + count["errors"]
            total.skipped += count["skipped"]
            total.passed += count["tests"] - count["failures"] - count["errors"] - count["skipped"]
    total.failed = total.failed or (1 if code else 0)
    return total


def failed(cache: Path) -> list[str]:
    """What pytest remembers to have failed, where it keeps it for `--last-failed`."""
    remembered = cache / "v" / "cache" / "lastfailed"
    return sorted(json.loads(remembered.read_text())) if remembered.exists() else []


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
