"""What a draft would change, what colleagues say of it, and the way to its being published."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.signin.fresh import sensitive
from workbench import differences, drafting
from workbench.models import Draft, Publication
from workbench.services import reviews
from workbench.services.drafts import Closed
from workbench.views.edge import draft_page, workbench_page
from workflows import catalogue, minimap, rights
from workflows.definitions import main_file
from workflows.engine import NotCompilable
from workflows.models import InstanceState, ProcessDefinition, ProcessInstance, ProcessVersion
from workflows.views.edge import StaffRequest

REFUSED = (reviews.HasErrors, reviews.OwnWork, reviews.Unanswered, Closed)


@dataclass(frozen=True)
class Against:
    """What the draft is compared with: the version that is current, and its texts."""

    version: ProcessVersion | None
    texts: dict[str, str]


@require_safe
@draft_page
def review(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """The differences in a picture and in words, the comments, and what one may do."""
    texts = drafting.texts(draft)
    against = _against(draft, texts)
    changes = differences.between(against.texts, texts)
    folder = drafting.folder(draft)
    file = main_file(folder.config, folder.sources)
    picture = minimap.picture(folder.sources.get(file, ""), str(folder.config.get("process", "")))
    checked = drafting.checked(draft)
    asked = draft.reviews.select_related("asked_by", "answered_by").first()
    context = {
        "draft": draft,
        "against": against.version,
        "is_behind": against.version is not None and draft.base_id != against.version.pk,
        "changes": changes,
        "picture": picture,
        "marks": differences.marks(changes, file),
        "names": {element: name.strip("”") for (where, element), name in checked.names.items() if where == file},
        "errors": [item for item in checked.findings if item.severity == "error"],
        "asked": asked,
        "remarks": draft.remarks.select_related("by", "done_by"),
        "may_approve": request.user.pk not in reviews.changed_by(draft),
        "publication": draft.publications.select_related("version__definition", "replaced", "by").first(),
        "running": _running(against.version),
    }
    return render(request, "workbench/review.html", context)


@require_POST
@draft_page
@sensitive("publish", when=lambda request: request.POST.get("gor") == "godkann")
def answer(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """Ask, take back, give back or approve: what the button says."""
    text, now = request.POST.get("text", ""), timezone.now()
    try:
        match request.POST.get("gor"):
            case "be":
                reviews.ask(draft=draft, note=text, by=request.user, now=now)
                messages.success(request, "Utkastet väntar på granskning. Det ändras inte under tiden.")
            case "ta_tillbaka":
                reviews.withdraw(draft=draft, by=request.user, now=now)
                messages.success(request, "Utkastet kan ändras igen.")
            case "lamna_tillbaka":
                reviews.give_back(draft=draft, answer=text, by=request.user, now=now)
                messages.success(request, "Utkastet är lämnat tillbaka med det du skrev.")
            case "godkann":
                version = reviews.approve(draft=draft, answer=text, by=request.user, now=now)
                messages.success(request, f"Version {version.number} är publicerad. Nya ärenden startar i den.")
            case _:
                raise Http404
    except REFUSED as problem:
        messages.error(request, type(problem).__doc__ or "")
    except NotCompilable:
        messages.error(request, reviews.HasErrors.__doc__ or "")
    return redirect("workbench:review", draft.ref)


@require_POST
@draft_page
def remark(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """A comment on an element, a file or all of it; or that one is dealt with."""
    now, number = timezone.now(), request.POST.get("klar", "")
    if number.isdecimal():
        reviews.deal_with(draft=draft, number=int(number[:18]), by=request.user, now=now)
    else:
        file, _, element = request.POST.get("om", "").partition("#")
        made = reviews.remark(
            draft=draft, file=file, element=element, text=request.POST.get("text", ""), by=request.user, now=now
        )
        if made is None:
            messages.error(request, "Skriv din synpunkt först.")
    return redirect("workbench:review", draft.ref)


@require_http_methods(["GET", "HEAD", "POST"])
@workbench_page
@sensitive("publish")
def restore(request: StaffRequest, key: str, number: int) -> HttpResponseBase:
    """Let an earlier version be current again, with the reason; what has been published before stands below."""
    version = ProcessVersion.objects.select_related("definition").filter(definition__key=key, number=number).first()
    if version is None or not rights.may_look_into(request.user, version.config):
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            reviews.restore(version=version, reason=request.POST.get("skal", ""), by=request.user, now=timezone.now())
        except (reviews.NoReason, reviews.AlreadyCurrent) as problem:
            error = type(problem).__doc__ or ""
        except NotCompilable:
            error = "Den versionen klarar inte kontrollerna längre. Börja ett utkast från den i stället."
        else:
            messages.success(request, f"Version {number} gäller igen. Nya ärenden startar i den.")
            return redirect("workflows:course", key)
    context = {
        "version": version,
        "error": error,
        "is_current": version.definition.current_id == version.pk,
        "publications": Publication.objects.filter(version__definition=version.definition_id)
        .select_related("version", "replaced", "by")
        .defer("version__sources", "version__compiled", "replaced__sources", "replaced__compiled")[:50],
    }
    return render(request, "workbench/restore.html", context, status=422 if error else 200)


def _against(draft: Draft, texts: dict[str, str]) -> Against:
    """What is current; for a new förlopp nothing but the parts that several use, which it has taken as they are."""
    found = ProcessDefinition.objects.filter(key=draft.key).select_related("current").first()
    is_over = draft.publications.exists()
    version = found.current if found is not None and not is_over else draft.base
    if version is None:
        return Against(None, {name: text for name, text in texts.items() if drafting.is_shared(name)})
    content = catalogue.content(version)
    return Against(version, {**content.whole.sources, **content.papers})


def _running(version: ProcessVersion | None) -> int:
    """How many ärenden of the förlopp are under way, in whichever version."""
    if version is None:
        return 0
    return ProcessInstance.objects.filter(definition=version.definition_id, state=InstanceState.ACTIVE).count()
