"""The förlopp that are measured: eleven tasks of three professions and a gateway; one that loops, one that waits."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from people import backends
from people.models import Individual, Staff
from tests import pages
from tests.unit.engine_bpmn import chain, flow, process
from workflows.definitions import Folder
from workflows.models import ProcessInstance, TaskState, UserTask
from workflows.services import deployments, instances, user_tasks

TASKS = 11
PROFESSIONS = ("samordnare", "sjukskoterska", "it_drift")
FORM = {"title": "Prov", "fields": [{"key": "svar", "type": "str", "label": "Svar", "required": True}]}
ANSWERS = {"svar": "ja"}
PATIENCE = timedelta(days=30)


def body(condition: str, *, with_deadline: bool = True) -> str:
    """Start, u1 to u5, a gateway that goes on when they said yes, u6 to u11; u7 has a deadline that rings once."""
    ids = [f"u{number}" for number in range(1, TASKS + 1)]
    lanes = "".join(
        f'<lane id="lane_{name}" name="{name}">'
        + "".join(f"<flowNodeRef>{key}</flowNodeRef>" for key in ids[place :: len(PROFESSIONS)])
        + "</lane>"
        for place, name in enumerate(PROFESSIONS)
    )
    deadline = (
        '<boundaryEvent id="t" attachedToRef="u7" cancelActivity="false"><timerEventDefinition>'
        "<timeDuration>P30D</timeDuration></timerEventDefinition></boundaryEvent>"
        '<endEvent id="sen"/>' + chain("t", "sen")
    )
    return (
        f'<laneSet id="lanes">{lanes}</laneSet><startEvent id="s"/>'
        + "".join(f'<userTask id="{key}" name="Uppgift {key}"/>' for key in ids)
        + '<exclusiveGateway id="g" default="g_nej"/><endEvent id="nej"/><endEvent id="end_klar"/>'
        + (deadline if with_deadline else "")
        + chain("s", *ids[:5], "g")
        + flow("g", "u6", condition)
        + flow("g", "nej")
        + chain(*ids[5:], "end_klar")
    )


LOOP = (
    '<laneSet id="lanes"><lane id="lane_samordnare" name="samordnare"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    '<startEvent id="s"/><userTask id="a" name="Varje dag"/><exclusiveGateway id="g" default="g_a"/>'
    '<endEvent id="end_x"/>' + chain("s", "a", "g", "a") + flow("g", "end_x", 'a.svar = "slut"')
)

DEADLINE = (
    '<laneSet id="lanes"><lane id="lane_samordnare" name="samordnare"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    '<startEvent id="s"/><userTask id="a" name="Vänta"/><boundaryEvent id="t" attachedToRef="a" cancelActivity="false">'
    "<timerEventDefinition><timeDuration>P30D</timeDuration></timerEventDefinition></boundaryEvent>"
    '<endEvent id="end_sen"/><endEvent id="end_klar"/>' + chain("s", "a", "end_klar") + chain("t", "end_sen")
)


def publish() -> None:
    """All three, as a process owner would."""
    publish_one("elva", body('u5.svar = "ja"'), [f"u{number}" for number in range(1, TASKS + 1)])
    publish_one("varv", LOOP, ["a"])
    publish_one("ring", DEADLINE, ["a"])


def publish_one(key: str, content: str, tasks: list[str]) -> None:
    config: dict[str, Any] = {
        "key": key,
        "title": key,
        "process": "p",
        "owner": "processagare",
        "retention": "P5Y",
        "visible_to": list(PROFESSIONS),
        "start_by": list(PROFESSIONS),
    }
    forms = {f"forms/{task}.json": json.dumps(FORM) for task in tasks}
    sources = {"process.toml": "", "p.bpmn": process(content).decode(), **forms}
    deployments.publish(folder=Folder(config, sources), by=None, now=timezone.now())


def staff() -> Staff:
    """One who has all three professions, as in a small municipality."""
    member = pages.staff("anna", PROFESSIONS[0])
    for name in PROFESSIONS[1:]:
        pages.join(member, name)
    return member


def start(key: str, individual: Individual, by: Staff, *, now: datetime | None = None) -> ProcessInstance:
    return instances.start(definition_key=key, individual=individual, by=by, now=now or timezone.now())


def open_task(instance: ProcessInstance) -> UserTask:
    return UserTask.objects.filter(instance=instance, state=TaskState.OPEN).get()


def complete(task: UserTask, by: Staff) -> UserTask | None:
    """The task that comes next in the same instance; whoever does it is read as a request reads them."""
    doer = backends.working(by.pk)
    if doer is None:
        raise RuntimeError("nobody works here")
    done = user_tasks.complete(task=task, answers=dict(ANSWERS), by=doer, now=timezone.now())
    return done.next_tasks[0] if done.next_tasks else None
