"""Tells Django about practice mode; installed only in an installation that is one."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "practice"
    verbose_name = "Övningsläge"
