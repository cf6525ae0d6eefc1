"""`make crash N=500 SEED=7`: the crash tests and the state machine at length, on both databases."""

import os
import sys

from tests import machine
from tests.run import Part, Sum, run, say

KILLS = "500"
ANY_ORDER = "integration/test_any_order.py"
LONG = ["-n", "0", "--hypothesis-profile", "nightly"]


def main(arguments: list[str]) -> int:
    """Further arguments go to the pytest of the crash tests, which are then all: `-k fire` runs one of them."""
    kills = os.environ.get("CRASH_N") or KILLS
    total = Sum()
    url = machine.postgresql_url()
    databases: list[tuple[str, dict[str, str], list[str]]] = [("SQLite", {}, [])]
    if url:
        databases.append(("PostgreSQL", {"TEST_DATABASE_URL": url}, ["-m", "not any_database"]))
    else:
        say("skipped: PostgreSQL (none answers at TEST_DATABASE_URL or 127.0.0.1:5432)")
    for name, database, options in databases:
        environment = {"CRASH_N": kills, **database}
        run(Part(f"{kills} kills, on {name}", ["crash"], environment, ["-n", "0", *options]), arguments, total)
        if not arguments:
            run(Part(f"ten thousand acts in any order, on {name}", [ANY_ORDER], database, LONG), [], total)
    say(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
