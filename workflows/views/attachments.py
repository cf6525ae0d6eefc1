"""A file that somebody has added to a task: read by those who may see the task, and never run by their browser."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.services import access
from workflows import selectors
from workflows.attachments import shelf
from workflows.models import Attachment
from workflows.views.edge import StaffRequest, staff_page

# Whatever it holds, it is a file and no page: no script, no form, no frame, and nothing fetched.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@require_safe
@staff_page
def attachment(request: StaffRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """A photo is shown, since we made it; all else is saved."""
    found = _find(request, public_id, "read")
    return sent(request, found, shelf.path_of(public_id), type_=found.what.type, is_shown=found.what.is_picture)


@require_safe
@staff_page
def small(request: StaffRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """A photo as a list shows it."""
    found = _find(request, public_id, "preview")
    if not found.what.is_picture:
        raise Http404
    return sent(request, found, shelf.path_of(public_id, is_small=True), type_="image/jpeg", is_shown=True)


def _find(request: StaffRequest, public_id: uuid.UUID, action: str) -> Attachment:
    """Missing, withdrawn, not yet scanned and forbidden are one answer; a reading is written down before it is sent."""
    found = selectors.attachment_for(request.user, public_id)
    if found is None or not found.is_kept:
        raise Http404
    access.record(
        staff=request.user,
        individual=found.task.individual if found.task else None,
        action=action,
        object_type="attachment",
        object_id=str(public_id),
        now=timezone.now(),
    )
    return found


def sent(request: StaffRequest, found: Attachment, path: Path, *, type_: str, is_shown: bool) -> HttpResponseBase:
    """What lies on the shelf, as a file and never as a page."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return render(request, "workflows/attachment_missing.html", {"attachment": found}, status=404)
    response = FileResponse(file, as_attachment=not is_shown, filename=found.name, content_type=type_)
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
