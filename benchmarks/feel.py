"""How long a simple gateway condition takes once its tree is cached; the goal is 50 µs."""

import time
from datetime import UTC, datetime

from benchmarks.figures import Figure
from workflows import feel

ROUNDS, REPEATS = 2_000, 9
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
VARIABLES = {
    "a": {"b": "x", "stor": list(range(1_000))},
    "c": 4,
    "utskrivningsklar": {"skickad_dt": "2026-11-24T11:59:00+01:00"},
}
EXPRESSIONS = {
    "gateway": 'a.b = "x" and c > 3',
    "klockslag": 'klockan(utskrivningsklar.skickad_dt) <= time("12:00:00")',
    "frist": "kalenderdagar_efter(utskrivningsklar.skickad_dt, if c > 3 then 4 else 3)",
}


def microseconds(expression: str) -> float:
    """The least over the repeats of the mean CPU time of one evaluation."""
    feel.evaluate(expression, VARIABLES, now=NOW)
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        for _ in range(ROUNDS):
            feel.evaluate(expression, VARIABLES, now=NOW)
        times.append((time.process_time() - start) / ROUNDS * 1e6)
    return min(times)


def figures() -> list[Figure]:
    """What evaluating costs once the tree is kept; the goal of a gateway's condition is 50 µs."""
    return [Figure(f"feel_{name}_us", microseconds(text)) for name, text in EXPRESSIONS.items()]
