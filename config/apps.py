"""The house itself as a Django app: its commands and its system checks."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - registers them
