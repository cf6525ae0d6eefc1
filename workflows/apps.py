"""Waits: definitions, versions, instances, timers and messages."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"

    def ready(self) -> None:
        from workflows import by_hand  # noqa: F401 - its translator registers itself
