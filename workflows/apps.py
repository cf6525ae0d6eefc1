"""Waits: definitions, versions, instances, timers and messages."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
