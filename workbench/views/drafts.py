"""Drafts: which there are, one of them, and the ways to begin one."""

from __future__ import annotations

import tempfile
from itertools import groupby
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.models import Profession
from web import uploads
from web.responses import because
from workbench import beginning, drafting, first_hour, offered, sharing
from workbench.models import Draft
from workbench.services import drafts
from workbench.views.edge import draft_page, publishing_page, workbench_page
from workbench.views.first_hour import is_away
from workflows import catalogue, definitions, packages, rights, safe_xml
from workflows.definitions import Folder
from workflows.models import ProcessDefinition, ProcessVersion
from workflows.views.edge import StaffRequest

TAKEN = {".zip", ".bpmn", ".dmn"}
TOO_LARGE = "Filen är för stor."
TOO_MUCH = {"too-large", "too-many-elements", "too-many-attributes"}
UNREADABLE = {"empty", "not-xml", "encoding", "doctype", "not-bpmn", "not-zip"}
RETENTIONS = {"P5Y": "5 år", "P10Y": "10 år"}
SPHERES = {"sol": "Socialtjänst", "hsl": "Hälso- och sjukvård", "bada": "Båda"}


@require_safe
@publishing_page
def index(request: StaffRequest) -> HttpResponseBase:
    """What is being changed, the latest first; those put away on request."""
    shows_closed = request.GET.get("alla") == "ja"
    found = drafting.visible(request.user)
    rows = found if shows_closed else found.exclude(state__in=drafting.CLOSED)
    context = {"drafts": rows[:200], "shows_closed": shows_closed, "courses": catalogue.courses(request.user)}
    context["may_draft"] = rights.may_draft(request.user)
    return render(request, "workbench/drafts.html", context)


@require_safe
@draft_page
def draft(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """Its files by kind, what the checks say, and what can be done with it."""
    files = [file for file in drafting.listed(draft) if drafting.is_shared(file.name) == draft.is_shared]
    files.sort(key=lambda file: (drafting.KINDS.index(drafting.kind_of(file.name)), file.name))
    checked, folder = drafting.checked(draft), drafting.folder(draft)
    told = [item for item in checked.findings if drafting.is_shared(item.file) == draft.is_shared]
    context = {
        "draft": draft,
        "groups": [(kind, list(rows)) for kind, rows in groupby(files, key=lambda file: drafting.kind_of(file.name))],
        "findings": told,
        "errors": sum(item.severity == "error" for item in told),
        "names": checked.names,
        "titles": offered.titles(folder),
        "page_of": drafting.page_of,
        "aside": drafting.aside(draft),
        "lesson": _lesson(request, draft),
        "users": sharing.users(drafting.texts(draft), tried=True) if draft.is_shared else [],
        "planned": [plan for plan in drafting.planned(draft.key) if plan.draft_id == draft.pk],
    }
    return render(request, "workbench/draft.html", context)


def _lesson(request: StaffRequest, draft: Draft) -> first_hour.Lesson | None:
    """What comes next in the first hour; None for what is not begun from an empty page, is put away or is done."""
    if draft.base_id is not None or draft.created_by_id != request.user.pk or is_away(request, draft):
        return None
    return next((one for one in first_hour.lessons(draft) if not one.is_done), None)


@require_POST
@draft_page
def discard(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """Away, or back again."""
    is_back = request.POST.get("gor") == "ta_tillbaka"
    try:
        (drafts.reopen if is_back else drafts.discard)(draft=draft, by=request.user, now=timezone.now())
    except drafts.Closed:
        messages.error(request, "Utkastet hade redan ändrats av någon annan.")
        return redirect("workbench:draft", draft.ref)
    messages.success(
        request, "Utkastet är tillbaka." if is_back else "Utkastet är undanlagt. Det finns kvar under ”Visa alla”."
    )
    return redirect("workbench:draft", draft.ref) if is_back else redirect("workbench:index")


@require_safe
@draft_page
def package(_request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """The draft as a zip, also one with errors."""
    made = packages.pack(drafting.texts(draft), {"key": draft.key, "title": draft.title, "made_by": "Förlopp"})
    headers = {
        "Content-Disposition": f'attachment; filename="{draft.key}-utkast.zip"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(made, content_type="application/zip", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@workbench_page
def new(request: StaffRequest) -> HttpResponseBase:
    """A förlopp from an empty page."""
    problems: list[tuple[str, str]] = []
    professions = dict(
        Profession.objects.exclude(key__in=(rights.IT, rights.OWNER, rights.PUBLISHER)).values_list("key", "name")
    )
    if request.method == "POST":
        wish, problems = _wish(request, professions)
        if not problems:
            folder = _with_shared(beginning.folder(wish))
            made = drafts.begin(key=folder.key, folder=folder, by=request.user, now=timezone.now())
            messages.success(request, "Utkastet finns. Börja med att rita: det är bara ett steg i det än.")
            return redirect("workbench:draft", made.ref)
    context = {
        "professions": professions,
        "typed": request.POST,
        "chosen": request.POST.getlist("profession"),
        "problems": problems,
        "retentions": RETENTIONS,
        "spheres": SPHERES,
    }
    return render(request, "workbench/new.html", context, status=422 if problems else 200)


@require_POST
@workbench_page
def from_version(request: StaffRequest, key: str, number: int) -> HttpResponseBase:
    """A draft of a published version, with what lies beside it."""
    version = ProcessVersion.objects.select_related("definition").filter(definition__key=key, number=number).first()
    if version is None or not rights.may_look_into(request.user, version.config):
        raise Http404
    content = catalogue.content(version)
    whole = content.whole
    folder = Folder(dict(whole.config), dict(whole.sources), [], dict(content.papers))
    made = drafts.begin(
        key=key, folder=folder, by=request.user, now=timezone.now(), base=version, title=version.definition.title
    )
    return redirect("workbench:draft", made.ref)


@require_POST
@workbench_page
def shared(request: StaffRequest) -> HttpResponseBase:
    """A draft of the parts that several förlopp use; the one that is open already, if there is one."""
    made = drafting.visible(request.user).filter(key=sharing.KEY).exclude(state__in=drafting.CLOSED).first()
    if made is None:
        folder = Folder({}, sharing.current())
        if not folder.sources:
            messages.error(request, "Det finns inga delade delar än.")
            return redirect("workbench:index")
        made = drafts.begin(key=sharing.KEY, folder=folder, title=sharing.TITLE, by=request.user, now=timezone.now())
    return redirect("workbench:draft", made.ref)


@csrf_exempt  # checked by `_taken_in`: the check reads the form, and what is too long must not be read
@require_http_methods(["GET", "HEAD", "POST"])
@workbench_page
def upload(request: StaffRequest) -> HttpResponseBase:
    """A package, or a diagram or table from any tool."""
    if request.method != "POST":
        return render(request, "workbench/upload.html", {"findings": [], "error": ""})
    if uploads.is_too_long(request, most_bytes=packages.MAX_TOTAL, most_files=1):
        return _not_taken(request, TOO_LARGE, code="too-large")
    with (
        tempfile.TemporaryDirectory() as place,
        uploads.receiving(request, folder=Path(place), most_bytes=packages.MAX_TOTAL),
    ):
        return csrf_protect(_taken_in)(request, Path(place))


def _taken_in(request: StaffRequest, place: Path) -> HttpResponse:
    files = uploads.arrived(request, "fil")
    if not files:
        return _not_taken(request, "Välj en fil först.", code="no-file")
    if files[0].is_too_long:
        return _not_taken(request, TOO_LARGE, code="too-large")
    name = Path(files[0].name or "")
    if name.suffix.lower() not in TAKEN:
        told = "Filen ska vara ett paket (.zip), ett diagram (.bpmn) eller en beslutstabell (.dmn)."
        return _not_taken(request, told, code="not-taken")
    path = place / f"{beginning.key_of(name.stem)}{name.suffix.lower()}"
    files[0].path.rename(path)
    if path.suffix in definitions.BARE:
        path.write_bytes(safe_xml.in_utf8(path.read_bytes()))
        if problem := definitions.unreadable(path):
            return _not_taken(request, problem.message, code=problem.code)
    folder = definitions.read(path)
    if not folder.sources:
        first = next((item.code for item in folder.findings), "empty")
        return _not_taken(request, "", folder=folder, code=first)
    return _begun(request, folder, path.stem)


def _begun(request: StaffRequest, folder: Folder, name: str) -> HttpResponse:
    if definitions.CONFIG not in folder.sources:
        folder = _with_shared(beginning.with_settings(folder, owner=rights.OWNER))
    key = folder.key or name
    base = ProcessDefinition.objects.filter(key=key).select_related("current").first()
    try:
        made = drafts.begin(
            key=key, folder=folder, by=request.user, now=timezone.now(), base=base.current if base else None
        )
    except drafts.Unstorable as problem:
        return _not_taken(request, str(problem), code=problem.code)
    messages.success(request, "Filen är inläst som ett utkast. Inget är publicerat.")
    return redirect("workbench:draft", made.ref)


def _not_taken(request: StaffRequest, error: str, *, code: str, folder: Folder | None = None) -> HttpResponse:
    """The sentence and the code are told; the file is still where it came from."""
    context = {"error": error, "findings": folder.findings if folder else []}
    status = 413 if code in TOO_MUCH else 400 if code in UNREADABLE else 422
    return because(render(request, "workbench/upload.html", context, status=status), code)


def _with_shared(folder: Folder) -> Folder:
    """With the parts that several förlopp use, as they are now."""
    if any(drafting.is_shared(name) for name in folder.sources):
        return folder
    return Folder(folder.config, {**folder.sources, **sharing.current()}, folder.findings, folder.papers)


def _wish(request: StaffRequest, professions: dict[str, str]) -> tuple[beginning.Wish, list[tuple[str, str]]]:
    """What was asked for, and what is wrong with it as control and sentence."""
    post = request.POST
    chosen = [key for key in post.getlist("profession") if key in professions]
    first = post.get("forst", "")
    chosen.sort(key=lambda key: key != first)
    wish = beginning.Wish(
        title=" ".join(post.get("titel", "").split())[:200],
        purpose=post.get("syfte", "").strip()[:4000],
        owner=rights.OWNER,
        sphere=post.get("sfar", ""),
        retention=post.get("gallring", ""),
        professions=[(key, professions[key]) for key in chosen],
    )
    problems: list[tuple[str, str]] = []
    key = beginning.key_of(wish.title)
    if not wish.title:
        problems.append(("titel", "Skriv vad förloppet heter."))
    elif ProcessDefinition.objects.filter(key=key).exists():
        problems.append(
            ("titel", "Det finns redan ett förlopp som heter så. Ändra det i stället, eller välj ett annat namn.")
        )
    if not chosen:
        problems.append(("profession-0", "Välj minst en profession."))
    if wish.sphere not in SPHERES:
        problems.append(("sfar-sol", "Välj vilken lag förloppet följer."))
    if wish.retention not in RETENTIONS:
        problems.append(("gallring-P5Y", "Välj hur länge ärenden sparas."))
    return wish, problems
