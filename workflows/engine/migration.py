"""Moves an instance's stored state from one version of a process to another: the same tokens on other nodes.

    move = Move(old, new, {"ring": "ring_upp"})
    execution = move.execution(state, decide=decide, now=now)   # or Immovable, with every reason

What an instance waits for must have a counterpart of the same kind. What is done is left as it was, and nothing is
done again: a move takes no step. A timer whose text stands keeps its moment, another is counted from the move.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflows.engine import activities, gateways, loops, timers
from workflows.engine.compensation import IN_LOOP, UNDO
from workflows.engine.definition import Definition
from workflows.engine.earlier import upgraded
from workflows.engine.errors import EngineError
from workflows.engine.events import Boundary, Catch
from workflows.engine.execution import Execution
from workflows.engine.expressions import Decide
from workflows.engine.gateways import HAD
from workflows.engine.nodes import CHILD, Node
from workflows.engine.state import spelled_out
from workflows.engine.tokens import Instance, Plan, Scope, Token

Json = dict[str, Any]

DROPPED = "-"
"""Mapped to this, a boundary event or an event sub-process is not waited for any more."""

_ALIKE = {"manualTask": "userTask", "receiveTask": "intermediateCatchEvent"}


@dataclass(frozen=True)
class Reason:
    """Why an instance cannot be moved; the text is Swedish and names the element, never a value."""

    element_id: str
    text: str


class Immovable(Exception):
    """Ärendet kan inte flyttas."""

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__("; ".join(sorted({reason.element_id for reason in reasons})))
        self.reasons = reasons


@dataclass(frozen=True)
class Place:
    """Where a node of the old version lies in the new one, and whether its timer is another."""

    node: Node
    is_new_time: bool = False


class Move:
    """From one definition to another by a mapping of element ids; elements that it leaves out keep their ids.

    Of the new version's `parameters` an instance gets those that it has none of; what it began with stays.
    """

    def __init__(
        self, old: Definition, new: Definition, mapping: Mapping[str, str], parameters: Mapping[str, Any] | None = None
    ) -> None:
        self.parameters = dict(parameters or {})
        self.old = old
        self.new = new
        self.mapping = mapping
        self._places: dict[tuple[str, str, str], Place | Reason | None] = {}
        self._flows: dict[tuple[str, str, str, str], str] = {}
        self._fresh: dict[tuple[str, str], set[str]] = {}
        self._joins: dict[str, list[tuple[Node, dict[str, set[str]]]]] = {}

    def execution(self, state: Mapping[str, Any], *, decide: Decide, now: datetime) -> Execution:
        """The instance as it waits in the new version. Raises Immovable with every reason."""
        moved = self.state(state)
        if self.parameters:
            known = moved["variables"]
            moved["variables"] = {**known, "parametrar": {**self.parameters, **(known.get("parametrar") or {})}}
        execution = Execution.restore(self.new, moved, decide=decide)
        try:
            with execution._stepping(now):
                self._arm(execution.instance, moved)
        except EngineError as error:
            raise Immovable([Reason(error.element, self._told(self.new, error.element, error.message))]) from None
        return execution

    def state(self, state: Mapping[str, Any]) -> Json:
        """The state with all that it held on to, before anything new is waited for. Raises Immovable."""
        if state["format"] == 1:
            state = upgraded(self.old, state)
        reader = _Mover(self)
        scopes = [reader.scope(scope) for scope in spelled_out(state)]
        if reader.reasons:
            raise Immovable(list(dict.fromkeys(reader.reasons)))
        passing = {self.mapping.get(key, key) for key in state.get("passing", ())} & self.new.elements.keys()
        return {**state, "scopes": scopes, "passing": sorted(passing)}

    # -- what lies where -------------------------------------------------------------------------------------------

    def place(self, old_plan: str, new_plan: str, name: str) -> Place | Reason | None:
        """Where a node is now; None when it is not to be waited for any more."""
        key = (old_plan, new_plan, name)
        if key not in self._places:
            self._places[key] = self._find(self.old.plans[old_plan].task_specs[name], self.new.plans[new_plan])
        return self._places[key]

    def _find(self, node: Node, plan: Plan) -> Place | Reason | None:
        old_id = node.bpmn_id
        wanted = self.mapping.get(old_id, old_id)
        if wanted == DROPPED and (isinstance(node, Boundary) or node.is_listener):
            return None
        found = plan.task_specs.get(wanted + node.name[len(old_id) :])
        if found is None:
            if wanted in self.new.elements and CHILD not in node.name:
                return self._reason(old_id, "ligger i en annan del av den nya versionen")
            return self._reason(old_id, "finns inte i den nya versionen")
        if problem := _difference(node, found):
            return self._reason(old_id, problem)
        return Place(found, _times(node) != _times(found))

    def _reason(self, element_id: str, what: str) -> Reason:
        return Reason(element_id, self._told(self.old, element_id, f"Steget {what}."))

    @staticmethod
    def _told(definition: Definition, element_id: str, text: str) -> str:
        element = definition.elements.get(element_id)
        name = (element.name if element else "") or element_id
        return f"”{name}”: {text}" if name else text

    def flow(self, old_plan: str, new_plan: str, flow: str, node: Node) -> str:
        """The flow into `node` that a token came along: the one with the same id, or from where it came. '' if none."""
        key = (old_plan, new_plan, flow, node.name)
        if key not in self._flows:
            self._flows[key] = self._find_flow(self.old.plans[old_plan], self.new.plans[new_plan], flow, node)
        return self._flows[key]

    def _find_flow(self, old: Plan, new: Plan, flow: str, node: Node) -> str:
        if flow in node.incoming:
            return flow
        for source in old.task_specs.values():
            if any(item.id == flow for item in source.flows):
                wanted = new.task_specs.get(self.mapping.get(source.bpmn_id, source.bpmn_id))
                found = [item.id for item in wanted.flows if item.target == node.name] if wanted else []
                return found[0] if len(found) == 1 else ""
        return ""

    def fresh(self, old_plan: str, new_plan: str) -> set[str]:
        """The nodes of a plan that nothing in the old one became."""
        key = (old_plan, new_plan)
        if key not in self._fresh:
            old = self.old.plans[old_plan].task_specs
            images = {self.mapping.get(node.bpmn_id, node.bpmn_id) for node in old.values()}
            self._fresh[key] = {name for name in self.new.plans[new_plan].task_specs if name not in images}
        return self._fresh[key]

    def joins(self, plan_name: str) -> list[tuple[Node, dict[str, set[str]]]]:
        """The parallel joins of a new plan, each with the nodes that can still send a token along each of its flows."""
        if plan_name not in self._joins:
            plan = self.new.plans[plan_name]
            self._joins[plan_name] = [
                (node, {flow: gateways.upstream(plan, node, [flow]) for flow in node.incoming})
                for node in plan.task_specs.values()
                if isinstance(node, gateways.Parallel) and len(node.incoming) > 1
            ]
        return self._joins[plan_name]

    # -- what is new to wait for -----------------------------------------------------------------------------------

    def _arm(self, instance: Instance, moved: Json) -> None:
        """Begin to wait for what the new version has added, and count anew the times that it has changed."""
        for scope, item in zip(list(instance.scopes()), moved["scopes"], strict=True):
            came_from = item["from"]
            for token in list(scope.tasks.values()):
                if token.internal_data.pop(NEW_TIME, False):
                    self._count_anew(token)
                for name in self._added(token, self.fresh(came_from, scope.plan.name)):
                    _wait(scope, scope.plan.task_specs[name], token)
            if not scope.is_interrupted:
                for listener in scope.plan.listeners:
                    if listener.name in self.fresh(came_from, scope.plan.name):
                        _wait(scope, listener, None)

    @staticmethod
    def _count_anew(token: Token) -> None:
        if "due" not in token.internal_data:
            return  # it has rung
        token.internal_data.pop("cycle", None)
        for definition in token.task_spec.of_kind("timer"):
            timers.begin(token, definition)

    @staticmethod
    def _added(token: Token, fresh: set[str]) -> Iterator[str]:
        node = token.task_spec
        yield from (name for name in node.boundaries if name in fresh)
        if isinstance(node, gateways.EventGateway):
            yield from (flow.target for flow in node.flows if flow.target in fresh)


NEW_TIME = "anew"


class _Mover:
    """One state on its way: its scopes, outer first, and what stood in the way."""

    def __init__(self, move: Move) -> None:
        self.move = move
        self.reasons: list[Reason] = []
        self.inside: dict[str, str] = {}  # plan that a token holds open, by its id

    def scope(self, scope: Json) -> Json:
        old = scope["plan"]
        new = self.move.new.process if "holder" not in scope else self.inside.get(scope["holder"], "")
        if not new:
            return scope  # what holds it cannot be moved, which is told
        moved: Json = {**scope, "plan": new, "from": old, "tokens": []}
        gone: set[str] = set()
        for token in scope.get("tokens", ()):
            self._token(token, old, new, moved["tokens"], gone)
        if "holder" in scope and (data := self.move.new.plans[new].data):
            moved["local"] = {**dict.fromkeys(data), **scope.get("local", {})}
        if "undo" in scope:
            moved["undo"] = [self._record(item, old, new) for item in scope["undo"]]
        if not self.reasons:
            self._check_joins(moved)
        return moved

    def _token(self, token: Json, old: str, new: str, kept: list[Json], gone: set[str]) -> None:
        if token["at"] == UNDO or "undo" in token.get("more", {}):
            self.reasons.append(Reason("", "Ärendet håller på att ångra det som är gjort."))
            return
        place = None if token.get("in") in gone else self.move.place(old, new, token["at"])
        if isinstance(place, Reason):
            self.reasons.append(place)
        if not isinstance(place, Place):
            gone.add(token["id"])
            return
        node = place.node
        more = self._more(token, old, new, node)
        if isinstance(node, gateways.Join) and HAD not in more:
            more["flow"] = self.move.flow(old, new, more.get("flow", ""), node)
            if not more["flow"]:
                self._refuse(token, "nås på en annan väg i den nya versionen")
        if place.is_new_time:
            more[NEW_TIME] = True
        kept.append({**token, "at": node.name} | ({"more": more} if more else {}))
        if isinstance(node, activities.SubProcess):
            self.inside[token["id"]] = node.compiled.get("called") or node.bpmn_id

    def _more(self, token: Json, old: str, new: str, node: Node) -> Json:
        more = dict(token.get("more", {}))
        if HAD in more:
            more[HAD] = sorted(filter(None, (self.move.flow(old, new, flow, node) for flow in more[HAD])))
        if IN_LOOP in more:
            more[IN_LOOP] = [self._record(item, old, new) for item in more[IN_LOOP]]
        return more

    def _record(self, record: Json, old: str, new: str) -> Json:
        """What can be undone, with the handlers of the new version."""
        if "group" in record:
            return {**record, "group": [self._record(item, old, new) for item in record["group"]]}
        if "beside" in record:
            beside = [self._record(item, old, new) for item in record["beside"]]
            return {**record, "activity": beside[0]["activity"], "beside": beside}
        place = self.move.place(old, new, record["activity"])
        node = place.node if isinstance(place, Place) else None
        if node is None or bool(node.compiled.get("undo")) != ("handler" in record):
            self._refuse({"at": record["activity"]}, "är gjort, och kan inte ångras i den nya versionen")
            return record
        moved = {**record, "activity": node.bpmn_id}
        if "handler" in record:
            return moved | {"handler": node.compiled["undo"]}
        inner = node.compiled.get("called") or node.bpmn_id
        undo = [self._record(item, record["in"], inner) for item in record.get("undo", ())]
        if not undo and not self.move.new.plans[inner].undone_by:
            self._refuse({"at": record["activity"]}, "är gjort, och kan inte ångras i den nya versionen")
        return moved | {"in": inner} | ({"undo": undo} if undo else {})

    def _check_joins(self, scope: Json) -> None:
        """A join must not wait for a branch that nothing can come along, nor have all that it waits for."""
        at = {token["at"] for token in scope["tokens"] if "in" not in token}
        for node, sources in self.move.joins(scope["plan"]):
            here = {token["more"]["flow"] for token in scope["tokens"] if token["at"] == node.name}
            can_come = {flow for flow, names in sources.items() if flow in here or names & at}
            if (can_come and len(can_come) < len(sources)) or len(here) == len(sources):
                self.reasons.append(
                    Reason(node.bpmn_id, "Den nya versionen har andra parallella grenar än de som pågår i ärendet.")
                )

    def _refuse(self, token: Json, what: str) -> None:
        self.reasons.append(self.move._reason(token["at"].removesuffix(CHILD), what))


def _wait(scope: Scope, node: Node, parent: Token | None) -> None:
    """A token that waits, without a look at whether what it waits for has come: the next step looks."""
    token = Token(scope, node, parent, state=TaskState.WAITING)
    node.watch(token)
    for definition in node.of_kind("timer"):
        timers.begin(token, definition)


def kind_of(node: Node) -> str:
    """What a node is, as far as another can take its place."""
    return _ALIKE.get(node.type, node.type)


def _times(node: Node) -> list[tuple[str, bool]]:
    if not isinstance(node, Catch):
        return []
    return [(item["text"], bool(item.get("is_cycle"))) for item in node.of_kind("timer")]


def _kinds(node: Catch) -> set[str]:
    return {definition["kind"] for definition in node.events}


def _difference(old: Node, new: Node) -> str:
    """What keeps one node from taking the place of another, '' when nothing does."""
    if kind_of(old) != kind_of(new) or old.is_listener != new.is_listener:
        return "är ett annat slags steg i den nya versionen"
    if isinstance(old, loops.Loop) or isinstance(new, loops.Loop):
        same = isinstance(old, loops.Loop) and isinstance(new, loops.Loop) and old.loop["type"] == new.loop["type"]
        if not same:
            return "görs ett annat antal gånger i den nya versionen"
    if isinstance(old, activities.Service) and isinstance(new, activities.Service) and old.operation != new.operation:
        return "frågar ett annat system i den nya versionen"
    if isinstance(old, Catch) and isinstance(new, Catch) and _kinds(old) != _kinds(new):
        return "väntar på något annat i den nya versionen"
    return ""


def proposed(old: Definition, new: Definition) -> dict[str, str]:
    """Each element of the old version with its counterpart: the same id, else the same kind and name among the same
    neighbours; '' where a person must say."""
    found: dict[str, str] = {}
    plans = [(old.process, new.process)]
    for old_plan, new_plan in plans:
        nodes, others = old.plans[old_plan].task_specs, new.plans[new_plan].task_specs
        for node in nodes.values():
            if node.name == UNDO or CHILD in node.name:
                continue
            found[node.bpmn_id] = _counterpart(node, nodes, others, old, new)
            other = others.get(found[node.bpmn_id])
            if node.compiled.get("called") or node.bpmn_id in old.plans:
                pair = tuple(item.compiled.get("called") or item.bpmn_id for item in (node, other) if item)
                if len(pair) == 2 and pair not in plans and pair[1] in new.plans:
                    plans.append((pair[0], pair[1]))
    return found


def _counterpart(
    node: Node, nodes: Mapping[str, Node], others: Mapping[str, Node], old: Definition, new: Definition
) -> str:
    def fits(other: Node) -> bool:
        return other.name != UNDO and CHILD not in other.name and not _difference(node, other)

    same = others.get(node.bpmn_id)
    if same is not None and fits(same):
        return str(same.bpmn_id)
    name = _name(old, node)
    alike = [
        other.bpmn_id
        for other in others.values()
        if other.name not in nodes
        and fits(other)
        and _name(new, other) == name
        and _neighbours(node, nodes) & _neighbours(other, others)
    ]
    return str(alike[0]) if name and len(alike) == 1 else ""


def _name(definition: Definition, node: Node) -> str:
    element = definition.elements.get(node.bpmn_id)
    return element.name if element else ""


def _neighbours(node: Node, nodes: Mapping[str, Node]) -> set[str]:
    before = {f"<{other.bpmn_id}" for other in nodes.values() if any(flow.target == node.name for flow in other.flows)}
    host = {f"@{node.compiled['host']}"} if "host" in node.compiled else set()
    return before | {f">{flow.target}" for flow in node.flows} | host


def waits(definition: Definition) -> dict[str, str]:
    """Every element that an instance may wait in, with the kind of step it is; 'startEvent' begins an event
    sub-process."""
    nodes = [node for plan in definition.plans.values() for node in plan.task_specs.values()]
    return {node.bpmn_id: kind_of(node) for node in nodes if _can_wait(node) and node.bpmn_id in definition.elements}


def _can_wait(node: Node) -> bool:
    kinds = (activities.PersonsTask, activities.Service, activities.SubProcess, Catch, gateways.EventGateway)
    return isinstance(node, kinds) or (len(node.incoming) > 1 and isinstance(node, gateways.Join))
