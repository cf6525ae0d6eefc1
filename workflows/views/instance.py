"""An ärende: where it stands, as a list of steps and in the diagram."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from people import selectors as people
from workflows import outcomes, progress, published, rights, selectors, sight
from workflows.models import ProcessInstance
from workflows.progress import Progress
from workflows.views import decisions
from workflows.views.decisions import DecisionRow
from workflows.views.edge import StaffRequest, record, staff_page

# The viewer's library writes style attributes into its own drawing; nothing else on the page needs them.
DIAGRAM_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
WORDS = {
    "done": "Klar",
    "active": "Pågår",
    "waiting": "Väntar",
    "cancelled": "Avbruten",
    "skipped": "Överhoppad",
    "attempted": "Kunde inte göras",
    "not_needed": "Ej aktuell",
    "signed": "Skrevs under",
    "unsigned": "Underskrift togs bort",
    "corrected": "Rättades",
    "added": "Kompletterades",
    "refused": "Rättades inte",
}


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """A step as the list tells it; `url` when the viewer can do it now."""

    name: str
    status: str
    word: str
    at: datetime | None
    by_name: str
    profession: str
    url: str
    is_machine: bool
    decision: DecisionRow | None
    reason: str


@dataclass(kw_only=True)
class PhaseRow:
    """A phase with its steps, in the order it was first reached; the steps outside every phase have no name."""

    name: str
    word: str
    steps: list[StepRow]


@require_safe
@staff_page
def instance(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """The page."""
    found = _find(request, public_id)
    record(request, found, "read")
    seen = sight.of(request.user, found.individual)
    standing = Progress(found, seen)
    marks = standing.marks()
    links = _links(found, request)
    phases = _phases(standing, links)
    whole = published.of(found.version.public_id)
    context = {
        "instance": found,
        "title": whole.title,
        "key": whole.key,
        "may_look_into": rights.may_look_into(request.user, whole.config),
        "may_follow_up": rights.may_follow_up(request.user, whole.config),
        "ref": found.individual.ref,
        "person": people.presented(found.individual, viewer=request.user),
        "phases": phases,
        "decisions": [step.decision for phase in phases for step in phase.steps if step.decision],
        "done": marks.done,
        "active": marks.active,
        "links": json.dumps(links),
        "outcome": outcomes.name(whole, found.outcome),
        "mended": standing.mended(),
        "is_closed": bool(seen.written),
        "may_open": rights.may_open_in_emergency(request.user),
        "attachments": selectors.attachments_in(found, seen),
        "can_mend": rights.may_mend(request.user, found),
        "stops": [stop for stop in selectors.open_incidents(request.user) if stop.instance_id == found.pk],
    }
    response = render(request, "workflows/instance.html", context)
    response["Content-Security-Policy"] = DIAGRAM_POLICY
    return response


@require_safe
@staff_page
def diagram(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """The XML: it never changes for a version, so the browser may keep it."""
    found = _find(request, public_id)
    etag = f'"{found.version.public_id}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=3600"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(progress.drawing(found), content_type="application/xml; charset=utf-8", headers=headers)


def _find(request: StaffRequest, public_id: uuid.UUID) -> ProcessInstance:
    found = selectors.instance_for(request.user, public_id)
    if found is None:
        raise Http404
    return found


def _links(found: ProcessInstance, request: StaffRequest) -> dict[str, str]:
    """Element id -> the open task there that the viewer can do."""
    tasks = selectors.open_tasks_of(found, request.user)
    return {task.element_id: reverse("tasks:task", args=[task.public_id]) for task in tasks}


def _phases(standing: Progress, links: dict[str, str]) -> list[PhaseRow]:
    names, is_suspended = standing.sight.names, standing.instance.is_suspended
    phases: dict[str, PhaseRow] = {}
    for number, step in enumerate(standing.steps(), start=1):
        phase = phases.setdefault(step.phase, PhaseRow(name=step.phase, word="", steps=[]))
        if step.is_scope and step.name == step.phase:
            phase.word = WORDS[step.status]
        elif not step.is_scope:
            phase.steps.append(_step(step, names, links, f"beslut-{number}", is_suspended=is_suspended))
            if step.status in {"active", "waiting"}:
                phase.word = WORDS["active"]
    return [phase for phase in phases.values() if phase.steps or phase.word]


def _step(
    step: progress.Step, professions: dict[str, str], links: dict[str, str], anchor: str, *, is_suspended: bool
) -> StepRow:
    return StepRow(
        name=step.name,
        status=step.status,
        word="Pausad" if is_suspended and step.status in {"active", "waiting"} else WORDS[step.status],
        at=step.at,
        by_name=step.by_name,
        profession=professions.get(step.lane, "") if step.by_name or step.status == "active" else "",
        url=links.get(step.element_id, "") if step.status == "active" else "",
        is_machine=step.is_machine,
        decision=decisions.row(step.decision, step.name, step.at, anchor) if step.decision else None,
        reason=step.reason,
    )
