"""What one viewer may see of one person: which ärenden, and whose content, by the predicates of `people.spheres`."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from people import reading, spheres
from people.models import Assignment, Consent, Contact, Individual, Profession, Staff
from people.plan import ContactKind, current
from workflows import published
from workflows.models import ProcessVersion

WORDS = {"sol": "Socialtjänst", "hsl": "Hälso- och sjukvård"}


@dataclass(frozen=True, kw_only=True)
class Sight:
    """`names` and `of`: the professions' names and spheres; `versions`: those whose ärenden are for the viewer."""

    viewer: Staff
    held: frozenset[str]
    names: dict[str, str]
    of: dict[str, str]
    reached: frozenset[str]
    opened: bool
    versions: tuple[int, ...]

    def reads(self, sphere: str, *, is_own: bool = False) -> bool:
        return spheres.may_read(sphere, reached=self.reached, opened=self.opened, is_own=is_own)

    def task_sphere(self, version: published.Published, group: str) -> str:
        return spheres.of_task(version.config.get("sphere", ""), self.of.get(group, ""))

    def reads_task(
        self, version: published.Published, group: str, *, escalated_to: str = "", by: int | None = None
    ) -> bool:
        is_own = group in self.held or escalated_to in self.held or by == self.viewer.pk
        return self.reads(self.task_sphere(version, group), is_own=is_own)

    def visible(self, instance: str) -> tuple[str, list[Any]]:
        """As `rights.may_see` decides for one ärende: a condition on the table of ärenden, and its values."""
        held = sorted(self.held)
        versions, places = ", ".join(map(str, self.versions)) or "NULL", ", ".join(["%s"] * len(held)) or "NULL"
        text = f"""({instance}.version_id IN ({versions}) OR EXISTS (
            SELECT 1 FROM workflows_usertask offered WHERE offered.instance_id = {instance}.id
            AND (offered."group" IN ({places}) OR offered.escalated_to IN ({places}))))"""
        return text, held * 2


def of(viewer: Staff, *, consents: list[Consent], on: datetime.date) -> Sight:
    """`consents` are those of the person."""
    held = frozenset(viewer.professions)
    roles = reading.rows("SELECT key, name, sphere FROM people_profession")
    of_each = {key: sphere for key, _, sphere in roles}
    versions = ProcessVersion.objects.values_list("pk", "config__visible_to")
    return Sight(
        viewer=viewer,
        held=held,
        names={key: name for key, name, _ in roles},
        of=of_each,
        reached=spheres.reach(of_each.get(key, "") for key in held),
        opened=spheres.are_open(consents, on=on),
        versions=tuple(pk for pk, professions in versions if held & set(professions or ())),
    )


def is_with_their_unit(viewer: Staff, contacts: list[Contact], *, on: datetime.date) -> bool:
    """Whether the units that are responsible for the person leave the viewer in."""
    units = {contact.unit_key for contact in contacts if contact.kind == ContactKind.UNIT and is_now(contact, on=on)}
    if not units:
        return True
    assigned = Assignment.objects.current(on).values_list("profession__key", "unit__key")
    mine = set(assigned.filter(staff=viewer))
    return spheres.is_theirs(mine, set(assigned.filter(unit__key__in=units)), units)


def is_now(contact: Contact, *, on: datetime.date) -> bool:
    return contact.valid_from <= on and (contact.valid_to is None or contact.valid_to >= on)


def contacts_of(individual: Individual) -> list[Contact]:
    return list(current(Contact).filter(individual=individual).order_by("kind", "valid_from", "pk"))


def consents_of(individual: Individual) -> list[Consent]:
    return list(current(Consent).filter(individual=individual).order_by("-given_on", "-pk"))


def own_sphere(viewer: Staff) -> str:
    """The sphere of what the viewer writes."""
    held = Profession.objects.filter(key__in=viewer.professions).values_list("sphere", flat=True)
    return spheres.of_writing(spheres.reach(held))
