"""What the pages have in common: what is done is logged with it, and a secret is shown once."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from api.models import Client
from people.services import access
from workflows.views.edge import StaffRequest


def record(request: StaffRequest, client: Client, action: str, reason: str | None = None) -> None:
    """In the access log, in the transaction of what was done."""
    access.record(
        staff=request.user,
        individual=None,
        action=action,
        object_type="api-client",
        object_id=client.key,
        now=timezone.now(),
        reason=reason,
    )


def shown_once(request: StaffRequest, client: Client, secret: str, **more: Any) -> HttpResponse:
    """The answer to the POST itself: it is stored nowhere, so that no other page could show it."""
    return render(request, "api/secret.html", {"client": client, "secret": secret, **more})
