"""The API put together: its resources, how bodies are read, what is said when something is wrong, its description."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve, reverse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from api import problems
from api.auth import note_refusal
from api.problems import MEDIA, Problem, ProblemOut
from api.views import definitions, instances, messages, subscriptions, tasks

log = logging.getLogger(__name__)

JSON = "application/json"
ALWAYS = (401, 404, 422, 429, 503)
WITH_BODY = (400, 409, 413, 415)
RETRY_SECONDS = 30
ABOUT = """Förlopp for other systems. Send `Authorization: Bearer <token>`; a token belongs to a client with rights of
its own, and what the client may not reach is answered as what does not exist. Every POST takes an `Idempotency-Key`.
Errors are problem+json (RFC 9457) with a stable `code`. Persons are known by `person_ref`, which is opaque: a number is
sent in a body only, and never told. See docs/api.md."""


class StrictParser(Parser):
    """Bodies as `problems.parsed` takes them."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != JSON:
            raise Problem(415, "innehall", f"Skicka {JSON}.")
        return problems.parsed(request.body)


class House(NinjaAPI):
    """Django Ninja's, with our own answers to what is wrong, told in its description too."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The resource and what is done: instances_start."""
        return f"{operation.view_func.__module__.rpartition('.')[2]}_{operation.view_func.__name__}"

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        found = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        shapes = ProblemOut.model_json_schema(ref_template=REF_TEMPLATE, mode="serialization")
        found["components"]["schemas"].update(shapes.pop("$defs"), ProblemOut=shapes)
        for methods in found["paths"].values():
            for operation in methods.values():
                _tell_problems(operation)
        return found


def _tell_problems(operation: dict[str, Any]) -> None:
    schema = {"$ref": REF_TEMPLATE.format(model="ProblemOut")}
    for status in (*ALWAYS, *(WITH_BODY if "requestBody" in operation else ())):
        said = {"description": problems.TITLES[status], "content": {MEDIA: {"schema": schema}}}
        if status in {429, 503}:
            said["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
        operation["responses"].setdefault(status, said)


def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    note_refusal(request, getattr(request, "auth", None), problem)
    return problem.response()


def _refused(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja wraps what the parser raises."""
    cause = error.__cause__
    if isinstance(cause, Problem):
        return cause.response()
    return Problem(400, "olasligt", "Anropet går inte att läsa.").response()


def _too_big(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return Problem(413, "for-stort", "Anropet får vara högst en megabyte.").response()


def _misshapen(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problems.in_call(error.errors).response()


def _not_here(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problems.missing().response()


def _down(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("the database did not answer a call", exc_info=error)
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return Problem(503, "svarar-inte", "Försök igen om en stund med samma nyckel.", headers=headers).response()


def made() -> House:
    """Version 1."""
    api = House(
        title="Förlopp", version="1", description=ABOUT, urls_namespace="api:v1", docs_url=None, parser=StrictParser()
    )
    for router in (definitions.router, instances.router, messages.router, tasks.router, subscriptions.router):
        api.add_router("", router)
    handlers: dict[type[Exception], Any] = {
        Problem: _problem,
        HttpError: _refused,
        ValidationError: _misshapen,
        Http404: _not_here,
        RequestDataTooBig: _too_big,
        OperationalError: _down,
        InterfaceError: _down,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
    return api


v1 = made()


def steps(request: HttpRequest) -> HttpResponseBase:
    """The catalogue at the address that the process editor and others know, without a version."""
    found: HttpResponseBase = resolve(reverse("api:v1:steps")).func(request)
    return found


def missing(_request: HttpRequest) -> HttpResponse:
    """An address of the API that there is not."""
    return problems.missing().response()
