"""Ärenden under way in every version of the bundled förlopp that has been released, as they were stored then.

`python -m tests.golden 2027-01` adds those of the present version; what is there is never written anew.
"""

from __future__ import annotations

import io
import json
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

if __name__ == "__main__":
    # As a program it is the first to need Django; imported, it runs where the tests have made it ready.
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

from django.core.management import call_command

from workflows import connectors, published, scenarios
from workflows.management.commands import play
from workflows.management.commands.load_forlopp import folders
from workflows.memory_world import MemoryWorld, _Kept

ARCHIVE = Path(__file__).parent / "processes" / "golden.tar.xz"
BUNDLED = Path(__file__).parent.parent / "bpmn"
MOST = 30
"""Of each version: one of every förlopp, and those whose ärenden wait for the most that no other waits for."""


@dataclass(frozen=True)
class Stored:
    """An ärende after the first steps of a scenario; the others take it to its end."""

    version: str
    folder: str
    scenario: str
    step: int
    kept: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.version} {self.folder}/{Path(self.scenario).stem}:{self.step}"

    def world(self, version: published.Published, scenario: scenarios.Scenario) -> MemoryWorld:
        """As it was left, on a version."""
        world = MemoryWorld(version, scenario)
        world.person_ref = self.kept["person_ref"]
        world.state = self.kept["state"]
        world.by_hand = {UUID(key) for key in self.kept["by_hand"]}
        world.kept = [
            _Kept(
                connectors.IncomingMessage(item["name"], item["keys"], item["payload"], _moment(item["sent_at"])),
                item["keys"],
            )
            for item in self.kept["early"]
        ]
        return world

    def rest(self, scenario: scenarios.Scenario) -> scenarios.Scenario:
        return replace(scenario, steps=scenario.steps[self.step :], now=_moment(self.kept["now"]))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def stored(unpacked: Path) -> list[Stored]:
    """Of every version in an archive that has been unpacked."""
    return [
        Stored(file.parent.name, *(item[key] for key in ("folder", "scenario", "step", "kept")))
        for file in sorted(unpacked.glob("*/states.json"))
        for item in json.loads(file.read_text(encoding="utf-8"))
    ]


# ── adding the present version ──────────────────────────────────────────────────────────────────────────────────────


def under_way(root: Path) -> Iterator[tuple[frozenset[str], dict[str, Any]]]:
    """Every ärende after every step of every scenario that has an end, with what it waits for."""
    for folder in folders(root):
        version = play.load(folder)
        for file in scenarios.files(folder):
            scenario = scenarios.read(file)
            world = MemoryWorld(version, scenario)
            run = scenarios._Run(scenario, world)
            for number, step in enumerate(scenario.steps, start=1):
                run.step(step)
                if not any("end" in later for later in scenario.steps[number:]) or world.outcome() is not None:
                    break
                found = world._restored()
                if found is None:
                    continue
                waiting = found.waiting()
                at = {task.element.id for task in (*waiting.user_tasks, *waiting.service_tasks)}
                at |= {item.element_id for item in waiting.messages} | {item.element_id for item in waiting.timers}
                item = {"folder": folder.name, "scenario": file.name, "step": number, "kept": _kept(world, run.now)}
                yield frozenset(at), item


def _kept(world: MemoryWorld, now: datetime) -> dict[str, Any]:
    early = [(item.incoming, item.keys) for item in world.kept]
    return {
        "now": now.isoformat(),
        "person_ref": world.person_ref,
        "state": world.state,
        "by_hand": sorted(map(str, world.by_hand)),
        "early": [
            {"name": message.name, "keys": keys, "payload": message.payload, "sent_at": message.sent_at.isoformat()}
            for message, keys in early
        ],
    }


def chosen(root: Path) -> list[dict[str, Any]]:
    left, seen = list(under_way(root)), set[str]()
    found: list[dict[str, Any]] = []
    while left and len(found) < MOST:
        there = {item["folder"] for item in found}
        best = max(left, key=lambda pair: (pair[1]["folder"] not in there, len(pair[0] - seen)))
        left.remove(best)
        seen |= best[0]
        found.append(best[1])
    return found


def add(name: str, root: Path) -> None:
    """Write the archive anew with one version more."""
    with tempfile.TemporaryDirectory() as place:
        if ARCHIVE.exists():
            with tarfile.open(ARCHIVE) as archive:
                archive.extractall(place, filter="data")
        states = json.dumps(chosen(root), ensure_ascii=False, sort_keys=True).encode()
        with tarfile.open(ARCHIVE, "w:xz") as archive:
            for file in sorted(Path(place).rglob("*")):
                archive.add(file, file.relative_to(place), recursive=False)
            for file in sorted(item for item in root.rglob("*") if item.suffix in {".bpmn", ".dmn", ".toml", ".json"}):
                archive.add(file, Path(name) / "bpmn" / file.relative_to(root))
            info = tarfile.TarInfo(f"{name}/states.json")
            info.size = len(states)
            archive.addfile(info, io.BytesIO(states))


if __name__ == "__main__":
    # A translator may ask what is known of an earlier message.
    call_command("migrate", verbosity=0)
    add(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else BUNDLED)
