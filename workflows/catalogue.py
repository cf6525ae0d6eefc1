"""Every förlopp for those who own them: what it is for, how it looks, how it goes. No person is named here."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Protocol

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from people.models import Profession, Staff
from workflows import diagram, minimap, packages, prose, published, rights, versions
from workflows.definitions import main_file, main_source
from workflows.models import Incident, IncidentState, InstanceState, Papers, ProcessInstance, ProcessVersion
from workflows.models.definition import HEAVY

README = "README.md"
announcers: list[Callable[[str], Iterable[Announced]]] = []
"""Filled at start by rooms above: what is decided of a förlopp, by its key, and has not come."""
_TITLE = re.compile(r'^title = "([^"\n]{1,200})"', re.MULTILINE)


class Announced(Protocol):
    """An approved draft: when and where it will be published, and the page that shows it."""

    @property
    def due_at(self) -> datetime: ...

    @property
    def where(self) -> str: ...

    @property
    def has_failed(self) -> bool: ...

    @property
    def page(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Course:
    """One förlopp as it is published now; `running` ärenden are of every version, and so are the open `stops`.

    Of one that is confined to others than the viewer how many there are is not told (`is_counted`).
    """

    version: ProcessVersion
    purpose: str
    owner: str
    running: int
    stops: int
    is_counted: bool
    tried: Mapping[int, str] = field(default_factory=dict)
    """Numbers of the versions that are tried, with where in words."""

    @property
    def key(self) -> str:
        return self.version.definition.key

    @property
    def title(self) -> str:
        return self.version.definition.title

    @property
    def is_for_all(self) -> bool:
        return self.version.definition.current_id == self.version.pk

    @property
    def picture(self) -> minimap.Picture | None:
        return picture(self.version.public_id)

    def has(self, text: str) -> bool:
        """Whether every word is in its title, key or purpose."""
        told = f"{self.title} {self.key} {self.purpose}".casefold()
        return all(word in told for word in text.casefold().split())


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Something that a förlopp has: its key or file, and what it is called."""

    key: str
    title: str


@dataclass(frozen=True)
class Content:
    """What a version is made of, with what lies beside it."""

    version: ProcessVersion
    papers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def whole(self) -> published.Published:
        return published.of(self.version.public_id)

    @property
    def forms(self) -> list[Listed]:
        names = [published.form_key(name) for name in self.whole.sources if name.endswith(".json")]
        found = (Listed(key=name, title=self.whole.form(name).title) for name in names)
        return sorted(found, key=lambda form: (form.key.startswith(published.SHARED), form.title))

    @property
    def tables(self) -> list[Listed]:
        decisions = {key: model.decisions[key] for key, model in self.whole.decisions.items() if key in model.decisions}
        return sorted((Listed(key=key, title=one.name or key) for key, one in decisions.items()), key=lambda x: x.title)

    @property
    def scenarios(self) -> list[Listed]:
        names = sorted(name for name in self.papers if name.startswith("scenarios/"))
        titles = ((name, _TITLE.search(self.papers[name])) for name in names)
        return [Listed(key=name, title=title[1] if title else name) for name, title in titles]

    @property
    def package(self) -> bytes:
        """The version's folder as a zip that another municipality can load."""
        about = {
            "key": self.whole.key,
            "title": self.whole.title,
            "version": self.version.number,
            "made_by": "Förlopp",
        }
        return packages.pack({**self.whole.sources, **self.papers}, about)


def courses(staff: Staff, may: Callable[[Staff, Mapping[str, Any]], bool] = rights.may_look_into) -> list[Course]:
    """Those that the staff member may look into, by title; as many statements however many there are."""
    found = list(_rows().filter(pk=versions.shown()).order_by("definition__title", "definition__key"))
    own = [version for version in found if may(staff, published.of(version.public_id).config)]
    if not own:
        return []
    open_stops = Incident.objects.filter(state=IncidentState.OPEN, instance__isnull=False).order_by()
    stops = dict(open_stops.values_list("instance__definition").annotate(Count("pk")))
    names = dict(Profession.objects.values_list("key", "name"))
    tried = versions.tried()
    return [_course(version, staff, stops, names, tried) for version in own]


def course(staff: Staff, key: str) -> Course | None:
    """None when missing or not for the staff member."""
    return next((one for one in courses(staff) if one.key == key), None)


def version(staff: Staff, key: str, number: int) -> ProcessVersion | None:
    """None when missing or not for the staff member."""
    rows = ProcessVersion.objects.select_related("definition").defer(*HEAVY)
    found = rows.filter(definition__key=key, number=number).first()
    is_seen = found is not None and rights.may_look_into(staff, published.of(found.public_id).config)
    return found if is_seen else None


def every_version(key: str) -> list[ProcessVersion]:
    """The latest first, each with how many ärenden are under way in it."""
    return list(_counted(ProcessVersion.objects.filter(definition__key=key), "version").order_by("-number"))


def announced(key: str) -> list[Announced]:
    """What will be published of it, and what should have been."""
    return [one for announcer in announcers for one in announcer(key)]


def content(version: ProcessVersion) -> Content:
    papers = Papers.objects.filter(version=version).first()
    return Content(version, papers.files if papers is not None else {})


@lru_cache(maxsize=256)
def picture(version_id: uuid.UUID, part: str = "") -> minimap.Picture | None:
    """The main diagram of a version, which never changes, or a part of it that is drawn by itself."""
    whole = published.of(version_id)
    return minimap.picture(main_source(whole.config, whole.sources), whole.definition.process, part)


@lru_cache(maxsize=64)
def parts(version_id: uuid.UUID) -> tuple[str, ...]:
    """The phases of the main diagram that are drawn by themselves."""
    whole = published.of(version_id)
    return minimap.parts(main_source(whole.config, whole.sources))


@lru_cache(maxsize=64)
def drawings(version_id: uuid.UUID) -> Mapping[str, str]:
    """Files with what their first process is called: the main diagram, then those that it calls, in that order."""
    whole = published.of(version_id)
    roots = diagram.readable(whole.sources)
    homes = {one.get("id", ""): file for file, root in roots.items() for one in diagram.processes(root)}
    queue, found = [main_file(whole.config, whole.sources)], dict[str, str]()
    for file in queue:
        if file in found or file not in roots:
            continue
        first = diagram.processes(roots[file])[0]
        found[file] = " ".join((first.get("name") or file).split())
        called = (node.get("calledElement", "") for node in roots[file].iter(diagram.tag("callActivity")))
        queue += [homes[key] for key in called if key in homes]
    return found


def _rows() -> QuerySet[ProcessVersion]:
    rows = ProcessVersion.objects.select_related("definition", "published_by")
    return _counted(rows.annotate(readme=KeyTextTransform(README, "papers__files")), "definition")


def _counted(rows: QuerySet[ProcessVersion], column: str) -> QuerySet[ProcessVersion]:
    """With `running`, counted in the index of ärenden under way."""
    mine = OuterRef("definition_id") if column == "definition" else OuterRef("pk")
    under_way = ProcessInstance.objects.filter(state=InstanceState.ACTIVE, definition=OuterRef("definition_id"))
    counted = under_way.filter(**{column: mine}).order_by().values(column).annotate(count=Count("pk")).values("count")
    running = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return rows.select_related("definition", "published_by").defer(*HEAVY).annotate(running=running)


def _course(
    version: ProcessVersion,
    staff: Staff,
    stops: Mapping[int, int],
    names: Mapping[str, str],
    tried: Mapping[int, Mapping[int, str]],
) -> Course:
    config = published.of(version.public_id).config
    owner = str(config.get("owner", ""))
    told: str | None = getattr(version, "readme", None)
    return Course(
        version=version,
        purpose=prose.purpose(told or ""),
        owner=names.get(owner, owner),
        running=getattr(version, "running", 0),
        stops=stops.get(version.definition_id, 0),
        is_counted=not rights.is_confined_from(staff, config),
        tried=tried.get(version.definition_id, {}),
    )
