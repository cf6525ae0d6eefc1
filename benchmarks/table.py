"""One figure of what is measured, and the table they are printed as."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`naive` is raw SpiffWorkflow with a blob, `limit` what the database alone can do; None where nobody asked."""

    name: str
    unit: str
    ours: float | None
    naive: float | None = None
    limit: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if key != "name"}


def milliseconds(calls: Iterable[Callable[[], object]]) -> float:
    """The median time of the calls, each made once."""
    times = []
    for call in calls:
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def printed(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """All figures of all databases, ratios beside them."""
    for database, figures in results.items():
        print(f"\n{database:<28}{'ours':>12}{'naive':>12}{'limit':>12}  unit")
        for name, figure in figures.items():
            print(
                f"{name:<28}{_cell(figure['ours'])}{_cell(figure['naive'])}{_cell(figure['limit'])}  {figure['unit']}"
            )


def _cell(value: float | None) -> str:
    if value is None:
        return f"{'–':>12}"
    return f"{value:>12.0f}" if abs(value) >= 100 else f"{value:>12.3g}"
