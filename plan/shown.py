"""What the person is shown of what is written about them: decided here, field by field; nothing else reaches a page.

From `people.plan` come goals, contacts, consents and agreements, each by the columns named here. From the förlopp come
only the answers and the steps whose form says so (`person_reads`, `person_told`). All else is the staff's.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.utils import timezone

from people import selectors as people
from people.models import Agreement, Consent, Contact, Goal, Individual, Rating, Reply, Unit, Visit
from people.own import ReplyKind
from people.plan import ContactKind, GoalState, Ground, current
from people.reading import Reading
from people.spheres import is_in_force
from tasks.forms import readonly
from tasks.forms.shown import Shown
from workflows import amended, confined, published
from workflows.forms.shapes import Field, Form
from workflows.models import UserTask
from workflows.sight import is_now

Apart = frozenset[uuid.UUID]
"""Threads of what is confined to some professions, who reads it with the person: it is on no page of theirs."""
MOST = 60
ENDED_DAYS = 365
"""So long a consent that has ended is told of."""
TASKS = Reading(
    UserTask,
    "task",
    ("public_id", "group", "form_key", "answers", "created_at", "ended_at", "due_at", "instance_id", "state"),
    instance=("public_id", "version_id"),
    instance__version=("public_id",),
    extra={"is_amended": amended.IS_AMENDED},
)


@dataclass(frozen=True, kw_only=True)
class Aim:
    """A goal in the person's words; `outcome` is how it went at the latest follow-up."""

    words: str
    area: str
    aim_on: datetime.date | None
    steps: str
    keeper: str
    own: int | None
    outcome: str
    followed_on: datetime.date | None
    is_ended: bool
    at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class Near:
    """Somebody around the person."""

    kind: str
    name: str
    title: str
    phone: str
    email: str
    way: str
    interpreter: str
    at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class Said:
    """A consent of the person's own; `ended_on` when it no longer holds."""

    thread: uuid.UUID
    kind: str
    scope: str
    given_on: datetime.date
    valid_to: datetime.date | None
    ended_on: datetime.date | None
    at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class Joint:
    """The agreement in words; `number` is the revision that is read, and so the one that is signed."""

    thread: uuid.UUID
    number: int
    text: str
    agreed_on: datetime.date
    with_whom: str
    signed_on: datetime.date | None
    at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class Told:
    """Answers of one step that the person may read."""

    on: datetime.date
    entries: tuple[Shown, ...]
    at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class Next:
    """A step that waits, in the words that its form has for the person; `question` what they may say before it."""

    task: uuid.UUID
    instance: uuid.UUID
    told: str
    question: str
    who: str
    due_at: datetime.datetime | None
    at: datetime.datetime
    is_done: bool = False
    answer: str = ""
    answered_at: datetime.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Own:
    """All that one visit is shown."""

    name: str
    goals: list[Aim]
    agreements: list[Joint]
    told: list[Told]
    coming: list[Next]
    contacts: list[Near]
    consents: list[Said]
    weeks: list[Reply]
    since: datetime.datetime | None = None
    changes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def now(self) -> list[Aim]:
        return [one for one in self.goals if not one.is_ended]

    @property
    def ended(self) -> list[Aim]:
        return [one for one in self.goals if one.is_ended]

    @property
    def given(self) -> list[Said]:
        return [one for one in self.consents if one.ended_on is None]


def load(visit: Visit, *, since: datetime.datetime | None, now: datetime.datetime) -> Own:
    """Of whom the visit is to. `since`: when they last looked."""
    individual, on = visit.individual, timezone.localdate(now)
    names, apart = people.profession_names(), confined.threads(visit.individual, confined.everything())
    own = Own(
        name=individual.given_name or people.UNKNOWN_NAME,
        goals=list(_goals(individual, names, apart)),
        agreements=list(_agreements(individual, apart)),
        told=list(_told(individual)),
        coming=list(_coming(individual, names)),
        contacts=list(_contacts(individual, on, apart)),
        consents=list(_consents(individual, on, apart)),
        weeks=list(Reply.objects.filter(individual=individual, kind=ReplyKind.WEEK).order_by("-at", "-pk")[:8]),
        since=since,
    )
    return replace(own, changes=list(_changes(own, since))) if since else own


def step(visit: Visit, task: uuid.UUID) -> Next | None:
    """One that asks, or asked, the person something."""
    found = TASKS.one(
        "WHERE task.individual_id = %s AND task.public_id = %s AND task.joint_of_id IS NULL",
        [visit.individual.pk, task],
    )
    if found is None or not (form := _form(found)) or not (form.person_told and form.person_asked):
        return None
    return next(_steps(visit.individual, [(found, form)], people.profession_names()))


def agreement(visit: Visit, thread: uuid.UUID) -> Joint | None:
    apart = confined.threads(visit.individual, confined.everything())
    return next((one for one in _agreements(visit.individual, apart) if one.thread == thread), None)


def consent(visit: Visit, thread: uuid.UUID, *, now: datetime.datetime) -> Said | None:
    """One that holds."""
    individual = visit.individual
    apart = confined.threads(individual, confined.everything())
    held = _consents(individual, timezone.localdate(now), apart)
    return next((one for one in held if one.thread == thread and one.ended_on is None), None)


# -- inside ------------------------------------------------------------------------------------------------------------


def _goals(individual: Individual, names: Mapping[str, str], apart: Apart) -> Iterator[Aim]:
    latest: dict[uuid.UUID, Rating] = {}
    for rating in current(Rating).filter(individual=individual).order_by("on", "pk"):
        latest[rating.goal] = rating
    for row in current(Goal).filter(individual=individual).exclude(thread__in=apart).order_by("pk"):
        last = latest.get(row.thread)
        rated = last.own_rating if last is not None and last.own_rating is not None else row.own_rating
        yield Aim(
            words=row.words,
            area=row.area,
            aim_on=row.aim_on,
            steps=row.steps,
            keeper=names.get(row.keeper, ""),
            own=rated,
            outcome=last.outcome if last else "",
            followed_on=last.on if last else None,
            is_ended=row.state != GoalState.ACTIVE,
            at=max(row.at, last.at) if last else row.at,
        )


def _agreements(individual: Individual, apart: Apart) -> Iterator[Joint]:
    rows = current(Agreement).filter(individual=individual, ended_on=None).exclude(thread__in=apart)
    for row in rows.order_by("-agreed_on", "-pk"):
        yield Joint(
            thread=row.thread,
            number=row.number,
            text=row.text,
            agreed_on=row.agreed_on,
            with_whom=row.with_whom,
            signed_on=row.signed_on,
            at=row.at,
        )


def _contacts(individual: Individual, on: datetime.date, apart: Apart) -> Iterator[Near]:
    order = list(ContactKind.values)
    known = current(Contact).filter(individual=individual).exclude(thread__in=apart).order_by("pk")
    rows = [row for row in known if is_now(row, on=on)]
    units = dict(Unit.objects.filter(key__in=[row.unit_key for row in rows]).values_list("key", "name"))
    for row in sorted(rows, key=lambda row: order.index(row.kind)):
        yield Near(
            kind=row.kind,
            name=row.name or units.get(row.unit_key, ""),
            title=row.title,
            phone=row.phone,
            email=row.email,
            way=row.way,
            interpreter=row.interpreter,
            at=row.at,
        )


def _consents(individual: Individual, on: datetime.date, apart: Apart) -> Iterator[Said]:
    """The person's own word; other grounds that break secrecy are the staff's."""
    rows = current(Consent).filter(individual=individual, ground=Ground.CONSENT).exclude(thread__in=apart)
    for row in rows.order_by("-given_on", "-pk"):
        holds = is_in_force(row, on=on)
        ended_on = None if holds else row.withdrawn_on or row.valid_to
        if holds or (ended_on and (on - ended_on).days <= ENDED_DAYS):
            yield Said(
                thread=row.thread,
                kind=row.kind,
                scope=row.scope,
                given_on=row.given_on,
                valid_to=row.valid_to,
                ended_on=ended_on,
                at=row.at,
            )


def _told(individual: Individual) -> Iterator[Told]:
    """The latest first."""
    rest = f"""WHERE task.individual_id = %s AND task.state = 'completed' AND task.joint_of_id IS NULL
        ORDER BY task.ended_at DESC, task.id DESC LIMIT {MOST}"""
    rows = [(task, form) for task in TASKS.rows(rest, [individual.pk]) if (form := _read(task)) is not None]
    amendments = amended.of_tasks([task for task, _ in rows])
    for task, form in rows:
        mine = amendments.get(task.pk, [])
        answers = amended.answers(task, mine) or {}
        entries = tuple(one for section in readonly(form, answers) for one in section.entries if one.value or one.rows)
        if entries:
            at = max([task.ended_at or task.created_at, *(row.at for row in mine)])
            yield Told(on=timezone.localdate(task.ended_at or task.created_at), entries=entries, at=at)


def _coming(individual: Individual, names: Mapping[str, str]) -> Iterator[Next]:
    """What is done first comes first."""
    rest = f"""WHERE task.individual_id = %s AND task.state = 'open' AND task.joint_of_id IS NULL
        ORDER BY task.due_sort, task.id LIMIT {MOST}"""
    waiting = [(task, form) for task in TASKS.rows(rest, [individual.pk]) if (form := _form(task)) and form.person_told]
    yield from _steps(individual, waiting, names)


def _steps(individual: Individual, waiting: list[tuple[UserTask, Form]], names: Mapping[str, str]) -> Iterator[Next]:
    said = Reply.objects.filter(individual=individual, task__in=[task.public_id for task, _ in waiting])
    latest = {row.task: row for row in said.order_by("at", "pk")}
    for task, form in waiting:
        answer = latest.get(task.public_id)
        yield Next(
            task=task.public_id,
            instance=task.instance.public_id,
            told=form.person_told,
            question=form.person_asked,
            who=names.get(task.group, ""),
            due_at=task.due_at,
            at=task.created_at,
            is_done=not task.is_open,
            answer=answer.text if answer else "",
            answered_at=answer.at if answer else None,
        )


def _form(task: UserTask) -> Form | None:
    """None where there is none, and in an ärende that is confined: who else reads this page nobody knows."""
    version = published.of(task.instance.version.public_id)
    is_for_them = version.has_form(task.form_key) and not confined.is_so(version.config)
    return version.form(task.form_key) if is_for_them else None


def _read(task: UserTask) -> Form | None:
    """The form with only what the person reads of it; None when that is nothing."""
    form = _form(task)
    fields = tuple(_readable(form.fields)) if form else ()
    return replace(form, fields=fields) if form and fields else None


def _readable(fields: Iterable[Field]) -> Iterator[Field]:
    """Of a list that is read, only those of its questions that are; what they stand under is the staff's words."""
    for one in fields:
        item = tuple(_readable(one.item))
        if one.person_reads and (item or one.type != "list"):
            yield replace(one, heading="", item=item)


def _changes(own: Own, since: datetime.datetime) -> Iterator[tuple[str, str]]:
    """By the name of its sentence, and what it is about."""
    yield from (("goal", one.words) for one in own.goals if one.at > since)
    yield from (("agreement", "") for one in own.agreements if one.at > since)
    yield from (("told", one.entries[0].label) for one in own.told if one.at > since)
    yield from (("coming", one.told) for one in own.coming if one.at > since)
    yield from (("contact", one.name) for one in own.contacts if one.at > since and one.name)
    yield from (("consent", one.kind) for one in own.consents if one.at > since)
