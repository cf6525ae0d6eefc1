"""By which device a browser is known: a cookie that outlives the session and says nothing of whose it is."""

from __future__ import annotations

import ipaddress
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from web import responses

KEPT_SECONDS = 400 * 24 * 60 * 60
"""As long as browsers keep any."""


def device_of(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.COOKIES.get(settings.FORLOPP_DEVICE_COOKIE, ""))
    except ValueError:
        return None


def address(request: HttpRequest) -> str:
    """Whence it comes: the proxy of this machine says it last of all; nobody else is believed."""
    told = str(request.META.get("REMOTE_ADDR", ""))
    try:
        is_ours = ipaddress.ip_address(told).is_loopback
    except ValueError:
        is_ours = True  # a socket of this machine
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return forwarded if is_ours and forwarded else told


def remember(response: HttpResponseBase, device: uuid.UUID) -> None:
    responses.keep(response, settings.FORLOPP_DEVICE_COOKIE, str(device), seconds=KEPT_SECONDS, samesite="Strict")


def forget(response: HttpResponseBase) -> None:
    response.delete_cookie(settings.FORLOPP_DEVICE_COOKIE, samesite="Strict")
