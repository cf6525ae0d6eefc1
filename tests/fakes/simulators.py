"""The simulators as the tests use them: real processes, and somewhere for the webhooks to arrive."""

import base64
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock

import requests

from integrations import http

ROOT = Path(__file__).parents[2]
SECRET = "whsec_" + base64.b64encode(b"only for tests").decode()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Simulator:
    """A running `manage.py simulate <name>`."""

    name: str
    var: Path
    web_port: int
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = os.environ | {
            "FORLOPP_MODE": "demo",
            "FORLOPP_VAR": str(self.var),
            "FORLOPP_PORT": str(self.web_port),
            "FORLOPP_WEBHOOK_SECRETS": SECRET,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        command = [sys.executable, "manage.py", "simulate", self.name, "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        until(self._answers, seconds=60)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=10)

    def get(self, path: str, **rest: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=10, **rest)

    def post(self, path: str, body: object, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.post(self.url + path, json=body, headers=named, timeout=10)

    def messages(self) -> list[Any]:
        return list(self.get("/api/meddelanden").json()["meddelanden"])

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "the simulator ended"
        try:
            return self.get("/styr/tillstand").ok
        except requests.ConnectionError:
            return False


def until(is_so: Callable[[], object], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.03)


@contextmanager
def patience(mood: str) -> Iterator[None]:
    """Short for a service that plays `slow`, else as in production: a busy machine must not look like a slow one."""
    with mock.patch.object(http, "READ_SECONDS", 0.3 if mood == "slow" else http.READ_SECONDS):
        yield


@contextmanager
def running(name: str, var: Path, *, web_port: int = 18000) -> Iterator[Simulator]:
    simulator = Simulator(name, var, web_port)
    simulator.start()
    try:
        yield simulator
    finally:
        simulator.stop()


class Web:
    """Stands where the municipality's web would be, and answers as told."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.earlier: set[str] = set()
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.path == "/integrationer/medicingivare/handelser"
                is_earlier = self.headers["webhook-id"] in web.earlier
                if not is_earlier:
                    web.calls.append(({key.lower(): value for key, value in self.headers.items()}, body))
                self.send_response(web.answers.pop(0) if web.answers and not is_earlier else 202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def begin(self, earlier: set[str]) -> None:
        """A new test: what is still on its way of the earlier one's events is answered and not counted."""
        self.earlier |= earlier
        self.calls.clear()
        self.answers.clear()

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.calls]


@contextmanager
def served(application: Any, **tls: Any) -> Iterator[str]:
    """An ASGI application over real HTTP on loopback, in a thread of this process; its address. `tls` as uvicorn's."""
    import uvicorn

    port = free_port()
    config = uvicorn.Config(application, host="127.0.0.1", port=port, log_level="critical", lifespan="on", **tls)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    assert server.started
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
