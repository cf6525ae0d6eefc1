"""The room as Django knows it."""

from importlib import import_module

from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "plan"
    verbose_name = "Min plan"

    def ready(self) -> None:
        import_module("plan.connector")
