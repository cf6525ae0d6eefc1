"""Signing a joint task, and taking one's signature back."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tasks import forms
from tasks.services import drafts
from tasks.views import page
from web import swedish
from workflows.forms import signing as agreement
from workflows.forms.answers import FieldError
from workflows.models import UserTask
from workflows.services import joint, user_tasks
from workflows.views.edge import StaffRequest, staff_page


def bind(request: StaffRequest, found: UserTask, *, now: datetime.datetime) -> forms.BoundForm | None:
    """What is asked about the person's own agreement; None when it is not, or has been written down."""
    if not found.asks_individual or found.signatures.filter(ended_at=None).exclude(agreement="").exists():
        return None
    post = request.POST if request.method == "POST" else None
    return forms.bind(agreement.agreement(), variables={}, post=post, now=now)


def asked_anew(
    request: StaffRequest, errors: Sequence[FieldError], *, now: datetime.datetime
) -> forms.BoundForm | None:
    """What the person had agreed to has been changed: they are asked once more."""
    own = {agreement.AGREEMENT, agreement.REASON}
    if not any(error.path and error.path[0] in own for error in errors):
        return None
    messages.warning(request, "Innehållet är ändrat. Anteckna om personen godkänner det som står nu.")
    return forms.bind(agreement.agreement(), variables={}, post=request.POST, now=now)


def sign(request: StaffRequest, found: UserTask, bound: forms.BoundForm, *, now: datetime.datetime) -> UserTask:
    """Sign what was posted; what came of it is said on the next page. Raises as `joint.sign`."""
    signed = joint.sign(
        task=found,
        answers=bound.answers,
        agreement=forms.posted(agreement.agreement(), request.POST),
        by=request.user,
        now=now,
        action_id=page.action_id(request),
        also=partial(drafts.discard, task=found, by=request.user),
    )
    if signed.lapsed:
        whose = swedish.listed(signed.lapsed)
        messages.warning(request, f"Innehållet är ändrat. {whose} behöver skriva under igen.")
    left = signed.task.to_sign - signed.task.signed
    if signed.task.is_open:
        more = "en profession till" if left == 1 else f"{left} professioner till"
        messages.success(request, f"Du har skrivit under ”{found.name}”. Uppgiften blir klar när {more} har gjort det.")
    return signed.task


@require_POST
@staff_page
def withdraw(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back one's own signature."""
    found = page.find_workable(request, public_id)
    try:
        joint.withdraw(task=found, by=request.user, now=timezone.now())
        messages.success(request, "Din underskrift är borttagen.")
    except (user_tasks.AlreadyCompleted, user_tasks.TaskGone):
        messages.warning(request, "Underskriften kan inte tas bort: uppgiften är redan avslutad.")
    return page.back(public_id)


def main_of(found: UserTask) -> HttpResponseRedirect:
    """From what asks another profession to sign to what is to be signed."""
    joint_task = UserTask.objects.values_list("public_id", flat=True).get(invitations=found)
    return HttpResponseRedirect(reverse("tasks:task", args=[joint_task]))
