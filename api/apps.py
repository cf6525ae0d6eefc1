"""The room as Django knows it; what its clients send is read by its own translator."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from api import incoming
        from api.fhir import incoming as fhir

        incoming.register()
        fhir.register()
