"""A förlopp that is only for its own professions: `confined = true` in process.toml.

Nobody else is told that the ärende is there: no task of it goes to others (the checks see to that), an emergency does
not open it, and what it makes the person's own is its own too.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from people.models import Agreement, Assignment, Consent, Contact, Goal, Individual
from people.plan import Revision
from workflows.models import ProcessInstance, ProcessVersion

KINDS: tuple[type[Revision], ...] = (Goal, Contact, Consent, Agreement)
# Whether a version, called `version`, is confined.
SQL = {
    "sqlite": "COALESCE(json_extract(version.config, '$.confined'), 0) = 1",
    "postgresql": "COALESCE(version.config ->> 'confined', '') = 'true'",
}
KEY = re.compile(r"[-a-zA-Z0-9_]+")
VISIBLE_TO = {
    "sqlite": "instr(json_extract(version.config, '$.visible_to'), '\"{}\"') > 0",
    "postgresql": "strpos(CAST(version.config -> 'visible_to' AS text), '\"{}\"') > 0",
}
"""As `rights.VISIBLE_TO`, with the key of a profession in the text: of letters, digits and hyphens only."""
Row = tuple[int, Any, Any]
"""Key of a version, its `visible_to` and its `confined`."""


@dataclass(frozen=True)
class Confined:
    """Keys of versions, and the professions whose they are."""

    versions: tuple[int, ...]
    professions: frozenset[str]


def is_so(config: Mapping[str, Any]) -> bool:
    return config.get("confined") is True


def versions(of: QuerySet[ProcessVersion] | None = None) -> list[Row]:
    """All of them, or these."""
    rows = ProcessVersion.objects.all() if of is None else of
    return list(rows.values_list("pk", "config__visible_to", "config__confined"))


def among(rows: Iterable[Row]) -> Confined:
    mine = [(key, roles or ()) for key, roles, is_confined in rows if is_confined is True]
    return Confined(tuple(key for key, _ in mine), frozenset(role for _, roles in mine for role in roles))


def everything() -> Confined:
    return among(versions())


def threads(individual: Individual, of: Confined) -> frozenset[uuid.UUID]:
    """Of what is a person's own: what was first written in one of these ärenden, or by hand by who worked in one of
    these professions that day. What others began, and the group only changed, is everybody's.
    """
    if not of.versions:
        return frozenset()
    instances = ProcessInstance.objects.filter(individual=individual, version__in=of.versions).values("public_id")
    day = OuterRef("day")
    held = Assignment.objects.filter(staff=OuterRef("by"), profession__key__in=of.professions, valid_from__lte=day)
    held = held.filter(Q(valid_to=None) | Q(valid_to__gte=day))
    begun = Q(individual=individual, number=1) & (Q(instance__in=instances) | Q(Exists(held), instance=None))
    rows = [kind._default_manager.annotate(day=TruncDate("at")) for kind in KINDS]  # noqa: SLF001  Django's own name
    goals, *others = (found.filter(begun).order_by().values_list("thread") for found in rows)
    return frozenset(thread for (thread,) in goals.union(*others, all=True))


def outside(instance_id: str, professions: Iterable[str] = ()) -> str:
    """SQL: the ärende is not one of these, or is for one of the professions; `instance_id` is the column of its id."""
    held = [VISIBLE_TO[connection.vendor].format(key) for key in professions if KEY.fullmatch(key)]
    others = f" AND NOT ({' OR '.join(held)})" if held else ""
    return f"""NOT EXISTS (SELECT 1 FROM workflows_processinstance confined
        JOIN workflows_processversion version ON version.id = confined.version_id
        WHERE confined.id = {instance_id} AND {SQL[connection.vendor]}{others})"""  # noqa: S608  names of our own
