"""Where a version applies and from when: what is planned, an earlier version again, a trial that ends or grows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people.signin.fresh import sensitive
from workbench import when
from workbench.models import Draft, Publication
from workbench.services import publishing
from workbench.services.drafts import Closed
from workbench.views import reviewing
from workbench.views.edge import publishing_page, review_page
from workflows import rights, versions
from workflows.engine import NotCompilable
from workflows.models import ProcessVersion
from workflows.models.definition import HEAVY
from workflows.views.edge import StaffRequest

REFUSED = (
    publishing.NotPublisher,
    publishing.OwnWork,
    publishing.NoReason,
    publishing.AlreadyApplies,
    publishing.Elsewhere,
    publishing.BadTime,
)
NO_LONGER = "Versionen klarar inte kontrollerna längre. Börja ett utkast från den i stället."
MOST_SHOWN = 50


@require_POST
@review_page
@sensitive("publish", when=lambda request: request.POST.get("gor") != "stall_in")
def plan(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """Another time or place for what is planned, or not at all."""
    now, reason = timezone.now(), request.POST.get("skal", "")
    try:
        if request.POST.get("gor") == "stall_in":
            publishing.withdraw(draft=draft, reason=reason, by=request.user, now=now)
            messages.success(request, "Publiceringen är inställd. Utkastet kan ändras igen.")
        else:
            asked = when.wanted(request.POST, now=now)
            if asked.problems:
                return reviewing.shown(request, draft, problems=asked.problems)
            about: dict[str, Any] = {"draft": draft, "reason": reason, "by": request.user, "now": now}
            version = publishing.change(due_at=asked.due_at, areas=asked.areas, **about)
            messages.success(request, reviewing.published(draft, version, asked))
    except publishing.NoReason as problem:
        return reviewing.shown(request, draft, problems=[("skal-plan", type(problem).__doc__ or "")])
    except REFUSED as problem:
        messages.error(request, type(problem).__doc__ or "")
    except Closed:
        messages.error(request, "Det är redan publicerat eller inställt.")
    except NotCompilable:
        messages.error(request, "Utkastet klarar inte kontrollerna längre. Ställ in publiceringen och rätta det.")
    return redirect("workbench:review", draft.ref)


@require_http_methods(["GET", "HEAD", "POST"])
@publishing_page
@sensitive("publish")
def apply(request: StaffRequest, key: str, number: int) -> HttpResponseBase:
    """Let a version that there is apply, to all or in some areas, with the reason."""
    version = _version(request, key, number)
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        now = timezone.now()
        asked = when.wanted(request.POST, now=now)
        problems = asked.problems
        try:
            if not problems:
                about: dict[str, Any] = {"reason": request.POST.get("skal", ""), "by": request.user, "now": now}
                publishing.let_apply(version=version, areas=asked.areas, **about)
                where = versions.in_words(asked.areas)
                messages.success(request, f"Version {number} gäller {where}. Nya ärenden startar i den.")
                if not asked.areas:
                    return redirect("workbench:apply", key, number)  # where what goes on can be moved to it
                return redirect("workflows:course", key)
        except REFUSED as problem:
            problems = [("skal", type(problem).__doc__ or "")]
        except NotCompilable:
            problems = [("skal", NO_LONGER)]
    return _rendered(request, "workbench/apply.html", version, problems)


@require_http_methods(["GET", "HEAD", "POST"])
@publishing_page
@sensitive("publish")
def take_back(request: StaffRequest, key: str, number: int) -> HttpResponseBase:
    """End a trial in areas, with the reason; what has started in it is told of."""
    version = _version(request, key, number)
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        areas = request.POST.getlist("omrade")
        about: dict[str, Any] = {"reason": request.POST.get("skal", ""), "by": request.user, "now": timezone.now()}
        try:
            instead = publishing.take_back(version=version, areas=areas, **about)
        except publishing.AlreadyApplies:
            problems = [("omrade-1", "Välj minst ett område där versionen prövas.")]
        except REFUSED as problem:
            problems = [("skal", type(problem).__doc__ or "")]
        else:
            told = (
                f"Nya ärenden där startar i version {instead.number}." if instead else "Där startar inga nya ärenden."
            )
            messages.success(request, f"Version {number} prövas inte längre {versions.in_words(areas)}. {told}")
            return redirect("workflows:course", key)
    return _rendered(request, "workbench/take_back.html", version, problems)


def _rendered(
    request: StaffRequest, template: str, version: ProcessVersion, problems: list[tuple[str, str]]
) -> HttpResponseBase:
    offered = when.offered(version.definition.key)
    history = Publication.objects.filter(version__definition=version.definition_id)
    history = history.select_related("version", "replaced", "by")
    heavy = [f"{name}__{column}" for name in ("version", "replaced") for column in HEAVY]
    context = {
        "version": version,
        "mine": [one.area for one in offered["applied"] if one.version == version],
        "may_publish": rights.may_publish(request.user),
        "under_way": reviewing.under_way(version.definition.key, None),
        "problems": problems,
        "typed": when.typed(request.POST),
        "publications": history.defer(*heavy)[:MOST_SHOWN],
        **offered,
    }
    return render(request, template, context, status=422 if problems else 200)


def _version(request: StaffRequest, key: str, number: int) -> ProcessVersion:
    found = ProcessVersion.objects.select_related("definition").filter(definition__key=key, number=number).first()
    if found is None or not rights.may_look_into(request.user, found.config):
        raise Http404
    return found
