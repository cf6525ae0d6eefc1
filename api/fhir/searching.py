"""What FHIR asks for, found: always a person's, by identifier, a page at a time."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from api.fhir import planned, resources
from api.fhir.systems import PERSON, REF
from api.problems import Problem, Wrong
from api.reach import Reach
from people import identity
from people.models import Goal, Individual
from workflows import rights, sight
from workflows.models import InboxMessage, InstanceState, ProcessInstance, TaskState, UserTask
from workflows.models.definition import HEAVY

Json = dict[str, Any]
PAGE, MOST = 20, 100
EVERYTHING = 500
BY_PATIENT = ("patient.identifier", "patient:identifier", "subject:identifier", "subject.identifier")
KNOWN = frozenset({*BY_PATIENT, "status", "_count", "_format", "_page"})
LIGHT = ("instance__engine_state", *(f"instance__version__{name}" for name in HEAVY))


@dataclass(frozen=True)
class Search:
    """Of one person: `ref`; `before` is the key that the page before ended with."""

    kind: str
    ref: uuid.UUID | None
    status: str = ""
    before: int | None = None
    count: int = PAGE

    def cursor(self, key: int) -> str:
        """The page that follows, with nothing in it that names anyone."""
        told = json.dumps([str(self.ref), self.status, key, self.count])
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Found:
    """`individual` is None when nobody is found, `beyond` whom the caller may not know that we know."""

    resources: list[Json]
    individual: Individual | None
    beyond: Individual | None = None
    next: str | None = None


def read(kind: str, told: Mapping[str, str], *, is_posted: bool) -> Search:
    """Raises Problem: also for a personnummer in an address, where it must never be."""
    unknown = set(told) - KNOWN
    if unknown:
        raise _wrong(min(unknown), "Sökparametern finns inte.")
    if "_page" in told:
        return _continued(kind, told["_page"])
    asked = [told[name] for name in BY_PATIENT if name in told]
    if len(asked) != 1:
        raise _wrong(BY_PATIENT[0], "Ange exakt en person.")
    system, bar, value = asked[0].rpartition("|")
    if not bar or system not in {*PERSON, REF}:
        raise _wrong(BY_PATIENT[0], "Skriv system|värde med ett system som är känt här.")
    if system in PERSON and not is_posted:
        raise _wrong(BY_PATIENT[0], "Skicka personnummer med POST till _search, aldrig i en adress.")
    count = told.get("_count", str(PAGE))
    if not count.isdecimal() or not 1 <= int(count[:4]) <= MOST:
        raise _wrong("_count", f"Ange 1 till {MOST}.")
    return Search(kind, _ref(system, value), told.get("status", ""), count=int(count))


def found(search: Search, reach: Reach) -> Found:
    """Nobody and nothing are the same empty page."""
    individual = Individual.objects.filter(ref=search.ref).first() if search.ref else None
    if individual is None:
        return Found([], None)
    rows = FINDERS[search.kind](individual, search, reach)
    if not rows and not reach.knows(individual):
        return Found([], None, beyond=individual)
    page = rows[: search.count]
    following = search.cursor(page[-1][0]) if len(rows) > search.count else None
    return Found([one for _, one in page], individual, next=following)


def one(kind: str, public_id: uuid.UUID, reach: Reach) -> tuple[Json, Individual] | None:
    """None when missing or forbidden alike."""
    who = _whose(kind, public_id)
    if who is None:
        return None
    rows = FINDERS[kind](who, Search(kind, who.ref, count=1), reach, public_id=public_id)
    return (rows[0][1], who) if rows else None


def everything(ref: uuid.UUID, reach: Reach) -> tuple[list[Json], Individual] | None:
    """A person's plans, goals, tasks and team, at most so many of each; None when missing or forbidden alike."""
    individual = Individual.objects.filter(ref=ref).first()
    if individual is None or not reach.knows(individual):
        return None
    kinds = ("CarePlan", "Goal", "Task", "CareTeam")
    rows = [row for kind in kinds for row in FINDERS[kind](individual, Search(kind, ref, count=EVERYTHING), reach)]
    return [one for _, one in rows], individual


def _whose(kind: str, public_id: uuid.UUID) -> Individual | None:
    if kind == "Goal":
        goal = Goal.objects.select_related("individual").filter(thread=public_id).first()
        return goal.individual if goal else None
    if kind == "CareTeam":
        return Individual.objects.filter(ref=public_id).first()
    if kind == "Task":
        task = UserTask.objects.select_related("individual").defer("answers").filter(public_id=public_id).first()
        return task.individual if task else None
    if kind == "CarePlan":
        rows = ProcessInstance.objects.select_related("individual").defer("engine_state")
        instance = rows.filter(public_id=public_id).first()
        return instance.individual if instance else None
    message = InboxMessage.objects.select_related("individual").defer("raw", "payload").filter(public_id=public_id)
    found_message = message.first()
    return found_message.individual if found_message else None


Rows = list[tuple[int, Json]]


def _instances(individual: Individual, reach: Reach) -> dict[int, ProcessInstance]:
    rows = ProcessInstance.objects.filter(individual=individual, definition__in=reach.definitions)
    rows = rows.select_related("individual", "definition", "version").order_by("-pk")
    light = rows.defer("engine_state", *(f"version__{name}" for name in HEAVY))
    return {one.pk: one for one in light if reach.sees(one)}


def _tasks(individual: Individual, search: Search, reach: Reach, *, public_id: uuid.UUID | None = None) -> Rows:
    instances = _instances(individual, reach)
    rows = UserTask.objects.filter(instance__in=instances, joint_of=None).order_by("-pk")
    rows = rows.filter(public_id=public_id) if public_id else rows
    rows = rows.filter(pk__lt=search.before) if search.before is not None else rows
    wanted = [state.value for state, status in resources.OF_TASK.items() if status == search.status]
    begun = Q(claimed_by__isnull=False) | Q(attempts__gt=0)
    if search.status == "accepted":
        rows = rows.filter(state=TaskState.OPEN).exclude(claimed_by=None)
    elif search.status == "failed":
        rows = rows.filter(begun, state=TaskState.CANCELLED)
    elif search.status:
        rows = rows.filter(state__in=wanted)
        rows = rows.exclude(begun, state=TaskState.CANCELLED)
        rows = rows.filter(claimed_by=None) if search.status == "requested" else rows
    looking = sight.of(reach.caller.staff, individual)
    page = []
    for row in rows.defer("answers")[: search.count + 1]:
        row.instance, row.individual = instances[row.instance_id], individual
        if not rights.is_closed(reach.caller.staff, row):
            page.append((row.pk, resources.task(row, looking)))
    return page


def _plans(individual: Individual, search: Search, reach: Reach, *, public_id: uuid.UUID | None = None) -> Rows:
    rows = [one for one in _instances(individual, reach).values() if public_id in {None, one.public_id}]
    rows = [one for one in rows if search.before is None or one.pk < search.before]
    page = [one for one in rows if _is_status(one, search.status)][: search.count + 1]
    open_ones: dict[int, list[UserTask]] = {}
    tasks = UserTask.objects.filter(instance__in=page, state=TaskState.OPEN, joint_of=None).order_by("pk")
    for task in tasks.only("public_id", "instance_id"):
        open_ones.setdefault(task.instance_id, []).append(task)
    return [(one.pk, resources.care_plan(one, open_ones.get(one.pk, []))) for one in page]


def _is_status(row: ProcessInstance, status: str) -> bool:
    told = "on-hold" if row.is_suspended else resources.OF_PLAN[InstanceState(row.state)]
    return status in {"", told}


def _messages(individual: Individual, search: Search, reach: Reach, *, public_id: uuid.UUID | None = None) -> Rows:
    instances = _instances(individual, reach)
    rows = InboxMessage.objects.filter(deliveries__instance__in=instances, individual=individual).distinct()
    rows = rows.filter(public_id=public_id) if public_id else rows
    rows = rows.filter(pk__lt=search.before) if search.before is not None else rows
    wanted = [state.value for state, status in resources.OF_MESSAGE.items() if status == search.status]
    rows = rows.filter(state__in=wanted) if search.status else rows
    looking = sight.of(reach.caller.staff, individual)
    page = []
    for row in rows.defer("raw", "payload").prefetch_related("deliveries").order_by("-pk")[: search.count + 1]:
        about = [instances[one.instance_id] for one in row.deliveries.all() if one.instance_id in instances]
        page.append((row.pk, resources.communication(row, about, looking)))
    return page


def _goals(individual: Individual, search: Search, reach: Reach, *, public_id: uuid.UUID | None = None) -> Rows:
    return _of_page(planned.goals(individual, reach, thread=public_id), search, "lifecycleStatus")


def _team(individual: Individual, search: Search, reach: Reach, *, public_id: uuid.UUID | None = None) -> Rows:
    rows = planned.team(individual, reach) if public_id in {None, individual.ref} else []
    return _of_page(rows, search, "status")


def _of_page(rows: Rows, search: Search, status: str) -> Rows:
    rows = [row for row in rows if search.before is None or row[0] < search.before]
    return [row for row in rows if search.status in {"", row[1][status]}][: search.count + 1]


FINDERS: dict[str, Any] = {
    "Task": _tasks,
    "CarePlan": _plans,
    "Communication": _messages,
    "Goal": _goals,
    "CareTeam": _team,
}


def _ref(system: str, value: str) -> uuid.UUID | None:
    """Whom it is about; None when nobody here has it."""
    if system == REF:
        try:
            return uuid.UUID(value.removeprefix("urn:uuid:"))
        except ValueError:
            raise _wrong(BY_PATIENT[0], "Skriv urn:uuid: och personens person_ref.") from None
    try:
        number = identity.parse(value, today=timezone.localdate())
    except identity.InvalidIdentity as invalid:
        raise _wrong(BY_PATIENT[0], invalid.message_sv) from None
    person = Individual.objects.filter(identity_type=number.type, identity_number=number.number)
    return person.values_list("ref", flat=True).first()


def _continued(kind: str, cursor: str) -> Search:
    try:
        ref, status, key, count = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        told = Search(kind, uuid.UUID(ref), str(status), int(key), int(count))
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        raise _wrong("_page", "Använd länken next från sidan före.") from None
    if not 0 <= (told.before or 0) < 2**63 or not 1 <= told.count <= MOST:
        raise _wrong("_page", "Använd länken next från sidan före.")
    return told


def _wrong(parameter: str, detail: str) -> Problem:
    wrong = Wrong(parameter=parameter, detail=detail)
    return Problem(400, "sokning", "Sökningen går inte att göra.", [wrong])
