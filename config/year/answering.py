"""What is answered to a task: what its scenario says, moved to its own day, with what the profile draws put in."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.year.draws import Draw
from config.year.lines import Coming, Line, Said, moved
from config.year.profiles import Group, Profile
from tasks.forms import made_up
from workflows import published
from workflows.forms.shapes import Field
from workflows.models import UserTask
from workflows.services import steps

UNIT = "unit"


@dataclass
class Script:
    """Of one ärende: whose answers it has, which of its group it is, and how often each task has been done."""

    profile: Profile
    group: Group | None
    draw: Draw
    done: dict[str, int] = field(default_factory=dict)
    awaited: int = 0
    """How much of what the scenario has coming has been planned."""

    @property
    def line(self) -> Line | None:
        return self.group.line if self.group else None

    def coming(self, upto: tuple[str, int] | None) -> list[Coming]:
        """What comes when a task is done the n:th time, with all that should have come before; None: what is next."""
        told = self.line.coming[self.awaited :] if self.line else []
        if upto is None:
            found = told[:1]
        else:
            last = max((number for number, one in enumerate(told, start=1) if one.trigger == upto), default=0)
            found = told[:last]
        self.awaited += len(found)
        return found

    def next_said(self, task: str) -> Said | None:
        """What the scenario says this time; the last that it says, from then on."""
        said = self.line.said.get(task) if self.line else None
        return said[min(self.done.get(task, 0), len(said) - 1)] if said else None


class Answers:
    """Of every förlopp, also for a task that a profile says nothing of: another scenario has answered it."""

    def __init__(self, profiles: Mapping[str, Profile], units: Mapping[str, str]) -> None:
        self._all = [line for profile in profiles.values() for line in profile.lines]
        self._units = units

    def offered(self, task: UserTask, script: Script, *, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
        """What to do with the task, the best first: the next where the form refuses one."""
        first, again = script.next_said(task.element_id), script.done.get(task.element_id, 0)
        lines = [*script.profile.lines, *self._all]
        told = [line.said[task.element_id] for line in lines if task.element_id in line.said]
        others = [said[min(again, len(said) - 1)] for said in told]
        others = [said for said in others if said.doing == "complete"]
        for said in ([first] if first else []) + others[:6]:
            yield said.doing, self._put(task, script, moved(copy.deepcopy(said.answers), said=said.at, now=now), now)
        version = published.of(task.instance.version.public_id)
        if version.has_form(task.form_key):
            form = version.form(task.form_key)
            made = made_up.answers(form, steps.variables_of(task.instance, task.engine_task_id), now=now)
            yield "complete", self._put(task, script, made, now)
        yield "complete", {}

    def _put(self, task: UserTask, script: Script, answers: dict[str, Any], now: datetime) -> dict[str, Any]:
        again = script.done.get(task.element_id, 0)
        variables = steps.variables_of(task.instance, task.engine_task_id)
        told = script.group.answers.get(task.element_id, {}) if script.group else {}
        for name, value in told.items():
            for place, key, what in places(answers, name.split("."), task.element_id):
                known = {**variables, "svar": answers}
                place[key] = script.draw.value(value, what, known, now=now, again=again)
        version = published.of(task.instance.version.public_id)
        if version.has_form(task.form_key):
            self._place(version.form(task.form_key).fields, answers, task.area)
        return answers

    def _place(self, fields: tuple[Field, ...], answers: Any, area: str) -> None:
        """Units that exist here, in the place of those of a scenario."""
        for one in fields:
            if one.type == "list":
                for row in answers.get(one.key) or ():
                    self._place(one.item, row, area)
            elif one.type == "ref" and one.of == UNIT and answers.get(one.key):
                answers[one.key] = self._units.get(area) or self._units[""]


def places(answers: Any, path: list[str], what: str) -> Iterator[tuple[Any, Any, str]]:
    """Where an answer is to stand: "mal.0.ord" is in the first row of a list, "mal.*.ord" in every one."""
    name, *inner = path
    keys: list[Any] = [name]
    if isinstance(answers, list):
        keys = list(range(len(answers))) if name == "*" else [int(name)]
    for key in keys:
        if not inner:
            yield answers, key, f"{what}.{key}"
        elif isinstance(answers, dict) or key < len(answers):
            yield from places(answers[key], inner, f"{what}.{key}")
