"""The mends of SpiffWorkflow are in place, and are still needed."""

from __future__ import annotations

import inspect

from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.util.task import TaskIterator

from workflows.engine import mends


def test_the_library_still_has_the_argument_that_is_mended() -> None:
    for iterator in (TaskIterator, BpmnTaskIterator):
        assert "max_depth" in inspect.signature(iterator.__init__).parameters


def test_the_iterators_look_all_the_way_down() -> None:
    mends.apply()
    for iterator in (TaskIterator, BpmnTaskIterator):
        assert inspect.signature(iterator.__init__).parameters["max_depth"].default == mends.DEPTH


def test_only_one_argument_changed() -> None:
    defaults = {
        name: parameter.default for name, parameter in inspect.signature(BpmnTaskIterator.__init__).parameters.items()
    }
    assert defaults["depth_first"] is True
    assert defaults["skip_subprocesses"] is False
    assert defaults["task_filter"] is None
