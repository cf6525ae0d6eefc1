"""The pages that belong to no room: is this process able to serve, and what is said when it is not."""

import sys

from django.apps import apps
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import logs
from web.responses import because, typed

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
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


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """Whether this process answers at all: one that does not is to be started anew. The database is not its fault."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Whether people may be sent here: the database answers, has the tables of this version, and there are förlopp."""
    try:
        lacks = _lacks()
    except (DatabaseError, InterfaceError):
        lacks = "databasen svarar inte"
    return JsonResponse({"status": "väntar", "på": lacks} if lacks else {"status": "ok"}, status=503 if lacks else 200)


def _lacks() -> str:
    """What is not there yet, in Swedish; what has been there stays, so that is looked for once."""
    global _has_been_ready  # noqa: PLW0603
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if _has_been_ready:
        return ""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "databasens tabeller är av en annan version"
    if not apps.get_model("workflows", "ProcessVersion").objects.exists():
        return "inga förlopp är inlästa"
    _has_been_ready = True
    return ""


_has_been_ready = False


def failed(request: HttpRequest) -> HttpResponse:
    """Where every request ends that broke. When it was the database (gone, full, busy), what was sent is given back.

    A browser keeps no form of a page that may not be cached, so the page itself holds it, to be sent once more: with
    the same `action_id`, so what was saved after all in the last moment is not done twice.
    """
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        page = loader.render_to_string("500.html", {"reference": logs.request_id.get()})
        return HttpResponse(page, status=500)
    context = {"was_sent": request.method == "POST", "path": request.get_full_path(), "typed": typed(request)}
    response = HttpResponse(loader.render_to_string("503.html", context), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    add_never_cache_headers(response)
    return response


def bad(_request: HttpRequest, exception: SuspiciousOperation) -> HttpResponse:
    """What Django itself does not take: more than a form may hold (413), or what is no request to us."""
    status = 413 if isinstance(exception, TOO_MUCH) else 400
    # Without the request: what it holds may be what cannot be read.
    return because(HttpResponse(loader.render_to_string(f"{status}.html"), status=status), type(exception).__name__)


def not_ours(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's own words
    """A form without a token that goes. What was typed is given back, when a page of ours was what sent it."""
    is_ours = request.META.get("HTTP_ORIGIN") == f"{request.scheme}://{request.get_host()}"
    given_back = typed(request) if is_ours and request.user.is_authenticated else []
    context = {
        "path": request.get_full_path(),
        "typed": [(name, value) for name, value in given_back if name != "csrfmiddlewaretoken"],
    }
    response = render(request, "403_csrf.html", context, status=403)
    add_never_cache_headers(response)
    return because(response, "csrf")
