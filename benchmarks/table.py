"""One row of what is measured, and the table they are printed as."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`figure` with its unit; `note` is the goal, or the ratio to a row above."""

    what: str
    figure: str
    note: str = ""


def milliseconds(calls: Iterable[Callable[[], object]]) -> float:
    """The median time of the calls, each made once."""
    times = []
    for call in calls:
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def printed(rows: Iterable[Row]) -> None:
    print(f"{'measured':<58}{'figure':>14}  note")
    for row in rows:
        print(f"{row.what:<58}{row.figure:>14}  {row.note}")
