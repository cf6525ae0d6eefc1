"""`make check`: every rule of the house that a machine can check. `--fix` puts right what a machine can."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PACKAGES = [
    "config",
    "audit",
    "disposal",
    "integrations",
    "practice",
    "api",
    "tasks",
    "workbench",
    "followup",
    "workflows",
    "people",
    "web",
    "benchmarks",
    "tests",
]

FIXES = {
    "ruff check --fix": ["ruff", "check", "--fix", "--quiet", "."],
    "ruff format": ["ruff", "format", "--quiet", "."],
    "docs/funktioner.md": ["python", "manage.py", "feel_functions", "--write"],
    "docs/bpmn.md": ["python", "-m", "tests.bpmn"],
    "docs/licences.md": ["python", "manage.py", "sbom", "--licences", "docs/licences.md"],
    "docs/performance.md": ["python", "-m", "benchmarks.table"],
}


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)

    def made(self) -> tuple[bool, str, float]:
        """Whether all is well, what it said, and the seconds it took."""
        started = time.monotonic()
        program, *rest = self.command
        done = subprocess.run(
            [str(BIN / program), *rest],
            cwd=ROOT,
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode == 0, done.stdout.decode("utf-8", "replace").rstrip(), time.monotonic() - started


def main(arguments: list[str]) -> int:
    if "--fix" in arguments:
        fixes = FIXES | {"djhtml": ["djhtml", "--tabwidth", "4", *templates()]}
        run([Check(name, command) for name, command in fixes.items()], at_once=1)
        return 0
    with tempfile.TemporaryDirectory(prefix="forlopp-check-") as var:
        checks = [Check(name, command) for name, command in rules().items()]
        checks += [Check(name, command, {"FORLOPP_VAR": own(var, name)}) for name, command in installation().items()]
        checks += [Check(name, command, deployment(own(var, name))) for name, command in production().items()]
        failed = run(checks)
    sys.stdout.write(f"failed: {', '.join(failed)}\n" if failed else "everything is as the house wants it\n")
    return 1 if failed else 0


def rules() -> dict[str, list[str]]:
    packages = [name for name in PACKAGES if (ROOT / name).is_dir()]
    return {
        "mypy": ["mypy", *packages, "manage.py"],
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "imports": ["lint-imports", "--no-cache"],
        "dependencies": ["deptry", "."],
        "templates (djlint)": ["djlint", "--lint", "--quiet", *templates()],
        "templates (djhtml)": ["djhtml", "--check", "--tabwidth", "4", *templates()],
    }


def installation() -> dict[str, list[str]]:
    """What the program itself can tell about the checkout."""
    folders = sorted(str(path.parent.relative_to(ROOT)) for path in ROOT.glob("bpmn/*/process.toml"))
    return {
        "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
        "förlopp": ["python", "manage.py", "check_forlopp", *folders],
    }


def production() -> dict[str, list[str]]:
    """What is asked of the settings of a real installation."""
    return {"production settings": ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]}


def deployment(var: str) -> dict[str, str]:
    """A made-up installation in production; nothing connects to its database."""
    return {
        "FORLOPP_MODE": "production",
        "FORLOPP_VAR": var,
        "FORLOPP_HOSTS": "forlopp.example.se",
        "FORLOPP_SECRET_KEY": "abcdefghijklmnopqrstuvwxyzåäö0123456789-only-to-be-checked-here",
        "FORLOPP_PREFECT_AUTH": "forlopp:only-to-be-checked-here",
        "FORLOPP_WEBHOOK_SECRETS": "only-to-be-checked-here",
        "FORLOPP_VAPID_KEY": "only-to-be-checked-here",
        "FORLOPP_DATA_KEYS": "a:b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtb2YtYS1rZXk=",
        "DATABASE_URL": "postgresql://forlopp@127.0.0.1:9/forlopp",
        "REGION_URL": "https://region.example.se",
        "HEMTJANST_URL": "https://hemtjanst.example.se",
        "MEDICINGIVARE_URL": "https://medicingivare.example.se",
    }


def own(var: str, name: str) -> str:
    """A folder for the installation of one check; two are made at a time."""
    folder = Path(var, name)
    folder.mkdir()
    return str(folder)


def templates() -> list[str]:
    return [str(path.relative_to(ROOT)) for name in PACKAGES for path in sorted((ROOT / name).rglob("*.html"))]


def run(checks: list[Check], *, at_once: int = 2) -> list[str]:
    """Run them all, show the words of those that fail, and return their names. The types take longer than all else."""
    failed = []
    with ThreadPoolExecutor(at_once) as pool:
        for check, (is_well, words, seconds) in zip(checks, pool.map(Check.made, checks), strict=True):
            sys.stdout.write(f"{check.name}: {'ok' if is_well else 'FAILED'} ({seconds:.0f} s)\n")
            if not is_well:
                sys.stdout.write(words + "\n")
                failed.append(check.name)
            sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
