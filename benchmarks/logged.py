"""Searches in an access log of five years: `make log ROWS=50000000 ONLY=postgresql`. Prints; writes nothing.

The database makes the rows itself: persons and staff in no order, as they come in life, one in 2 503
about one and the same person, and three in seven from lists. Then it is started anew and nothing of it lies in memory.
"""

from __future__ import annotations

import datetime
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.crash import cluster

if TYPE_CHECKING:
    from people.models import Individual, Staff

ROOT = Path(__file__).resolve().parent.parent
PERSONS, STAFF, OFTEN = 40_009, 3_001, 2_503
"""How many there are of each; every so many rows is about one of them, whom it is most about. Primes: who meets whom
has no pattern."""
DAYS = 5 * 365
LOOKS = 100
BATCH = 1_000_000
TOLD = {"shared_buffers": "512MB", "maintenance_work_mem": "1GB", "max_wal_size": "8GB"}


def main() -> None:
    if os.environ.get("DJANGO_SETTINGS_MODULE") == "benchmarks.settings":
        import django

        django.setup()
        {"fill": fill, "search": search}[sys.argv[1]]()
        return
    which = os.environ.get("ONLY") or "sqlite postgresql"
    with tempfile.TemporaryDirectory(prefix="forlopp-log-") as var:
        if "sqlite" in which:
            file = Path(var) / "forlopp.sqlite3"
            told("fill", f"sqlite:///{file}", var)
            forget(file)
            told("search", f"sqlite:///{file}", var)
            file.unlink()
        if "postgresql" in which and cluster.found() is not None:
            with cluster.started(told=TOLD) as server:
                told("fill", server.url, var)
                server.stop()
                forget(*(file for file in server.data.rglob("*") if file.is_file()))
                server.start()
                told("search", server.url, var)


def told(act: str, url: str, var: str) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": url,
        "FORLOPP_MODE": "production",
        "FORLOPP_DATA_KEYS": "prov:b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtb2YtYS1rZXk=",
        "FORLOPP_VAR": var,
        "FORLOPP_SECRET_KEY": "only-to-measure-" + "x" * 40,
    }
    subprocess.run([sys.executable, "-m", "benchmarks.logged", act], cwd=ROOT, env=environment, check=True)


def forget(*files: Path) -> None:
    """What the machine holds of them in memory; they are whole on disk first."""
    for file in files:
        number = os.open(file, os.O_RDONLY)
        os.fsync(number)
        os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(number)


# -- the rows ----------------------------------------------------------------------------------------------------------


def fill() -> None:
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import rows
    from people.models import Individual, Staff
    from tests import pages

    began, count = time.monotonic(), int(os.environ.get("ROWS") or 5_000_000)
    call_command("migrate", verbosity=0)
    pages.staff("lova", "logggranskare", may_see_protected=True)
    often = pages.person()
    Individual.objects.bulk_create(
        Individual(identity_type="reservnummer", identity_number=f"logg-{number}") for number in range(PERSONS)
    )
    Staff.objects.bulk_create(
        Staff(username=f"personal{number}", first_name="Anna", last_name="Påhittad") for number in range(STAFF)
    )
    first, by = Individual.objects.exclude(pk=often.pk).earliest("pk").pk, Staff.objects.get(username="personal0").pk
    with without_indexes("people_accesslog"):
        for start in range(0, count, BATCH):
            numbers = rows.series(range(start, min(start + BATCH, count)))
            with connection.cursor() as cursor:
                cursor.execute(_insert(numbers, often.pk, first, by, count))
    rows.tidy()
    print(f"\n{connection.vendor}: {count} rows in {time.monotonic() - began:.0f} s, {_size():.1f} GB", flush=True)


def _insert(numbers: str, often: int, first: int, by: int, count: int) -> str:
    person = f"{first} + CAST(n AS bigint) * 2654435761 % {PERSONS}"
    chosen = {
        "at": _at(count),
        "staff_id": f"{by} + CAST(n AS bigint) * 104729 % {STAFF}",
        "staff_name": "'Anna Påhittad'",
        "individual_id": f"CASE n % {OFTEN} WHEN 0 THEN {often} ELSE {person} END",
        "action": "CASE WHEN n % 7 < 3 THEN 'listed' ELSE 'view' END",
        "object_type": "CASE WHEN n % 7 < 3 THEN 'inbox' ELSE 'process_instance' END",
        "object_id": "CAST(n AS text)",
        "outcome": "CASE n % 1009 WHEN 1 THEN 'denied' ELSE 'allowed' END",
        "units": "'ht_' || n % 40",
        "professions": "'sjukskoterska'",
    }
    names, values = ", ".join(chosen), ", ".join(chosen.values())
    return f"INSERT INTO people_accesslog ({names}) SELECT {values} FROM {numbers}"


def _at(count: int) -> str:
    """Evenly over five years until today."""
    from django.db import connection
    from django.utils import timezone

    first = (timezone.now() - datetime.timedelta(days=DAYS)).strftime("%Y-%m-%d %H:%M:%S")
    step = DAYS * 86_400 / count
    if connection.vendor == "postgresql":
        return f"timestamptz '{first}+00' + n * interval '{step:.6f} second'"
    return f"strftime('%Y-%m-%d %H:%M:%f', '{first}', (n * {step:.6f}) || ' seconds')"


@contextmanager
def without_indexes(table: str) -> Iterator[None]:
    """Made again at the end, which costs a tenth of keeping them in order; foreign keys are not looked up."""
    from django.db import connection

    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '{table}' AND indexname NOT LIKE '%_pkey'"
            if is_postgresql
            else f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = '{table}' AND sql > ''"
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        apart = "SET session_replication_role = replica" if is_postgresql else "PRAGMA foreign_keys = OFF"
        cursor.execute(apart)
        yield
        for _, made in indexes:
            cursor.execute(made)


def _size() -> float:
    """GB of the log with its indexes; on SQLite of the whole file."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('people_accesslog')"
            if connection.vendor == "postgresql"
            else "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        )
        return float(cursor.fetchone()[0]) / 1e9


# -- the searches ------------------------------------------------------------------------------------------------------


def search() -> None:
    from django.utils import timezone

    from audit import entries
    from audit.entries import Wanted
    from people.models import Individual, Staff

    viewer = Staff.objects.get(username="lova")
    often = Individual.objects.exclude(identity_type="reservnummer").get()
    persons = list(Individual.objects.filter(identity_type="reservnummer").order_by("pk")[: PERSONS : PERSONS // LOOKS])
    staff = list(Staff.objects.filter(username__startswith="personal").order_by("pk")[:: STAFF // LOOKS])
    pairs = list(zip(persons, staff, strict=False))
    today = timezone.localdate()
    then = {"first_on": today - datetime.timedelta(days=1_000), "last_on": today - datetime.timedelta(days=970)}

    def page(**wanted: Any) -> Callable[[], object]:
        return lambda: entries.page(Wanted(**wanted), viewer=viewer)

    def following(person: Individual) -> Callable[[], object]:
        _, older = entries.page(Wanted(individual=person), viewer=viewer)
        return page(individual=person, older_than=older)

    def extract(person: Individual) -> Callable[[], object]:
        return lambda: entries.extract(person, first_on=today - datetime.timedelta(days=DAYS), last_on=today)

    print(f"{'':<54}{'rows':>8}{'first time, ms':>24}{'again, ms':>24}")
    show("a person, the latest 100", [page(individual=one) for one in persons])
    show("a person, the next 100", [following(one) for one in persons])
    show("a person in one month, three years ago", [page(individual=one, **then) for one in persons])
    show("a person and one of the staff", [page(individual=one, staff=by) for one, by in pairs])
    show("one of the staff, the latest 100", [page(staff=by) for by in staff])
    show("one of the staff in one month, three years ago", [page(staff=by, **then) for by in staff])
    show("the person it is most about, the latest 100", [page(individual=often)])
    show("the same and one of the staff", [page(individual=often, staff=by) for by in staff])
    show("the page of a search, as a reviewer sees it", [_asked(viewer, often)])
    show("an extract of five years for a person", [extract(one) for one in persons[:20]])
    show("the same for whom it is most about", [extract(often)])
    _others(often, viewer)
    _plans(often, staff[0])


def show(what: str, acts: list[Callable[[], object]]) -> None:
    first, again = ([_milliseconds(act) for act in acts] for _ in range(2))
    print(f"{what:<54}{len(acts):>8}{_told(first):>24}{_told(again):>24}", flush=True)


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _told(times: list[float]) -> str:
    return f"p50 {statistics.median(times):.0f}, most {max(times):.0f}"


def _asked(viewer: Staff, person: Individual) -> Callable[[], object]:
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(viewer)
    client.get("/logg/sok/")
    given = {"personnummer": person.identity_number, "skal": "Mätning"}

    def ask() -> None:
        answer = client.post("/logg/sok/", given)
        if answer.status_code != 200 or "Anna Påhittad" not in answer.content.decode():
            raise RuntimeError(f"the search was answered {answer.status_code}")

    return ask


def _others(often: Individual, viewer: Staff) -> None:
    """What else reads and writes in it: none may become slow because it is long."""
    from django.utils import timezone

    from audit import rules
    from people.models import AccessLog
    from people.services import access
    from web.swedish import midnight

    now = timezone.now()
    day = timezone.localdate(now) - datetime.timedelta(days=400)
    month = midnight(day)
    show("the rules of suspicion held against a day", [lambda: list(rules.hits(day))])
    opened = AccessLog.objects.filter(rules.at_unit("ht_7"), at__gte=month, at__lt=month + datetime.timedelta(days=30))
    show("a sample drawn of a unit and a month", [lambda: list(opened.order_by("?").values_list("pk")[:10])])

    def write() -> None:
        access.record(staff=viewer, individual=often, action="view", object_type="x", object_id="", now=now)

    show("a row is written", [write] * LOOKS)


def _plans(often: Individual, by: Staff) -> None:
    from django.db import connection

    from people.models import AccessLog

    if connection.vendor == "postgresql":
        for about in ({"individual": often}, {"individual": often, "staff": by}):
            rows = AccessLog.objects.filter(**about).order_by("-at", "-pk")[:101]
            print(f"\n{rows.explain(analyze=True, buffers=True)}")


if __name__ == "__main__":
    main()
