"""Instances of a loop in which nothing goes on are stored as their numbers, under what they have in common.

A thousand sub-processes that all wait at their first task are one shape and a thousand numbers; what each has of its
own stands beside. One is brought to life when somebody asks for it, so that a step costs the same however many rest
beside. Ids are worked out: an instance's from the loop's and its number, and of what is in it from that and a serial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from workflows.engine.events import Catch
from workflows.engine.nodes import CHILD, Node, instance
from workflows.engine.plain import check_json, copied
from workflows.engine.tokens import MADE, Instance, Scope, Token, inside, numbered, serial_of

Json = dict[str, Any]
COUNTER = "loopCounter"
CHECKED = ("gave", "items")
"""What a loop holds a value of for each instance, which is strict JSON, and is not changed."""


@dataclass
class Group:
    """Instances of one shape: their numbers, and what each has of its own.

    A shape is an instance's state, its `more`, the names of its item and the scopes that it holds open. There an id is
    a serial; 0 is the instance.
    """

    shape: Json
    numbers: set[int] = field(default_factory=set)
    each: dict[str, Json] = field(default_factory=dict)

    def dumped(self) -> Json:
        each = {key: own for key, own in self.each.items() if int(key) in self.numbers}
        return {"shape": self.shape, "numbers": sorted(self.numbers)} | ({"each": each} if each else {})


def groups(loop: Mapping[str, Any]) -> list[Group]:
    """Those of a stored token; in format 3 there was one at most."""
    found = loop.get("folded", [])
    if isinstance(found, dict):
        found = [{"shape": {"state": found["state"], "names": found["names"]}, "numbers": found["numbers"]}]
    return [Group(item["shape"], set(item["numbers"]), dict(item.get("each", {}))) for item in found]


def began(shape: Mapping[str, Any], loop: Mapping[str, Any], number: int) -> Json:
    """What an instance has of its own when it begins; `loop` is what its loop holds."""
    items = loop.get("items")
    return dict.fromkeys(shape["names"], items[number - 1] if items else None) | {COUNTER: number}


def waiting(loop: Token) -> Iterator[tuple[Node, UUID]]:
    """What the instances that rest wait for: nodes with ids of tokens."""
    plans = instance(loop).plans
    for group in loop.folded:
        tokens = [(loop.task_spec.inner(loop), group.shape["state"], 0)]
        for scope in group.shape.get("scopes", ()):
            nodes = plans[scope["plan"]].task_specs
            tokens += [(nodes[item["at"]], item["state"], item["id"]) for item in scope["tokens"]]
        told = [(node, serial) for node, state, serial in tokens if state == node.waits_as]
        for number in sorted(group.numbers):
            yield from ((node, inside(numbered(loop.id, number), serial)) for node, serial in told)


# -- to rest -----------------------------------------------------------------------------------------------------------


@dataclass
class Resting:
    """An instance in which nothing goes on, and its tokens and scopes, which need not be stored as such."""

    loop: Token
    number: int
    shape: Json
    own: Json
    tokens: list[Token]


def resting(child: Token) -> Resting | None:
    """None when something in it waits for an event, or is otherwise not told by a shape."""
    loop, number = child.parent, child.own.get(COUNTER, 0)
    if loop is None or not isinstance(number, int) or child.id != numbered(loop.id, number) or not _rests(child):
        return None
    found = Resting(loop, number, {"state": child.state, "names": loop.task_spec.item_names}, {}, [child])
    at_first = began(found.shape, loop.internal_data, number)
    if not at_first.keys() <= child.own.keys():
        return None
    _add(found.own, "own", 0, {key: value for key, value in child.own.items() if at_first.get(key, found) != value})
    if child.internal_data:
        check_json(child.internal_data, child.task_spec.bpmn_id)
        found.shape["more"] = child.internal_data
    return found if all(_fold(scope, child, found) for scope in _scopes(child)) else None


def _rests(token: Token) -> bool:
    return token.state == token.task_spec.rests_as and not token._children


def _scopes(token: Token) -> Iterator[Scope]:
    """What a token holds open, outer scopes first."""
    scope = instance(token).subprocesses.get(token.id)
    if scope is not None:
        yield scope
        for inner in scope.tasks.values():
            yield from _scopes(inner)


def _fold(scope: Scope, child: Token, found: Resting) -> bool:
    """Add a scope to the shape, if nothing goes on in it."""
    if scope.undo or scope.holder is None:
        return False
    tokens, made = [], child.internal_data.get(MADE, 0)
    for token in scope.tasks.values():
        serial = serial_of(token.id, child.id)
        if not _rests(token) or not 0 < serial <= made:
            return False
        stored = {"id": serial, "at": token.task_spec.name, "state": token.state}
        if token.internal_data:
            check_json(token.internal_data, token.task_spec.bpmn_id)
            stored["more"] = token.internal_data
        tokens.append(stored)
        found.tokens.append(token)
        _add(found.own, "own", serial, token.own)
    holder = serial_of(scope.holder.id, child.id)
    _add(found.own, "local", holder, scope.local)
    stored = {"plan": scope.plan.name, "holder": holder, "tokens": tokens}
    found.shape.setdefault("scopes", []).append(stored | ({"interrupted": True} if scope.is_interrupted else {}))
    return True


def _add(own: Json, kind: str, serial: int, values: Json) -> None:
    if values:
        check_json(values)
        own.setdefault(kind, {})[str(serial)] = values


def folded(loop: Token, rested: list[Resting]) -> list[Json]:
    """What is stored of a loop's instances: those that still rest, and those that have come to rest."""
    found = [Group(group.shape, set(group.numbers), dict(group.each)) for group in loop.folded]
    for one in rested:
        group = next((item for item in found if item.shape == one.shape), None)
        if group is None:
            found.append(group := Group(one.shape))
        group.numbers.add(one.number)
        group.each |= {str(one.number): one.own} if one.own else {}
    return [group.dumped() for group in found if group.numbers]


# -- and back ----------------------------------------------------------------------------------------------------------


def spelled_out(loop: Mapping[str, Any], group: Group, number: int) -> tuple[Json, list[Json]]:
    """One instance as it would be stored by itself: its token, and the scopes that it holds open."""
    own = group.each.get(str(number), {})
    more = loop.get("more", {})
    loop_id = UUID(loop["id"])
    base = numbered(loop_id, number)

    def told(serial: int) -> str:
        return str(inside(base, serial))

    shape = group.shape
    began_with = began(shape, more, number)
    values = own.get("own", {})
    token = {"id": told(0), "at": loop["at"] + CHILD, "state": shape["state"], "in": loop["id"]}
    token |= {"own": began_with | values.get("0", {})} | ({"more": shape["more"]} if "more" in shape else {})
    scopes = []
    for scope in shape.get("scopes", ()):
        tokens = [
            {**item, "id": told(item["id"])} | ({"own": values[key]} if (key := str(item["id"])) in values else {})
            for item in scope["tokens"]
        ]
        stored = {**scope, "holder": told(scope["holder"]), "tokens": tokens}
        local = own.get("local", {}).get(str(scope["holder"]))
        scopes.append(stored | ({"local": local} if local else {}))
    return token, scopes


def wake(loop: Token, number: int) -> None:
    """Bring one instance of a loop to life."""
    group = next(item for item in loop.folded if number in item.numbers)
    group.numbers.remove(number)
    told = {"id": str(loop.id), "at": loop.task_spec.name, "more": loop.internal_data}
    token, scopes = spelled_out(told, group, number)
    top = instance(loop)
    came, top.came = top.came, {}  # it has been there all the time
    load_token(loop.workflow, token)
    for scope in scopes:
        open_scope(top, scope)
    top.came = came
    if not any(item.numbers for item in loop.folded):
        loop.folded = []
        del top.folded[loop.id]


def open_scope(top: Instance, stored: Mapping[str, Any]) -> None:
    """A scope inside, as it was stored."""
    holder = top.known[UUID(stored["holder"])]
    scope = Scope(top.plans[stored["plan"]], holder, top)
    top.subprocesses[holder.id] = scope
    load_scope(scope, stored)


def load_scope(scope: Scope, stored: Mapping[str, Any]) -> None:
    """What lives in a scope. The state that was given stays as it was."""
    scope.local = copied(stored["local"]) if "local" in stored else {}
    scope.undo = copied(stored["undo"]) if "undo" in stored else []
    scope.is_interrupted = stored.get("interrupted", False)
    for item in stored.get("tokens", ()):
        load_token(scope, item)


def load_token(scope: Scope, stored: Mapping[str, Any]) -> None:
    parent = scope.tasks[UUID(stored["in"])] if "in" in stored else None
    node = scope.plan.task_specs[stored["at"]]
    token = Token(scope, node, parent, state=stored["state"], token_id=UUID(stored["id"]))
    token.internal_data = _internal(stored["more"]) if "more" in stored else {}
    token.own = copied(stored["own"]) if "own" in stored else {}
    if isinstance(node, Catch):
        node.watch(token)
    if "folded" in stored:
        token.folded = groups(stored)
        scope.top_workflow.folded[token.id] = token


def _internal(more: Mapping[str, Any]) -> Json:
    """What a loop holds may be much, and only the lists themselves are changed."""
    return {key: list(value) if key in CHECKED else copied(value) for key, value in more.items()}
