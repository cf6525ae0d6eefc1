"""Lets systems answer: one folder per system."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType

from django.apps import AppConfig
from django.utils.module_loading import module_has_submodule

# A system registers itself, its operations, translators and checks when these are imported.
PARTS = ("connector", "messages", "by_hand", "checks", "glance")
# A connector that is installed as a package names itself here: the entry point is its package.
GROUP = "forlopp.connectors"


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrationer"

    def ready(self) -> None:
        for package in connectors():
            for part in PARTS:
                if module_has_submodule(package, part):
                    import_module(f"{package.__name__}.{part}")


def connectors() -> Iterator[ModuleType]:
    """Every folder here that has a connector.py, and every installed package that says it is one."""
    here = import_module("integrations")
    for found in pkgutil.iter_modules(here.__path__, "integrations."):
        if found.ispkg and module_has_submodule(package := import_module(found.name), "connector"):
            yield package
    for entry in entry_points(group=GROUP):
        yield entry.load()
