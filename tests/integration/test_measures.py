"""/metrics: who may ask, what is told of the state of things, and what several processes have counted together."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from integrations import configuration, jobs
from integrations.models import SystemState
from people.models import Staff
from tests import pages
from web import metrics
from workflows.models import OutboxMessage, TimerJob
from workflows.services import inbox, pausing

RULES = Path("docs/alerts/forlopp.rules.yml")
pytestmark = pytest.mark.django_db
COUNTS = """
import sys, time
from web import metrics
metrics.JOBS.labels("prov", "hamta", "done").inc(float(sys.argv[1]))
print(metrics._slot(), flush=True)
sys.stdin.read()
"""
SHOWS = """
from prometheus_client import generate_latest
from web import metrics
print(generate_latest(metrics.registry()).decode())
"""


def told(client: Client | None = None) -> str:
    return (client or Client()).get("/metrics").content.decode()


def value(text: str, sample: str) -> float:
    found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
    assert found is not None, sample
    return float(found[1])


def test_only_this_machine_or_who_has_the_token_may_ask(client: Client, settings: Settings) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404
    # Who comes by the proxy has this machine's address too.
    assert client.get("/metrics", headers={"X-Forwarded-Proto": "https"}).status_code == 404
    settings.FORLOPP_METRICS_TOKEN = "hemligt"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer fel"}).status_code == 404
    headers = {"Authorization": "Bearer hemligt", "X-Forwarded-Proto": "https"}
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7", headers=headers).status_code == 200


def test_the_state_of_things_is_told(anna: Staff) -> None:
    pages.publish()
    instance = pages.start(pages.person(), anna)
    now = timezone.now()
    OutboxMessage.objects.create(
        instance=instance,
        engine_task_id=uuid.uuid4(),
        element_id="x",
        operation="region.confirm_notice",
        params={},
        next_try_at=now,
        created_at=now - timedelta(minutes=5),
    )
    late = now - timedelta(minutes=3)
    TimerJob.objects.create(instance=instance, engine_task_id=uuid.uuid4(), element_id="x", due_at=late)
    inbox.receive(source="region", message_id="1", raw=b"{", now=now)
    SystemState.objects.create(system="region", job="hamta", asked_at=now - timedelta(hours=1))
    jobs.note_failure("region", "hamta", TimeoutError("19380514-2381"), now=now)
    pausing.pause(system="hemtjanst", reason="x", by=anna, now=now)

    with configuration.told(region={"url": "http://127.0.0.1:9"}, hemtjanst={"url": "http://127.0.0.1:9"}):
        text = told()

    assert value(text, 'forlopp_system_up{system="region"}') == 0
    assert value(text, 'forlopp_system_paused{system="hemtjanst"}') == 1
    assert value(text, 'forlopp_outbox_waiting{system="region"}') == 1
    assert 290 < value(text, 'forlopp_outbox_oldest_seconds{system="region"}') < 400
    assert 3400 < value(text, 'forlopp_job_late_seconds{job="hamta",system="region"}') < 3600
    assert value(text, 'forlopp_stops_open{group="samordnare"}') == 1
    assert 170 < value(text, "forlopp_timer_late_seconds") < 300
    assert "19380514" not in text


def test_requests_are_counted_by_page_and_never_by_address(anna: Staff) -> None:
    client = pages.logged_in(anna)
    missing = f"/arenden/{uuid.uuid4()}/"
    before = metrics.REQUESTS.labels("workflows:instance", "404")._value.get()
    client.get(missing)
    text = told()
    assert value(text, 'forlopp_http_requests_total{status="404",view="workflows:instance"}') == before + 1
    assert missing.split("/")[2] not in text


def test_processes_count_together_and_one_that_ends_is_gone_on_from(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def begun(count: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", COUNTS, str(count)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        slots.append(process.stdout.readline().strip())
        return process

    slots: list[str] = []
    one, other = begun(2), begun(3)
    one.kill()
    one.communicate()
    third = begun(4)
    script = [sys.executable, "-c", SHOWS]
    text = subprocess.run(script, env=environment, capture_output=True, text=True, check=True).stdout
    for process in (other, third):
        process.communicate()
    assert slots == ["slot0", "slot1", "slot0"]
    assert value(text, 'forlopp_jobs_total{job="hamta",outcome="done",system="prov"}') == 9
    # Three at once at most: two that counted and one that asked.
    assert len(list(tmp_path.glob("counter_*.db"))) <= 3


def test_every_number_in_the_alert_rules_is_one_that_we_tell(client: Client) -> None:
    rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 10
    text = told(client)
    names = set(re.findall(r"^# TYPE (forlopp_\w+) ", text, re.MULTILINE))
    names |= {f"{name}_bucket" for name in names}
    asked = {name for rule in rules for name in re.findall(r"forlopp_\w+", rule["expr"])}
    assert asked - names == set()
    labels = {label for rule in rules for label in re.findall(r"\$labels\.(\w+)", str(rule["annotations"]))}
    assert labels <= {"system", "job"}
    documented = Path("docs/operations.md").read_text(encoding="utf-8")
    assert [rule["alert"] for rule in rules if rule["alert"] not in documented] == []
