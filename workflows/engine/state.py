"""An instance's state as strict JSON, without its diagrams, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from workflows.engine.definition import Definition
from workflows.engine.earlier import upgraded
from workflows.engine.errors import EngineError
from workflows.engine.events import Catch
from workflows.engine.tokens import Instance, Scope, Token

FORMAT = 2


def check_json(value: Any, path: str = "") -> None:
    """Raises EngineError when a value could be written but not read back as it was."""
    if value is None or isinstance(value, bool | int | str):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise EngineError("", "not-json", f"Värdet i ”{path}” är inget tal som kan sparas.")
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            check_json(item, f"{path}[{index}]")
        return
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        for key, item in value.items():
            check_json(item, f"{path}.{key}" if path else key)
        return
    raise EngineError("", "not-json", f"Värdet i ”{path}” kan inte sparas.")


def dump(instance: Instance) -> dict[str, Any]:
    """The live tokens of every scope as plain data, outer scopes first."""
    scopes = [_dump_scope(scope) for scope in instance.scopes()]
    passing = {"passing": sorted(instance.passing)} if instance.passing else {}
    return {"format": FORMAT, "completed": instance.completed, "scopes": scopes, **passing}


def load(definition: Definition, state: Mapping[str, Any], script_engine: Any) -> Instance:
    """An instance on the definition's nodes. Raises ValueError on a format it does not know."""
    if state["format"] == 1:
        state = upgraded(definition, state)
    if state["format"] != FORMAT:
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
    return instance


def seen_in(state: Mapping[str, Any], token_id: UUID) -> dict[str, Any]:
    """The variables of a stored state as one waiting task sees them, without bringing the instance to life."""
    layers: list[Mapping[str, Any]] = []
    wanted = str(token_id)
    for scope in reversed(state.get("scopes", ())):
        tokens = {token["id"]: token for token in scope.get("tokens", ())}
        while token := tokens.get(wanted):
            layers.append(token.get("own", {}))
            wanted = token.get("in", "")
            if not wanted:
                layers.append(scope.get("local", {}))
                wanted = scope.get("holder", "")
                break
    return {name: value for layer in (state["variables"], *reversed(layers)) for name, value in layer.items()}


def _dump_scope(scope: Scope) -> dict[str, Any]:
    check_json(scope.local)
    check_json(scope.undo)
    return _filled(
        plan=scope.plan.name,
        holder=str(scope.holder.id) if scope.holder is not None else "",
        tokens=[_dump_token(token) for token in scope.tasks.values()],
        local=scope.local,
        undo=scope.undo,
        interrupted=scope.is_interrupted,
    )


def _dump_token(token: Token) -> dict[str, Any]:
    node = token.task_spec
    found: dict[str, Any] = {"id": str(token.id), "at": node.name, "state": token.state}
    if token._parent is not None:
        found["in"] = str(token._parent)
    for key, held in (("more", token.internal_data), ("own", token.own)):
        if held:
            check_json(held, node.bpmn_id)
            found[key] = held
    return found


def _load_scope(scope: Scope, state: Mapping[str, Any]) -> None:
    # The state that was given stays as it was.
    scope.local = _copied(state["local"]) if "local" in state else {}
    scope.undo = _copied(state["undo"]) if "undo" in state else []
    scope.is_interrupted = state.get("interrupted", False)
    for item in state.get("tokens", ()):
        parent = scope.tasks[UUID(item["in"])] if "in" in item else None
        node = scope.plan.task_specs[item["at"]]
        token = Token(scope, node, parent, state=item["state"], token_id=UUID(item["id"]))
        token.internal_data = _copied(item["more"]) if "more" in item else {}
        token.own = _copied(item["own"]) if "own" in item else {}
        if isinstance(node, Catch):
            node.watch(token)


def _copied(value: Any) -> Any:
    """Strict JSON once more, so that nobody changes the state that was given."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _filled(**found: Any) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value not in ("", [], {}, False)}
