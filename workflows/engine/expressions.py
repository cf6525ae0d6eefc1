"""Every text that a diagram lets someone write is FEEL and is evaluated here, over one set of variables.

SpiffWorkflow gives each branch its own copy of the data and merges the copies; lists are merged by index and an
event sub-process sees the data of long ago. Here an instance has one flat dictionary of variables, shared by all
branches. `task.data` holds only what is local to one task and lies on top.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from workflows import feel
from workflows.engine.errors import EngineError

Decide = Callable[[str, Mapping[str, Any], datetime], Any]


class FeelEnvironment(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """The variables of one instance, the moment it is, and what its steps ask of the world around."""

    def __init__(self, variables: dict[str, Any], decide: Decide) -> None:
        super().__init__()
        self.variables = variables
        self.decide = decide
        self.now: datetime | None = None
        self.requests: list[tuple[Any, str, dict[str, Any]]] = []
        self.thrown: list[tuple[str, str, dict[str, Any]]] = []

    def evaluate(self, expression: str, context: Mapping[str, Any], external_context: Any = None) -> Any:
        """The plain value of a FEEL expression; null where it goes wrong. Raises FeelError when it does not parse."""
        if self.now is None:
            raise RuntimeError("the engine was asked to evaluate outside a step")
        value = feel.evaluate(expression, {**self.variables, **context}, now=self.now)
        return feel.to_plain(value)

    def execute(self, script: str, context: dict[str, Any], external_context: Any = None) -> bool:
        """A script is a FEEL context; each entry becomes a variable."""
        result = self.evaluate(script, context)
        if not isinstance(result, dict):
            raise EngineError("", "script-not-context", "Skriptet gav inget FEEL-kontext, till exempel { antal: 1 }.")
        self.variables.update(result)
        return True

    def assign(self, task: Any, name: str, value: Any) -> None:
        """Set a variable; inside a multi-instance step it is the step's own."""
        if task.data:
            task.data[name] = value
        else:
            self.variables[name] = value

    def seen_by(self, task: Any) -> dict[str, Any]:
        """The variables as one task sees them."""
        return {**self.variables, **task.data}


class FeelEngine(PythonScriptEngine):  # type: ignore[misc]
    """SpiffWorkflow's script engine with FEEL in the place of Python."""

    environment: FeelEnvironment

    def validate(self, expression: str) -> None:
        feel.parse(expression)

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        try:
            return self.environment.evaluate(expression, task.data)
        except feel.FeelError as error:
            raise EngineError(task.task_spec.name, "expression", f"Uttrycket gick inte att räkna ut: {error}") from None

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        try:
            return self.environment.execute(script, task.data)
        except feel.FeelError as error:
            raise EngineError(task.task_spec.name, "script", f"Skriptet gick inte att köra: {error}") from None
        except EngineError as error:
            raise EngineError(task.task_spec.name, error.code, error.message) from None
