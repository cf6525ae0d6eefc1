"""A month's visits from a file: how long it takes to read them, and how much memory the process comes to hold."""

from __future__ import annotations

import csv
import hashlib
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

from benchmarks.figures import Figure
from integrations import configuration
from integrations.batches import arriving
from integrations.hemtjanst.contracts import VISIT_COLUMNS
from integrations.models import Batch
from people.models import Individual

PERSONS = 1_775
FIRST = datetime(2026, 10, 1, 6, tzinfo=UTC)
NAME = "besok_1880_20261031.csv"


def figures(count: int) -> Iterator[Figure]:
    """The file read once, and once more with a row in a hundred changed."""
    refs = _persons()
    with tempfile.TemporaryDirectory(prefix="forlopp-visits-") as path:
        folder = Path(path)
        with configuration.told(hemtjanst={"url": "http://127.0.0.1:1", "folder": path}):
            for name, changed in (("visits_s", 0), ("visits_again_s", 1)):
                _write(folder / NAME, refs, count, changed=changed)
                started, worked = time.perf_counter(), time.process_time()
                arriving.look("hemtjanst")
                taken = time.perf_counter() - started
                batch = Batch.objects.order_by("-pk")[0]
                if batch.rows != count or batch.refused:
                    raise RuntimeError(f"{batch.refused} of {batch.rows} refused: {batch.problem}")
                yield Figure(name, taken, note=f"CPU of the process {time.process_time() - worked:.1f} s")
    yield Figure("visits_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _persons() -> list[str]:
    now = timezone.now()
    Individual.objects.bulk_create(Individual(is_invented=True, created_at=now, updated_at=now) for _ in range(PERSONS))
    return [str(ref) for ref in Individual.objects.order_by("-pk").values_list("ref", flat=True)[:PERSONS]]


def _write(path: Path, refs: list[str], count: int, *, changed: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(VISIT_COLUMNS), restval="", delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        for number in range(count):
            start = FIRST + timedelta(minutes=number * 30 * 24 * 60 // count)
            told = start + timedelta(minutes=2)
            writer.writerow(
                {
                    "besok_id": f"{number:08}",
                    "person_ref": refs[number % len(refs)],
                    "datum": timezone.localdate(start).isoformat(),
                    "planerad_start": start.isoformat(),
                    "planerad_min": 25,
                    "faktisk_start": told.isoformat(),
                    "faktisk_slut": (told + timedelta(minutes=24 + (number % 100 == 7) * changed)).isoformat(),
                    "personal_hsa": f"SE2321000000-{number % 400:04}",
                    "status": "utford" if number % 50 else "utebliven",
                    "antal_personal": 1 + (number % 20 == 0),
                    "resa_min": number % 12,
                    "kalla": ("app", "nyckel", "manuell")[number % 3],
                }
            )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n", encoding="utf-8")
