"""The room as Django knows it."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "workbench"
    verbose_name = "Verkstad"

    def ready(self) -> None:
        from workbench import drafting
        from workflows import catalogue

        catalogue.announcers.append(drafting.planned)
