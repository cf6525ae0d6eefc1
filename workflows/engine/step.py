"""What holds while a step is taken: a clock, the time that expressions share, and one kind of error."""

from __future__ import annotations

from datetime import datetime

from SpiffWorkflow.exceptions import SpiffWorkflowException

from workflows import feel
from workflows.engine.errors import EngineError
from workflows.engine.expressions import FeelEnvironment
from workflows.feel import limits


class Step:
    """While a step is taken the environment has a clock; what SpiffWorkflow raises becomes an EngineError.

    All expressions of a step share the time that one may take: hundreds of slow ones in a row are a bomb too.
    """

    def __init__(self, environment: FeelEnvironment, now: datetime) -> None:
        self.environment = environment
        self.now = now
        self._together = limits.together()

    def __enter__(self) -> None:
        self.environment.now = self.now
        self._together.__enter__()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.environment.now = None
        self._together.__exit__(None, None, None)
        if isinstance(error, SpiffWorkflowException):
            element = getattr(getattr(error, "task_spec", None), "name", "") or ""
            raise EngineError(element, "engine", "Motorn kom inte vidare härifrån.") from error
        if isinstance(error, feel.FeelError):
            raise EngineError("", "expression", f"Ett uttryck gick inte att räkna ut: {error}") from error
