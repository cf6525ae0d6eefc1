"""`make test`: everything this machine can test, what it cannot in a line each, and one sum at the end."""

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
    parts, missing = plan()
    with tempfile.TemporaryDirectory(prefix="forlopp-tests-") as share:
        for part in parts:
            if "TEST_DATABASE_URL" not in part.environment:
                part.environment["FORLOPP_TESTS_SHARE"] = share
            run(part, arguments, total)
    say()
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


def run(part: Part, arguments: list[str], total: Sum) -> None:
    found = {name: TESTS / name for name in part.folders}
    folders = [f"tests/{name}" for name, path in found.items() if path.is_file() or list(path.rglob("test_*.py"))]
    if not folders:
        return
    say(f"── {part.name} ──")
    environment = {key: value for key, value in os.environ.items() if key != "TEST_DATABASE_URL"} | part.environment
    # A worker that has nothing left takes over tests of another: a file of slow ones never holds up the end.
    cores = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "worksteal"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--durations=25",
            *cores,
            *part.options,
            f"--junitxml={report}",
            *folders,
            *arguments,
        ]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        add(report, code, total)


def add(report: Path, code: int, total: Sum) -> None:
    """Count what pytest wrote; a pytest that fell over without a failed test is a failure of its own."""
    failed = 0
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 - our own file
            count = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
            failed += count["failures"] + count["errors"]
            total.skipped += count["skipped"]
            total.passed += count["tests"] - count["failures"] - count["errors"] - count["skipped"]
    total.failed += failed or (1 if code else 0)


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
