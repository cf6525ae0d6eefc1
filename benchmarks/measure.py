"""Measures everything on the database of this process and prints the figures as JSON; run by `benchmarks`."""

import json
import os
import sys
from collections.abc import Iterator

import django


def main() -> None:
    django.setup()
    from django.core.management import call_command

    from benchmarks import dmn, eleven, feel, http, migrations, steps, waiting
    from benchmarks.table import Figure
    from tests import pages

    is_quick = bool(os.environ.get("QUICK"))
    call_command("migrate", verbosity=0)
    eleven.publish()
    by, individual = eleven.staff(), pages.person()

    def figures() -> Iterator[Figure]:
        yield from feel.figures()
        yield from dmn.figures()
        yield from steps.figures(steps.QUICK if is_quick else steps.FULL, by, individual)
        yield from http.figures(40 if is_quick else 200, by, individual)
        yield from migrations.figures(200 if is_quick else 2000, by, individual)
        yield from waiting.figures(waiting.QUICK if is_quick else waiting.FULL, by, individual)

    found = {}
    for figure in figures():
        sys.stderr.write(f"  {figure.name}\n")
        found[figure.name] = figure.as_json()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
