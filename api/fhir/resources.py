"""Our rows as FHIR resources; each is judged by the library before it leaves."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

from api.fhir.systems import REF
from api.problems import Problem
from people.models import Goal, Individual, Rating
from people.plan import GoalState, Outcome
from workflows import careflow, published
from workflows.careflow import Careflow
from workflows.models import InboxMessage, InboxState, InstanceState, ProcessInstance, TaskState, UserTask
from workflows.sight import WORDS, Sight

Json = dict[str, Any]

OF_TASK = {
    TaskState.OPEN: "requested",
    TaskState.COMPLETED: "completed",
    TaskState.CANCELLED: "cancelled",
    TaskState.NOT_NEEDED: "rejected",
}
OF_PLAN = {InstanceState.ACTIVE: "active", InstanceState.COMPLETED: "completed", InstanceState.CANCELLED: "revoked"}
OF_MESSAGE = {
    InboxState.RECEIVED: "in-progress",
    InboxState.BUFFERED: "in-progress",
    InboxState.STOPPED: "on-hold",
    InboxState.DONE: "completed",
    InboxState.IGNORED: "completed",
    InboxState.DISMISSED: "not-done",
}
OF_GOAL = {GoalState.ACTIVE: "active", GoalState.REACHED: "completed", GoalState.LEFT: "cancelled"}
ACHIEVED = {
    Outcome.REACHED: ("achieved", "Achieved"),
    Outcome.PARTLY: ("improving", "Improving"),
    Outcome.NOT_YET: ("in-progress", "In Progress"),
    Outcome.LEFT: ("not-attainable", "Not Attainable"),
}
"""Of the latest follow-up: http://terminology.hl7.org/CodeSystem/goal-achievement."""
SEARCHED = ("Task", "CarePlan", "Communication", "Goal", "CareTeam")


def task(row: UserTask, sight: Sight) -> Json:
    """Of the other sphere it is told that there is something to do, and not what."""
    version = published.of(row.instance.version.public_id)
    is_read = sight.reads_task(row, version)
    name = row.name if is_read else sight.hidden(version, row.group, "en uppgift")
    is_held = row.claimed_by_id is not None
    return _judged(
        "Task",
        {
            "id": str(row.public_id),
            "meta": {"lastUpdated": row.changed_at.isoformat()},
            "basedOn": [{"reference": f"CarePlan/{row.instance.public_id}"}],
            "status": task_status(row),
            "businessStatus": {"text": careflow.of_task(row.state, is_taken=is_held, attempts=row.attempts)},
            "intent": "order",
            "priority": "urgent" if row.priority == 1 else "routine",
            "code": {"text": name.strip() or row.element_id},
            "for": subject(row.instance.individual),
            "authoredOn": row.created_at.isoformat(),
            "lastModified": row.changed_at.isoformat(),
            "executionPeriod": {"end": row.ended_at.isoformat()} if row.ended_at else None,
            "performerType": [{"text": row.group}] if is_read else None,
            "restriction": {"period": {"end": row.due_at.isoformat()}} if row.due_at else None,
        },
    )


def task_status(row: UserTask) -> str:
    """What nobody took up was `cancelled`; what somebody had taken or tried, and was then left, has `failed`."""
    is_taken = row.claimed_by_id is not None
    if row.is_open:
        return "accepted" if is_taken else OF_TASK[TaskState.OPEN]
    come_to = careflow.of_task(row.state, is_taken=is_taken, attempts=row.attempts)
    return "failed" if come_to == Careflow.ABORTED else OF_TASK[TaskState(row.state)]


def goal(row: Goal, rating: Rating | None, individual: Individual, sight: Sight) -> Json:
    """In the person's words; of the other sphere that there is one. How far it has come is the latest follow-up's."""
    is_read = sight.reads(row.sphere)
    outcome = Outcome.REACHED if row.state == GoalState.REACHED else Outcome(rating.outcome) if rating else None
    code, display = ACHIEVED[outcome] if outcome is not None else ACHIEVED[Outcome.NOT_YET]
    coding = {"system": "http://terminology.hl7.org/CodeSystem/goal-achievement", "code": code, "display": display}
    target = [{"dueDate": row.aim_on.isoformat()}] if row.aim_on and is_read else None
    return _judged(
        "Goal",
        {
            "id": str(row.thread),
            "meta": {"lastUpdated": max(row.at, rating.at if rating else row.at).isoformat()},
            "lifecycleStatus": OF_GOAL[GoalState(row.state)],
            "achievementStatus": {"coding": [coding]} if is_read else None,
            "description": {"text": row.words if is_read else f"{WORDS[row.sphere]}: ett mål"},
            "subject": subject(individual),
            "statusDate": (rating.on.isoformat() if rating else None) if is_read else None,
            "target": target,
        },
    )


def care_team(individual: Individual, members: list[tuple[str, str]]) -> Json:
    """Who is responsible: roles with names. Relatives are not told of: they are somebody else."""
    told = [{"role": [{"text": role}], "member": {"display": name}} for role, name in members]
    about = {"id": str(individual.ref), "status": "active", "subject": subject(individual), "participant": told or None}
    return _judged("CareTeam", about)


def care_plan(row: ProcessInstance, open_tasks: list[UserTask]) -> Json:
    """An ärende, with the tasks that are open in it."""
    ended = {"end": row.ended_at.isoformat()} if row.ended_at else {}
    return _judged(
        "CarePlan",
        {
            "id": str(row.public_id),
            "status": "on-hold" if row.is_suspended else OF_PLAN[InstanceState(row.state)],
            "intent": "plan",
            "category": [{"text": row.definition.key}],
            "title": row.definition.title,
            "subject": subject(row.individual),
            "period": {"start": row.started_at.isoformat(), **ended},
            "created": row.started_at.isoformat(),
            "activity": [{"reference": {"reference": f"Task/{task.public_id}"}} for task in open_tasks] or None,
        },
    )


def communication(row: InboxMessage, about: list[ProcessInstance], sight: Sight) -> Json:
    """A message that reached ärenden; what it said is not told."""
    spheres = {published.of(one.version.public_id).config.get("sphere", "") for one in about}
    is_read = all(sight.reads(sphere) for sphere in spheres)
    return _judged(
        "Communication",
        {
            "id": str(row.public_id),
            "status": OF_MESSAGE[InboxState(row.state)],
            "subject": subject(about[0].individual),
            "topic": {"text": row.name if is_read else "Ett meddelande"},
            "about": [{"reference": f"CarePlan/{one.public_id}"} for one in about],
            "sent": row.sent_at.isoformat() if row.sent_at else None,
            "received": row.received_at.isoformat(),
        },
    )


def subject(individual: Individual) -> Json:
    """A logical reference: who it is, those know who know the number."""
    return {"type": "Patient", "identifier": {"system": REF, "value": f"urn:uuid:{individual.ref}"}}


def page(found: list[Json], *, next_url: str | None, self_url: str, base: str) -> Json:
    """A searchset."""
    links = [{"relation": "self", "url": self_url}] + ([{"relation": "next", "url": next_url}] if next_url else [])
    entries = [
        {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in found
    ]
    return _judged("Bundle", {"type": "searchset", "link": links, "entry": entries or None})


def acknowledged(*, message_id: str, event: Json, answer_id: str, at: str, endpoint: str) -> Json:
    """The answer to a message: it is stored."""
    header = {
        "resourceType": "MessageHeader",
        "id": answer_id,
        "eventCoding": event,
        "source": {"name": "Förlopp", "endpoint": endpoint},
        "response": {"identifier": message_id, "code": "ok"},
    }
    entry = {"fullUrl": f"urn:uuid:{answer_id}", "resource": header}
    return _judged("Bundle", {"type": "message", "timestamp": at, "entry": [entry]})


def outcome(problem: Problem) -> Json:
    """What was wrong, as FHIR tells it."""
    kinds = {401: "login", 404: "not-found", 409: "conflict", 413: "too-long", 429: "throttled", 503: "transient"}
    said = [problem.detail, *(f"{one.pointer or one.parameter}: {one.detail}" for one in problem.errors)]
    issues = [{"severity": "error", "code": kinds.get(problem.status, "invalid"), "diagnostics": text} for text in said]
    return _judged("OperationOutcome", {"issue": issues})


def capabilities(*, base: str, at: str) -> Json:
    """What can be asked for."""
    searched = [{"name": name, "type": kind} for name, kind in (("patient.identifier", "token"), ("status", "token"))]
    offered = [
        {
            "type": name,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": searched,
            "documentation": "A personnummer is sent with POST _search, never in an address.",
        }
        for name in SEARCHED
    ]
    process = {
        "name": "process-message",
        "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
    }
    person = {"name": "everything", "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything"}
    server = {
        "mode": "server",
        "security": {"description": "Authorization: Bearer, a token with fhir:read or fhir:write."},
        "resource": offered,
        "operation": [process, person],
    }
    told = {"status": "active", "date": at, "kind": "instance", "fhirVersion": "4.0.1", "format": ["json"]}
    place = {"implementation": {"description": "Förlopp", "url": base}, "rest": [server]}
    return _judged("CapabilityStatement", {**told, **place})


def require(kind: str, told: Json) -> Any:
    """The library's own of that kind. Raises ValidationError, and what Python does for a kind that there is not.

    It is loaded when it is first needed: a second and some megabytes for every process would be too much.
    """
    return _library(kind).model_validate(told)


@lru_cache
def _library(kind: str) -> Any:
    return getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)


def _judged(kind: str, told: Json) -> Json:
    filled = {name: plain(value) for name, value in told.items() if value is not None}
    found: Json = require(kind, filled).model_dump(mode="json", exclude_none=True)
    return found


def plain(value: Any) -> Any:
    """With the four kinds of white space that FHIR's text knows; people write with more."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return "".join(" " if sign.isspace() and sign not in " \t\r\n" else sign for sign in value)
    return value
