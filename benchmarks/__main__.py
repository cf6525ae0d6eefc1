"""`make bench`: every figure in one run on one machine, so that they can be compared with each other."""

import os

import django


def main() -> None:
    # A database of its own that is gone afterwards.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

    from benchmarks import dmn, feel, steps, table

    table.printed([*feel.rows(), *dmn.rows(), *steps.rows()])


main()
