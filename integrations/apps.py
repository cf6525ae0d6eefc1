"""Lets systems answer: one folder per system."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import module_has_submodule

# In the order they are shown. A system registers its operations, translators and checks when these are imported.
SYSTEMS = ("region", "hemtjanst", "medicingivare")
PARTS = ("connector", "messages", "checks", "glance")


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrationer"

    def ready(self) -> None:
        for system in SYSTEMS:
            package = import_module(f"integrations.{system}")
            for part in PARTS:
                if module_has_submodule(package, part):
                    import_module(f"integrations.{system}.{part}")
