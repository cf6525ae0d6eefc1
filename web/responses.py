"""Answers that several views give: pages for what is gone, taken or malformed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def conflict(request: HttpRequest, *, context: dict[str, object] | None = None) -> HttpResponse:
    """409: someone else changed the same thing first."""
    return render(request, "409.html", context, status=409)
