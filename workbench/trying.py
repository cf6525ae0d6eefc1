"""Plays a draft in memory: one trial as far as somebody has come, and every scenario with what they reach.

A trial is a scenario in the making. It is played from the beginning for each page, so that going back is leaving out
the last step, and so that a change in the draft shows at once. Nobody real is in it, and nothing leaves the machine.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workbench import drafting, scenario_text
from workbench.models import Draft, Trial
from workflows import connectors, coverage, published, scenarios, strict_json
from workflows.definitions import Folder
from workflows.engine.clock import ZONE
from workflows.memory_world import MemoryWorld
from workflows.scenarios import Failed, Open, Result, Scenario

SCENARIOS, SAMPLES = "scenarios/", "samples/"


@dataclass(frozen=True)
class Played:
    """How far a trial has come: its world, its clock, and why it could not go on."""

    world: MemoryWorld
    now: datetime
    problem: str = ""
    failed_step: int = 0


def version(draft: Draft) -> published.Published | None:
    """The draft ready to play; None while it has errors."""
    return ready(draft)[0]


def ready(draft: Draft) -> tuple[published.Published | None, Folder]:
    """The same with the folder that it is made of, whose texts are read once."""
    texts = drafting.texts(draft)
    folder, compiled = drafting.folder_of(draft.key, texts), drafting.checked_of(draft.key, texts).compiled
    return (published.assemble(folder.config, folder.sources, compiled) if compiled is not None else None), folder


def played(
    trial: Trial, whole: published.Published, papers: Mapping[str, str], steps: list[Any] | None = None
) -> Played:
    """As far as its steps lead; `steps` in place of its own."""
    scenario = as_scenario(trial, papers, steps)
    world = MemoryWorld(whole, scenario)
    result = scenarios.play(scenario, world)
    return Played(world, result.now or trial.begins_at, result.problem, result.step)


def as_scenario(trial: Trial, papers: Mapping[str, str], steps: list[Any] | None = None) -> Scenario:
    return Scenario(
        file="",
        title="Prova",
        now=trial.begins_at.astimezone(ZONE),
        steps=list(trial.steps if steps is None else steps),
        sample=lambda name: papers[f"{SAMPLES}{name}"],
        person=trial.person,
        parameters=trial.parameters,
        hold=frozenset(connectors.operations()) if trial.answers_for_systems else frozenset(),
    )


def messages_of(papers: Mapping[str, str], now: datetime) -> dict[str, list[str]]:
    """The samples by the name of the message that a system would make of them."""
    found: dict[str, list[str]] = {}
    for name in sorted(papers):
        if not name.startswith(SAMPLES):
            continue
        for message in _readings(papers[name], now):
            found.setdefault(message, []).append(name.removeprefix(SAMPLES))
    return found


def _readings(text: str, now: datetime) -> Iterable[str]:
    try:
        envelope = strict_json.parse(text)
    except ValueError:
        return
    if not isinstance(envelope, dict):
        return
    for translate in connectors.translators().values():
        try:
            yield translate(dict(envelope), now=now).name
        except connectors.Unreadable:
            continue


def written(trial: Trial, title: str, whole: published.Published, papers: Mapping[str, str]) -> dict[str, Any]:
    """The trial as a scenario: each thing done is followed by who then has what to do, and last by how it ended."""
    scenario = as_scenario(trial, papers)
    world, open_after = MemoryWorld(whole, scenario), []

    def look() -> None:
        open_after.append(sorted(f"{task.role}:{task.element_id}" for task in world.open_tasks()))

    scenarios.play(scenario, world, after=look)
    steps = [one for step, tasks in zip(trial.steps, open_after, strict=False) for one in (step, {"tasks": tasks})]
    if ended := world.outcome():
        steps.append({"end": ended})
    told: dict[str, Any] = {"title": title, "now": trial.begins_at.astimezone(ZONE).isoformat(), "person": trial.person}
    if trial.parameters:
        told["parameters"] = trial.parameters
    if trial.answers_for_systems:
        told["hold"] = sorted(connectors.operations())
    made: dict[str, Any] = scenario_text.without_nothing({**told, "step": steps})
    return made


def tried(whole: published.Published, folder: Folder) -> tuple[list[Result], coverage.Coverage]:
    """How every scenario of the draft went, and which steps they reach."""
    results = [result(name, whole, folder.papers) for name in sorted(folder.papers) if name.startswith(SCENARIOS)]
    return results, coverage.of(whole, {key for one in results for key in one.visited}, whole.key)


def result(name: str, whole: published.Published, papers: Mapping[str, str]) -> Result:
    file = name.removeprefix(SCENARIOS)
    try:
        scenario = scenarios.parse(file, papers[name], lambda sample: papers[f"{SAMPLES}{sample}"])
    except Failed as problem:
        return Result(Scenario(file, "", datetime.min.replace(tzinfo=ZONE), [], str), str(problem))
    return scenarios.play(scenario, MemoryWorld(whole, scenario))


def task(world: MemoryWorld, element_id: str) -> Open | None:
    return next((one for one in world.open_tasks() if one.element_id == element_id), None)


def title_of(text: str) -> str:
    """What a scenario is called; '' when it cannot be read."""
    try:
        return str(tomllib.loads(text).get("title", ""))
    except (tomllib.TOMLDecodeError, RecursionError):
        return ""
