"""What a scenario says, taken apart: how it begins, what is answered to each task, what comes from outside and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from web.swedish import STOCKHOLM
from workflows.engine import clock
from workflows.scenarios import Scenario, moment

BEGIN = ("", 0)
DOINGS = ("complete", "could_not", "not_needed")


@dataclass(frozen=True)
class Said:
    """One thing done with a task, and when the scenario has it done."""

    doing: str
    answers: dict[str, Any]
    at: datetime


@dataclass(frozen=True)
class Coming:
    """A message or signal: so long after the n:th time that a task was done."""

    step: Mapping[str, Any]
    trigger: tuple[str, int]
    after: timedelta
    at: datetime


@dataclass
class Line:
    """A scenario by task. `begin` is the step that starts it."""

    name: str
    at: datetime
    begin: Mapping[str, Any] = field(default_factory=dict)
    said: dict[str, list[Said]] = field(default_factory=dict)
    coming: list[Coming] = field(default_factory=list)
    systems: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    hold: frozenset[str] = frozenset()

    @classmethod
    def of(cls, scenario: Scenario) -> Line:
        line = cls(scenario.file.removesuffix(".toml"), scenario.now, hold=scenario.hold)
        now, trigger, since = scenario.now, BEGIN, scenario.now
        for step in scenario.steps:
            if "wait" in step or "until" in step:
                now = clock.parse_duration(step["wait"]).after(now) if "wait" in step else moment(step["until"])
            elif doing := next((name for name in DOINGS if name in step), None):
                task = str(step[doing]).rpartition(":")[2]
                line.said.setdefault(task, []).append(Said(doing, step.get("answers", {}), now))
                trigger, since = (task, len(line.said[task])), now
            elif "service" in step:
                line.systems.setdefault(step["service"], []).append(step)
            elif ("send" in step or "start" in step) and not line.begin:
                line.begin = step
            elif ("send" in step or "signal" in step) and not step.get("lost"):
                line.coming.append(Coming(step, trigger, now - since, now))
        return line


def moved(value: Any, *, said: datetime, now: datetime) -> Any:
    """A scenario's days and moments as they are when what is said then is said now."""
    if isinstance(value, list):
        return [moved(part, said=said, now=now) for part in value]
    if isinstance(value, dict):
        return {key: moved(part, said=said, now=now) for key, part in value.items()}
    if isinstance(value, datetime | date):
        return moved(value.isoformat(), said=said, now=now)
    if not isinstance(value, str) or len(value) < 10 or value[4] != "-" or not value[:4].isdigit():
        return value
    try:
        if "T" not in value:
            days = now.astimezone(STOCKHOLM).date() - said.astimezone(STOCKHOLM).date()
            return (date.fromisoformat(value) + days).isoformat()
        told = datetime.fromisoformat(value)
    except ValueError:
        return value
    told = told if told.tzinfo else told.replace(tzinfo=STOCKHOLM)
    return (told + (now - said)).astimezone(STOCKHOLM).replace(microsecond=0).isoformat()
