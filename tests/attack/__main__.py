"""`make attack`: every attack, what came of each entrance, and the longest and largest of all."""

from __future__ import annotations

import os
import sys
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.attack import arsenal, judging  # noqa: E402 - they read models
from tests.attack.arena import Verdict  # noqa: E402


def main() -> int:
    """Print one line per entrance; the exit code is 1 when an attack succeeded."""
    arena = judging.Arena()
    worst: list[tuple[float, str]] = []
    largest: list[tuple[float, str]] = []
    total: Counter[str] = Counter()
    for entrance in arsenal.everywhere():
        if len(sys.argv) > 1 and sys.argv[1] not in entrance:
            continue
        texts = arsenal.written(entrance)
        verdicts = {
            name: verdict
            for names in arsenal.groups(entrance)
            for name, verdict in zip(names, arena.verdicts(entrance, names), strict=True)
        }
        found = {name: judging.faults(verdict, texts[name]) for name, verdict in verdicts.items()}
        worst += [(verdict.cpu, f"{entrance} · {name}") for name, verdict in verdicts.items()]
        largest += [(verdict.megabytes, f"{entrance} · {name}") for name, verdict in verdicts.items()]
        total.update(attacks=len(texts), faults=sum(map(bool, found.values())))
        say(f"{entrance:36} {len(texts):4} attacks  {_summary(verdicts)}")
        for name, faults in found.items():
            for fault in faults:
                say(f"    {name}: {fault}")
    arena.close()
    for unit, list_ in (("s of CPU", worst), ("MB", largest)):
        for value, name in sorted(list_, reverse=True)[:12]:
            say(f"{value:8.2f} {unit}  {name}")
    say(f"{len(arsenal.EVERYTHING)} expressions, {total['attacks']} attacks, {total['faults']} succeeded")
    return 1 if total["faults"] else 0


def _summary(verdicts: dict[str, Verdict]) -> str:
    seconds = sum(verdict.cpu for verdict in verdicts.values())
    return f"{seconds:6.1f} s, longest {max(v.cpu for v in verdicts.values()):.2f} s, largest {max(v.megabytes for v in verdicts.values()):.0f} MB"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
