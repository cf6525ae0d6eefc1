"""Leaves finished steps out of the stored state, so that a step costs the same however long the history is.

What an instance still needs of its tree of tasks is the part below the lowest task that all live tasks have in common;
the trunk above it is history. Joins that look for the split they belong to count as live together with that split.
Branches inside that part are left whole: a join counts which of them have reached it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.util.task import TaskState


def needed(workflow: Any) -> tuple[Any | None, list[Any]]:
    """The lowest common task of all that lives (None when nothing does), and it with everything below it."""
    anchors = list(_anchors(workflow))
    if not anchors:
        return None, []
    top = _lowest_common(anchors)
    return top, list(_below(top))


def _anchors(workflow: Any) -> Iterator[Any]:
    for task in workflow.tasks.values():
        if task.has_state(TaskState.FINISHED_MASK):
            continue
        yield task
        split = getattr(task.task_spec, "split_task", None)
        if split:
            found = task.find_ancestor(split)
            if found is not None:
                yield found


def _lowest_common(tasks: list[Any]) -> Any:
    path = [tasks[0]]
    while path[-1].parent is not None:
        path.append(path[-1].parent)
    path.reverse()
    depth_of = {task.id: depth for depth, task in enumerate(path)}
    depth = len(path) - 1
    for task in tasks[1:]:
        current = task
        while current.id not in depth_of:
            current = current.parent
        depth = min(depth, depth_of[current.id])
    return path[depth]


def _below(top: Any) -> Iterator[Any]:
    waiting = [top]
    while waiting:
        task = waiting.pop()
        yield task
        waiting.extend(task.children)
