"""One who looks at a unit's day: everyone there sees that a task is, those who may see its person see whom."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from people.models import Staff
from tasks import rows
from tasks.rows import Eyes, Row
from workflows import confined, rights
from workflows.models import UserTask


class Looking:
    """For as long as one page."""

    def __init__(self, viewer: Staff, *, now: datetime.datetime) -> None:
        self.viewer, self.now = viewer, now
        # What is confined to others is not even counted.
        self.seen = f"{rights.unrestricted(viewer)} AND {confined.outside('instance_id', viewer.professions)}"
        self.seen_task = (
            f"{rights.unrestricted(viewer, 'task')} AND {confined.outside('task.instance_id', viewer.professions)}"
        )
        self._eyes = Eyes.of(viewer)

    def rows(self, rest: str, values: Sequence[Any]) -> list[UserTask]:
        """The tasks that `rest` tells, with what `at` asks of them."""
        read, more = rows.of_others(self.viewer)
        return read.rows(rest, [*more, *values])

    def at(self, task: UserTask) -> Row:
        """As the viewer may know it: beside the name of who has it, nobody of the other sphere is named."""
        return rows.made(task, self._eyes, now=self.now, is_by_name=True)
