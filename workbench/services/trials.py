"""Try a draft: begin, take a step, go back, write down what was done as a scenario."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from people.models import Staff
from workbench import beginning, drafting, trying
from workbench.models import Draft, DraftFile, Trial
from workbench.services import drafts
from workflows import published

MOST_STEPS = 300


class Impossible(Exception):
    """The step cannot be taken; the argument is Swedish."""


class NoTitle(Exception):
    """Skriv vad scenariot visar, till exempel ”Tackar nej till insatsen”."""


def begin(
    *, draft: Draft, person: Mapping[str, Any], answers_for_systems: bool, begins_at: datetime, by: Staff, now: datetime
) -> Trial:
    """From the beginning, in place of what one had tried before."""
    told = {"person": dict(person), "answers_for_systems": answers_for_systems, "begins_at": begins_at}
    trial, _ = Trial.objects.update_or_create(draft=draft, by=by, defaults={**told, "steps": [], "changed_at": now})
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
    text = trying.written(trial, title, whole, papers)
    numbers = [int(found[1]) for name in papers if (found := re.match(r"scenarios/(\d{1,4})_", name))]
    name = f"{trying.SCENARIOS}{max(numbers, default=0) + 1:02d}_{beginning.key_of(title)}.toml"
    return drafts.save(draft=trial.draft, name=name, text=text, revision=0, by=by, now=now)


def _keep(trial: Trial, steps: list[Any], now: datetime) -> None:
    Trial.objects.filter(pk=trial.pk).update(steps=steps, changed_at=now)
    trial.steps = steps
