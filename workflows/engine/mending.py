"""What a person does to an instance that is stuck: let a step be, or put its token somewhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from SpiffWorkflow.util.task import TaskState

from workflows.diagram import Element
from workflows.engine import activities, events
from workflows.engine.errors import EngineError, NotWaiting
from workflows.engine.gateways import Complex, EventGateway, Parallel, upstream
from workflows.engine.loops import Loop
from workflows.engine.nodes import CHILD, Node
from workflows.engine.tokens import Plan, Token, remove
from workflows.engine.waiting import Place


def places(tokens: Iterable[Token], elements: Mapping[str, Element]) -> Iterator[Place]:
    """Where a person can step in."""
    for token in tokens:
        element = elements.get(token.task_spec.bpmn_id)
        others, is_skippable = targets(token), can_skip(token)
        if element is not None and (is_skippable or others):
            yield Place(token.id, element, is_skippable, [elements[node.bpmn_id] for node in others])


def can_skip(token: Token) -> bool:
    """Whether it stands in a step that can be let be: a task, a sub-process or an event that is waited for."""
    node = token.task_spec
    if isinstance(node, events.Boundary | events.Listener):
        return False
    if isinstance(node, events.Catch):
        return bool(token.has_state(TaskState.WAITING))
    if isinstance(node, activities.PersonsTask):
        return bool(token.has_state(TaskState.READY))
    is_held = isinstance(node, activities.Service | activities.SubProcess)
    return is_held and bool(token.has_state(TaskState.STARTED))


def skip(token: Token) -> None:
    """The step is done without doing anything; it gives no value."""
    if not can_skip(token):
        raise NotWaiting(token.task_spec.bpmn_id)
    node = token.task_spec
    if isinstance(node, events.Catch):
        node.go_on(token)
        return
    if node.is_one_of_several and isinstance(node, activities.Activity):
        token.own[node.variable] = None
    scope = token.workflow.top_workflow.subprocesses.get(token.id)
    if scope is not None:
        scope.end()
    else:
        token.complete()


def can_pass(node: Node) -> bool:
    """Whether a step that fails can be passed by without acting: what acts by itself, but no choice of the way on."""
    return isinstance(node, activities.Activity | Loop)


def targets(token: Token) -> list[Node]:
    """Where in its scope the token can be put so that no join waits in vain for it, or gets it once too often."""
    moved = _moved(token)
    scope = moved.workflow
    if moved.parent is not None or not _stands(moved) or scope.plan.type == "adHocSubProcess":
        return []
    joins = _joins(scope.plan)
    others = [item for item in scope.roots() if item is not moved and not item.task_spec.is_listener]
    nodes = [node for node in scope.plan.task_specs.values() if node is not moved.task_spec and _can_begin(node)]
    return [
        node for node in nodes if all(_fits(flows, moved.task_spec.name, node.name, bool(others)) for flows in joins)
    ]


def move(token: Token, target: str) -> None:
    """Take the token from where it waits and let it come to another node."""
    found = next((node for node in targets(token) if node.name == target), None)
    if found is None:
        text = "Dit går det inte att flytta: steget ligger i en annan del av förloppet, eller i en gren som möts."
        raise EngineError(target, "no-target", text)
    moved = _moved(token)
    scope = moved.workflow
    remove(moved)
    found.arrive(scope)


# -- inside ------------------------------------------------------------------------------------------------------------


def _moved(token: Token) -> Token:
    """What an event gateway waits for is one wait."""
    parent = token.parent
    return parent if parent is not None and isinstance(parent.task_spec, EventGateway) else token


def _stands(token: Token) -> bool:
    """Also a loop and an event gateway may be left as a whole."""
    is_held = isinstance(token.task_spec, Loop | EventGateway) and token.has_state(TaskState.STARTED)
    return bool(is_held) or can_skip(token)


def _can_begin(node: Node) -> bool:
    """A token can come here as it would along a flow."""
    if node.is_listener or node.name.endswith(CHILD) or not node.incoming:
        return False
    return not (isinstance(node, Parallel | Complex) and len(node.incoming) > 1)


def _joins(plan: Plan) -> list[dict[str, set[str]]]:
    """For each parallel join and each flow into it: the nodes from which a token can come along that flow."""
    joins = [
        node for node in plan.task_specs.values() if isinstance(node, Parallel | Complex) and len(node.incoming) > 1
    ]
    return [{flow: upstream(plan, node, [flow]) for flow in node.incoming} for node in joins]


def _fits(flows: dict[str, set[str]], here: str, there: str, has_others: bool) -> bool:
    """Whether the join gets as many tokens as it waits for: as before, or when there is only one token all or none."""
    before = {flow for flow, above in flows.items() if here in above}
    after = {flow for flow, above in flows.items() if there in above}
    return after == before or (not has_others and (not after or after == set(flows)))
