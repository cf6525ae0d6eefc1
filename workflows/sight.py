"""What one viewer may see of one person: which ärenden, and whose content, by the predicates of `people.spheres`.

What it takes to know is read when it is first asked: of most that one meets, one's own profession is enough to know.
"""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone

from people import reading, spheres, tree
from people import selectors as people
from people.models import Assignment, Consent, Contact, Individual, Profession, Staff
from people.plan import ContactKind, Revision, current
from workflows import confined, published, rights, written
from workflows.confined import Confined
from workflows.models import ProcessInstance, UserTask
from workflows.written import Written

WORDS = {"sol": "Socialtjänst", "hsl": "Hälso- och sjukvård"}


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Of a viewer on a person, for as long as one request and no longer."""

    viewer: Staff
    individual: Individual
    on: datetime.date

    @cached_property
    def held(self) -> frozenset[str]:
        return frozenset(self.viewer.professions)

    @cached_property
    def _roles(self) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = reading.rows("SELECT key, name, sphere FROM people_profession")
        return found

    @cached_property
    def names(self) -> dict[str, str]:
        """Of the professions, by key."""
        return {key: name for key, name, _ in self._roles}

    @cached_property
    def _spheres(self) -> dict[str, str]:
        return {key: sphere for key, _, sphere in self._roles}

    @property
    def reached(self) -> frozenset[str]:
        return self.viewer.reached

    @cached_property
    def contacts(self) -> list[Contact]:
        rows = current(Contact).filter(individual=self.individual)
        return list(rows.order_by("kind", "valid_from", "pk"))

    @cached_property
    def consents(self) -> list[Consent]:
        return list(current(Consent).filter(individual=self.individual).order_by("-given_on", "-pk"))

    @property
    def is_emergency(self) -> bool:
        return self.individual.pk in self.viewer.emergencies

    @cached_property
    def opened(self) -> bool:
        return self.is_emergency or spheres.are_open(self.consents, on=self.on)

    @cached_property
    def is_with_their_unit(self) -> bool:
        """Whether the units that are responsible for the person leave the viewer in."""
        if not self._units:
            return True
        assigned = Assignment.objects.current(self.on).values_list("profession__key", "unit__key")
        mine = tree.held(self.viewer, tree.DAY, on=self.on)
        return spheres.is_theirs(mine, set(assigned.filter(unit__key__in=self._units)), self._units)

    @cached_property
    def _units(self) -> set[str]:
        """Keys of the units that are responsible."""
        own = [contact for contact in self.contacts if contact.kind == ContactKind.UNIT]
        return {contact.unit_key for contact in own if is_now(contact, on=self.on)}

    @cached_property
    def is_let_in(self) -> bool:
        """Who has something to do for the person comes in, whichever unit is responsible."""
        return self.is_emergency or self.is_with_their_unit or self._is_offered

    @cached_property
    def works_with_them(self) -> bool:
        """Who may change contacts, consents and agreements: those with a task about the person now or once, those of a
        unit that is responsible, and who coordinates or leads; all among those who are let in.
        """
        done = UserTask.objects.filter(individual=self.individual, completed_by=self.viewer)
        is_theirs = bool(rights.GIVING_OUT & self.held) or not self._units.isdisjoint(self.viewer.units)
        is_usual = self.is_with_their_unit or self._is_offered
        is_usual = is_usual and self.individual.pk not in self.viewer.kept_from
        return is_usual and (is_theirs or self._is_offered or done.exists())

    @cached_property
    def _is_offered(self) -> bool:
        rows = UserTask.objects.filter(individual=self.individual, ended_at=None)
        return rows.filter(_offered(self.viewer, self.held)).exists()

    def may_follow(self, instance: ProcessInstance) -> bool:
        """Whether the page of the ärende is for the viewer."""
        return rights.may_see(self.viewer, instance) and self.is_let_in

    def reads(self, sphere: str, *, is_own: bool = False) -> bool:
        return is_own or spheres.may_read(sphere, reached=self.reached, opened=False) or self.opened

    def task_sphere(self, version: published.Published, group: str) -> str:
        return spheres.of_task(version.config.get("sphere", ""), self._spheres.get(group, ""))

    def reads_step(
        self,
        version: published.Published,
        group: str,
        *,
        escalated_to: str = "",
        by: int | None = None,
        at: datetime.datetime | None = None,
    ) -> bool:
        """What was or is to be done in a lane or by a profession; `by` whom and when, of what is done."""
        if self.written and self.is_closed(self.task_sphere(version, group), by=by, at=at):
            return False
        is_own = group in self.held or escalated_to in self.held or by == self.viewer.pk
        return is_own or self.reads(self.task_sphere(version, group))

    def reads_task(self, task: UserTask, version: published.Published) -> bool:
        """The same of one task; those who are to sign it read it too."""
        if self.written and not self.reads_by(task, version, by=task.completed_by_id, at=task.ended_at):
            return False
        by = task.completed_by_id or task.claimed_by_id
        is_theirs = not self.held.isdisjoint(task.signers.split())
        return is_theirs or self.reads_step(version, task.group, escalated_to=task.escalated_to, by=by)

    def reads_by(
        self, task: UserTask, version: published.Published, *, by: int | None, at: datetime.datetime | None
    ) -> bool:
        """Whether what somebody wrote with a task, and when, is not closed to the viewer's units."""
        return not (self.written and self.is_closed(self.task_sphere(version, task.group), by=by, at=at))

    def is_closed(self, sphere: str, *, by: int | None, at: datetime.datetime | None) -> bool:
        """Whether it was written in health care at a unit whose writing the person has closed to the viewer's."""
        return bool(self.written) and sphere != spheres.Sphere.SOCIAL and self.written.is_by(by, at)

    def has_closed(self, row: Revision) -> bool:
        """Whether a unit wrote it that the person has closed to the viewer's; contacts and consents all must know."""
        is_told = isinstance(row, (Contact, Consent))
        return not is_told and self.is_closed(getattr(row, "sphere", ""), by=row.by_id, at=row.at)

    @cached_property
    def written(self) -> Written:
        return written.of(self.viewer, self.individual.pk)

    def hidden(self, version: published.Published, group: str, words: str) -> str:
        """What is told in place of something of the other sphere, or of what is closed."""
        sphere = self.task_sphere(version, group)
        return f"{people.BARRED_NAME if self.reads(sphere) else WORDS[sphere]}: {words}"

    @cached_property
    def _versions(self) -> list[confined.Row]:
        return confined.versions()

    @cached_property
    def versions(self) -> tuple[int, ...]:
        """Those whose ärenden are for the viewer by profession."""
        return tuple(pk for pk, professions, _ in self._versions if self.held & set(professions or ()))

    @cached_property
    def confined(self) -> Confined:
        """Those that are confined to others."""
        return confined.among([row for row in self._versions if row[0] not in self.versions])

    @cached_property
    def untold(self) -> frozenset[uuid.UUID]:
        """Threads of what is the person's own, but confined to others: as if they were not there."""
        return confined.threads(self.individual, self.confined)

    def visible(self, instance: str) -> tuple[str, list[Any]]:
        """As `rights.may_see` decides for one ärende: a condition on the table of ärenden, and its values."""
        held, closed = sorted(self.held), ", ".join(map(str, self.confined.versions))
        if self.is_emergency and not closed:
            return "1 = 1", []
        versions, places = ", ".join(map(str, self.versions)) or "NULL", reading.places(held)
        opened = f" OR {instance}.version_id NOT IN ({closed})" if self.is_emergency else ""
        text = f"""({instance}.version_id IN ({versions}){opened} OR EXISTS (
            SELECT 1 FROM workflows_usertask offered WHERE offered.instance_id = {instance}.id
            AND (offered."group" IN ({places}) OR offered.escalated_to IN ({places}))))"""
        return text, held * 2


def of(viewer: Staff, individual: Individual) -> Sight:
    """As it is today."""
    return Sight(viewer=viewer, individual=individual, on=timezone.localdate())


def _offered(viewer: Staff, held: Collection[str]) -> Q:
    return Q(group__in=held) | Q(escalated_to__in=held) | Q(claimed_by=viewer)


def is_now(contact: Contact, *, on: datetime.date) -> bool:
    return contact.valid_from <= on and (contact.valid_to is None or contact.valid_to >= on)


def own_sphere(viewer: Staff) -> str:
    """The sphere of what the viewer writes."""
    held = Profession.objects.filter(key__in=viewer.professions).values_list("sphere", flat=True)
    return spheres.of_writing(spheres.reach(held))
