"""What every crash test says of itself at the end of the run: what was done, what was found, and the seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import databases, sharing
from tests.crash import installation, options

Say = Callable[[str], None]


@pytest.fixture(scope="session")
def prepared(django_db_setup: None) -> str:
    """A database to begin with a copy of; that one can begin with nothing is proved by how the tests' own is made."""
    return sharing.once(databases.PREPARED, installation.prepare_one)


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Say:
    """A line for the summary; kept with the result, so that it comes through from another process."""

    def told(line: str) -> None:
        request.node.user_properties.append(("said", f"{request.node.name} (seed {options.SEED}): {line}"))

    return told


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    # Of a failed test both the call and what came after it hold the same lines.
    lines = {value: None for report in reports for name, value in report.user_properties if name == "said"}
    if lines:
        terminalreporter.section("under fire")
    for line in lines:
        terminalreporter.write_line(line)
