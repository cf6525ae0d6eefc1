"""Mends of SpiffWorkflow 3.2.0, each with its reason; tests/unit/test_engine_mends.py fails when one is not needed.

The library stops looking 1 000 tasks down a branch, so an instance that loops dies without a word, and three of
its methods call themselves once per ancestor, so a long instance exhausts Python's stack. Its conditions take any
value that Python counts as true for a yes.
"""

from __future__ import annotations

import logging
import sys
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import _BpmnCondition
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskIterator
from SpiffWorkflow.workflow import Workflow

from workflows.engine.expressions import FeelEngine

DEPTH = sys.maxsize


def apply() -> None:
    """Apply all mends; harmless to repeat."""
    # It tells each change of state at INFO with much around it; history is ours to write.
    logging.getLogger("spiff").setLevel(logging.WARNING)
    TaskIterator.__init__.__defaults__ = (None, DEPTH, True, None)
    BpmnTaskIterator.__init__.__defaults__ = (None, DEPTH, True, False, None)
    Task.is_descendant_of = _is_descendant_of
    Task.find_ancestor = _find_ancestor
    Workflow._remove_task = _remove_task
    _BpmnCondition._matches = _matches


_matches_with_python = _BpmnCondition._matches


def _matches(self: Any, task: Any) -> Any:
    engine = task.workflow.script_engine
    return engine.holds(task, self.args[0]) if isinstance(engine, FeelEngine) else _matches_with_python(self, task)


def _is_descendant_of(self: Any, task: Any) -> bool:
    current = self.parent
    while current is not None:
        if current == task:
            return True
        current = current.parent
    return False


def _find_ancestor(self: Any, spec_name: str) -> Any:
    current = self.parent
    while current is not None and current.task_spec.name != spec_name:
        current = current.parent
    return current


def _remove_task(self: Any, task_id: UUID) -> None:
    order, waiting = [], [self.tasks[task_id]]
    while waiting:
        task = waiting.pop()
        order.append(task)
        waiting.extend(task.children)
    for task in reversed(order):
        task.parent._children.remove(task.id)
        self.tasks.pop(task.id)
        self._task_removed_notify(task)
