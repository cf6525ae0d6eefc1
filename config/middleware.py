"""What surrounds every request: it is measured, and the browser may load from ourselves and from nowhere else."""

import gzip
import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from config import logs
from web import metrics, responses, tracing

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "img-src 'self' data:; connect-src {}"
)

COMPRESSIBLE = re.compile(r"text/|application/(javascript|json)|image/svg")


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = POLICY.format(" ".join(["'self'", *settings.FORLOPP_LIVE_ORIGINS]))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if response.status_code >= 400:
            # What is missing may be there in a moment, and who asks sees a menu of their own.
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class Compressed:
    """Sends scripts and styles small: a telephone in a hallway is on a slow net.

    Pages are sent as they are. What is compressed together with a secret can tell it by its length (BREACH).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.kept: dict[tuple[str, str], bytes] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        is_text = COMPRESSIBLE.match(answer.headers.get("Content-Type", ""))
        if not (is_text and request.path_info.startswith(str(settings.STATIC_URL))):
            return answer
        patch_vary_headers(answer, ["Accept-Encoding"])
        accepts = "gzip" in request.headers.get("Accept-Encoding", "")
        if isinstance(answer, FileResponse) and answer.status_code == 200 and request.method == "GET" and accepts:
            return self._small(request.path_info, answer)
        return answer

    def _small(self, path: str, answer: FileResponse) -> HttpResponse:
        key = path, answer.headers.get("ETag", "")
        if key not in self.kept:
            self.kept[key] = gzip.compress(b"".join(answer), mtime=0)
        answer.close()
        small = HttpResponse(self.kept[key], headers=dict(answer.headers))
        small.headers["Content-Encoding"] = "gzip"
        small.headers["Content-Length"] = str(len(small.content))
        return small


class OnlyEncrypted:
    """Refuses what a machine sends without HTTPS, where pages are led on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.machines = re.compile(settings.FORLOPP_MACHINES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and self.machines.match(request.path_info[1:]):
            return JsonResponse({"status": 403, "title": "Anropa med https."}, status=403)
        return self.get_response(request)


class Observed:
    """Counts and times every request by its page, never by its address, begins its trace and gives it a reference.

    What is refused is one line in the log, with a code, in place of Django's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        reference = logs.request_id.set(secrets.token_hex(6))
        try:
            return self._answer(request, begun)
        finally:
            logs.request_id.reset(reference)

    def _answer(self, request: HttpRequest, begun: float) -> HttpResponse:
        with tracing.span("web", kind="server") as span:
            response = self.get_response(request)
            found = request.resolver_match
            view = (found.view_name if found else "") or "none"
            span.named(f"{request.method} {view}", **{"http.response.status_code": response.status_code})
        if 400 <= response.status_code < 500:
            method = request.method if request.method in logs.METHODS else "?"
            log.warning("refused %s %s: %s %s", method, view, response.status_code, responses.why(response))
        metrics.REQUESTS.labels(view, str(response.status_code)).inc()
        metrics.REQUEST_SECONDS.labels(view).observe(time.perf_counter() - begun)
        return response
