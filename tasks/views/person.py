"""A person's page: everything about one person that this viewer may see, and the timeline on a page of its own."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.models import Individual, Unit
from people.services import blocks
from tasks import files, opening, persons, planned, positions, rows, said, selectors, timeline
from tasks.opening import Opened
from workflows import connectors, rights
from workflows.services import refusals
from workflows.views.edge import StaffRequest, staff_page

FIRST = 12
"""Events on the person's own page; the rest are a link away."""
LONGEST_KEY = 18


@require_safe
@staff_page
def person(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """What goes on, what comes, what the person wants, who is around, what has been agreed, what has happened."""
    now = timezone.now()
    if request.user.barred:
        closed = Individual.objects.filter(ref=ref).first()
        if closed is not None and opening.is_barred(request.user, closed):
            return _barred(request, closed)
    opened = opening.person(request, ref, now=now)
    seen, individual = opened.sight, opened.individual
    positions.place(opened.cases, opened.tasks, seen)
    closes_own = not seen.written and request.user.closed.has_written(individual.pk)
    mine = [task for task in opened.tasks if positions.is_mine(task, seen)]
    context = _frame(request, opened) | {
        "rows": rows.all_of(mine, viewer=request.user, now=now),
        "cases": [case for case in opened.cases if case.instance.is_active],
        "ended": [case for case in opened.cases if not case.instance.is_active],
        "others": _others(opened),
        "coming": positions.coming(individual, seen, opened.cases),
        "story": timeline.load(individual, seen, limit=FIRST),
        "plan": planned.load(seen),
        "said": said.latest(seen),
        "can_plan": seen.works_with_them,
        "blocked": blocks.units(individual),
        "own_closed": list(blocks.closed_writing(individual).values()) if closes_own else [],
        "closed_ways": seen.works_with_them,
        "may_open": rights.may_open_in_emergency(request.user),
        "words": planned,
        "systems": [system for system in connectors.glances().values() if seen.reads(system.sphere)],
        "files": files.about(seen) if any(case.has_files for case in opened.cases) else [],
        "units": _units(opened),
        "can_start": bool(selectors.startable(request.user)),
        "can_steer": rights.holds(request.user, rights.IT, rights.COORDINATOR, rights.OWNER),
    }
    return render(request, "tasks/person.html", context)


@require_safe
@staff_page
def whole_timeline(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """Every event, a page at a time, of all förlopp or of one."""
    opened = opening.person(request, ref, now=timezone.now(), what="timeline")
    titles = {case.instance.definition_id: case.title for case in reversed(opened.cases)}
    asked = request.GET.get("forlopp", "")
    chosen = int(asked) if asked.isdecimal() and int(asked) in titles else None
    story = timeline.load(
        opened.individual, opened.sight, before=timeline.place(request.GET.get("fore", "")), definition_id=chosen
    )
    context = _frame(request, opened) | {"story": story, "titles": titles, "chosen": chosen}
    return render(request, "tasks/timeline.html", context)


@require_safe
@staff_page
def all_said(request: StaffRequest, ref: uuid.UUID) -> HttpResponse:
    """All that the person has said in Min plan, a page at a time."""
    opened = opening.person(request, ref, now=timezone.now(), what="reply")
    asked = request.GET.get("fore", "")
    before = int(asked) if asked.isdecimal() and len(asked) < LONGEST_KEY else 0
    context = _frame(request, opened) | {"said": said.load(opened.sight, before=before)}
    return render(request, "tasks/said.html", context)


def _barred(request: StaffRequest, individual: Individual) -> HttpResponse:
    """That there is a spärr, and no more; the refusal is written down."""
    refusals.record(staff=request.user, asked=[individual.ref], is_change=False, now=timezone.now())
    context = {"ref": individual.ref, "can_open": rights.may_open_in_emergency(request.user)}
    return render(request, "tasks/barred.html", context, status=403)


def _frame(request: StaffRequest, opened: Opened) -> dict[str, Any]:
    return {
        "person": persons.header(opened.individual, viewer=request.user, on=timezone.localdate()),
        "ref": opened.individual.ref,
        "is_closed": bool(opened.sight.written),
        "area": None if opened.individual.is_protected else opened.individual.area,
    }


def _units(opened: Opened) -> dict[str, str]:
    """Names of the units that are responsible."""
    keys = [contact.unit_key for contact in opened.sight.contacts if contact.unit_key]
    return dict(Unit.objects.filter(key__in=keys).values_list("key", "name")) if keys else {}


def _others(opened: Opened) -> list[positions.Waiting]:
    """What waits for somebody else."""
    return [item for case in opened.cases for item in case.present if not item.url]
