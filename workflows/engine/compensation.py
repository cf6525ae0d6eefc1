"""Undoing what has been done: a scope remembers which of its activities can be undone, and undoes the latest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from workflows.engine import events
from workflows.engine.nodes import Node, instance

if TYPE_CHECKING:
    from workflows.engine.tokens import Scope, Token

Record = dict[str, Any]
"""An activity, how many times it was done, and its handler or what was done inside it; or a group that came again; or
what was done side by side, and can be undone so."""

UNDO = "__undo"
IN_LOOP = "can undo"
MOST_FOLDED = 8
"""A round of a loop with more than so many things that can be undone is remembered thing by thing."""


def remember(token: Token) -> None:
    """A completed activity that has a handler can be undone."""
    handler = token.task_spec.compiled.get("undo")
    if handler:
        _add(_records(token), {**_seen_by(token), "handler": handler, "times": 1})


def remember_scope(token: Token, scope: Scope) -> None:
    """A completed sub-process without a handler at its edge is undone by its own event sub-process for that, or by
    undoing what was done in it. It is undone with its data objects as they were."""
    compiled = token.task_spec.compiled
    if (scope.undo or scope.plan.undone_by) and "undo" not in compiled and "is_handler" not in compiled:
        inside = {"in": scope.plan.name, "undo": scope.undo, "local": scope.local}
        _add(_records(token), {**_seen_by(token), **{key: held for key, held in inside.items() if held}, "times": 1})


def loop_done(token: Token) -> None:
    """What is done several times can be undone when all of it is done.

    The latest first, but what was done side by side is undone so (BPMN 2.0, 10.7.3: parallel multi-instance).
    """
    records = list(token.internal_data.get(IN_LOOP, ()))
    if len(records) > 1 and token.task_spec.loop["type"] == "parallel":
        records = [{"activity": token.task_spec.bpmn_id, "beside": records, "times": 1}]
    for record in records:
        _add(token.workflow.undo, record)


def _records(token: Token) -> list[Record]:
    """Where it is remembered that something is done: with the loop that it is a part of, while that goes on."""
    loop = token.parent
    if loop is None or not loop.task_spec.is_loop:
        return token.workflow.undo
    found: list[Record] = loop.internal_data.setdefault(IN_LOOP, [])
    return found


def _seen_by(token: Token) -> Record:
    """What is done, and what an instance of a multi-instance activity knew by itself."""
    own = {"own": dict(token.own)} if token.task_spec.is_one_of_several and token.own else {}
    return {"activity": token.task_spec.bpmn_id, **own}


def _add(records: list[Record], record: Record) -> None:
    """A loop that does the same things again and again adds to a count, not to the list."""
    last = records[-1] if records else {}
    if {**last, "times": 0} == {**record, "times": 0}:
        last["times"] += 1
        return
    records.append(record)
    for size in range(2, MOST_FOLDED + 1):
        round_ = records[-size:]
        if len(records) > size and records[-size - 1].get("group") == round_:
            records[-size - 1]["times"] += 1
            del records[-size:]
            return
        if records[-2 * size : -size] == round_:
            records[-2 * size :] = [{"activity": "", "group": round_, "times": 2}]
            return


def _parted(records: list[Record], activity: str) -> tuple[list[Record], list[Record]]:
    """Those of one activity ('' for all), and the others."""
    wanted: list[Record] = []
    others: list[Record] = []
    for record in records:
        if "group" not in record:
            (wanted if activity in ("", record["activity"]) else others).append(record)
            continue
        inside, outside = _parted(record["group"], activity)
        wanted += [{**record, "group": inside}] if inside else []
        others += [{**record, "group": outside}] if outside else []
    return wanted, others


def begin(token: Token, activity: str) -> None:
    """Take what is to be undone out of the scope, or in a handler out of the scope that it handles."""
    found: list[Record] = []
    token.internal_data["undo"] = found
    scope: Scope | None = token.workflow
    while scope is not None:
        wanted, scope.undo = _parted(scope.undo, activity)
        if scope is not token.workflow and wanted:
            wanted = [{"activity": "", "in": scope.plan.name, "undo": wanted, "times": 1}]
        found[:0] = wanted
        if scope.holder is None or "handles" not in scope.holder.task_spec.compiled:
            return
        scope = scope.holder.workflow


def next_handler(token: Token) -> bool:
    """Begin to undo the latest of what is left, when nothing is being undone.

    True when nothing was left, and the token has gone on if it waited.
    """
    left: list[Record] = token.internal_data.get("undo", [])
    if token.children:
        return False
    if not left:
        _all_undone(token)
        return True
    record = left[-1]
    record["times"] -= 1
    if record["times"] == 0:
        left.pop()
    if "group" in record:
        left += [dict(item) for item in record["group"]]
        return next_handler(token)
    for one in reversed(record.get("beside", [record])):
        handler: Node = token.workflow.plan.task_specs[one.get("handler", UNDO)]
        child = handler.arrive(token.workflow, parent=token, own=one.get("own"))
        if "in" in one:
            _reopen(child, one)
    return False


def _reopen(child: Token, record: Record) -> None:
    """Undo what was done inside a sub-process that is done."""
    scope = instance(child).open(child, record["in"])
    child._set_state(TaskState.STARTED)
    scope.undo = [dict(item) for item in record.get("undo", ())]
    is_open = not record["activity"]  # undone from an event sub-process in it, which sees the data objects around it
    scope.local = {} if is_open else scope.local | record.get("local", {})
    if scope.plan.undone_by and not is_open:
        scope.plan.task_specs[scope.plan.undone_by].arrive(scope)
    else:
        beside(scope)


def beside(scope: Scope, activity: str = "") -> None:
    """Undo in a scope without anything that waits for it."""
    undo = scope.plan.task_specs[UNDO].arrive(scope)
    undo._set_state(TaskState.STARTED)
    begin(undo, activity)
    next_handler(undo)


def _all_undone(token: Token) -> None:
    node = token.task_spec
    if getattr(node, "cancels", False):
        if token.has_state(TaskState.STARTED):
            instance(token).note(token)
        holder = token.workflow.holder
        if holder is not None:
            events.throw_at_edge(holder, events.of_kind("cancel"))
    elif token.has_state(TaskState.STARTED):
        token.complete()


class Undo(Node):
    """Ours, in each scope: holds what is left to undo inside a sub-process that is done."""

    def __init__(self, plan: Any) -> None:
        super().__init__(plan, UNDO, {"type": ""})

    def _update_hook(self, my_task: Token) -> bool:
        return False

    def child_done(self, token: Token, child: Token) -> None:
        next_handler(token)

    def scope_ended(self, token: Token, _scope: Scope) -> None:
        token.complete()
