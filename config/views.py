"""The pages that belong to no room: is this process able to serve, and what is said when it is not."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import logs

RETRY_SECONDS = 10


@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """For the supervisor and for monitoring: no log in, and nothing about anyone in the answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return JsonResponse({"status": "fel", "databas": "svarar inte"}, status=503)
    return JsonResponse({"status": "ok", "databas": "ok"})


def failed(request: HttpRequest) -> HttpResponse:
    """Where every request ends that broke. When it was the database (gone, full, busy), what was sent is given back.

    A browser keeps no form of a page that may not be cached, so the page itself holds it, to be sent once more: with
    the same `action_id`, so what was saved after all in the last moment is not done twice.
    """
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        page = loader.render_to_string("500.html", {"reference": logs.request_id.get()})
        return HttpResponse(page, status=500)
    context = {"was_sent": request.method == "POST", "path": request.get_full_path(), "typed": _typed(request)}
    response = HttpResponse(loader.render_to_string("503.html", context), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    add_never_cache_headers(response)
    return response


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields as they were sent, but never a password."""
    if hasattr(request, "sensitive_post_parameters"):
        return []
    return [(name, value) for name, values in request.POST.lists() for value in values]
