"""The listening process: `manage.py live` tells open inboxes that something has changed."""

from __future__ import annotations

import contextlib
import resource
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

from tasks import live


class Server(uvicorn.Server):
    """A stream has no end of its own: when we stop, all are told to come back later."""

    def __init__(self, config: uvicorn.Config, hub: live.Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._hub.close()
        super().handle_exit(sig, frame)


def server(hub: live.Hub, *, port: int) -> Server:
    config = uvicorn.Config(
        live.application(hub),
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=3,
    )
    return Server(config, hub)


class Command(BaseCommand):
    help = "Säger till öppna inkorgar när något har ändrats, tills processen stoppas."
    requires_system_checks: list[str] = []  # as of RoundsCommand

    def handle(self, *_args: Any, **_options: Any) -> None:
        # Each who listens holds a file; a shell often allows a thousand.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        server(live.Hub(), port=settings.FORLOPP_LIVE_PORT).run()
