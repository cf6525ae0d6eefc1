"""Plays a finished ärende on a draft with what was done in it, and tells whether it would have gone the same way.

The engine, decisions and forms are the real ones, time is the ärende's own, and nothing leaves the machine. What is
told of it is which elements it came to and which flows were chosen; never an answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from workbench import recorded
from workbench.parting import IMPOSSIBLE, SAME, Replayed, Side, parted
from workbench.recorded import Act, Recorded
from workflows import connectors, engine, published
from workflows.diagram import Element
from workflows.forms import answers as form_answers
from workflows.memory_world import MemoryWorld
from workflows.scenarios import MAX_FIRINGS, Failed, Scenario

Moment = tuple[datetime, int]
"""When, and after what of history at the same time."""
LAG = timedelta(minutes=10)
"""So late a worker may have been with a time that had come; else a time of the draft is another."""


STOPPED = "Utkastet kunde inte gå vidare med det som gjordes då."


class Unanswered(Failed):
    """The draft asks what nobody was asked then."""

    def __init__(self, element: str, labels: Sequence[str]) -> None:
        super().__init__(f"Nya eller ändrade frågor har inget svar: {', '.join(labels)}.")
        self.element = element


class World(MemoryWorld):
    """An ärende that is played again: what comes to it is what came then."""

    def __init__(self, version: published.Published, of: Recorded) -> None:
        person = {key: of.variables.get("person", {}).get(key) for key in ("alder", "skyddad")}
        super().__init__(version, Scenario(file="", title="", now=of.started_at, steps=[], sample=str, person=person))
        self.of = of
        self.fired: dict[str, list[Moment]] = defaultdict(list)
        for passed in of.passed:
            self.fired[passed.element].append((passed.at, passed.order))

    def play(self, then: Mapping[str, Element]) -> None:
        """Everything that was done, in order, and time between. Raises Failed where the draft cannot go on."""
        start = self.version.definition.elements.get(self.of.start)
        if start is None or start.scope != self.version.definition.process:
            raise Failed("Ärendet började på ett sätt som inte finns i utkastet.")
        self._start(self.of.start, self._own(self.of.payload), self.of.started_at)
        for act in self.of.acts:
            self._until((act.at, act.order), then)
            self._do(act)
            self._new_systems(then, act.at)
        self._until((self.of.ended_at + LAG, recorded.LAST), then)

    def _until(self, goal: Moment, then: Mapping[str, Element]) -> None:
        """Let the times come that come before, each when it came then if it did at about that time."""
        for _ in range(MAX_FIRINGS):
            waiting = self.waiting()
            moments = [self._fires(timer) for timer in waiting.timers] if waiting is not None else []
            first = min(moments, default=goal)
            if first >= goal:
                return
            self.fire(now=first[0])
            self._new_systems(then, first[0])
        raise Failed("Bevakningarna tar aldrig slut.")

    def _fires(self, timer: engine.WaitingTimer) -> Moment:
        came = (moment for moment in self.fired[timer.element_id] if timer.due_at <= moment[0] <= timer.due_at + LAG)
        return min(came, default=(timer.due_at, 0))

    def _do(self, act: Act) -> None:
        """What does not fit where the draft stands is let be: the way is another already."""
        now = act.at
        if act.kind == recorded.MESSAGE:
            self._deliver(act.name, self._keys(act), self._own(act.content), now)
        elif act.kind == recorded.SIGNAL:
            if self.state is not None and self.outcome() is None:
                self.signal(act.name, act.content, for_all=bool(act.keys), now=now)
        elif (task := self._waits(act)) is not None:
            self._give(act, task, now)

    def _give(self, act: Act, task: engine.WaitingTask, now: datetime) -> None:
        if act.kind == recorded.ANSWERED:
            answers = self._answers(task, act.content, now)
            self._step(lambda run: run.complete(task.id, answers, now=now), now)
        elif act.kind == recorded.TOLD:
            self._step(lambda run: run.tell(task.id, act.name, act.content, now=now), now)
        elif act.kind == recorded.REFUSED:
            self._step(lambda run: _refuse(run, task, act.name, now), now)
        else:
            more = {"manuellt": True} if act.kind == recorded.BY_HAND else {}
            self._step(lambda run: run.answer(task.id, {**more, **act.content}, now=now), now)

    def _waits(self, act: Act) -> engine.WaitingTask | None:
        waiting = self.waiting()
        if waiting is None:
            return None
        is_persons = act.kind in (recorded.ANSWERED, recorded.TOLD)
        found = waiting.user_tasks if is_persons else waiting.service_tasks
        return next((task for task in found if task.element.id == act.element), None)

    def _answers(self, task: engine.WaitingTask, answers: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """As the draft's form takes them. Raises Unanswered, which names questions and no answers."""
        key = task.element.properties.get("formKey") or task.element.id
        if not self.version.has_form(key):
            return {}
        form = self.version.form(key)
        cleaned = form_answers.clean(form, answers, engine.seen_in(self.state or {}, task.id), now=now)
        if cleaned.errors:
            labels = {one.key: one.label for one in form.fields}
            keys = (str(error.path[0]) if error.path else "" for error in cleaned.errors)
            raise Unanswered(task.element.id, list(dict.fromkeys(labels.get(key) or "hela formuläret" for key in keys)))
        return dict(cleaned.answers)

    def _new_systems(self, then: Mapping[str, Element], now: datetime) -> None:
        """Steps of systems that the draft has and the ärende had not answer as their connections say they may."""
        for _ in range(MAX_FIRINGS):
            waiting = self.waiting()
            new = [task for task in waiting.service_tasks if task.element.id not in then] if waiting else []
            known = connectors.operations().get(new[0].operation) if new else None
            if known is None:
                return
            task, result = new[0], dict(known.example)
            self._step(lambda run: run.answer(task.id, result, now=now), now)  # noqa: B023

    def _keys(self, act: Act) -> dict[str, str]:
        return {**act.keys, "person_ref": self.person_ref}

    def _own(self, payload: Any) -> Any:
        """The same about the made-up person."""
        return (
            {**payload, "person_ref": self.person_ref}
            if isinstance(payload, dict) and "person_ref" in payload
            else payload
        )


def _refuse(run: engine.Execution, task: engine.WaitingTask, code: str, now: datetime) -> None:
    run.refuse(task.id, code, now=now)


def replayed(of: Recorded, then: published.Published, draft: published.Published) -> Replayed:
    """How the ärende, which was in the version `then`, would have gone on the draft."""
    if of.unfit:
        return Replayed(outcome=IMPOSSIBLE, reason=of.unfit)
    world = World(draft, of)
    problem = place = ""
    try:
        world.play(then.definition.elements)
    except Failed as failed:
        # What the engine says may hold what somebody wrote; where it was is enough.
        problem = str(failed) if isinstance(failed, Unanswered) or world.state is None else STOPPED
        place = getattr(failed, "element", "")
    went = Side(then, [(one.element, one.flows) for one in of.passed])
    would = Side(draft, [(one.element.id, tuple(one.flows)) for one in world.happened])
    new = next((task.element.id for task in _open(world) if task.element.id not in then.definition.elements), "")
    choice = parted(went, would)
    if choice is not None and (choice.is_chosen or not (problem or new)):
        return choice.told
    if problem:
        return Replayed(outcome=IMPOSSIBLE, place=place, reason=problem)
    if new:
        return Replayed(outcome=IMPOSSIBLE, place=new, reason="Steget är nytt, och det finns inget svar att ge i det.")
    if world.outcome() is None:
        return Replayed(
            outcome=IMPOSSIBLE, reason="Ärendet kom inte till sitt slut: något som utkastet väntar på hände aldrig."
        )
    return Replayed(outcome=SAME)


def _open(world: World) -> list[engine.WaitingTask]:
    waiting = world.waiting()
    return waiting.user_tasks if waiting is not None else []
