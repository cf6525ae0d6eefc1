"""What a draft would change, what colleagues say of it, and the way to its being published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from people.signin.fresh import sensitive
from web.responses import because
from workbench import differences, drafting, offered, sharing, trying, when
from workbench.models import Draft, DraftState
from workbench.services import publishing, reviews
from workbench.services.drafts import Closed
from workbench.views.edge import review_page
from workflows import catalogue, minimap, rights, versions
from workflows.definitions import main_file
from workflows.engine import NotCompilable
from workflows.models import ProcessDefinition, ProcessVersion, Trial
from workflows.services import trials
from workflows.views.edge import StaffRequest

REFUSED = (
    reviews.HasErrors,
    reviews.Unanswered,
    publishing.NotPublisher,
    publishing.OwnWork,
    publishing.Elsewhere,
    publishing.BadTime,
    Closed,
)


@dataclass(frozen=True)
class Against:
    """What the draft is compared with: the version that is current, and its texts."""

    version: ProcessVersion | None
    texts: dict[str, str]


@require_safe
@review_page
def review(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """The differences in a picture and in words, the comments, and what one may do."""
    return shown(request, draft)


@require_POST
@review_page
@sensitive("publish", when=lambda request: request.POST.get("gor") == "godkann")
def answer(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """Ask, take back, give back or approve: what the button says."""
    text, now = request.POST.get("text", ""), timezone.now()
    about: dict[str, Any] = {"draft": draft, "by": request.user, "now": now}
    try:
        match request.POST.get("gor"):
            case "be":
                _may_change(request, draft)
                reviews.ask(note=text, **about)
                messages.success(request, "Utkastet väntar på granskning. Det ändras inte under tiden.")
            case "ta_tillbaka":
                _may_change(request, draft)
                reviews.withdraw(**about)
                messages.success(request, "Utkastet kan ändras igen.")
            case "lamna_tillbaka":
                reviews.give_back(answer=text, **about)
                messages.success(request, "Utkastet är lämnat tillbaka med det du skrev.")
            case "godkann":
                asked = when.wanted(request.POST, now=now)
                if asked.problems:
                    return shown(request, draft, problems=asked.problems)
                version = reviews.approve(answer=text, areas=asked.areas, due_at=asked.due_at, **about)
                messages.success(request, published(draft, version, asked))
            case _:
                raise Http404
    except REFUSED as problem:
        return _refused(request, draft, type(problem))
    except NotCompilable:
        return _refused(request, draft, reviews.HasErrors)
    return redirect("workbench:review", draft.ref)


def _refused(request: StaffRequest, draft: Draft, problem: type[Exception]) -> HttpResponseBase:
    """The page as it is now, with why nothing was done."""
    draft.refresh_from_db(fields=["state"])
    response = shown(request, draft, [("", problem.__doc__ or "")], status=409 if problem is Closed else 422)
    return because(response, problem.__name__)


def published(draft: Draft, version: ProcessVersion | None, asked: when.Wanted) -> str:
    """What has been decided, in a sentence."""
    if draft.is_shared:
        count = draft.publications.count()
        return f"Delarna är publicerade. {count} förlopp har fått en ny version, som nya ärenden startar i."
    places = versions.in_words(asked.areas)
    if version is None:
        return f"Utkastet är godkänt och publiceras {places} när tiden är inne."
    if asked.areas:
        return f"Version {version.number} är publicerad och prövas {places}. Nya ärenden där startar i den."
    return f"Version {version.number} är publicerad. Nya ärenden startar i den."


def shown(
    request: StaffRequest, draft: Draft, problems: Sequence[tuple[str, str]] = (), *, status: int = 422
) -> HttpResponseBase:
    texts = drafting.texts(draft)
    against = _against(draft, texts)
    changes = differences.between(against.texts, texts)
    folder = drafting.folder(draft)
    file = main_file(folder.config, folder.sources)
    picture = minimap.picture(folder.sources.get(file, ""), str(folder.config.get("process", "")))
    checked = drafting.checked(draft)
    asked = draft.reviews.select_related("asked_by", "answered_by").first()
    publication = draft.publications.select_related("version__definition", "replaced", "by").first()
    going_on = under_way(draft.key, publication.version if publication else None)
    plan = draft.plans.select_related("draft", "by", "ended_by").first()
    decided = plan if draft.state == DraftState.PLANNED and not problems else None
    is_own = request.user.pk in publishing.changed_by(draft)
    context = {
        "draft": draft,
        "against": against.version,
        "is_behind": against.version is not None and draft.base_id != against.version.pk,
        "changes": changes,
        "picture": picture,
        "marks": differences.marks(changes, file),
        "names": {element: name.strip("”") for (where, element), name in checked.names.items() if where == file},
        "every_name": checked.names,
        "page_of": drafting.page_of,
        "errors": [item for item in checked.findings if item.severity == "error"],
        "asked": asked,
        "users": sharing.users(texts, tried=True) if draft.is_shared else [],
        "titles": offered.titles(folder),
        "remarks": draft.remarks.select_related("by", "done_by"),
        "is_own": is_own,
        "may_approve": not is_own and rights.may_publish(request.user),
        "may_change": drafting.may_change(request.user, draft),
        "publication": publication,
        "plan": plan,
        "under_way": going_on,
        "foreseen": _foreseen(request, draft, going_on) if publication is None else [],
        "problems": problems,
        "typed": when.decided(decided) if decided is not None else when.typed(request.POST),
        **when.offered(draft.key),
    }
    return render(request, "workbench/review.html", context, status=status if problems else 200)


def _foreseen(request: StaffRequest, draft: Draft, going_on: list[ProcessVersion]) -> list[Trial]:
    """When it is asked for: what becomes of those that go on, if they were moved to the draft as it stands."""
    whole = trying.version(draft) if request.GET.get("flytt") == "ja" else None
    return [trials.foresee(old, whole, now=timezone.now()) for old in going_on] if whole is not None else []


def _may_change(request: StaffRequest, draft: Draft) -> None:
    if not drafting.may_change(request.user, draft):
        raise Http404


def under_way(key: str, apart_from: ProcessVersion | None) -> list[ProcessVersion]:
    """The versions with ärenden that go on, how many in each, which another version leaves where they are."""
    rows = catalogue.every_version(key)
    return [version for version in rows if getattr(version, "running", 0) and version != apart_from]


@require_POST
@review_page
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


def _shared_before(draft: Draft) -> dict[str, str]:
    """The parts that are current; as they came into the draft when it has been published."""
    if draft.state != DraftState.PUBLISHED:
        return sharing.current()
    return dict(draft.savings.filter(revision=1).values_list("name", "text"))


def _against(draft: Draft, texts: dict[str, str]) -> Against:
    """What is current; for a new förlopp nothing but the parts that several use, which it has taken as they are."""
    if draft.is_shared:
        return Against(None, _shared_before(draft))
    found = ProcessDefinition.objects.filter(key=draft.key).select_related("current").first()
    is_over = draft.publications.exists()
    version = found.current if found is not None and not is_over else draft.base
    if version is None:
        return Against(None, {name: text for name, text in texts.items() if drafting.is_shared(name)})
    content = catalogue.content(version)
    return Against(version, {**content.whole.sources, **content.papers})
