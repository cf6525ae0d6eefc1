"""When and where something is published, as a form asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from web import swedish
from workbench.models import Plan
from workbench.services import publishing
from workflows import versions
from workflows.forms import moments
from workflows.forms.refused import AnswerError
from workflows.models import ProcessDefinition


@dataclass(frozen=True)
class Wanted:
    """No moment is now, no areas is for all; `problems` as control and sentence."""

    due_at: datetime | None
    areas: list[str]
    problems: list[tuple[str, str]]


def wanted(post: QueryDict, *, now: datetime) -> Wanted:
    """What was posted. Days and times are Swedish; one that the clock skips in spring is told of."""
    problems: list[tuple[str, str]] = []
    due_at = _moment(post, problems) if post.get("nar") == "tid" else None
    if due_at is not None and due_at <= now:
        problems.append(("datum", publishing.BadTime.__doc__ or ""))
    is_some = post.get("var") == "omraden"
    areas = sorted(set(post.getlist("omrade"))) if is_some else []
    if is_some and not areas:
        problems.append(("omrade-1", "Välj minst ett område."))
    return Wanted(due_at, areas, problems)


def typed(post: QueryDict) -> dict[str, Any]:
    """What was posted, as the form shows it again."""
    names = ("nar", "datum", "klockslag", "var", "skal", "text")
    return {**{name: post.get(name, "") for name in names}, "omrade": post.getlist("omrade")}


def decided(plan: Plan) -> dict[str, Any]:
    """What has been decided, as the form shows it first."""
    at = plan.due_at.astimezone(swedish.STOCKHOLM)
    when = {} if plan.has_failed else {"nar": "tid", "datum": at.date().isoformat(), "klockslag": f"{at:%H:%M}"}
    return typed(QueryDict()) | when | {"omrade": plan.areas}


def offered(key: str) -> dict[str, Any]:
    """What a form that asks for it needs to know: the areas with their units, and what is tried in which."""
    definition = ProcessDefinition.objects.filter(key=key).first()
    applied = versions.where(definition) if definition is not None else []
    return {"units": versions.units_by_area(), "applied": applied, "tried": {one.area: one.version for one in applied}}


def _moment(post: QueryDict, problems: list[tuple[str, str]]) -> datetime | None:
    parts: dict[str, Any] = {}
    day = partial(moments.day, today=timezone.localdate())
    for name, read, called in (("datum", day, "Dagen"), ("klockslag", moments.clock, "Klockslaget")):
        try:
            parts[name] = read(post.get(name, ""))
        except AnswerError as error:
            problems.append((name, f"{called} {error}"))
    if problems:
        return None
    try:
        return moments.localised(datetime.combine(parts["datum"], parts["klockslag"]))
    except AnswerError as error:
        problems.append(("klockslag", f"Klockslaget {error}"))
    return None
