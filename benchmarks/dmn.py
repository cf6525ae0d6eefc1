"""How long a decision table of twenty rows takes once its model is loaded."""

import time
from datetime import UTC, datetime

from benchmarks.figures import Figure
from workflows import dmn

ROUNDS, REPEATS = 300, 9
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
VARIABLES = {"bedomning": {"maluppfyllelse": "delvis", "timmar": 19}, "skyddad": False}
COLUMNS = ("bedomning.maluppfyllelse", "bedomning.timmar", "skyddad")


def model() -> bytes:
    columns = "".join(f"<input><inputExpression><text>{text}</text></inputExpression></input>" for text in COLUMNS)
    rows = "".join(
        '<rule><inputEntry><text>"delvis", "uppnadd"</text></inputEntry>'
        f"<inputEntry><text>[{n}..{n}]</text></inputEntry>"
        f'<inputEntry><text>-</text></inputEntry><outputEntry><text>"steg {n}"</text></outputEntry></rule>'
        for n in range(20)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="b" namespace="b">'
        f'<decision id="b" name="b"><decisionTable>{columns}<output/>{rows}</decisionTable></decision></definitions>'
    ).encode()


def figures() -> list[Figure]:
    """The goal is 200 µs of CPU."""
    loaded = dmn.load(model())
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        for _ in range(ROUNDS):
            dmn.evaluate(loaded, "b", VARIABLES, now=NOW)
        times.append((time.process_time() - start) / ROUNDS * 1e6)
    return [Figure("dmn_20_rows_us", min(times))]
