"""An activity that is done several times: while a condition holds, a number of times, or once for each in a list.

The token of the loop waits while its instances, tokens under it, do the activity. What the instances of a
multi-instance activity set is their own; when all are done the results are one list, in the order of the collection.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflows.engine import compensation, folding
from workflows.engine.errors import EngineError
from workflows.engine.folding import COUNTER
from workflows.engine.nodes import CHILD, Node, engine, environment, holds
from workflows.engine.plain import check_json
from workflows.engine.tokens import Plan, Token, numbered, remove

MAX_INSTANCES = 1000


class Loop(Node):
    """What standard loops and multi-instance have in common."""

    is_loop = True

    def __init__(self, plan: Plan, name: str, compiled: dict[str, Any]) -> None:
        super().__init__(plan, name, compiled)
        self.loop: dict[str, Any] = compiled["loop"]

    def before_leaving(self, token: Token) -> None:
        compensation.loop_done(token)

    def inner(self, token: Token) -> Node:
        found: Node = token.workflow.plan.task_specs[self.name + CHILD]
        return found


class Standard(Loop):
    """Again and again while the condition holds, at most so many times."""

    def _run_hook(self, my_task: Token) -> bool | None:
        my_task.internal_data["done"] = 0
        if self.loop.get("before") and not self._again(my_task):
            return True
        self._next(my_task)
        return None

    def _again(self, token: Token) -> bool:
        most = self.loop.get("most", 0)
        if most and token.internal_data["done"] >= most:
            return False
        condition = self.loop.get("while", "")
        return not condition or holds(token, condition)

    def _next(self, token: Token) -> None:
        token.own[COUNTER] = token.internal_data["done"] + 1
        self.inner(token).arrive(token.workflow, parent=token)

    def child_done(self, token: Token, child: Token) -> None:
        token.internal_data["done"] += 1
        if self._again(token):
            self._next(token)
        else:
            token.complete()


class Multi(Loop):
    """Once for each, side by side or one after the other, until all are done or the condition holds.

    Instances that rest are stored as their numbers and brought to life when somebody asks for them (`folding`), so
    that a step costs the same however many wait beside.
    """

    def _run_hook(self, my_task: Token) -> bool | None:
        items = self._items(my_task)
        state = my_task.internal_data
        state |= {"total": len(items), "done": 0, "begun": 0, "gave": [None] * len(items)}
        if not items:
            self._give(my_task)
            return True
        if "each" in self.loop:
            check_json(items, self.bpmn_id)
            state["items"] = items
        for _ in items[:1] if self.loop["type"] == "sequential" else items:
            self._begin(my_task)
        return None

    def _items(self, token: Token) -> list[Any]:
        if "each" in self.loop:
            items = engine(token).evaluate(token, self.loop["each"])
            if not isinstance(items, list):
                raise EngineError(self.bpmn_id, "not-a-list", "Det som steget ska göras för är ingen lista.")
        else:
            count = engine(token).evaluate(token, self.loop["count"])
            if isinstance(count, bool) or not isinstance(count, int | float) or count < 0 or count != int(count):
                raise EngineError(self.bpmn_id, "not-a-number", "Antalet gånger är inget heltal.")
            self._check(int(count))
            items = [None] * int(count)
        self._check(len(items))
        return items

    def _check(self, count: int) -> None:
        if count > MAX_INSTANCES:
            text = f"Steget skulle göras {count} gånger. Det får vara högst {MAX_INSTANCES}."
            raise EngineError(self.bpmn_id, "too-many", text)

    def _begin(self, token: Token) -> None:
        state = token.internal_data
        state["begun"] += 1
        number = state["begun"]
        own = folding.began({"names": self.item_names}, state, number)
        self.inner(token).arrive(token.workflow, parent=token, own=own, token_id=numbered(token.id, number))

    @property
    def item_names(self) -> list[str]:
        """What an instance calls its item."""
        return list(self.loop.get("item", ()))

    def wake(self, token: Token, number: int = 0) -> None:
        """Bring one instance that rests to life, or all."""
        numbers = [number] if number else sorted(each for group in token.folded for each in group.numbers)
        for each in numbers:
            folding.wake(token, each)

    def child_done(self, token: Token, child: Token) -> None:
        state = token.internal_data
        state["done"] += 1
        gave = self._gave(child)
        check_json(gave, self.bpmn_id)
        state["gave"][child.own[COUNTER] - 1] = gave
        if state["done"] == state["total"] or self._is_enough(token, child):
            for other in token.children:
                if other.task_spec.is_one_of_several:
                    remove(other)
            self._give(token)
            token.complete()
        elif state["begun"] < state["total"]:
            self._begin(token)

    def _gave(self, child: Token) -> Any:
        """What one instance gave: what is asked for, its result, or all that a sub-process set."""
        if "gives" in self.loop:
            return self._asked_for(child, self.loop["gives"][0])
        variable = getattr(child.task_spec, "variable", "")
        if variable in child.own:
            return child.own[variable]
        apart = {*self.loop.get("item", ()), COUNTER}
        return {name: value for name, value in child.own.items() if name not in apart}

    def _asked_for(self, child: Token, name: str) -> Any:
        """A variable of the instance, or a part of what it answered."""
        answer = child.own.get(getattr(child.task_spec, "variable", ""))
        return child.own.get(name, answer.get(name) if isinstance(answer, dict) else None)

    def _is_enough(self, token: Token, child: Token) -> bool:
        if "until" not in self.loop:
            return False
        state = token.internal_data
        counts = {
            "numberOfInstances": state["total"],
            "numberOfCompletedInstances": state["done"],
            "numberOfActiveInstances": state["begun"] - state["done"],
            "numberOfTerminatedInstances": 0,
        }
        seen = Token(token.workflow, child.task_spec, token, state=TaskState.STARTED)
        seen.own = {self.into: [item for item in state["gave"] if item is not None], **child.own, **counts}
        try:
            return holds(seen, self.loop["until"])
        finally:
            remove(seen)

    @property
    def into(self) -> str:
        return str(self.loop.get("into") or self.bpmn_id)

    def _give(self, token: Token) -> None:
        """The results as one list, without those that were not done."""
        gave = token.internal_data["gave"]
        result = [item for item in gave if item is not None]
        for name in (self.into, *self.compiled.get("data", ())):
            environment(token).assign(token, name, result)
