"""Tokens and the scopes they live in: SpiffWorkflow's tasks and workflows that forget what is done.

SpiffWorkflow keeps every finished task in a tree, predicts the ones to come and searches both at each join. Here a
scope (the process, or one run of a sub-process) holds only its live tokens. A token under another token is part of
what the other does: the instances of a loop, the boundary events of an activity, what an event gateway waits for.
"""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any, cast
from uuid import UUID, uuid4

from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from workflows.diagram import Element
from workflows.engine.errors import EngineError

Node = Any
"""A `nodes.Node`, which is made of what is here."""

MAX_DEPTH = 60
MADE = "made"
"""How many tokens there have been in an instance of a loop."""
SERIALS = 16
"""The bit of an id where the serial of a token in an instance begins; the number of the instance is below it."""
NUMBERS = (1 << SERIALS) - 1


class Plan(WorkflowSpec):  # type: ignore[misc]
    """What one scope is made of: its nodes by id, where it begins, and the event sub-processes that wait in it."""

    def __init__(self, name: str, compiled: dict[str, Any]) -> None:
        self.name = name
        self.file = None
        self.task_specs: dict[str, Node] = {}
        self.type: str = compiled["type"]
        self.entry: list[str] = compiled.get("entry", [])
        self.data: list[str] = compiled.get("data", [])
        self.until: str = compiled.get("until", "")
        self.cancels_rest: bool = compiled.get("cancel", False)
        self.goes_in_turn: bool = compiled.get("in_turn", False)
        self.undone_by: str = compiled.get("undone_by", "")
        self.takes: list[str] = compiled.get("takes", [])
        self.returns: list[str] = compiled.get("returns", [])
        self.listeners: list[Node] = []
        self.inclusive_joins: list[Node] = []

    @property
    def has_own_data(self) -> bool:
        """A process that says what it takes and returns keeps all else that it sets to itself when it is called."""
        return bool(self.takes or self.returns)


class Token(Task):  # type: ignore[misc]
    """A task that knows its children by hash, and sees the variables of its own and of all that is around it."""

    folded: Sequence[Any] = ()
    """Of a loop: groups of instances that rest and are not brought to life, see `folding`."""

    def __init__(
        self, scope: Scope, node: Node, parent: Token | None = None, *, state: int, token_id: UUID | None = None
    ) -> None:
        # What `Task` sets, without the time and a number for a thread; a thousand tokens are made at each load.
        self.id = token_id or scope.new_id(node)
        self.workflow = scope
        self.task_spec = node
        self._parent = parent.id if parent is not None else None
        self._children: dict[UUID, None] = {}
        self._state = state
        self.triggered = False
        self.internal_data: dict[str, Any] = {}
        self.own: dict[str, Any] = {}
        scope.tasks[self.id] = self
        top = scope.top_workflow
        top.known[self.id] = top.came[self.id] = self
        if parent is not None:
            parent._children[self.id] = None

    @property
    def data(self) -> MutableMapping[str, Any]:
        """The variables that are not shared by the whole instance, the innermost first; empty when there are none."""
        layers = list(_layers(self))
        return Locals(layers, self.workflow.top_workflow.variables) if layers else {}

    def _set_state(self, value: int) -> None:
        """Without a log line for each change: history is ours to write, and the engine reads no clock."""
        self._state = value

    @property
    def children(self) -> list[Token]:
        if self.folded:
            self.task_spec.wake(self)
        return [self.workflow.tasks[child] for child in self._children]

    @property
    def is_alive(self) -> bool:
        return self.id in self.workflow.tasks

    def calls_around(self, elements: Mapping[str, Element]) -> list[str]:
        """The ids of the call activities that it is in, the innermost first."""
        found, holder = [], self.workflow.holder
        while holder is not None:
            element = elements.get(holder.task_spec.bpmn_id)
            found += [element.id] if element is not None and element.called else []
            holder = holder.workflow.holder
        return found


class Locals(ChainMap[str, Any]):
    """Layers of variables. What is set goes to the layer that knows the name, else to the instance of a loop
    around it, else to the variables all share."""

    def __init__(self, layers: list[tuple[dict[str, Any], bool]], shared: dict[str, Any]) -> None:
        super().__init__(*(layer for layer, _ in layers))
        self.takes = [takes for _, takes in layers]
        self.shared = shared

    def __setitem__(self, name: str, value: Any) -> None:
        for layer, takes in zip(self.maps, self.takes, strict=True):
            if takes or name in layer:
                layer[name] = value
                return
        self.shared[name] = value


def _layers(token: Token | None) -> Iterator[tuple[dict[str, Any], bool]]:
    while token is not None:
        if token.own:
            yield token.own, token.task_spec.is_one_of_several
        if token.parent is not None:
            token = token.parent
            continue
        scope = token.workflow
        if scope.local:
            yield scope.local, scope.plan.has_own_data
        token = scope.holder


class Scope(Workflow):  # type: ignore[misc]
    """One run of a process or sub-process: its live tokens, its own data objects, and what in it can be undone."""

    def __init__(self, plan: Plan, holder: Token | None, top: Instance | None) -> None:
        super().__init__(plan, deserializing=True)
        self.holder = holder
        self.top_workflow: Instance = top or cast(Instance, self)
        self.local: dict[str, Any] = dict.fromkeys(plan.data)
        self.undo: list[dict[str, Any]] = []
        self.is_interrupted = False
        # The instance of a multi-instance activity around it, if any.
        self.one: Token | None = holder
        if holder is not None and not holder.task_spec.is_one_of_several:
            self.one = holder.workflow.one

    @property
    def plan(self) -> Plan:
        found: Plan = self.spec
        return found

    def new_id(self, node: Node) -> UUID:
        """In an instance of a loop one that can be worked out; a loop in it has instances of its own to number."""
        if self.one is None or node.is_loop:
            return uuid4()
        made = self.one.internal_data[MADE] = self.one.internal_data.get(MADE, 0) + 1
        return inside(self.one.id, made)

    @property
    def depth(self) -> int:
        depth, holder = 0, self.holder
        while holder is not None:
            depth, holder = depth + 1, holder.workflow.holder
        return depth

    def begin(self, entry: list[str] | None = None) -> None:
        """Let the event sub-processes listen, and put a token at each beginning."""
        for listener in self.plan.listeners:
            listener.arrive(self)
            if self.is_interrupted:
                return  # what it waits for is so already
        for name in self.plan.entry if entry is None else entry:
            self.plan.task_specs[name].arrive(self)

    def roots(self) -> list[Token]:
        return [token for token in self.tasks.values() if token._parent is None]

    def is_empty(self) -> bool:
        """Whether nothing is left but event sub-processes that wait."""
        return all(token.task_spec.is_listener for token in self.tasks.values())

    def settle(self) -> None:
        """Something has left: the scope ends when nothing is left in it."""
        if self.completed:
            return
        if self.plan.type == "adHocSubProcess" and self.holder is not None:
            self.holder.task_spec.something_done(self.holder, self)
        elif self.is_empty():
            self.end()

    def end(self) -> None:
        """Whatever is left stops; what held the scope goes on."""
        self.completed = True
        for token in self.roots():
            remove(token)
        if self.holder is not None:
            self.top_workflow.subprocesses.pop(self.holder.id, None)
            self.holder.task_spec.scope_ended(self.holder, self)

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        return dct or {}


class Instance(Scope):
    """The outermost scope: all running scopes, the variables all share, and the tokens that can go on by themselves."""

    def __init__(self, plan: Plan, plans: dict[str, Plan], script_engine: Any) -> None:
        self.plans = plans
        self.script_engine = script_engine
        self.subprocesses: dict[UUID, Scope] = {}
        self.agenda: deque[Token] = deque()
        self.known: dict[UUID, Token] = {}  # every live token but those that are folded
        self.folded: dict[UUID, Token] = {}  # loops with instances that are
        self.came: dict[UUID, Token] = {}  # tokens that the stored state does not have
        self.left: list[Token] = []  # and those that it has and that are gone
        self.watched: dict[UUID, Token] = {}  # those that wait for a time or a condition
        self.listening: dict[UUID, Token] = {}  # those that wait for a message or a signal
        self.passing: set[str] = set()  # elements that a person has said to pass by the next time
        self.note: Callable[[Token], None] = lambda _token: None
        self.ways: dict[UUID, list[str]] = {}  # the flows that tokens which are noted chose, if there was a choice
        super().__init__(plan, None, None)

    @property
    def variables(self) -> dict[str, Any]:
        found: dict[str, Any] = self.script_engine.environment.variables
        return found

    def open(self, holder: Token, plan_name: str) -> Scope:
        """A new run of a sub-process or of a called process, held by a token."""
        scope = Scope(self.plans[plan_name], holder, self)
        if scope.depth > MAX_DEPTH:
            text = f"Mer än {MAX_DEPTH} delprocesser i varandra: processerna anropar varandra runt."
            raise EngineError(holder.task_spec.bpmn_id, "endless", text)
        self.subprocesses[holder.id] = scope
        return scope

    def scopes(self) -> Iterator[Scope]:
        yield self
        yield from self.subprocesses.values()

    def tokens(self) -> list[Token]:
        """All, brought to life."""
        for loop in list(self.folded.values()):
            loop.task_spec.wake(loop)
        return list(self.known.values())

    def find(self, token_id: UUID) -> Token | None:
        """One live token, brought to life if it was not."""
        found = self.known.get(token_id)
        if found is not None:
            return found
        for loop in self.folded.values():
            number = number_of(token_id, loop.id)
            if any(number in group.numbers for group in loop.folded):
                loop.task_spec.wake(loop, number)
                return self.known.get(token_id)
        return None


def numbered(loop_id: UUID, number: int) -> UUID:
    """The id of an instance of a loop, from which its number can be told."""
    return UUID(int=loop_id.int ^ number)


def inside(instance_id: UUID, serial: int) -> UUID:
    """The id of what is in an instance of a loop; 0 is the instance."""
    return UUID(int=instance_id.int ^ serial << SERIALS)


def serial_of(token_id: UUID, instance_id: UUID) -> int:
    """The serial of a token in an instance of a loop; of one that was not made by `inside`, what can be none."""
    apart = token_id.int ^ instance_id.int
    return -1 if apart & NUMBERS else apart >> SERIALS


def number_of(token_id: UUID, loop_id: UUID) -> int:
    """The number of the instance of a loop that a token is, or is in; of others, what is most likely none."""
    return (token_id.int ^ loop_id.int) & NUMBERS


def remove(token: Token) -> None:
    """Take a token away, with all that it does."""
    for child in token.children:
        remove(child)
    instance: Instance = token.workflow.top_workflow
    scope = instance.subprocesses.pop(token.id, None)
    if scope is not None:
        scope.completed = True
        for inner in scope.roots():
            remove(inner)
    if token.parent is not None:
        del token.parent._children[token.id]
    token.workflow.tasks.pop(token.id, None)
    if instance.known.pop(token.id, None) and not instance.came.pop(token.id, None):
        instance.left.append(token)
    instance.watched.pop(token.id, None)
    instance.listening.pop(token.id, None)
    if not token.has_state(TaskState.FINISHED_MASK):
        token._set_state(TaskState.CANCELLED)
