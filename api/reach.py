"""What a client may reach: its förlopp, the persons of its units' areas, and those with protected identity or not."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from api.caller import Caller
from api.models import EVERY
from people import selectors as people
from people.models import Individual, Protection, Unit
from workflows import published, rights, versions
from workflows.models import ProcessDefinition, ProcessInstance, ProcessVersion
from workflows.services import instances

Condition = tuple[str, list[Any]]


class Reach:
    """Of one caller, for one request."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    @cached_property
    def definitions(self) -> list[ProcessDefinition]:
        """Those that apply to somebody, by title."""
        return [found for found in instances.definitions() if self.reaches(found.key)]

    def reaches(self, key: str) -> bool:
        """Of those that are confined only one that the client was given by name: "*" is none of them."""
        client = self.caller.client
        return key in client.definitions or (client.reaches(EVERY) and key not in self._closed)

    @cached_property
    def _closed(self) -> frozenset[str]:
        """Keys of the förlopp that are confined to others than the caller's professions."""
        rows = ProcessVersion.objects.filter(config__confined=True).values_list("definition__key", "config")
        return frozenset(key for key, config in rows if rights.is_confined_from(self.caller.staff, config))

    @property
    def is_whole(self) -> bool:
        """Whether it reaches every förlopp and everyone's."""
        return self.caller.client.reaches(EVERY) and self.areas is None

    @cached_property
    def areas(self) -> list[str] | None:
        """Whose persons it may see; None for everyone's, as when one of its units serves everyone."""
        keys = self.caller.client.units
        if not keys:
            return None
        found = list(Unit.objects.filter(key__in=keys).values_list("area", flat=True))
        return None if "" in found else found

    def definition(self, key: str) -> ProcessDefinition | None:
        return next((found for found in self.definitions if found.key == key), None)

    def sees(self, instance: ProcessInstance) -> bool:
        """What the client has started itself it sees wherever the person lives."""
        if not self.reaches(instance.definition.key):
            return False
        if people.is_hidden(instance.individual, viewer=self.caller.staff):
            return False
        return self._serves(instance.individual) or instance.started_by_id == self.caller.staff.pk

    def knows(self, individual: Individual) -> bool:
        """Whether it may name the person by `person_ref`."""
        return self._serves(individual) and not people.is_hidden(individual, viewer=self.caller.staff)

    def condition(self) -> Condition:
        """`sees` for a list, but for the förlopp: SQL on `instance` and `individual`, with its values."""
        text: list[str] = []
        values: list[Any] = []
        staff = self.caller.staff
        if not staff.may_see_protected:
            text.append("individual.protection = %s")
            values.append(Protection.INGEN.value)
        if staff.barred:
            text.append(f"individual.id NOT IN ({', '.join(['%s'] * len(staff.barred))})")
            values += sorted(staff.barred)
        if self.areas is not None:
            text.append(f"(individual.area IN ({', '.join(['%s'] * len(self.areas))}) OR instance.started_by_id = %s)")
            values += [*self.areas, self.caller.staff.pk]
        return " AND ".join(text) or "1 = 1", values

    def messages(self) -> set[str]:
        """Names of messages that no förlopp beyond its reach starts by or waits for."""
        mine: set[str] = set()
        others: set[str] = set()
        for found in instances.definitions():
            (mine if self.caller.client.reaches(found.key) else others).update(heard_by(found))
        return mine - others

    def _serves(self, individual: Individual) -> bool:
        return self.areas is None or individual.area in self.areas


def heard_by(definition: ProcessDefinition) -> set[str]:
    """Names of the messages that the versions that apply start by or wait for."""
    applied = versions.anywhere().filter(definition=definition).values_list("public_id", flat=True)
    return {rule.arrives_as for one in applied for rule in published.of(one).messages.values()}


def version_of(definition: ProcessDefinition) -> published.Published:
    """The version that one is shown by: the one for all, where there is one."""
    return published.of(shown(definition).public_id)


def shown(definition: ProcessDefinition) -> ProcessVersion:
    """Its row."""
    return definition.current or versions.light().get(definition=definition, pk=versions.shown())
