"""Which version of a förlopp a new ärende starts in: said here and nowhere else.

The one for all, unless another is tried in the area where the person's units work. Of a person with protected identity
the version would tell the area, and of one whose area nobody knows there is none: they get the one for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from people.models import Individual, Unit
from web import swedish
from workflows.models import AreaVersion, ProcessDefinition, ProcessVersion
from workflows.models.definition import HEAVY

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Applies:
    """Where a version applies: `area` '' is everywhere that no other does."""

    version: ProcessVersion
    area: str
    since: datetime


def area_of(individual: Individual | None) -> str:
    """The area by which a version is chosen, '' where none may or can be."""
    return "" if individual is None or individual.is_protected else individual.area


def applying(rows: QuerySet[M], individual: Individual | None, column: str = "version") -> QuerySet[M]:
    """Of rows with a förlopp and its version in `column`: those of the version that applies to the person."""
    area = area_of(individual)
    is_for_all = Q(**{column: F("definition__current")})
    if not area:
        return rows.filter(is_for_all)
    here = AreaVersion.objects.filter(definition=OuterRef("definition"), area=area)
    return rows.filter(Exists(here.filter(version=OuterRef(column))) | is_for_all & ~Exists(here))


def shown() -> Coalesce:
    """Of a version's row: the one that its förlopp is shown by, which is tried in some area where none is for all."""
    tried = AreaVersion.objects.filter(definition=OuterRef("definition")).order_by("-version__number")
    return Coalesce(F("definition__current"), Subquery(tried.values("version")[:1]))


def light() -> QuerySet[ProcessVersion]:
    """Versions with their förlopp, without what is read once per process."""
    return ProcessVersion.objects.select_related("definition").defer(*HEAVY)


def anywhere() -> QuerySet[ProcessVersion]:
    """Those that apply to somebody."""
    tried = AreaVersion.objects.filter(version=OuterRef("pk"))
    return light().filter(Q(pk=F("definition__current")) | Exists(tried))


def where(definition: ProcessDefinition) -> list[Applies]:
    """Which version applies where: for all first, then by area."""
    rows = definition.tried.select_related("version__definition", "version__published_by")
    tried = rows.defer(*(f"version__{name}" for name in HEAVY)).order_by("area")
    found = [Applies(row.version, row.area, row.since) for row in tried]
    for_all = light().select_related("published_by").filter(definition=definition, pk=F("definition__current"))
    current = for_all.first()
    if current is None:
        return found
    return [Applies(current, "", definition.since or current.published_at), *found]


def tried() -> dict[int, dict[int, str]]:
    """Of each förlopp, by its primary key, the numbers of the versions that are tried, with where in words."""
    found: dict[int, dict[int, list[str]]] = {}
    rows = AreaVersion.objects.order_by("-version__number", "area")
    for definition, number, area in rows.values_list("definition", "version__number", "area"):
        found.setdefault(definition, {}).setdefault(number, []).append(area)
    return {key: {number: in_words(areas) for number, areas in one.items()} for key, one in found.items()}


def units_by_area() -> dict[str, list[str]]:
    """Each area that some unit works in, with the names of those units."""
    found: dict[str, list[str]] = {}
    for area, name in Unit.objects.exclude(area="").order_by("area", "name").values_list("area", "name"):
        found.setdefault(area, []).append(name)
    return found


def in_words(areas: Iterable[str]) -> str:
    """”för alla”, ”i Norr”, ”i Centrum, Norr och Söder”."""
    names = sorted(areas)
    return f"i {swedish.listed(names)}" if names else "för alla"
