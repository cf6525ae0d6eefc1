"""Signs and checks webhooks in the way of standardwebhooks.com: pure, no clock, no database."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
_PREFIX = "whsec_"


class Rejected(Exception):
    """The call cannot be trusted; `code` says why: rubriker, klocka or signatur."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header webhook-signature."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def verify(headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str], now: datetime) -> str:
    """The message id. The signature is judged before the clock, so that "klocka" is only ever said to the real sender.

    Raises Rejected.
    """
    message_id = headers.get("webhook-id") or ""
    timestamp = headers.get("webhook-timestamp") or ""
    given = (headers.get("webhook-signature") or "").split(" ")
    if not _is_id(message_id) or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise Rejected("rubriker")
    expected = [sign(secret, message_id, int(timestamp), body) for secret in secrets if secret]
    # Every pair is compared, so that time tells neither which secret nor which signature was right.
    matches = [
        hmac.compare_digest(one.encode(), other.encode("utf-8", "replace")) for one in expected for other in given
    ]
    if not any(matches):
        raise Rejected("signatur")
    if abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise Rejected("klocka")
    return message_id


def _is_id(text: str) -> bool:
    return 0 < len(text) <= 200 and text.isascii() and text.isprintable() and " " not in text and "." not in text


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()
