"""An instance's state as strict JSON, without its diagrams, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from workflows.engine.definition import Definition
from workflows.engine.earlier import upgraded
from workflows.engine.events import Catch
from workflows.engine.loops import CHECKED, Multi
from workflows.engine.nodes import CHILD
from workflows.engine.plain import check_json, copied
from workflows.engine.tokens import Instance, Scope, Token, numbered

FORMAT = 3
"""Since 3 the untouched instances of a loop are numbers; a state of format 2 is one of 3 where each is a token."""


def dump(instance: Instance) -> dict[str, Any]:
    """The live tokens of every scope as plain data, outer scopes first."""
    scopes = [_dump_scope(scope) for scope in instance.scopes()]
    passing = {"passing": sorted(instance.passing)} if instance.passing else {}
    return {"format": FORMAT, "completed": instance.completed, "scopes": scopes, **passing}


def load(definition: Definition, state: Mapping[str, Any], script_engine: Any) -> Instance:
    """An instance on the definition's nodes. Raises ValueError on a format it does not know."""
    if state["format"] == 1:
        state = upgraded(definition, state)
    if state["format"] not in (2, FORMAT):
        raise ValueError(f"state has format {state['format']}, this engine reads {FORMAT}")
    instance = Instance(definition.plans[definition.process], definition.plans, script_engine)
    instance.completed = state["completed"]
    instance.passing = set(state.get("passing", ()))
    outermost, *inner = state["scopes"]
    _load_scope(instance, outermost)
    for item in inner:
        holder = instance.known[UUID(item["holder"])]
        scope = Scope(definition.plans[item["plan"]], holder, instance)
        instance.subprocesses[holder.id] = scope
        _load_scope(scope, item)
    instance.came.clear()
    return instance


def seen_in(state: Mapping[str, Any], token_id: UUID) -> dict[str, Any]:
    """The variables of a stored state as one waiting task sees them, without bringing the instance to life."""
    layers: list[Mapping[str, Any]] = []
    wanted = str(token_id)
    for scope in reversed(state.get("scopes", ())):
        tokens = {token["id"]: token for token in scope.get("tokens", ())}
        for token in tokens.values():
            if "folded" in token and (number := UUID(token["id"]).int ^ token_id.int) in token["folded"]["numbers"]:
                layers.append(_own(token, number))
                wanted = token["id"]
        while token := tokens.get(wanted):
            layers.append(token.get("own", {}))
            wanted = token.get("in", "")
            if not wanted:
                layers.append(scope.get("local", {}))
                wanted = scope.get("holder", "")
                break
    return {name: value for layer in (state["variables"], *reversed(layers)) for name, value in layer.items()}


def tokens_in(scope: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The stored tokens of a scope, those that are only numbers too."""
    for token in scope.get("tokens", ()):
        folded = token.get("folded")
        yield {key: value for key, value in token.items() if key != "folded"} if folded else token
        for number in folded["numbers"] if folded else ():
            yield {
                "id": str(numbered(UUID(token["id"]), number)),
                "at": token["at"] + CHILD,
                "state": folded["state"],
                "in": token["id"],
                "own": _own(token, number),
            }


def task_ids(state: Mapping[str, Any]) -> set[str]:
    """The ids of all that a stored state holds."""
    return {token["id"] for scope in state.get("scopes", ()) for token in tokens_in(scope)}


def _own(loop: Mapping[str, Any], number: int) -> dict[str, Any]:
    return Multi.own_of(loop["folded"]["names"], loop["more"].get("items", ()), number)


def _dump_scope(scope: Scope) -> dict[str, Any]:
    check_json(scope.local)
    check_json(scope.undo)
    folded: dict[UUID, list[int]] = {}
    tokens = []
    for token in scope.tasks.values():
        if token.task_spec.is_one_of_several and (number := Multi.number_of(token)):
            folded.setdefault(token._parent, []).append(number)
        else:
            tokens.append(token)
    return _filled(
        plan=scope.plan.name,
        holder=str(scope.holder.id) if scope.holder is not None else "",
        tokens=[_dump_token(token, folded.get(token.id, [])) for token in tokens],
        local=scope.local,
        undo=scope.undo,
        interrupted=scope.is_interrupted,
    )


def _dump_token(token: Token, folded: list[int]) -> dict[str, Any]:
    node = token.task_spec
    found: dict[str, Any] = {"id": str(token.id), "at": node.name, "state": token.state}
    if token._parent is not None:
        found["in"] = str(token._parent)
    if token.internal_data:
        check_json({key: value for key, value in token.internal_data.items() if key not in CHECKED}, node.bpmn_id)
        found["more"] = token.internal_data
    if token.own:
        check_json(token.own, node.bpmn_id)
        found["own"] = token.own
    if folded or token.folded:
        found["folded"] = {**node.folded_as(token), "numbers": sorted({*folded, *token.folded})}
    return found


def _load_scope(scope: Scope, state: Mapping[str, Any]) -> None:
    # The state that was given stays as it was.
    scope.local = copied(state["local"]) if "local" in state else {}
    scope.undo = copied(state["undo"]) if "undo" in state else []
    scope.is_interrupted = state.get("interrupted", False)
    for item in state.get("tokens", ()):
        parent = scope.tasks[UUID(item["in"])] if "in" in item else None
        node = scope.plan.task_specs[item["at"]]
        token = Token(scope, node, parent, state=item["state"], token_id=UUID(item["id"]))
        token.internal_data = _internal(item["more"]) if "more" in item else {}
        token.own = copied(item["own"]) if "own" in item else {}
        if isinstance(node, Catch):
            node.watch(token)
        if "folded" in item:
            token.folded = frozenset(item["folded"]["numbers"])
            scope.top_workflow.folded[token.id] = token


def _internal(more: Mapping[str, Any]) -> dict[str, Any]:
    """What a loop holds may be much, and only the lists themselves are changed."""
    return {key: list(value) if key in CHECKED else copied(value) for key, value in more.items()}


def _filled(**found: Any) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value not in ("", [], {}, False)}
