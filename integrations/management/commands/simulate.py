"""`manage.py simulate region|hemtjanst|medicingivare`: a system outside the municipality, as a process of its own."""

import argparse
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from starlette.applications import Starlette

PORTS = {"region": 2, "hemtjanst": 3, "medicingivare": 4}


class Command(BaseCommand):
    help = "Run a simulator on 127.0.0.1 (demo mode only): region, hemtjanst or medicingivare."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(PORTS))
        parser.add_argument("--port", type=int, help="Default: FORLOPP_PORT + 2, 3 or 4.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.FORLOPP_DEMO:
            raise CommandError("simulate is refused outside demo mode: it sends invented alarms with the real secret.")
        name = options["name"]
        port = options["port"] or settings.FORLOPP_PORT + PORTS[name]
        config = uvicorn.Config(
            _create(name), host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2
        )
        self.stdout.write(f"Simulator {name}: http://127.0.0.1:{port}/")
        self.stdout.flush()
        server = uvicorn.Server(config)
        server.run()
        if not server.started:
            raise CommandError(f"Simulator {name} could not start on port {port}.")


def _create(name: str) -> Starlette:
    """Only the simulator asked for is imported."""
    if name == "region":
        from integrations.region import simulator as region

        return region.create(var=settings.FORLOPP_VAR, municipality_code=settings.FORLOPP_MUNICIPALITY_CODE)
    if name == "hemtjanst":
        from integrations.hemtjanst import simulator as hemtjanst

        return hemtjanst.create(var=settings.FORLOPP_VAR)
    from integrations.medicingivare import simulator as medicingivare

    secret = next(iter(settings.MEDICINGIVARE_WEBHOOK_SECRETS), "")
    web = f"http://127.0.0.1:{settings.FORLOPP_PORT}"
    return medicingivare.create(var=settings.FORLOPP_VAR, web_url=web, secret=secret)
