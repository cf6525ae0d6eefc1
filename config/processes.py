"""What an installation consists of when it runs: one row per process."""

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.conf import settings
from django.db import connection

BIN = Path(sys.executable).parent


@dataclass(frozen=True, kw_only=True)
class Process:
    name: str
    command: list[str]
    after: str = ""  # start when this address answers
    environment: dict[str, str] = field(default_factory=dict)  # besides ours; nothing secret, it is written to a file
    stop_seconds: int = 10


def all_processes() -> list[Process]:
    """The web and the worker first: what a person waits for never waits for Prefect."""
    others = simulators() if settings.FORLOPP_DEMO else []
    # Practice empties its mailboxes itself: what Prefect is for, schedules and history, means nothing by a moved clock.
    return [*product(), *others, *([] if settings.FORLOPP_PRACTICE else [prefect_server()])]


def product() -> list[Process]:
    is_telling = bool(settings.FORLOPP_MAIL or settings.FORLOPP_PUSH_SERVICES)
    bind = f"127.0.0.1:{settings.FORLOPP_PORT}"
    gunicorn = [str(BIN / "gunicorn"), "--config", "python:config.gunicorn_conf", "--bind", bind, "config.wsgi"]
    rows = [
        Process(name="web", command=gunicorn, stop_seconds=15),
        Process(name="worker", command=manage("work")),
        # Where PostgreSQL is to be taken back to a moment: follows it, whatever else is up or down.
        *([Process(name="archive", command=manage("archive"))] if is_followed() else []),
        # Nobody waits for it: an inbox that it does not tell asks now and then.
        Process(name="live", command=manage("live"), after=web_url("halsa")),
        # Only where it can reach somebody; a slow mail server holds up nothing but itself.
        *([Process(name="notices", command=manage("notify"), after=web_url("halsa"))] if is_telling else []),
        Process(name="executor", command=manage("run_integrations", "executor"), after=web_url("halsa")),
        # The Prefect worker, which also empties the mailboxes by itself while Prefect is away.
        Process(name="flows", command=manage("run_integrations", "flows"), after=web_url("halsa"), stop_seconds=15),
    ]
    return [replace(row, environment={"PROMETHEUS_MULTIPROC_DIR": str(numbers_folder())}) for row in rows]


def is_followed() -> bool:
    return bool(settings.FORLOPP_BACKUP) and not settings.FORLOPP_DEMO and connection.vendor == "postgresql"


def numbers_folder() -> Path:
    """Where our processes count for /metrics: in memory where that can be, since a full disk would kill them."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
    name = hashlib.sha256(os.fsencode(Path(settings.FORLOPP_VAR).resolve())).hexdigest()[:16]
    place = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    return place / f"forlopp-{os.getuid()}-{name}-numbers"


def simulators() -> list[Process]:
    names = settings.FORLOPP_SIMULATORS
    return [Process(name=name, command=manage("simulate", name), after=web_url("halsa")) for name in names]


def prefect_server() -> Process:
    home = settings.FORLOPP_VAR / "prefect"
    return Process(
        name="prefect",
        command=[str(BIN / "prefect"), "server", "start"],
        after=web_url("halsa"),
        environment={"PREFECT_HOME": str(home), "PREFECT_LOGGING_LEVEL": "WARNING"},
        stop_seconds=15,
    )


def prefect_environment() -> dict[str, str]:
    """Loopback, no telemetry, ids only in its storage, and history that does not grow for ever."""
    if settings.FORLOPP_PRACTICE:
        return {}
    # A demo polls four times as often as a real installation and has nobody who looks back.
    days_kept = 2 if settings.FORLOPP_DEMO else 14
    chosen = {
        "PREFECT_API_URL": settings.PREFECT_API_URL,
        "PREFECT_API_AUTH_STRING": settings.PREFECT_API_AUTH_STRING,
        "PREFECT_SERVER_API_AUTH_STRING": settings.PREFECT_API_AUTH_STRING,
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(settings.FORLOPP_PORT + 1),
        "PREFECT_SERVER_UI_API_URL": settings.PREFECT_API_URL,
        # The second version of its UI makes the browser call a third party, even with analytics off.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        # Nothing that a flow prints or returns is kept where others can read it.
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(days_kept * 24 * 60 * 60),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P2D",
        # These look around every few seconds, a tenth of a core, for what we have no use for: what is late our own
        # overview tells of (integrations.runner.polls), no run pauses, no flow has tasks, no event sets anything off.
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    }
    # What IT has said in the environment wins: a PostgreSQL for Prefect, for one.
    return {name: os.environ.get(name, value) for name, value in chosen.items()}


def ports() -> dict[int, str]:
    """Every port that the processes will listen on, and who does."""
    base = settings.FORLOPP_PORT
    used = {base: "webben", settings.FORLOPP_LIVE_PORT: "inkorgens direktkanal"}
    if not settings.FORLOPP_PRACTICE:
        used[base + 1] = "Prefect"
    if settings.FORLOPP_DEMO:
        used |= {base + 2: "regionens simulator", base + 3: "hemtjänstens simulator"}
        used |= {base + 4: "medicingivarens simulator", base + 6: "övriga simulatorer"}
    return used


def web_url(path: str = "") -> str:
    return f"http://127.0.0.1:{settings.FORLOPP_PORT}/{path}"


def manage(*words: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
