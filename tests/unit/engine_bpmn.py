"""Small diagrams for tests of the engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from uuid import UUID

from workflows import engine, safe_xml
from workflows.engine.expressions import Decide

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)

HEAD = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d" targetNamespace="x">
 <message id="m_borja" name="borja"/><message id="m_dod" name="avliden"/><message id="m_info" name="info"/>
 <message id="m_klar" name="klar"/><message id="m_besked" name="besked"/>
 <escalation id="esc" name="forsamring" escalationCode="forsamring"/>
 <error id="err" name="nej" errorCode="nej"/><signal id="sig" name="sig"/>"""
_CONTENT = "<spiffworkflow:payloadExpression>1 + 1</spiffworkflow:payloadExpression>"
HEAD += "".join(
    f'<signal id="{key}" name="{name}"><extensionElements><spiffworkflow:properties>'
    f'<spiffworkflow:property name="galler" value="{reach}"/></spiffworkflow:properties>{more}</extensionElements>'
    "</signal>"
    for key, name, reach, more in (
        ("sig_har", "avbryt", "arende", ""),
        ("sig_person", "aterkallat", "person", ""),
        ("sig_alla", "snovader", "alla", ""),
        ("sig_bar", "ord", "person", _CONTENT + "<spiffworkflow:variableName>hort</spiffworkflow:variableName>"),
        ("sig_ut", "ut", "alla", _CONTENT),
    )
)


def process(body: str) -> bytes:
    """A process `p` with this content."""
    return f'{HEAD}<process id="p" isExecutable="true">{body}</process></definitions>'.encode()


def flow(source: str, target: str, condition: str = "") -> str:
    """A sequence flow."""
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def chain(*ids: str) -> str:
    """Flows from each to the next."""
    return "".join(flow(source, target) for source, target in pairwise(ids))


def service(element_id: str, operation: str, **params: str) -> str:
    """A service task with FEEL parameters."""
    inner = "".join(
        f'<spiffworkflow:parameter id="{key}" type="str" value="{value}"/>' for key, value in params.items()
    )
    return (
        f'<serviceTask id="{element_id}" name="{element_id}"><extensionElements>'
        f'<spiffworkflow:serviceTaskOperator id="{operation}" resultVariable="svar"><spiffworkflow:parameters>{inner}'
        "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></extensionElements></serviceTask>"
    )


def no_decision(decision_id: str, _variables: Mapping[str, Any], _now: datetime) -> Any:
    """For diagrams without decisions."""
    raise AssertionError(decision_id)


@lru_cache(maxsize=100)
def defined(body: str) -> engine.Definition:
    """A process with this content, compiled."""
    compiled = engine.compile_process({"p.bpmn": safe_xml.parse(process(body))}, "p")
    return engine.Definition(json.loads(json.dumps(compiled)))


class Run:
    """An execution that is stored and loaded between all steps, as in life; or one that is kept in memory."""

    def __init__(
        self,
        body: str,
        *,
        start: str = "",
        payload: dict[str, Any] | None = None,
        stores: bool = True,
        decide: Decide = no_decision,
    ) -> None:
        self.stores = stores
        self.decide = decide
        self._compile(body)
        execution = engine.Execution.start(
            self.definition, variables={}, now=NOW, decide=decide, start_event=start, payload=payload
        )
        self._store(execution)

    def _compile(self, body: str) -> None:
        self.definition = defined(body)
        self.now = NOW
        self.done: list[str] = []

    @classmethod
    def stored(cls, body: str, state: dict[str, Any]) -> Run:
        """An instance as it was stored once."""
        run = cls.__new__(cls)
        run.stores = True
        run.decide = no_decision
        run._compile(body)
        run.state = state
        return run

    def _store(self, execution: engine.Execution) -> None:
        self.done += [item.element.id for item in execution.happened]
        if self.stores:
            self.state = json.loads(json.dumps(execution.dump()))
        else:
            execution.happened.clear()
            self.kept = execution

    @property
    def execution(self) -> engine.Execution:
        if not self.stores:
            return self.kept
        return engine.Execution.restore(self.definition, self.state, decide=self.decide)

    @property
    def users(self) -> list[str]:
        return sorted(task.element.id for task in self.execution.waiting().user_tasks)

    @property
    def messages(self) -> list[str]:
        return sorted(message.name for message in self.execution.waiting().messages)

    @property
    def outcome(self) -> str | None:
        return self.execution.outcome if self.execution.is_completed else None

    def task(self, element_id: str) -> UUID:
        return next(task.id for task in self.execution.waiting().user_tasks if task.element.id == element_id)

    def service(self, element_id: str) -> UUID:
        return next(task.id for task in self.execution.waiting().service_tasks if task.element.id == element_id)

    def complete(self, element_id: str, **answers: Any) -> None:
        execution, task = self.execution, self.task(element_id)
        execution.complete(task, answers, now=self.now)
        self._store(execution)

    def deliver(self, name: str, **payload: Any) -> None:
        execution = self.execution
        target = next(message.id for message in execution.waiting().messages if message.name == name)
        execution.deliver(target, name, payload, now=self.now)
        self._store(execution)

    def hear(self, name: str, **payload: Any) -> None:
        execution = self.execution
        execution.hear(name, payload or None, now=self.now)
        self._store(execution)

    def answer(self, element_id: str, **result: Any) -> None:
        execution, task = self.execution, self.service(element_id)
        execution.answer(task, result, now=self.now)
        self._store(execution)

    def refuse(self, element_id: str, code: str) -> bool:
        execution, task = self.execution, self.service(element_id)
        taken = execution.refuse(task, code, now=self.now)
        self._store(execution)
        return taken

    def tell(self, element_id: str, code: str, **said: Any) -> None:
        """A person says that a task could not be done, or is not needed."""
        execution, task = self.execution, self.task(element_id)
        execution.tell(task, code, said, now=self.now)
        self._store(execution)

    def at(self, moment: datetime) -> None:
        """Let time pass to a moment."""
        self.now = moment
        execution = self.execution
        execution.fire(now=moment)
        self._store(execution)

    def step(self, kind: str, name: Any, more: dict[str, Any]) -> None:
        """One step of a table: do, get, answer, refuse, days."""
        if kind == "days":
            self.at(NOW + timedelta(days=name))
        elif kind == "refuse":
            assert self.refuse(name, more["code"])
        else:
            acts: dict[str, Callable[..., None]] = {"do": self.complete, "get": self.deliver, "answer": self.answer}
            acts[kind](name, **more)
