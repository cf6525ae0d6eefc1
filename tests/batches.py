"""What tests of files share: a folder, files as systems write them, and what became of them."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from integrations import configuration
from integrations.batches import report
from integrations.batches.report import Outcome
from integrations.models import Batch


def written(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, encoding: str = "utf-8") -> bytes:
    made = io.StringIO(newline="")
    writer = csv.DictWriter(made, list(columns), restval="", delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue().encode(encoding)


def put(folder: Path, name: str, content: bytes, *, checksum: bool = True) -> Path:
    (folder / name).write_bytes(content)
    if checksum:
        (folder / f"{name}.sha256").write_text(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    return folder / name


@contextmanager
def watched(path: Path, system: str = "hemtjanst", **told: Any) -> Iterator[None]:
    usual = {"url": "http://127.0.0.1:18003", "folder": str(path)}
    with configuration.told(**{system: usual | told}):
        yield


def outcomes(batch: Batch) -> list[Outcome]:
    packed = batch.content.report
    return list(report.read(bytes(packed))) if packed else []


def touched(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


def after(now: datetime, **span: float) -> datetime:
    return now + timedelta(**span)
