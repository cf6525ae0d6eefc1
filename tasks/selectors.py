"""Reads of the inbox's own: counts for the menu, the persons a member of staff meets, what is known in an ärende."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from people import reading
from people.models import Individual, Staff
from people.reading import Reading
from people.selectors import named_like
from tasks import forms
from tasks.forms import choices
from tasks.forms.shown import Shown, said
from workflows import amended, published, rights, selectors, sieve, versions, written
from workflows.forms import expressions
from workflows.forms.values import HSA_ID
from workflows.models import (
    Amendment,
    InstanceState,
    ProcessInstance,
    ProcessVersion,
    UserTask,
)
from workflows.services import instances, steps
from workflows.sight import Sight

ANSWERED = Reading(
    UserTask,
    "task",
    ("name", "form_key", "answers", "ended_at", "created_at", "on_behalf_of", *selectors.READ_BY),
    completed_by=selectors.NAMED,
    extra={"is_amended": amended.IS_AMENDED},
)
LEAST_DIGITS = 6
MOST_KNOWN = 200
"""So many of the tasks done last are told on the page of another: an ärende may have gone round for years."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """An earlier task of the ärende with the answers that hold, in words, and a `note` when they have been corrected;
    of the other sphere that it was done, and no more."""

    name: str
    by_name: str
    at: datetime.datetime
    answers: object
    note: str = ""


class Earlier(NamedTuple):
    """By the name of the step, the latest first; whether there is more than is told."""

    by_step: dict[str, list[Known]]
    has_older: bool


def known(instance: ProcessInstance, sight: Sight, *, apart_from: UserTask | None = None) -> Earlier:
    """What has been answered in the ärende so far; MOST_KNOWN at most.

    What the form of the task itself asks for by its prefills, and the [[known]] of process.toml, are declared by the
    process owner to be needed, and are not held back from the other sphere; what a unit has closed is left out.
    """
    version = published.of(instance.version.public_id)
    rest = "WHERE task.instance_id = %s AND task.state = 'completed' ORDER BY task.ended_at DESC, task.id DESC LIMIT %s"
    answered = ANSWERED.rows(rest, [instance.pk, MOST_KNOWN + 1])
    earlier = [task for task in answered[:MOST_KNOWN] if task != apart_from and version.has_form(task.form_key)]
    by = sight.reads_by
    earlier = [task for task in earlier if by(task, version, by=task.completed_by_id, at=task.ended_at)]
    rows = amended.of_tasks(earlier)
    found: dict[str, list[Known]] = {}
    for one in [_known(task, rows.get(task.pk, []), version, sight) for task in earlier if task.answers]:
        found.setdefault(one.name, []).append(one)
    return Earlier(by_step=found, has_older=len(answered) > MOST_KNOWN)


def told(instance: ProcessInstance, sight: Sight, *, now: datetime.datetime) -> list[Shown]:
    """What the latest messages say, by the [[known]] of process.toml; what nobody has said yet is left out, and what a
    unit has answered that has closed it.
    """
    version = published.of(instance.version.public_id)
    facts = version.config.get("known", ())
    shut = written.variables(sight.viewer, instance) if sight.written else ()
    variables = {name: value for name, value in steps.variables_of(instance).items() if name not in shut}
    values = [(fact["label"], expressions.value(fact["value"], variables, now=now)) for fact in facts]
    told = [(label, said(value)) for label, value in values]
    names = choices.holders([text for _, text in told if HSA_ID.fullmatch(text)])
    return [Shown(label, names.get(text) or version.words.get(text, text)) for label, text in told if text]


def _known(task: UserTask, rows: list[Amendment], version: published.Published, sight: Sight) -> Known:
    at = task.ended_at or task.created_at
    if not sight.reads_task(task, version):
        return Known(name=sight.hidden(version, task.group, "en uppgift blev klar"), by_name="", at=at, answers=None)
    return Known(
        name=task.name,
        by_name=task.done_by or "Automatiskt",
        at=at,
        answers=forms.answered(version.form(task.form_key), amended.answers(task, rows) or {}),
        note=amended.note(task, rows),
    )


def startable(staff: Staff, individual: Individual | None = None) -> list[published.Published]:
    """The förlopp that this member of staff may start by hand, by title: for this person, or for somebody."""
    rows = versions.applying(versions.light(), individual, "pk") if individual is not None else versions.anywhere()
    found = [published.of(one) for one in rows.order_by("number").values_list("public_id", flat=True)]
    mine = {version.key: version for version in found if _may_start(staff, version)}
    return sorted(mine.values(), key=lambda version: version.title)


def startable_for(staff: Staff, key: str, individual: Individual) -> published.Published | None:
    """The version in which the person's ärende would start, where this member of staff may start it."""
    return next((version for version in startable(staff, individual) if version.key == key), None)


def _may_start(staff: Staff, version: published.Published) -> bool:
    return rights.may_start(staff, version.config) and instances.manual_start(version) is not None


def persons(staff: Staff, *, text: str, limit: int) -> list[tuple[Individual, list[str]]]:
    """Persons with ongoing ärenden that this member of staff may see, by name, with the titles of those förlopp."""
    ongoing = _visible(staff).filter(state=InstanceState.ACTIVE)
    people = Individual.objects.filter(pk__in=ongoing.values("individual_id"))
    inside, values = sieve.let_in(staff, "people_individual.id")
    people = people.filter(RawSQL(inside, [reading.given(one) for one in values], BooleanField()))  # noqa: S611  our own text
    for word in text.split():
        people = people.filter(_matches(word))
    found = list(people[:limit])
    titles: dict[int, list[str]] = {individual.pk: [] for individual in found}
    for instance in ongoing.filter(individual__in=found).order_by("started_at"):
        titles[instance.individual_id].append(published.of(instance.version.public_id).title)
    return [(individual, titles[individual.pk]) for individual in found]


def _visible(staff: Staff) -> QuerySet[ProcessInstance]:
    """As `selectors.instance_for` decides for one ärende, for a whole list."""
    held = set(staff.professions)
    visible_to = ProcessVersion.objects.values_list("pk", "config__visible_to")
    versions = [pk for pk, professions in visible_to if held & set(professions or ())]
    offered = UserTask.objects.filter(Q(group__in=held) | Q(escalated_to__in=held)).values("instance_id")
    found = ProcessInstance.objects.filter(Q(version_id__in=versions) | Q(pk__in=offered))
    found = found.filter(rights.shown(staff))
    return found.select_related("individual", "version").defer("engine_state", "version__sources", "version__compiled")


def _matches(word: str) -> Q:
    """Part of a name, or at least six digits of a number as one writes it: with or without hyphen or century."""
    by_name = named_like(word, "given_name", "family_name")
    digits = "".join(character for character in word if character.isdecimal())
    return by_name | Q(identity_number__contains=digits) if len(digits) >= LEAST_DIGITS else by_name
