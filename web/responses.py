"""Answers that several views give: pages for what is gone, taken or malformed, and why a call was refused."""

from __future__ import annotations

from typing import Literal, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header

from web.uploads import is_too_long

Response = TypeVar("Response", bound=HttpResponseBase)
STATUSES = {
    400: "malformed",
    401: "logged-out",
    403: "forbidden",
    404: "missing",
    405: "method",
    409: "conflict",
    410: "gone",
    413: "too-large",
    415: "kind",
    422: "invalid",
    429: "too-many",
}


def conflict(request: HttpRequest, *, context: dict[str, object] | None = None) -> HttpResponse:
    """409: someone else changed the same thing first."""
    return render(request, "409.html", context, status=409)


def because(response: Response, code: str) -> Response:
    """With the code that stands in the log: short, ours, and nothing of what was sent."""
    vars(response)["refused_because"] = code
    return response


def keep(
    response: Response,
    name: str,
    value: str,
    *,
    seconds: int,
    path: str = "/",
    samesite: Literal["Lax", "Strict"] = "Lax",
) -> Response:
    """In the browser, for our own pages and no script. Strict: other sites can make the browser do nothing with it."""
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite=samesite)
    return response


def as_pdf(made: bytes, name: str) -> HttpResponse:
    """To keep, under this name without its ending."""
    told = content_disposition_header(as_attachment=True, filename=f"{name}.pdf") or "attachment"
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": told})


def why(response: HttpResponseBase) -> str:
    """The code of a refusal, else what its status says."""
    told: str = vars(response).get("refused_because", "")
    return told or STATUSES.get(response.status_code, "refused")


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a form as they were sent, for a page that gives them back to be sent again: never a password."""
    if hasattr(request, "sensitive_post_parameters") or is_too_long(request):
        return []
    return [(name, value) for name, values in request.POST.lists() if name != "password" for value in values]
