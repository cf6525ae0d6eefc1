"""Plays one ärende from its start to its end, or to where it is when the year ends, through the product's services.

People answer when they would have, systems answer at once, time passes for the timers, and what comes from outside
comes when its scenario says. Ärenden that it starts or moves on are played along.
"""

from __future__ import annotations

import contextlib
import copy
import heapq
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from statistics import NormalDist
from typing import Any

from config.year import watching
from config.year.answering import Answers, Script
from config.year.colleagues import Colleagues
from config.year.draws import Draw
from config.year.hours import at_work
from config.year.lines import BEGIN, Coming, moved
from config.year.profiles import Profile
from people.models import Individual, Staff
from people.services import access
from workflows import connectors, scenarios
from workflows.diagram import EVERYONE
from workflows.models import OutboxMessage, OutboxState, UserTask
from workflows.services import (
    bringing,
    instances,
    joint,
    messages,
    not_done,
    outbox,
    signals,
    steps,
    timers,
    user_tasks,
)

LEASE = timedelta(minutes=5)
WHY = "Personen har sagt det själv."
AGREED = {"underskrift_individ": "muntligt"}
PATIENCE = timedelta(days=30)
MOST_STEPS = 4_000
OFTEN_IN_TIME = NormalDist(math.log(0.45), 0.5)
"""The share of the time given that passes before a task is done: half within 45 %, one in twenty late."""
Act = Callable[[datetime], None]


class Stuck(Exception):
    """An ärende of the year cannot go on as its profile says."""


@dataclass
class Town:
    """What all of them share."""

    profiles: Mapping[str, Profile]
    colleagues: Colleagues
    answers: Answers
    until: datetime
    refuses: int = 400
    """One call to a system in so many fails for good: a person does it by hand."""


@dataclass
class Course:
    town: Town
    individual: Individual
    script: Script
    unique: str
    scripts: dict[int, Script] = field(default_factory=dict)
    agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.unique)  # noqa: S311 - no secret
        self.number = count()
        self.seen = watching.newest()
        self.begun_before = self.seen.instance
        self.ours: list[int] = []
        self.early: list[Act] = []

    def play(self, at: datetime) -> None:
        self._begin(at)
        for _ in range(MOST_STEPS):
            self._look()
            was = self._next()
            if was is None or was > self.town.until:
                return
        raise Stuck(f"{self.script.profile.key}: aldrig klart")

    # -- what happens ------------------------------------------------------------------------------------------------

    def _begin(self, at: datetime) -> None:
        self.now = at
        line = self.script.line
        if line and "start" in line.begin:
            self._start(line.begin, line.at)
        elif line:
            self._send(line.begin, line.at, at)
        self._await(BEGIN, self.script)

    def _start(self, begin: Mapping[str, Any], said: datetime) -> None:
        profile = self.script.profile
        by = self.town.colleagues.doing(profile.starters[0], "", self.unique)
        answers = moved(copy.deepcopy(dict(begin.get("answers", {}))), said=said, now=self.now)
        told = self.script.group.answers.get(begin["start"], {}) if self.script.group else {}
        for name, value in told.items():
            answers[name] = self.script.draw.value(value, f"start.{name}", {"svar": answers}, now=self.now)
        instances.start(
            definition_key=profile.key,
            individual=self.individual,
            by=by,
            now=self.now,
            start_event=begin["start"],
            answers=answers,
        )

    def _send(self, step: Mapping[str, Any], said: datetime, at: datetime) -> None:
        name = step["send"]
        payload = moved(copy.deepcopy(dict(step.get("payload", {}))), said=said, now=at)
        drawn = self.script.group.answers.get(name, {}) if self.script.group else {}
        for key, value in drawn.items():
            payload[key] = self.script.draw.value(value, f"{name}.{key}", {"svar": payload}, now=at)
        told_keys = self._own(dict(step.get("keys", {})))
        told_step = {**step, "payload": self._own(payload), "keys": told_keys}
        incoming = scenarios.arriving(told_step, str(self.individual.ref), now=at)
        keys = {**incoming.keys, "person_ref": str(self.individual.ref)}
        told = {"name": name, "keys": keys, "payload": incoming.payload, "individual": self.individual}
        self._bring(told, at)

    def _bring(self, told: dict[str, Any], at: datetime) -> None:
        """What nobody waits for yet comes again when something has been done; it is not kept beyond the ärende."""
        result = messages.publish(**told, now=at)
        if result.ttl and not result.already:
            self.early.append(lambda later: self._bring(told, later))

    def _own(self, told: dict[str, Any]) -> dict[str, Any]:
        """Keys of a scenario, as of this ärende and no other."""
        names = {name for name in told if name.endswith("_id")} | {*self.script.profile.keys.values()} - {"person_ref"}
        return {
            name: f"{value}:{self.unique}" if name in names and isinstance(value, str) else value
            for name, value in told.items()
        }

    def _signal(self, step: Mapping[str, Any], at: datetime) -> None:
        """To the person's ärenden; nobody tells everybody's in the year."""
        if step.get("galler") == EVERYONE:
            return
        with contextlib.suppress(signals.NobodyHears):
            signals.send(name=step["signal"], individuals=[self.individual], reason=WHY, by=None, now=at)

    # -- what there is to do -----------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Systems answer; each new task gets a time when it will be done."""
        while (newest := watching.newest()) != self.seen:
            before, self.seen = self.seen, newest
            for key, definition in watching.instances(before.instance):
                self.ours.append(key)
                self.scripts[key] = self._script_of(definition)
            if newest.call != before.call:
                self._answer_systems(before.call)
            if newest.signal != before.signal:
                while bringing.bring_waiting(now=self.now):
                    pass
            if newest.task != before.task:
                for task in watching.tasks(before.task):
                    self._plan(self._done_at(task), self._doing(task.pk))

    def _next(self) -> datetime | None:
        """Do what comes first; when that was."""
        timer = watching.first_due(self.ours)
        if not self.agenda and (timer is None or timer[0] > self.now + PATIENCE):
            self._await(None, self.script)  # what it was to come after did not happen: it comes all the same
        if timer is not None and (not self.agenda or timer[0] <= self.agenda[0][0]):
            due, instance_id = timer
            if due <= self.town.until:
                self.now = max(self.now, due)
                timers.fire(instance_id=instance_id, now=self.now)
            return due
        if not self.agenda:
            return None
        at, _, act = self.agenda[0]
        if at <= self.town.until:
            heapq.heappop(self.agenda)
            self.now = at
            act(at)
        return at

    def _plan(self, at: datetime, act: Act) -> None:
        heapq.heappush(self.agenda, (max(at, self.now), next(self.number), act))

    def _await(self, upto: tuple[str, int] | None, script: Script) -> None:
        """Plan what the scenario has coming."""
        for coming in script.coming(upto):
            self._plan(self.now + coming.after, self._coming(coming))

    def _coming(self, coming: Coming) -> Act:
        def act(at: datetime) -> None:
            if "signal" in coming.step:
                self._signal(coming.step, at)
            else:
                self._send(coming.step, coming.at, at)

        return act

    # -- people ------------------------------------------------------------------------------------------------------

    def _done_at(self, task: watching.Offered) -> datetime:
        """When somebody will have done it: within the time that it gives, most often."""
        script = self._script(task.instance_id)
        if span := script.group.takes.get(task.element_id) if script.group else None:
            first, last = (one.after(self.now) for one in span)
            return at_work(first + (last - first) * self.random.random(), task.group, is_urgent=task.priority == 1)
        given = (task.due_at - self.now) if task.due_at else timedelta(days=2)
        share = math.exp(OFTEN_IN_TIME.inv_cdf(self.random.uniform(0.001, 0.985)))
        is_urgent = given < timedelta(hours=12)
        return at_work(self.now + max(given, timedelta(minutes=5)) * share, task.group, is_urgent=is_urgent)

    def _doing(self, key: int) -> Act:
        def act(at: datetime) -> None:
            task = watching.task(key)
            if task is not None:
                task.instance = steps.locked(task.instance_id)
                self._do(task, at)

        return act

    def _do(self, task: UserTask, at: datetime) -> None:
        script = self._script(task.instance_id)
        refused: object = "ingen"
        for doing, answers in self.town.answers.offered(task, script, now=at):
            try:
                self._told(task, doing, answers, at)
            except (user_tasks.InvalidAnswers, user_tasks.NotAllowed) as error:
                refused = getattr(error, "errors", error)
                continue
            nth = script.done[task.element_id] = script.done.get(task.element_id, 0) + 1
            self._await((task.element_id, nth), script)
            early, self.early = self.early, []
            for again in early:
                again(at)
            return
        raise Stuck(f"{script.profile.key}.{task.element_id}: {refused}")

    def _told(self, task: UserTask, doing: str, answers: dict[str, Any], at: datetime) -> None:
        by = self._by(task, task.escalated_to or task.group)
        if doing == "could_not":
            row = not_done.could_not(task=task, answers=answers, by=by, now=at)
            if row.is_open:
                self._plan(row.due_at or at, self._doing(task.pk))
        elif doing == "not_needed":
            not_done.not_needed(task=task, answers=answers, by=by, now=at)
        elif task.to_sign:
            for profession in task.signers.split()[: task.to_sign]:
                who = self._by(task, profession)
                joint.sign(task=task, answers=answers, agreement=AGREED, by=who, now=at)
        else:
            user_tasks.complete(task=task, answers=answers, by=by, now=at)
        access.record(
            staff=by,
            individual=self.individual,
            action="read",
            object_type="task",
            object_id=str(task.public_id),
            now=at - timedelta(minutes=4),
        )

    def _by(self, task: UserTask, profession: str) -> Staff:
        what = f"{self.individual.pk}"
        return self.town.colleagues.doing(profession, task.area, what, may_see_protected=task.is_restricted)

    def _script(self, instance_id: int) -> Script:
        """Of an ärende; one that was played before may be moved on by what comes to the person."""
        if instance_id not in self.scripts:
            self.ours.append(instance_id)
            self.scripts[instance_id] = self._script_of(watching.definition(instance_id))
        return self.scripts[instance_id]

    def _script_of(self, key: str) -> Script:
        """The root's own, or for an ärende that came of it one of its förlopp's groups."""
        if key == self.script.profile.key and self.script not in self.scripts.values():
            return self.script
        profile = self.town.profiles[key]
        age = self.individual.age(self.now.date()) or 0
        fitting = [group for group in profile.groups if group.ages[0] <= age <= group.ages[1]] or list(profile.groups)
        group = self.random.choices(fitting, [group.count for group in fitting])[0] if fitting else None
        salt = group.name if group else key
        return Script(profile, group, Draw(salt, self.random.randrange(1_000_000)))

    # -- systems -----------------------------------------------------------------------------------------------------

    def _answer_systems(self, after: int) -> None:
        for row in OutboxMessage.objects.filter(pk__gt=after, state=OutboxState.PENDING).order_by("pk"):
            claimed = outbox.take(row=row, worker="aret", now=self.now, lease=LEASE)
            told = self._system_says(row)
            error = told.get("error")
            if error is None and "result" not in told and self.random.randrange(self.town.refuses) == 0:
                error = "down"
            if error is None:
                example = connectors.operations()[row.operation].example
                result = copy.deepcopy(dict(told.get("result", example)))
                outbox.succeed(key=claimed.key, token=claimed.token, result=result, now=self.now)
            else:
                outbox.fail(key=claimed.key, token=claimed.token, error=_error(str(error)), now=self.now)

    def _system_says(self, row: OutboxMessage) -> Mapping[str, Any]:
        script = self._script(row.instance_id)
        said = script.line.systems.get(row.operation, []) if script.line else []
        nth = script.done.get(row.operation, 0)
        script.done[row.operation] = nth + 1
        return said[nth] if nth < len(said) else {}


def _error(told: str) -> connectors.DeliveryError:
    kind, _, code = told.partition(":")
    if kind == "business":
        return connectors.BusinessError(code, "Systemet sade nej.")
    return connectors.PermanentError("down", "Systemet svarar inte.")
