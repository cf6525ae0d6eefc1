"""A World for scenarios in memory: the real engine, decisions and forms, state saved and loaded between all steps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from workflows import connectors, engine, feel, published
from workflows.definitions import FALLBACK_FORM
from workflows.diagram import COULD_NOT
from workflows.engine.clock import ZONE
from workflows.forms import answers as form_answers
from workflows.forms import not_done
from workflows.forms.definition import Form
from workflows.scenarios import Failed, Incoming, Open, Scenario


@dataclass
class _Kept:
    incoming: connectors.IncomingMessage
    keys: dict[str, str]


class MemoryWorld:
    """One instance, one person, no database."""

    def __init__(self, version: published.Published, scenario: Scenario) -> None:
        self.version = version
        self.scenario = scenario
        self.person_ref = str(uuid4())
        self.state: dict[str, Any] | None = None
        self.by_hand: set[UUID] = set()
        self.requests: dict[UUID, str] = {}
        self.kept: list[_Kept] = []
        self.happened: list[engine.Happened] = []
        self.attempts: Counter[UUID] = Counter()
        self.notes: set[engine.Note] = set()
        self.sent: list[engine.Signalled] = []

    # -- what the runner asks ----------------------------------------------------------------------------------------

    def send(self, incoming: Incoming, *, now: datetime) -> bool:
        message = incoming.message
        payload = {**message.payload, "person_ref": self.person_ref}
        keys = {**dict(message.keys), "person_ref": self.person_ref}
        if self.state is not None and self._deliver(message.name, keys, payload, now):
            return True
        start = next((item for item in self._starts() if item.message == message.name), None)
        if self.state is None and start is not None:
            self._start(start.id, payload, now)
            return True
        if self.outcome() is None and any(rule.arrives_as == message.name and rule.ttl for rule in self._rules()):
            self.kept.append(_Kept(message, keys))
            return True
        return False

    def start(self, start_event: str, answers: dict[str, Any], *, now: datetime) -> None:
        if self.version.has_form(start_event):
            answers = self._cleaned(start_event, answers, {"parametrar": self._parameters()}, now)
        self._start(start_event, answers, now)

    def open_tasks(self) -> list[Open]:
        run = self._restored()
        if run is None:
            return []
        waiting = run.waiting()
        found = [Open(task.id, task.element.id, task.element.lane) for task in waiting.user_tasks]
        for task in waiting.service_tasks:
            if task.id in self.by_hand:
                role = task.element.properties.get("reserv_roll") or task.element.lane or "samordnare"
                found.append(Open(task.id, task.element.id, role, is_by_hand=True))
        return found

    def complete(self, task: Open, answers: dict[str, Any], *, now: datetime) -> None:
        if task.is_by_hand:
            cleaned = self._cleaned(FALLBACK_FORM, answers, self.variables(), now)
            self.by_hand.discard(task.id)
            self._step(lambda run: run.answer(task.id, {"manuellt": True, **cleaned}, now=now), now)
            return
        key = self.form_of(task)
        cleaned = self._cleaned(key, answers, self.seen_by(task), now) if self.version.has_form(key) else {}
        self._step(lambda run: run.complete(task.id, cleaned, now=now), now)

    def tell(self, task: Open, code: str, answers: dict[str, Any], *, now: datetime) -> None:
        key = self.form_of(task)
        form = self.version.not_needed_form(key, task.element_id)
        if code == COULD_NOT:
            form = self.version.could_not_form(key, is_urgent=False)
            self.attempts[task.id] += 1
        if form is None or task.is_by_hand:
            raise Failed(f"Uppgiften {task.element_id} får inte avslutas som ej aktuell.")
        said = self._checked(form, key, answers, {}, now)
        known = {"skal": said["skal"], "forsok": self.attempts[task.id], **not_done.gone_wrong(said)}
        self._step(lambda run: run.tell(task.id, code, known, now=now), now)

    def waiting_operations(self) -> list[str]:
        run = self._restored()
        waiting = run.waiting().service_tasks if run else []
        return [task.operation for task in waiting if task.id not in self.by_hand]

    def answer(self, operation: str, result: dict[str, Any], *, now: datetime) -> None:
        task = self._service(operation)
        self._step(lambda run: run.answer(task, result, now=now), now)

    def fail(self, operation: str, error: connectors.DeliveryError, *, now: datetime) -> None:
        task = self._service(operation)
        taken = False
        if isinstance(error, connectors.BusinessError):

            def act(run: engine.Execution) -> None:
                nonlocal taken
                taken = run.refuse(task, error.code, now=now)

            self._step(act, now)
        if not taken:
            self.by_hand.add(task)

    def signal(self, name: str, payload: Any, *, for_all: bool, now: datetime) -> bool:
        run = self._restored()
        if run is None:
            start = next((item for item in self._starts() if item.signal == name), None)
            if start is None or for_all:
                return False
            self._start(start.id, payload, now)
            return True
        heard = {one.id for one in run.signals() if one.name == name and (one.for_all or not for_all)}
        if not heard:
            return False
        self._step(lambda run: run.hear(name, payload, task_ids=heard, now=now), now)
        return True

    def signalled(self) -> list[engine.Signalled]:
        return self.sent

    def next_due(self) -> datetime | None:
        run = self._restored()
        moments = [timer.due_at for timer in run.waiting().timers] if run else []
        return min(moments, default=None)

    def fire(self, *, now: datetime) -> None:
        self._step(lambda run: run.fire(now=now), now)

    def variables(self) -> dict[str, Any]:
        return dict(self.state["variables"]) if self.state else {}

    def outcome(self) -> str | None:
        run = self._restored()
        return run.outcome if run is not None and run.is_completed else None

    def waiting(self) -> engine.Waiting | None:
        """Everything that the ärende waits for; None before it has begun."""
        run = self._restored()
        return run.waiting() if run is not None else None

    def seen_by(self, task: Open) -> dict[str, Any]:
        """The variables where a task stands, which its form is shown with."""
        return dict(engine.seen_in(self.state or {}, task.id))

    def form_of(self, task: Open) -> str:
        """The key of the form that a task is answered with."""
        if task.is_by_hand:
            return FALLBACK_FORM
        return self.version.definition.elements[task.element_id].properties.get("formKey") or task.element_id

    def visited(self) -> set[str]:
        return {item.element.id for item in self.happened}

    @property
    def decisions(self) -> list[engine.Happened]:
        return [item for item in self.happened if item.explanation]

    # -- inside ------------------------------------------------------------------------------------------------------

    def _start(self, start_event: str, payload: dict[str, Any] | None, now: datetime) -> None:
        person = {"ref": self.person_ref, "alder": 80, "skyddad": False, **self.scenario.person}
        context = {
            "person": person,
            "parametrar": self._parameters(),
            "arende": {"ref": str(uuid4()), "startad": now.astimezone(ZONE).isoformat()},
        }
        try:
            run = engine.Execution.start(
                self.version.definition,
                variables=context,
                now=now,
                decide=self.version.decide,
                start_event=start_event,
                payload=payload,
            )
        except engine.EngineError as error:
            raise Failed(f"Stopp vid {error.element}: {error.message}") from None
        self._keep(run, now)

    def _step(self, act: Callable[[engine.Execution], None], now: datetime) -> None:
        run = self._restored()
        if run is None:
            raise Failed("Ärendet har inte startat.")
        try:
            act(run)
        except engine.EngineError as error:
            raise Failed(f"Stopp vid {error.element}: {error.message}") from None
        self._keep(run, now)

    def _keep(self, run: engine.Execution, now: datetime) -> None:
        """Save as the database would, then let kept messages reach those who wait for them now."""
        self._answer_local(run, now)
        self.happened += run.happened
        self.notes |= set(run.notes())
        self.sent += run.signalled()
        try:
            self.state = json.loads(json.dumps(run.dump()))
        except engine.EngineError as error:
            raise Failed(f"Stopp: {error.message}") from None
        for index, item in enumerate(self.kept):
            del self.kept[index]
            payload = {**item.incoming.payload, "person_ref": self.person_ref}
            if self._deliver(item.incoming.name, item.keys, payload, now):
                return
            self.kept.insert(index, item)

    def _answer_local(self, run: engine.Execution, now: datetime) -> None:
        for task in run.waiting().service_tasks:
            operation = connectors.operations().get(task.operation)
            if operation is not None and operation.local:
                run.answer(task.id, dict(operation.example), now=now)
                self._answer_local(run, now)
                return

    def _restored(self) -> engine.Execution | None:
        if self.state is None:
            return None
        return engine.Execution.restore(self.version.definition, self.state, decide=self.version.decide)

    def _deliver(self, name: str, keys: Mapping[str, str], payload: dict[str, Any], now: datetime) -> bool:
        run = self._restored()
        if run is None:
            return False
        for waiting in run.waiting().messages:
            rule = self.version.messages.get(waiting.name)
            if rule is None or rule.arrives_as != name:
                continue
            value = feel.to_plain(feel.evaluate(rule.value, run.seen_by(waiting.id), now=now)) if rule.value else None
            if value and str(value) == keys.get(rule.key_name):
                self._take(waiting, payload, now)
                return True
        return False

    def _take(self, waiting: engine.WaitingMessage, payload: dict[str, Any], now: datetime) -> None:
        self._step(lambda run: run.deliver(waiting.id, waiting.name, payload, now=now), now)

    def _cleaned(self, key: str, answers: dict[str, Any], variables: dict[str, Any], now: datetime) -> dict[str, Any]:
        return self._checked(self.version.form(key), key, answers, variables, now)

    @staticmethod
    def _checked(
        form: Form, key: str, answers: dict[str, Any], variables: dict[str, Any], now: datetime
    ) -> dict[str, Any]:
        cleaned = form_answers.clean(form, answers, variables, now=now)
        if cleaned.errors:
            told = "; ".join(f"{'.'.join(map(str, error.path))}: {error.message}" for error in cleaned.errors)
            raise Failed(f"Svaren på {key} är inte giltiga: {told}")
        return dict(cleaned.answers)

    def _service(self, operation: str) -> UUID:
        run = self._restored()
        for task in run.waiting().service_tasks if run else []:
            if task.operation == operation and task.id not in self.by_hand:
                return task.id
        raise Failed(f"Inget steg väntar på {operation}.")

    def _starts(self) -> list[engine.Element]:
        elements = self.version.definition.elements.values()
        return [
            item for item in elements if item.type == "startEvent" and item.scope == self.version.definition.process
        ]

    def _rules(self) -> list[published.MessageRule]:
        return list(self.version.messages.values())

    def _parameters(self) -> dict[str, Any]:
        return {**self.version.config.get("parameters", {}), **self.scenario.parameters}
