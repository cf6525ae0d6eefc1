"""`manage.py simulate <system>|ovriga`: systems outside the municipality, in a process of their own."""

import argparse
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import module_has_submodule
from starlette.applications import Starlette

from integrations import apps, configuration
from integrations import simulators as made

SHARED = "ovriga"


class Command(BaseCommand):
    help = "Run a simulator on 127.0.0.1 (demo mode only), or all that have no port of their own: ovriga."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted({*simulators(), SHARED}))
        parser.add_argument("--port", type=int, help="Default: the one that the demo expects it on.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.FORLOPP_DEMO:
            raise CommandError("simulate is refused outside demo mode: it sends invented alarms with the real secret.")
        name = options["name"]
        expected = settings.FORLOPP_SIMULATORS.get(name) or settings.FORLOPP_SIMULATORS[SHARED]
        port = int(options["port"] or urlsplit(expected).port or 0)
        config = uvicorn.Config(
            create(name), host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2
        )
        self.stdout.write(f"Simulator {name}: http://127.0.0.1:{port}/")
        self.stdout.flush()
        server = uvicorn.Server(config)
        server.run()
        if not server.started:
            raise CommandError(f"Simulator {name} could not start on port {port}.")


def simulators() -> dict[str, str]:
    """The module of each system's simulator; none is imported before it is asked for."""
    return {
        package.__name__.rpartition(".")[2].removeprefix("forlopp_"): f"{package.__name__}.simulator"
        for package in apps.connectors()
        if module_has_submodule(package, "simulator")
    }


def create(name: str) -> Starlette:
    """A simulator by itself, or all that share a port under a path each."""
    surroundings = made.Surroundings(
        var=settings.FORLOPP_VAR,
        municipality_code=settings.FORLOPP_MUNICIPALITY_CODE,
        web_url=f"http://127.0.0.1:{settings.FORLOPP_PORT}",
        configuration=configuration.of,
    )
    modules = simulators()
    if name != SHARED:
        return made.create(modules[name], surroundings)
    sharing = sorted({*modules} - {*settings.FORLOPP_SIMULATORS})
    return made.together({key: made.create(modules[key], surroundings) for key in sharing})
