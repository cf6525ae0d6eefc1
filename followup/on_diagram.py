"""Pages that show a förlopp in some months on the diagram of one version: which months, versions, steps and names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from followup import courses
from followup.asked import Asked
from followup.models import Counted
from people.models import Profession
from workflows import published
from workflows.diagram import Element
from workflows.models import ProcessDefinition, ProcessVersion


@dataclass(frozen=True)
class OnDiagram:
    """`knows_few` when the viewer may see the ärenden."""

    definition: ProcessDefinition
    asked: Asked
    knows_few: bool
    may_be_of_all: ClassVar[bool] = False

    @cached_property
    def versions(self) -> list[ProcessVersion]:
        return courses.versions(self.definition)

    @cached_property
    def shown(self) -> ProcessVersion:
        """The version that is drawn: the chosen one, else the current."""
        chosen = [one for one in self.versions if one.number == self.asked.version]
        return chosen[0] if chosen else next(one for one in self.versions if one.pk == self.definition.current_id)

    @cached_property
    def wanted(self) -> list[int]:
        """The version that is shown, or all where they may be told together and none was chosen."""
        is_one = self.shown.number == self.asked.version or not self.may_be_of_all
        return [self.shown.pk] if is_one else [one.pk for one in self.versions]

    @property
    def is_of_all(self) -> bool:
        """Whether figures are of every version, drawn on the current one."""
        return len(self.wanted) > 1

    @cached_property
    def whole(self) -> published.Published:
        return published.of(self.shown.public_id)

    @property
    def period(self) -> str:
        return self.asked.period

    @cached_property
    def counted(self) -> Counted | None:
        return Counted.objects.first()

    @cached_property
    def elements(self) -> dict[str, Element]:
        """Of the version that is drawn, and of the others what it does not have."""
        earlier: dict[str, Element] = {}
        for version in reversed(self.versions):
            earlier |= published.of(version.public_id).definition.elements
        return earlier | self.whole.definition.elements

    @cached_property
    def professions(self) -> dict[str, str]:
        """What they are called, also those that only a lane has named."""
        return self.whole.routes.lanes | dict(Profession.objects.values_list("key", "name"))
