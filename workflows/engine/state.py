"""An instance's state as strict JSON, without its specs, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.engine import compaction
from workflows.engine.errors import EngineError
from workflows.engine.parsing import Definition

FORMAT = 1


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


def dump(workflow: BpmnWorkflow) -> dict[str, Any]:
    """The workflow's tasks as plain data. What went on inside a finished sub-process is history, not state."""
    subprocesses = {str(key): _dump_workflow(sub) for key, sub in workflow.subprocesses.items() if _is_live(sub)}
    return {"format": FORMAT, "main": _dump_workflow(workflow), "subprocesses": subprocesses}


def load(definition: Definition, state: Mapping[str, Any], script_engine: Any) -> BpmnWorkflow:
    """A workflow on the definition's specs. Raises ValueError on a format it does not know."""
    if state["format"] != FORMAT:
        raise ValueError(f"state has format {state['format']}, this engine reads {FORMAT}")
    workflow = BpmnWorkflow(definition.spec, definition.subprocesses, script_engine=script_engine, deserializing=True)
    _load_tasks(workflow, state["main"])
    _load_subprocesses(workflow, workflow, dict(state["subprocesses"]))
    return workflow


def _is_live(sub: Any) -> bool:
    """Whether the task that holds the sub-process, and those around it, can still go on."""
    workflow = sub
    while workflow.parent_task_id is not None:
        outer = workflow.parent_workflow
        if outer.tasks[workflow.parent_task_id].has_state(TaskState.FINISHED_MASK):
            return False
        workflow = outer
    return True


def _dump_workflow(workflow: Any) -> dict[str, Any]:
    root, last = workflow.task_tree, workflow.last_task
    top, below = compaction.needed(workflow)
    tasks = {str(task.id): _dump_task(task) for task in below}
    if top is not root:
        # The trunk between the root and what is still needed is history.
        tasks[str(root.id)] = _dump_task(root) | {"children": [str(top.id)] if top is not None else []}
    if top is not None and top is not root:
        tasks[str(top.id)]["parent"] = str(root.id)
    return {
        "root": str(root.id),
        "last": str(last.id) if last is not None and str(last.id) in tasks else None,
        "success": workflow.success,
        "completed": workflow.completed,
        "tasks": tasks,
    }


def _dump_task(task: Any) -> dict[str, Any]:
    check_json(task.internal_data, task.task_spec.name)
    check_json(task.data, task.task_spec.name)
    found = {
        "spec": task.task_spec.name,
        "state": task.state,
        "changed": task.last_state_change,
        "parent": str(task._parent) if task._parent is not None else None,
        "children": [str(child) for child in task._children],
        "triggered": task.triggered,
        "internal": task.internal_data,
        "data": task.data,
    }
    return {key: value for key, value in found.items() if value not in (None, [], {}, False)}


def _load_tasks(workflow: Any, state: Mapping[str, Any]) -> None:
    workflow.tasks = {}
    for task_id, item in state["tasks"].items():
        _load_task(workflow, UUID(task_id), item)
    workflow.task_tree = workflow.tasks[UUID(state["root"])]
    workflow.last_task = workflow.tasks.get(UUID(state["last"])) if state["last"] else None
    workflow.success = state["success"]
    workflow.completed = state["completed"]


def _load_task(workflow: Any, task_id: UUID, item: Mapping[str, Any]) -> None:
    spec = workflow.spec.task_specs.get(item["spec"])
    task = Task(workflow, spec, state=item["state"], id=task_id)
    task._parent = UUID(item["parent"]) if "parent" in item else None
    task._children = [UUID(child) for child in item.get("children", ())]
    task.last_state_change = item["changed"]
    task.triggered = item.get("triggered", False)
    # The state that was given stays as it was.
    task.internal_data = deepcopy(item["internal"]) if "internal" in item else {}
    task.data = deepcopy(item["data"]) if "data" in item else {}
    if isinstance(spec, CatchingEvent) and task.has_state(TaskState.WAITING):
        workflow.top_workflow.event_manager.add_task(task)


def _load_subprocesses(workflow: Any, top: BpmnWorkflow, states: dict[str, Any]) -> None:
    """Parents before children: a sub-process hangs on a task of its parent."""
    for task in list(workflow.tasks.values()):
        state = states.pop(str(task.id), None)
        if state is None:
            continue
        sub = BpmnSubWorkflow(top.subprocess_specs[task.task_spec.spec], task.id, top, deserializing=True)
        _load_tasks(sub, state)
        top.subprocesses[task.id] = sub
        sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
        _load_subprocesses(sub, top, states)
