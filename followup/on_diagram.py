"""What pages share that show a förlopp on its diagram: which version, its drawing and names, and in which months."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from followup import courses
from followup.asked import Asked
from followup.models import Counted
from people.models import Profession
from workflows import catalogue, published
from workflows.diagram import Element
from workflows.models import ProcessDefinition, ProcessVersion


class OnDiagram:
    """A förlopp on the diagram of one of its versions: the chosen one, else the current."""

    definition: ProcessDefinition
    may_be_of_all: ClassVar[bool] = True

    @property
    def number(self) -> int:
        """Of the version that was asked for; 0 when none was."""
        raise NotImplementedError

    @cached_property
    def versions(self) -> list[ProcessVersion]:
        return courses.versions(self.definition)

    @cached_property
    def shown(self) -> ProcessVersion:
        """The version that is drawn."""
        chosen = [one for one in self.versions if one.number == self.number]
        return chosen[0] if chosen else next(one for one in self.versions if one.pk == self.definition.current_id)

    @cached_property
    def wanted(self) -> list[int]:
        """The version that is shown, or all where they may be told together and none was chosen."""
        is_one = self.shown.number == self.number or not self.may_be_of_all
        return [self.shown.pk] if is_one else [one.pk for one in self.versions]

    @property
    def is_of_all(self) -> bool:
        """Whether figures are of every version, drawn on the current one."""
        return len(self.wanted) > 1

    @cached_property
    def whole(self) -> published.Published:
        return published.of(self.shown.public_id)

    @cached_property
    def counted(self) -> Counted | None:
        return Counted.objects.first()

    @cached_property
    def professions(self) -> dict[str, str]:
        """What they are called, also those that only a lane has named."""
        return self.whole.routes.lanes | dict(Profession.objects.values_list("key", "name"))

    def drawing(self, part: str) -> dict[str, Any]:
        """For a page: the diagram, or the part of it that is asked for, its parts, and what each element is called."""
        version = self.shown.public_id
        parts = catalogue.parts(version)
        part = part if part in parts else ""
        names = {key: element.name for key, element in self.whole.definition.elements.items()}
        return {
            "picture": catalogue.picture(version, part),
            "parts": [(key, names[key]) for key in parts if names.get(key)],
            "part": part,
            "names": names,
        }


@dataclass(frozen=True)
class InMonths(OnDiagram):
    """What went in some months; `knows_few` when the viewer may see the ärenden."""

    definition: ProcessDefinition
    asked: Asked
    knows_few: bool

    @property
    def number(self) -> int:
        return self.asked.version

    @property
    def period(self) -> str:
        return self.asked.period

    @cached_property
    def elements(self) -> dict[str, Element]:
        """Of the version that is drawn, and of the others what it does not have."""
        earlier: dict[str, Element] = {}
        for version in reversed(self.versions):
            earlier |= published.of(version.public_id).definition.elements
        return earlier | self.whole.definition.elements
