"""The acceptance scenarios of the domain by number: `python -m tests.acceptance 7` runs what proves it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLAYED = (
    "tests/processes/test_scenarios.py::test_in_memory[{}]",
    "tests/integration/test_scenarios.py::test_a_scenario_through_the_services[{}]",
)


def scenarios() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((ROOT / "tests" / "acceptance.toml").read_text(encoding="utf-8"))[
        "scenario"
    ]
    return found


def played() -> set[str]:
    """ "förlopp/scenario" of those that are played: in memory, and on each database through the services."""
    return {name for scenario in scenarios() for name in scenario["tests"] if "::" not in name}


def nodes(scenario: dict[str, Any]) -> list[str]:
    """As pytest names them."""
    return [
        node
        for name in scenario["tests"]
        for node in ([name] if "::" in name else [one.format(name) for one in PLAYED])
    ]


def main(numbers: list[str]) -> int:
    chosen = [int(number) for number in numbers] or range(1, len(scenarios()) + 1)
    wanted = [node for number in chosen for node in nodes(scenarios()[number - 1])]
    return subprocess.run([sys.executable, "-m", "pytest", "-v", *wanted], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
