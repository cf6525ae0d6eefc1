"""A task as the pages of a unit tell it: everyone there sees that it is, those who may see its person see whom."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from people import selectors as people
from people.models import Staff
from people.reading import NOTHING, Reading
from people.selectors import Presented
from web import swedish
from web.addresses import url
from web.swedish import Urgency
from workflows import published
from workflows.models import UserTask
from workflows.selectors import NAMED

COLUMNS = (
    "public_id",
    "name",
    "group",
    "escalated_to",
    "priority",
    "due_at",
    "ended_at",
    "claimed_by_id",
    "state",
    "attempts",
    "created_at",
)


def read(**extra: str) -> Reading[UserTask]:
    """Tasks with what a line tells, and `extra` expressions beside it."""
    return Reading(
        UserTask,
        "task",
        COLUMNS,
        individual=("given_name", "family_name", "protection"),
        claimed_by=NAMED,
        completed_by=NAMED,
        instance=("public_id",),
        instance__definition=NOTHING,
        instance__version=("public_id",),
        extra={"process_title": "definition.title", **extra},
    )


@dataclass(frozen=True, kw_only=True)
class Line:
    """One task; without `person` and `url` for a viewer who may not see whom it is about."""

    task: UserTask
    url: str
    person: Presented | None
    process_title: str
    profession: str
    urgency: Urgency
    can_work: bool


class Writer:
    """Makes lines for one viewer."""

    def __init__(self, viewer: Staff, names: Mapping[str, str], *, now: datetime.datetime) -> None:
        self.viewer, self.names, self.now = viewer, names, now
        self.held = set(viewer.professions)

    def line(self, task: UserTask) -> Line:
        is_hidden = people.is_hidden(task.individual, viewer=self.viewer)
        can_work = not is_hidden and (task.group in self.held or task.escalated_to in self.held)
        may_see = can_work or (not is_hidden and self._is_open_to(task))
        address = url("tasks:task", task.public_id) if can_work else url("workflows:instance", task.instance.public_id)
        return Line(
            task=task,
            url=address if may_see else "",
            person=people.named(task.individual, viewer=self.viewer) if may_see else None,
            process_title=task.process_title,
            profession=self.names.get(task.group, task.group),
            urgency=swedish.urgency(task.due_at, now=self.now),
            can_work=can_work,
        )

    def _is_open_to(self, task: UserTask) -> bool:
        """As `workflows.rights.may_see`, by the förlopp alone: what one had to do there before asks the database."""
        version = published.of(task.instance.version.public_id)
        return bool(self.held & set(version.config.get("visible_to", ())))
