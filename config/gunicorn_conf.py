"""How the web server runs; read by gunicorn, imported by nothing."""

import gc
import signal
from typing import Any

from gunicorn import glogging

from config import environment, logs
from config.child import die_with_parent


class Logger(glogging.Logger):  # type: ignore[misc]
    """Its own lines quote the address and the headers of what it cannot read; no line for each request.

    Who asks for such lines all the same (`--access-logfile`, to measure) says what is in them.
    """

    def _set_handler(self, log: Any, output: Any, fmt: Any, stream: Any = None) -> None:
        own = logs.formatter(as_json=not environment.read().is_demo)
        super()._set_handler(log, output, fmt if log is self.access_log else own, stream)


logger_class = Logger

worker_class = "gthread"
workers = 2
# More would wait for each other's Python; fewer would wait for the database with nobody working.
threads = 4
# A connection that is kept stays with the worker that took it, and three of four may have found the same one; a new one
# is taken by the worker that rests, for a tenth of a millisecond. Nor is a request sent as its connection is closed.
keepalive = 0
# Imported once and shared: faster to start, and a program that cannot be imported fails at once.
preload_app = True
control_socket_disable = True
# Only a proxy on this machine may say that the browser used https.
forwarded_allow_ips = "127.0.0.1"
graceful_timeout = 10
timeout = 60
max_requests = 20_000
max_requests_jitter = 2_000


def when_ready(_server: Any) -> None:
    # What has been imported lives as long as the program: no worker needs to look through it for garbage, or copy it.
    gc.collect()
    gc.freeze()
    # What a page makes goes when it is sent, without a search: one every 700 objects is thirty searches a page.
    gc.set_threshold(20_000)


def post_fork(_server: Any, _worker: Any) -> None:
    # A master that is killed must not leave workers holding the port.
    die_with_parent(signal.SIGKILL)


def post_worker_init(_worker: Any) -> None:
    from workflows.services import promptly

    promptly.begin()


def worker_exit(_server: Any, _worker: Any) -> None:
    from workflows.services import promptly

    promptly.end()
