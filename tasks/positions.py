"""Where a person's förlopp stand, what waits for whom, what comes next and when; in words, and as a small picture."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from people.models import Individual
from people.reading import Reading
from web.addresses import url
from workflows import minimap, outcomes, progress, published, rights
from workflows import selectors as workflows
from workflows.definitions import main_source
from workflows.models import ProcessInstance, TimerJob, UserTask
from workflows.published import Published
from workflows.sight import Sight

MOST_CASES = 50
MOST_OPEN = 100
MOST_COMING = 20
MOST_NEXT = 4
CASES = Reading(
    ProcessInstance,
    "instance",
    ("public_id", "definition_id", "state", "outcome", "started_at", "ended_at", "suspended_at"),
    version=("public_id",),
    individual=("protection",),
    extra={
        "has_files": """EXISTS (SELECT 1 FROM workflows_usertask its
            JOIN workflows_attachment one ON one.task_id = its.id WHERE its.instance_id = instance.id)"""
    },
)
OPEN = Reading(
    UserTask,
    "task",
    (*workflows.LISTED.columns, "element_id", "created_at", "instance_id", "signers", "completed_by_id", "ended_at"),
    **workflows.LISTED.also,
    extra=workflows.LISTED.extra,
)
TIMERS = Reading(TimerJob, "timer", ("element_id", "due_at", "instance_id"), instance=("suspended_at",))
TOLD_EVENTS = frozenset({"intermediateCatchEvent", "boundaryEvent", "startEvent"})


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Something open: whose it is and until when. `url` when the viewer can do it."""

    name: str
    who: str
    taken_by: str
    due_at: datetime.datetime | None
    title: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Coming:
    """What a clock has been set for."""

    name: str
    at: datetime.datetime
    title: str


@dataclass(kw_only=True)
class Case:
    """An ärende: where it stands now (`present`), and what its diagram leads to after that."""

    instance: ProcessInstance
    title: str
    outcome: str
    phases: list[str] = field(default_factory=list)
    present: list[Waiting] = field(default_factory=list)
    following: list[str] = field(default_factory=list)
    picture: minimap.Picture | None = None
    active: frozenset[str] = frozenset()
    can_tell: bool = False

    @property
    def public_id(self) -> uuid.UUID:
        return self.instance.public_id

    @property
    def has_files(self) -> bool:
        return bool(vars(self.instance)["has_files"])


def cases(individual: Individual, sight: Sight) -> list[Case]:
    """The person's ärenden that the viewer may see: those under way first, then the latest."""
    visible, values = sight.visible("instance")
    rest = f"""WHERE instance.individual_id = %s AND {visible}
        ORDER BY CASE WHEN instance.state = 'active' THEN 0 ELSE 1 END, instance.started_at DESC, instance.id DESC
        LIMIT {MOST_CASES}"""
    return [_case(instance) for instance in CASES.rows(rest, [individual.pk, *values])]


def open_tasks(individual: Individual, sight: Sight) -> list[UserTask]:
    """All that is open about the person in those ärenden, whoever it is for."""
    visible, values = sight.visible("instance")
    seen = rights.unrestricted(sight.viewer, "task")
    rest = f"""WHERE task.individual_id = %s AND task.ended_at IS NULL AND {seen} AND {visible}
        ORDER BY task.due_sort, task.id LIMIT {MOST_OPEN}"""
    return OPEN.rows(rest, [individual.pk, *values])


def is_mine(task: UserTask, sight: Sight) -> bool:
    return task.group in sight.held or task.escalated_to in sight.held or task.claimed_by_id == sight.viewer.pk


def coming(individual: Individual, sight: Sight, known: Iterable[Case]) -> list[Coming]:
    """What clocks have been set for, the nearest first; what has no name in the diagram is left out."""
    visible, values = sight.visible("instance")
    rest = f"""WHERE instance.individual_id = %s AND instance.state = 'active' AND instance.suspended_at IS NULL
        AND {visible} ORDER BY timer.due_at, timer.id LIMIT {MOST_COMING}"""
    by_id = {case.instance.pk: case for case in known}
    found = []
    for timer in TIMERS.rows(rest, [individual.pk, *values]):
        case = by_id.get(timer.instance_id)
        if case is None:
            continue
        version = published.of(case.instance.version.public_id)
        element = version.definition.elements.get(timer.element_id)
        if element is None or not element.name or element.type not in TOLD_EVENTS:
            continue
        if sight.reads_step(version, element.lane):
            found.append(Coming(name=element.name, at=timer.due_at, title=case.title))
    return found


def place(known: list[Case], tasks: list[UserTask], sight: Sight) -> None:
    """Tell of each ärende under way what is open in it, and draw where it stands."""
    for case in known:
        if not case.instance.is_active:
            continue
        version = published.of(case.instance.version.public_id)
        mine = [task for task in tasks if task.instance_id == case.instance.pk]
        read = [task for task in mine if sight.reads_task(task, version)]
        case.present = [waiting(task, version, case.title, sight) for task in mine]
        elements = version.definition.elements
        here = [task.element_id for task in read if task.element_id in elements]
        case.phases = list(dict.fromkeys(phase for key in here if (phase := progress.phase_of(key, elements))))
        case.following = _following(version, here, sight)
        case.picture = _picture(case.instance.version.public_id)
        case.can_tell = version.is_told and rights.is_shown(sight.viewer, version.config)
        case.active = frozenset([*here, *progress.scopes_around(here, elements)])


def waiting(task: UserTask, version: Published, title: str, sight: Sight) -> Waiting:
    """What is of the other sphere is told by profession and due time, without its name and who has it."""
    who = sight.names.get(task.group, "")
    if not sight.reads_task(task, version):
        name = sight.hidden(version, task.group, "en uppgift väntar")
        return Waiting(name=name, who=who, taken_by="", due_at=task.due_at, title=title, url="")
    return Waiting(
        name=task.name,
        who=who,
        taken_by=str(task.claimed_by) if task.claimed_by else "",
        due_at=task.due_at,
        title=title,
        url=url("tasks:task", task.public_id) if is_mine(task, sight) else "",
    )


def _following(version: Published, here: list[str], sight: Sight) -> list[str]:
    found: dict[str, None] = {}
    for key in here:
        for element in version.definition.after(key):
            if element.id not in here and sight.reads_step(version, element.lane):
                who = sight.names.get(element.lane, "")
                found[f"{element.name} ({who})" if who and element.type == "userTask" else element.name] = None
    return list(found)[:MOST_NEXT]


def _case(instance: ProcessInstance) -> Case:
    version = published.of(instance.version.public_id)
    outcome = outcomes.name(version, instance.outcome) if instance.outcome else ""
    return Case(instance=instance, title=version.title, outcome=outcome)


@lru_cache(maxsize=64)
def _picture(version_id: uuid.UUID) -> minimap.Picture | None:
    version = published.of(version_id)
    return minimap.picture(main_source(version.config, version.sources), version.definition.process)
