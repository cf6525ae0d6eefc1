"""A push service and the browsers that it serves: takes messages over HTTPS and reads them as a browser does.

Written from RFC 8030, 8188, 8291 and 8292, and shares no code with what it judges.
"""

from __future__ import annotations

import base64
import datetime
import json
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hmac(key: bytes, told: bytes) -> bytes:
    from hmac import digest

    return digest(key, told, "sha256")


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(algorithm=hashes.SHA256(), length=length, info=info).derive(key)


@dataclass
class Browser:
    """What a browser keeps to itself, and what it tells the page."""

    endpoint: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = b"0123456789abcdef"

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def told(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "p256dh": b64(self.public), "auth": b64(self.auth)}

    def read(self, body: bytes) -> bytes:
        """RFC 8188, section 2, with the keying of RFC 8291, section 3."""
        salt, (size, length) = body[:16], struct.unpack("!IB", body[16:21])
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size, "one record"
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
        secret = _expand(_hmac(self.auth, shared), b"WebPush: info\0" + self.public + sender, 32)
        root = _hmac(salt, secret)
        key, nonce = (
            _expand(root, b"Content-Encoding: %s\0" % what, size) for what, size in ((b"aes128gcm", 16), (b"nonce", 12))
        )
        opened = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert opened.endswith(b"\2"), "the last record"
        return opened[:-1]


@dataclass(frozen=True)
class Message:
    told: dict[str, Any]
    headers: dict[str, str]
    length: int


class PushService:
    """Answers 201 until it is told something else for a browser: a status, with headers."""

    def __init__(self, folder: Path) -> None:
        self.browsers: dict[str, Browser] = {}
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.messages: list[Message] = []
        self.certificate = folder / "push.pem"
        self._key = certify(self.certificate)
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service.answer(self)

            def log_message(self, *_words: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self._key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.origin = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def browser(self) -> Browser:
        path = f"/wp/{len(self.browsers)}"
        self.browsers[path] = Browser(endpoint=self.origin + path)
        return self.browsers[path]

    def says(self, browser: Browser, status: int, **headers: str) -> None:
        self.answers[browser.endpoint.removeprefix(self.origin)] = (status, headers)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        status, headers = self.answers.get(request.path, (201, {}))
        if status == 201:
            self._check_sender(request.headers["Authorization"])
            opened = json.loads(self.browsers[request.path].read(body))
            self.messages.append(Message(opened, dict(request.headers), len(body)))
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _check_sender(self, header: str) -> None:
        """RFC 8292: signed for this origin, by the key that it names, for a day at most."""
        scheme, _, rest = header.partition(" ")
        assert scheme == "vapid"
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        signed, _, signature = parts["t"].rpartition(".")
        raw = unb64(signature)
        both = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(parts["k"]))
        key.verify(both, signed.encode(), ec.ECDSA(hashes.SHA256()))
        claims = json.loads(unb64(signed.partition(".")[2]))
        assert claims["aud"] == self.origin
        assert time.time() < claims["exp"] < time.time() + 24 * 60 * 60
        assert claims["sub"].startswith("mailto:")


def certify(path: Path) -> Path:
    """A certificate for localhost in `path`, trusted by who trusts that file; where its key is."""
    key = ec.generate_private_key(CURVE)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=36500))
    made = made.add_extension(names, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    secret = path.with_suffix(".key")
    secret.write_bytes(key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return secret
