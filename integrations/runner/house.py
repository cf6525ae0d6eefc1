"""Makes Django and Prefect ready in the processes that run integrations."""

from __future__ import annotations

import logging
import os
from pathlib import Path

# Nothing that a job prints, takes or returns is kept where others can read it; told to each job, wherever it runs.
SILENCE = {
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "DO_NOT_TRACK": "1",
}


def set_up() -> None:
    """A flow started by a process worker begins as plain Python; in our own processes this does nothing."""
    from django.apps import apps

    if not apps.ready:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()


def checkout() -> Path:
    """Where the code is."""
    from django.conf import settings

    return Path(settings.BASE_DIR)


def close_connections() -> None:
    """For a thread that is about to end, or that may rest for long."""
    from django.db import connections

    connections.close_all()


def prepare_prefect() -> None:
    """Before the first `import prefect`, which reads the environment once. What IT has set there wins."""
    from django.conf import settings

    home = settings.FORLOPP_VAR / "prefect-client"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    chosen = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": settings.PREFECT_API_URL,
        "PREFECT_API_AUTH_STRING": settings.PREFECT_API_AUTH_STRING,
        # Never a server of its own in here: it starts slowly and forgets.
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        # Better to fall back soon than to wait politely: Prefect is never on the path that care waits for.
        "PREFECT_CLIENT_MAX_RETRIES": "1",
        "PREFECT_API_REQUEST_TIMEOUT": "5",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        **SILENCE,
    }
    for name, value in chosen.items():
        if value:
            os.environ.setdefault(name, value)
    # A line per call would be thirty a run.
    logging.getLogger("httpx").setLevel(logging.WARNING)
