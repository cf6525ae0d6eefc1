"""Everything the description allows, and what it forbids, sent over real HTTP by a program that has read it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import api

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

# `SCHEMATHESIS_N=100` looks long, as `make attack` does.
LONG = os.environ.get("SCHEMATHESIS_N", "")
EXAMPLES, PHASES = LONG or "1", "examples,coverage,fuzzing,stateful" if LONG else "coverage"
CONFIGURATION = Path(__file__).parent / "schemathesis.toml"


def test_nothing_that_is_sent_makes_the_api_break_what_it_says_of_itself(live_server: Any, tmp_path: Path) -> None:
    caller = api.calling(professions=["samordnare"])
    ids = {"INSTANCE": caller.start().json()["id"]}
    command: list[str | Path] = [Path(sys.executable).parent / "st", "--config-file", CONFIGURATION, "run"]
    command += [f"{live_server.url}/api/v1/openapi.json", "-H", f"Authorization: Bearer {caller.token}"]
    command += ["--max-examples", EXAMPLES, "--checks", "all", "--phases", PHASES]
    environment = os.environ | ids | {"NO_COLOR": "1", "SCHEMATHESIS_DISABLE_ANALYTICS": "1", "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-2000:]
