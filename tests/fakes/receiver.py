"""Another system that subscribes to events: takes webhooks over HTTPS, and answers as it is told."""

from __future__ import annotations

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook

from tests.fakes.push import certify


class Receiver:
    """`says` are the statuses of the answers to come, then `always`. What is answered 2xx is in `taken`, checked."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "receiver.pem"
        key = certify(self.certificate)
        self.secret = ""
        self.says: list[int] = []
        self.always = 204
        self.calls: list[dict[str, str]] = []
        self.taken: list[dict[str, Any]] = []
        self.let_go = threading.Event()
        self.let_go.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.answer(self)

            def log_message(self, *_words: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_port}/handelser"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.calls.append(headers)
        self.let_go.wait(30)
        status = self.says.pop(0) if self.says else self.always
        if 200 <= status < 300:
            # As the library of those who receive does it: raises when the signature or the clock is wrong.
            Webhook(self.secret).verify(body, headers)
            self.taken.append(json.loads(body) | {"id": headers["webhook-id"]})
        request.send_response(status)
        request.send_header("Content-Length", "0")
        request.end_headers()
