"""`make crash N=500 SEED=7`: the crash tests at length, on SQLite and on PostgreSQL; says what was done and found."""

import os
import sys

from tests import machine
from tests.run import Part, Sum, run, say

KILLS = "500"


def main(arguments: list[str]) -> int:
    """Further arguments go to pytest: `-k fire` runs one of them."""
    kills = os.environ.get("CRASH_N") or KILLS
    environment = {"CRASH_N": kills}
    total = Sum()
    run(Part(f"{kills} kills, on SQLite", ["crash"], environment, ["-n", "0"]), arguments, total)
    url = machine.postgresql_url()
    if url:
        environment |= {"TEST_DATABASE_URL": url}
        options = ["-n", "0", "-m", "not any_database"]
        run(Part(f"{kills} kills, on PostgreSQL", ["crash"], environment, options), arguments, total)
    else:
        say("skipped: PostgreSQL (none answers at TEST_DATABASE_URL or 127.0.0.1:5432)")
    say(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
