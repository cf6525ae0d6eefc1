"""An instance's state as strict JSON, without its diagrams, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from workflows.engine import folding
from workflows.engine.definition import Definition
from workflows.engine.earlier import upgraded
from workflows.engine.folding import CHECKED
from workflows.engine.plain import check_json
from workflows.engine.tokens import Instance, Scope, Token, number_of

FORMAT = 4
"""Since 3 the untouched instances of a loop are numbers, since 4 sub-processes too; in older ones they are tokens."""


def dump(instance: Instance) -> dict[str, Any]:
    """The live tokens of every scope as plain data, outer scopes first."""
    rested: dict[UUID, list[folding.Resting]] = {}
    hidden: set[UUID] = set()
    for token in instance.known.values():
        if token.task_spec.is_one_of_several and (found := folding.resting(token)):
            rested.setdefault(found.loop.id, []).append(found)
            hidden.update(item.id for item in found.tokens)
    open_ = [scope for scope in instance.scopes() if scope.holder is None or scope.holder.id not in hidden]
    scopes = [_dump_scope(scope, rested, hidden) for scope in open_]
    passing = {"passing": sorted(instance.passing)} if instance.passing else {}
    return {"format": FORMAT, "completed": instance.completed, "scopes": scopes, **passing}


def load(definition: Definition, state: Mapping[str, Any], script_engine: Any) -> Instance:
    """An instance on the definition's nodes. Raises ValueError on a format it does not know."""
    if state["format"] == 1:
        state = upgraded(definition, state)
    if state["format"] not in (2, 3, FORMAT):
        raise ValueError(f"state has format {state['format']}, this engine reads {FORMAT}")
    instance = Instance(definition.plans[definition.process], definition.plans, script_engine)
    instance.completed = state["completed"]
    instance.passing = set(state.get("passing", ()))
    outermost, *inner = state["scopes"]
    folding.load_scope(instance, outermost)
    for item in inner:
        folding.open_scope(instance, item)
    instance.came.clear()
    return instance


def seen_in(state: Mapping[str, Any], token_id: UUID) -> dict[str, Any]:
    """The variables of a stored state as one waiting task sees them, without bringing the instance to life."""
    layers: list[Mapping[str, Any]] = []
    wanted = str(token_id)
    for scope in reversed(spelled_out(state, token_id)):
        tokens = {token["id"]: token for token in scope.get("tokens", ())}
        while token := tokens.get(wanted):
            layers.append(token.get("own", {}))
            wanted = token.get("in", "")
            if not wanted:
                layers.append(scope.get("local", {}))
                wanted = scope.get("holder", "")
                break
    return {name: value for layer in (state.get("variables", {}), *reversed(layers)) for name, value in layer.items()}


def task_ids(state: Mapping[str, Any]) -> set[str]:
    """The ids of all that a stored state holds."""
    return {token["id"] for scope in spelled_out(state) for token in scope.get("tokens", ())}


def spelled_out(state: Mapping[str, Any], wanted: UUID | None = None) -> list[dict[str, Any]]:
    """The stored scopes, outer scopes first, with all instances of loops written out that are only numbers; or of
    those none but the one that has the wanted id in it."""
    found: list[dict[str, Any]] = []
    left = list(state.get("scopes", ()))
    for scope in left:
        if not any("folded" in token for token in scope.get("tokens", ())):
            found.append(scope)
            continue
        tokens: list[dict[str, Any]] = []
        for token in scope["tokens"]:
            tokens.append({key: value for key, value in token.items() if key != "folded"})
            for group in folding.groups(token):
                for number in _numbers(token, group, wanted):
                    one, scopes = folding.spelled_out(token, group, number)
                    tokens.append(one)
                    left += scopes
        found.append({**scope, "tokens": tokens})
    return found


def _numbers(loop: Mapping[str, Any], group: folding.Group, wanted: UUID | None) -> list[int]:
    if wanted is None:
        return sorted(group.numbers)
    number = number_of(wanted, UUID(loop["id"]))
    return [number] if number in group.numbers else []


def _dump_scope(scope: Scope, rested: Mapping[UUID, list[folding.Resting]], hidden: set[UUID]) -> dict[str, Any]:
    check_json(scope.local)
    check_json(scope.undo)
    tokens = [token for token in scope.tasks.values() if token.id not in hidden]
    return _filled(
        plan=scope.plan.name,
        holder=str(scope.holder.id) if scope.holder is not None else "",
        tokens=[_dump_token(token, rested.get(token.id, [])) for token in tokens],
        local=scope.local,
        undo=scope.undo,
        interrupted=scope.is_interrupted,
    )


def _dump_token(token: Token, rested: list[folding.Resting]) -> dict[str, Any]:
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
    if rested or token.folded:
        found["folded"] = folding.folded(token, rested)
    return found


def _filled(**found: Any) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value not in ("", [], {}, False)}
