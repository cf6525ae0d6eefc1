"""What monitoring asks for: the numbers of all our processes and of the database, for Prometheus."""

import hmac
import ipaddress

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from integrations.measures import Systems
from web import metrics

# The proxy sends the first always (docs/operations.md): who is behind one has not come from this machine.
FORWARDED = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED")


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """With the token, or from this machine where there is none. Nothing about anyone in the answer."""
    if not _may_ask(request):
        raise Http404
    found = metrics.registry()
    found.register(Systems())
    return HttpResponse(generate_latest(found), content_type=CONTENT_TYPE_LATEST)


def _may_ask(request: HttpRequest) -> bool:
    if token := settings.FORLOPP_METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode(errors="replace")
        return hmac.compare_digest(given, f"Bearer {token}".encode())
    if any(header in request.META for header in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
