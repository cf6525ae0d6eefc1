"""Try a draft: begin, take a step, go back, write down what was done as a scenario."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import tomlkit

from people.models import Staff
from workbench import beginning, drafting, scenario_text, trying
from workbench.models import Draft, DraftFile, Trial
from workbench.services import drafts
from workflows import connectors, published, scenarios

MOST_STEPS = 300
CHECKS = frozenset({"tasks", "check", "end", "signalled"})
"""What a scenario asks and nobody does."""


class Impossible(Exception):
    """The step cannot be taken; the argument is Swedish."""


class NoTitle(Exception):
    """Skriv vad scenariot visar, till exempel ”Tackar nej till insatsen”."""


def begin(
    *, draft: Draft, person: Mapping[str, Any], answers_for_systems: bool, begins_at: datetime, by: Staff, now: datetime
) -> Trial:
    """From the beginning, in place of what one had tried before."""
    about = {"person": dict(person), "answers_for_systems": answers_for_systems, "begins_at": begins_at}
    return _begun(draft, by, now, **about)


def again(*, draft: Draft, name: str, by: Staff, now: datetime) -> Trial:
    """What the scenario of the file does, to be changed and recorded anew. Raises Impossible."""
    text = drafting.texts(draft).get(name, "")
    try:
        found = scenarios.parse(name, text, str)
    except scenarios.Failed as problem:
        raise Impossible(str(problem)) from None
    steps = [step for step in found.steps if not CHECKS & set(step)]
    about = {
        "person": scenario_text.plain(found.person),
        "parameters": scenario_text.plain(found.parameters),
        "answers_for_systems": found.hold >= frozenset(connectors.operations()),
        "begins_at": found.now,
        "scenario": name,
    }
    return _begun(draft, by, now, steps=scenario_text.plain(steps), **about)


def _begun(draft: Draft, by: Staff, now: datetime, **about: Any) -> Trial:
    told = {"parameters": {}, "scenario": "", "steps": [], **about, "changed_at": now}
    trial, _ = Trial.objects.update_or_create(draft=draft, by=by, defaults=told)
    return trial


def take(*, trial: Trial, step: Mapping[str, Any], whole: published.Published, now: datetime) -> None:
    """One step more, if it can be taken. Raises Impossible, and then nothing is changed."""
    if len(trial.steps) >= MOST_STEPS:
        raise Impossible("Så långt går det inte att prova. Spara det som ett scenario och börja om.")
    steps = [*trial.steps, dict(step)]
    how = trying.played(trial, whole, drafting.folder(trial.draft).papers, steps)
    if how.problem:
        raise Impossible(how.problem)
    _keep(trial, steps, now)


def go_back(*, trial: Trial, to: int, now: datetime) -> None:
    """Leave out every step after the first `to`."""
    _keep(trial, trial.steps[: max(0, to)], now)


def record(*, trial: Trial, title: str, whole: published.Published, by: Staff, now: datetime) -> DraftFile:
    """A scenario of the draft, with who had what to do after each step. Raises NoTitle and those of `drafts.save`."""
    title = " ".join(title.split())[:200]
    if not title:
        raise NoTitle
    papers = drafting.folder(trial.draft).papers
    text = tomlkit.dumps(trying.written(trial, title, whole, papers))
    numbers = [int(found[1]) for name in papers if (found := re.match(r"scenarios/(\d{1,4})_", name))]
    name = f"{trying.SCENARIOS}{max(numbers, default=0) + 1:02d}_{beginning.key_of(title)}.toml"
    return drafts.save(draft=trial.draft, name=name, text=text, revision=0, by=by, now=now)


def replace(*, trial: Trial, whole: published.Published, by: Staff, now: datetime) -> DraftFile:
    """In the scenario that it began from, whose name and words stay. Raises Impossible and those of `drafts.save`."""
    file = trial.draft.files.filter(name=trial.scenario).first()
    if file is None:
        raise Impossible("Scenariot finns inte längre. Spara det som ett nytt.")
    made = trying.written(trial, "", whole, drafting.folder(trial.draft).papers)
    text = scenario_text.recorded(file.text, made)
    return drafts.save(draft=trial.draft, name=file.name, text=text, revision=file.revision, by=by, now=now)


def _keep(trial: Trial, steps: list[Any], now: datetime) -> None:
    Trial.objects.filter(pk=trial.pk).update(steps=steps, changed_at=now)
    trial.steps = steps
