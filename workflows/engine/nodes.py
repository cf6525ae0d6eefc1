"""A flow node as SpiffWorkflow sees it: what happens when a token comes, when it acts, and when it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from workflows.engine.errors import EngineError
from workflows.engine.tokens import Instance, Plan, Scope, Token, remove

if TYPE_CHECKING:
    from workflows.engine.expressions import FeelEngine, FeelEnvironment

CHILD = "[child]"
MAX_TOLD = 3


@dataclass(frozen=True)
class Flow:
    id: str
    target: str
    condition: str


class Node(TaskSpec):  # type: ignore[misc]
    """A node that acts at once and goes on along its flows. Nothing is predicted and nothing finished is kept."""

    is_listener = False
    """Waits for an event that starts an event sub-process; a scope does not wait for it."""
    is_one_of_several = False
    """Its tokens are instances of a multi-instance activity: what they set is their own."""

    is_loop = False
    """Its instances are told of, each when it is done; it is not."""
    waits_as = 0
    """The state in which its tokens wait for somebody outside, if that is all they do."""
    rests_as = 0
    """The state in which nothing but somebody outside, or another token, makes its tokens go on."""

    def __init__(self, plan: Plan, name: str, compiled: dict[str, Any]) -> None:
        super().__init__(plan, name)
        self.bpmn_id = name.removesuffix(CHILD)
        self.compiled = compiled
        self.type: str = compiled["type"]
        self.flows = [Flow(*flow) for flow in compiled.get("out", ())]
        self.incoming: list[str] = compiled.get("in", [])
        self.default: str = compiled.get("default", "")
        self.boundaries: list[str] = compiled.get("boundaries", [])
        self.has_choice = self.type == "exclusiveGateway" or any(flow.condition for flow in self.flows)
        self.has_choice = self.has_choice and len(self.flows) > 1

    # -- what SpiffWorkflow asks -----------------------------------------------------------------------------------

    def test(self) -> None:
        """What does not hold together was refused before."""

    def _predict(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing is predicted."""

    def _update_hook(self, my_task: Token) -> bool:
        """A token has come. True lets it act as soon as it is its turn."""
        if "needs" in self.compiled and not self._has_gathered(my_task):
            return False
        put = {name: engine(my_task).evaluate(my_task, text) for name, text in self.compiled.get("puts", ())}
        my_task.own |= put
        if before := self.compiled.get("before"):
            engine(my_task).execute(my_task, before)
        for name in self.boundaries:
            my_task.workflow.plan.task_specs[name].arrive(my_task.workflow, parent=my_task)
            if not my_task.is_alive:
                return False  # interrupted before it began
        return True

    def _has_gathered(self, token: Token) -> bool:
        """Whether as many tokens as the step needs have come; then they are this one."""
        came = [item for item in token.workflow.roots() if item.task_spec is self and item.has_state(TaskState.FUTURE)]
        if len(came) < self.compiled["needs"]:
            return False
        for other in came:
            if other is not token:
                remove(other)
        return True

    def _on_ready_hook(self, my_task: Token) -> None:
        if not self.manual:
            instance(my_task).agenda.append(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        """Act. None waits for somebody to complete the token."""
        return True

    def _on_complete(self, my_task: Token) -> None:
        if after := self.compiled.get("after"):
            engine(my_task).execute(my_task, after)
        for name, text in self.compiled.get("outs", ()):
            environment(my_task).assign(my_task, name, engine(my_task).evaluate(my_task, text))
        instance(my_task).note(my_task)
        self.leave(my_task)

    # -- tokens ----------------------------------------------------------------------------------------------------

    def arrive(
        self,
        scope: Scope,
        flow: str = "",
        parent: Token | None = None,
        own: dict[str, Any] | None = None,
        token_id: UUID | None = None,
    ) -> Token:
        """A new token here, with variables of its own; as an activity of another token when it has a parent."""
        token = Token(scope, self, parent, state=TaskState.FUTURE, token_id=token_id)
        token.own = own or {}
        if flow:
            token.internal_data["flow"] = flow
        self._update(token)
        return token

    def leave(self, token: Token) -> None:
        """The token is done: it is forgotten, and new ones go along the flows."""
        parent, scope = token.parent, token.workflow
        flows = list(self.choose(token)) if parent is None else []
        if flows and self.has_choice:
            instance(token).ways.get(token.id, []).extend(flow.id for flow in flows)
        self.before_leaving(token)
        remove(token)
        if parent is not None:
            parent.task_spec.child_done(parent, token)
            return
        for flow in flows * self.compiled.get("makes", 1):
            scope.plan.task_specs[flow.target].arrive(scope, flow.id)
        scope.settle()

    def before_leaving(self, token: Token) -> None:
        """What is to be remembered of a token that is done."""

    def child_done(self, token: Token, child: Token) -> None:
        """Something that the token does is done."""

    def choose(self, token: Token) -> Iterator[Flow]:
        """The flows to go along: all without a condition, those whose condition holds, else the default."""
        taken = False
        for flow in self.flows:
            if flow.id != self.default and (not flow.condition or holds(token, flow.condition)):
                taken = True
                yield flow
        if not taken and self.flows:
            yield self.default_flow(token)

    def default_flow(self, token: Token) -> Flow:
        for flow in self.flows:
            if flow.id == self.default:
                return flow
        noted = [note for note in environment(token).notes if note.element_id == self.bpmn_id]
        told = "".join(f" I villkoret ”{note.expression}”: {note.message}" for note in noted[:MAX_TOLD])
        text = f"Inget villkor efter steget stämde, och det har inget standardflöde.{told}"
        raise EngineError(self.bpmn_id, "no-flow", text)


def instance(token: Token) -> Instance:
    found: Instance = token.workflow.top_workflow
    return found


def engine(token: Token) -> FeelEngine:
    found: FeelEngine = instance(token).script_engine
    return found


def environment(token: Token) -> FeelEnvironment:
    return engine(token).environment


def holds(token: Token, condition: str) -> bool:
    """Whether a condition is true; all else is no."""
    return engine(token).holds(token, condition)


def now(token: Token) -> datetime:
    moment = environment(token).now
    if moment is None:
        raise RuntimeError("the engine was asked for the time outside a step")
    return moment
