"""Every figure that is measured: in which group, and its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIZES = {"1k": 1_000, "100k": 100_000, "1m": 1_000_000}
AGES = (10, 1_000, 10_000)

GROUPS: dict[str, dict[str, str]] = {
    "visits": {"visits_s": "s", "visits_again_s": "s", "visits_mb": "MB"},
    "feel": dict.fromkeys(("feel_gateway_us", "feel_klockslag_us", "feel_frist_us"), "µs"),
    "dmn": {"dmn_20_rows_us": "µs"},
    "completions": {
        "completion_cpu_ms": "ms CPU",
        "completion_statements": "statements",
        "completions_per_s_1": "/s",
        "completions_per_s_4": "/s",
    },
    "starts": {"starts_per_s": "/s"},
    "bytes": {"bytes_per_instance": "bytes"},
    "ages": {f"step_ms_at_{age}": "ms" for age in AGES},
    "http": {
        "http_step_cpu_ms": "ms CPU",
        "http_steps_per_s_1": "/s",
        "http_steps_per_s": "/s",
        "worker_rss_mb": "MB",
    },
    "intake": {"alarm_to_task_p95_s": "s", "webhooks_per_s": "/s", "webhook_p99_ms": "ms"},
    "migrations": {"migrations_per_s": "/s"},
    "inbox": {f"inbox_ms_at_{size}": "ms" for size in SIZES},
    "ticks": {f"tick_ms_at_{size}": "ms" for size in SIZES},
    "lateness": {"timer_lateness_p99_s": "s"},
}
UNITS = {name: unit for units in GROUPS.values() for name, unit in units.items()}


@dataclass(frozen=True)
class Figure:
    """`naive` is raw SpiffWorkflow with a blob, `limit` what the database alone can do; None where there is none."""

    name: str
    ours: float | None
    naive: float | None = None
    limit: float | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        found = {"ours": self.ours, "naive": self.naive, "limit": self.limit, "unit": UNITS[self.name]}
        return found | ({"note": self.note} if self.note else {})


def missing(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """What was to be measured and was not."""
    return [
        f"{database}: {name}"
        for database, figures in results.items()
        for name, figure in figures.items()
        if figure["ours"] is None
    ]
