"""Measures on the database of this process and prints the figures as JSON; run by `benchmarks`."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping

import django
from django.db import connections

from benchmarks.figures import GROUPS, Figure

Group = Callable[[], Iterable[Figure]]


def main() -> None:
    django.setup()
    groups = prepared(is_quick=bool(os.environ.get("QUICK")))
    asked = os.environ.get("ONLY", "").split() or list(groups)
    found = taken({name: groups[name] for name in asked})
    sys.stdout.write(json.dumps({figure.name: figure.as_json() for figure in found}))


def prepared(*, is_quick: bool) -> dict[str, Group]:
    """A database with the förlopp published, and what is measured in it: last what fills it."""
    from django.core.management import call_command

    from benchmarks import (
        ages,
        completions,
        dmn,
        eleven,
        feel,
        http,
        intake,
        lateness,
        limits,
        migrations,
        naive,
        visits,
        waiting,
    )
    from tests import pages

    call_command("migrate", verbosity=0)
    naive.create()
    limits.create()
    eleven.publish()
    who = eleven.staff(), pages.person()
    return {
        # First, for its memory is the most that the process has held.
        "visits": lambda: visits.figures(5_000 if is_quick else 50_000),
        "feel": feel.figures,
        "dmn": dmn.figures,
        "bytes": lambda: completions.sizes(60 if is_quick else 300, *who),
        "completions": lambda: completions.figures(5 if is_quick else 20, *who),
        "starts": lambda: completions.starts(30 if is_quick else 200, *who),
        "ages": lambda: ages.figures(ages.QUICK if is_quick else ages.FULL, *who),
        "http": lambda: http.figures(40 if is_quick else 200, who[0]),
        "intake": lambda: intake.figures(intake.QUICK if is_quick else intake.FULL),
        "migrations": lambda: migrations.figures(200 if is_quick else 2_000, *who),
        "lateness": lambda: lateness.figures(lateness.QUICK if is_quick else lateness.FULL, *who),
        "ticks": lambda: waiting.ticks(*who),
        "inbox": lambda: waiting.inbox(100_000 if is_quick else 1_000_000, *who),
    }


def taken(groups: Mapping[str, Group]) -> list[Figure]:
    """Every figure of the groups; one that cannot be had is told of and has no value, and the others are measured."""
    found: dict[str, Figure] = {}
    for group, figures in groups.items():
        started = time.monotonic()
        try:
            for figure in figures():
                found[figure.name] = figure
        except Exception:  # noqa: BLE001 - whatever it is, it must not cost the other figures
            traceback.print_exc()
            connections.close_all()
        for name in GROUPS[group]:
            found.setdefault(name, Figure(name, None))
        sys.stderr.write(f"  {group} ({time.monotonic() - started:.0f} s)\n")
    return list(found.values())


if __name__ == "__main__":
    main()
