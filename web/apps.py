"""Tells Django about the package of shared pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"
    verbose_name = "Gemensamma sidor"

    def ready(self) -> None:
        from web import checks  # noqa: F401 - registers them
