"""Moves the active ärenden of one version of a förlopp to another; also goes on with a move that was stopped."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from workflows.models import Migration, MigrationState, ProcessVersion
from workflows.models.definition import HEAVY
from workflows.services import migration, trials


class Command(BaseCommand):
    help = "Flytta pågående ärenden till en annan version av deras förlopp."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("forlopp", help="Förloppets nyckel (mappens namn).")
        parser.add_argument("--from", dest="source", type=int, required=True, help="Version att flytta från.")
        parser.add_argument("--to", dest="target", type=int, required=True, help="Version att flytta till.")
        parser.add_argument("--map", action="append", default=[], metavar="GAMMALT=NYTT", help="Ett steg som bytt id.")
        parser.add_argument("--dry-run", action="store_true", help="Prova på alla ärenden; inget skrivs.")

    def handle(self, *_args: Any, **options: Any) -> None:
        source, target = (_version(options["forlopp"], options[name]) for name in ("source", "target"))
        given = dict(item.partition("=")[::2] for item in options["map"])
        mapping = migration.default_mapping(source, target) | given
        if options["dry_run"]:
            self.stdout.write(f"Blir: {json.dumps(mapping, ensure_ascii=False)}")
            self.stdout.write(str(trials.dry_run(source, target, mapping, now=timezone.now())))
            return
        running = _running_or_new(source, target, mapping)
        while migration.run_batch(migration=running, now=timezone.now()):
            self.stdout.write(_told(running))
        running.refresh_from_db()
        self.stdout.write(f"{running.get_state_display()}: {_told(running)}")


def _running_or_new(source: ProcessVersion, target: ProcessVersion, mapping: dict[str, str]) -> Migration:
    found = Migration.objects.filter(from_version=source).exclude(state=MigrationState.DONE).first()
    if found is None:
        try:
            return migration.start(from_version=source, to_version=target, mapping=mapping, by=None, now=timezone.now())
        except (migration.AlreadyRunning, ValueError) as error:
            raise CommandError("Den flytten går inte att starta.") from error
    if found.to_version_id != target.pk:
        raise CommandError(f"En flytt till version {found.to_version.number} är inte avslutad.")
    migration.resume(migration=found)
    return found


def _told(running: Migration) -> str:
    counts = migration.counts(running)
    return f"{counts['moved']} flyttade, {counts['refused']} kan inte, {counts['left']} kvar"


def _version(key: str, number: int) -> ProcessVersion:
    rows = ProcessVersion.objects.select_related("definition").defer(*HEAVY)
    found = rows.filter(definition__key=key, number=number).first()
    if found is None:
        raise CommandError(f"{key} har ingen version {number}.")
    return found
