"""Lets systems answer: one folder per system."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
