"""Web push: a short message that only one browser can read (RFC 8291), left at its push service (RFC 8030, 8292).

The address comes from a browser, so it is trusted in nothing: HTTPS to a push service that IT has named, at an address
that is anybody's on the internet, followed nowhere, with a limit on time and on what is read.
"""

from __future__ import annotations

import base64
import datetime
import json
import os
import struct
from collections.abc import Mapping
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02, VapidException

from people.models import Device
from web import outbound

CURVE = ec.SECP256R1()
RECORD = 4096
PADDED_TO = 1024
"""Every message is of one length: how many tasks there are is not to be read from it. Push services take 4096."""
KEPT_SECONDS = 12 * 60 * 60
"""How long the push service keeps it for a browser that is away."""
TOPIC = "forlopp"
"""What has not been fetched is replaced by what comes after."""
TIMEOUT = (3, 5)
LONGEST_ENDPOINT = 1000
GONE = frozenset({404, 410})
TOKEN_LIVES = datetime.timedelta(hours=12)


class Gone(Exception):
    """The browser takes no more messages there."""


class NotTaken(OSError):
    """The push service did not take it; `wait` is how long it asks us to, in seconds."""

    def __init__(self, why: str, wait: int = 0) -> None:
        super().__init__(why)
        self.wait = wait


def public_key() -> str:
    """What browsers know us by; '' when IT has named no push services, or there is no key that can be read."""
    return _public(settings.FORLOPP_VAPID_KEY) if settings.FORLOPP_PUSH_SERVICES else ""


def may_send_to(endpoint: str) -> bool:
    """Whether it is the address of a push service that IT has named."""
    try:
        parts, port = urlsplit(endpoint), urlsplit(endpoint).port
    except ValueError:
        return False
    host = parts.hostname or ""
    is_named = any(host == name or host.endswith(f".{name}") for name in settings.FORLOPP_PUSH_SERVICES)
    is_plain = endpoint.isascii() and endpoint.isprintable() and "@" not in parts.netloc and " " not in endpoint
    is_port = port in {None, 443} or settings.FORLOPP_PUSH_LOOPBACK
    return parts.scheme == "https" and is_named and is_plain and is_port and len(endpoint) <= LONGEST_ENDPOINT


def are_keys(p256dh: str, auth: str) -> bool:
    """Whether a message can be encrypted with them."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _decoded(p256dh))
        return len(_decoded(p256dh)) == 65 and len(_decoded(auth)) == 16
    except ValueError:
        return False


def send(device: Device, message: Mapping[str, Any], *, is_urgent: bool, now: datetime.datetime) -> None:
    """Leave a message for the browser. Raises Gone, NotTaken and whatever of OSError a network does."""
    if not may_send_to(device.endpoint):
        raise NotTaken("no push service of ours")
    parts = urlsplit(device.endpoint)
    told = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "TTL": str(KEPT_SECONDS),
        "Topic": TOPIC,
        "Urgency": "high" if is_urgent else "normal",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": _authorization(parts, now),
    }
    body = encrypt(told, p256dh=device.p256dh, auth=device.auth, length=PADDED_TO)
    with outbound.post(device.endpoint, body, headers, may_be=_may_be, timeout=TIMEOUT) as answer:
        if answer.status_code in GONE:
            raise Gone
        if not 200 <= answer.status_code < 300:
            wait = answer.headers.get("Retry-After", "")
            raise NotTaken(f"status {answer.status_code}", int(wait) if wait.isdecimal() and len(wait) < 7 else 0)


def encrypt(
    message: bytes,
    *,
    p256dh: str,
    auth: str,
    length: int = 0,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """As RFC 8291 says, in one record that is filled up to `length`; key and salt are made for each message."""
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    theirs, ours = _decoded(p256dh), _point(own)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
    secret = _derived(shared, salt=_decoded(auth), info=b"WebPush: info\0" + theirs + ours, length=32)
    key = _derived(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(secret, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    filled = message + b"\2" + bytes(max(0, length - len(message)))
    return salt + struct.pack("!IB", RECORD, len(ours)) + ours + AESGCM(key).encrypt(nonce, filled, None)


def _may_be(address: outbound.Address) -> bool:
    return address.is_loopback if settings.FORLOPP_PUSH_LOOPBACK else outbound.is_anybodys(address)


def _authorization(parts: SplitResult, now: datetime.datetime) -> str:
    """Who we are, and whom a push service turns to when we trouble it."""
    contact = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    claims = {"aud": f"https://{parts.netloc}", "exp": int((now + TOKEN_LIVES).timestamp()), "sub": f"mailto:{contact}"}
    try:
        signed: dict[str, str] = Vapid02.from_raw(settings.FORLOPP_VAPID_KEY.encode()).sign(claims)
    except VapidException:
        raise NotTaken("FORLOPP_MAIL_FROM is no address") from None
    return signed["Authorization"]


@lru_cache(maxsize=2)
def _public(private: str) -> str:
    try:
        key = ec.derive_private_key(int.from_bytes(_decoded(private)), CURVE)
    except ValueError:
        return ""
    return base64.urlsafe_b64encode(_point(key)).decode().rstrip("=")


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
