"""The examples of docs/api.md are run as they stand, by a shell, against a running web."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests import api, pages
from workflows import definitions
from workflows.models import ProcessInstance
from workflows.services import deployments

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

ROOT = Path(__file__).parents[2]


def test_the_examples_work_as_they_stand(live_server: Any, tmp_path: Path) -> None:
    deployments.publish(folder=definitions.read(ROOT / "bpmn" / "trygg_hemgang"), by=None, now=timezone.now())
    examples = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/api.md").read_text(encoding="utf-8"), re.DOTALL)
    script = "\n".join(["set -eu", *examples])
    pages.staff("kollega", "samordnare")
    token = api.added(professions=[("samordnare", "norr")])[1]
    environment = os.environ | {"FORLOPP": live_server.url, "TOKEN": token}
    shell = ["bash", "-c", script]
    done = subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr
    assert ProcessInstance.objects.get().state == "cancelled"
