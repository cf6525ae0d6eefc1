"""The Django app of the people room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the room and its system checks."""

    name = "people"
    label = "people"
    verbose_name = "Personer"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from people import checks  # noqa: F401 - registering needs the apps loaded
