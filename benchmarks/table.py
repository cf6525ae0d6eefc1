"""The table of the figures, on the screen and in docs/performance.md, where `python -m benchmarks.table` writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import UNITS

ROOT = Path(__file__).resolve().parent.parent
RESULTS, PAGE = ROOT / "benchmarks" / "results.json", ROOT / "docs" / "performance.md"
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
COLUMNS = ("ours", "naive", "limit")
Results = Mapping[str, Mapping[str, Mapping[str, Any]]]


def printed(results: Results) -> None:
    for database, figures in results.items():
        print(f"\n{database:<28}" + "".join(f"{column:>12}" for column in COLUMNS) + "  unit")
        for name, figure in figures.items():
            print(f"{name:<28}" + "".join(f"{_cell(figure[column]):>12}" for column in COLUMNS) + f"  {figure['unit']}")


def markdown(results: Results) -> str:
    """The databases side by side, with what is to be said of a figure below."""
    head = [f"{TITLES[database]}: {' | '.join(COLUMNS)}" for database in results]
    lines = [f"| figure | unit | {' | '.join(head)} |", "| --- " * (2 + len(COLUMNS) * len(results)) + "|"]
    for name, unit in UNITS.items():
        cells = [_cell(figures.get(name, {}).get(column)) for figures in results.values() for column in COLUMNS]
        lines.append(f"| `{name}` | {unit} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *_notes(results)])


def _notes(results: Results) -> list[str]:
    """Each word once, with the figures it is about."""
    about: dict[str, list[str]] = {}
    for database, figures in results.items():
        for name, figure in figures.items():
            if "note" in figure:
                about.setdefault(f"{TITLES[database]}: {figure['note']}", []).append(f"`{name}`")
    return [f"* {', '.join(names)}, {note}." for note, names in about.items()]


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def put(part: str, content: str) -> None:
    """Write the part of the page between its marks."""
    pattern = re.compile(f"(<!-- {part} -->\n).*?(<!-- /{part} -->)", re.DOTALL)
    text, count = pattern.subn(lambda found: f"{found[1]}{content}\n{found[2]}", PAGE.read_text(encoding="utf-8"))
    if count != 1:
        raise RuntimeError(f"{PAGE} has no place for {part}")
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    put("figures", markdown(read()))
