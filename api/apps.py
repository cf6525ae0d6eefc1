"""The room as Django knows it; what its clients send is read by its own translators."""

from datetime import datetime

from django.apps import AppConfig

from workflows.connectors import IncomingMessage, Json, translator


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        translator("api")(_message)
        translator("fhir")(_bundle)


# The shapes are a tenth of what a process loads, and most processes never read what a client sent.


def _message(payload: Json, *, now: datetime) -> IncomingMessage:
    from api import incoming

    return incoming.translate(payload, now=now)


def _bundle(payload: Json, *, now: datetime) -> IncomingMessage:
    from api.fhir import incoming

    return incoming.translate(payload, now=now)
