"""A person's task that is not done: somebody tried in vain, or it is not needed. Both are codes that can be drawn."""

from __future__ import annotations

from typing import Any

from workflows.diagram import DEVIATION, GONE_WRONG, NOT_DONE, NOT_NEEDED
from workflows.engine import events
from workflows.engine.nodes import environment
from workflows.engine.tokens import Token


def tell(token: Token, code: str, said: dict[str, Any]) -> None:
    """What stands on the edge of the task with this code goes on; what is not needed ends, and gives no answers.

    Had something gone wrong (`said[DEVIATION]`, the words of who saw it), what hears that around the task begins first,
    while the task stands.
    """
    known = {name: value for name, value in said.items() if name != DEVIATION}
    world, node = environment(token), token.task_spec
    world.has_changed = True
    world.variables[NOT_DONE] = {**world.variables.get(NOT_DONE, {}), node.bpmn_id: {"kod": code, **known}}
    if DEVIATION in said:
        world.variables[GONE_WRONG] = {"steg": node.bpmn_id, "vad": said[DEVIATION]}
        events.throw(token, events.coded("escalation", DEVIATION)[:1])
    for kind in ("escalation", "error"):
        # An event without a code takes what a system says, not this: a person's word is never guessed at.
        if events.throw_at_edge(token, events.coded(kind, code)[:1], known):
            break
    if code == NOT_NEEDED and token.is_alive:
        node.give(token, None)
        token.complete()


def forget(token: Token) -> None:
    """The task is done after all."""
    world, key = environment(token), token.task_spec.bpmn_id
    known = world.variables.get(NOT_DONE, {})
    if key in known:
        world.variables[NOT_DONE] = {other: said for other, said in known.items() if other != key}
