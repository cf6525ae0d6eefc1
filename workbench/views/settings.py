"""The settings of a förlopp as a form; what it does not know of the file stays as it is, and is changed as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from people.models import Profession
from workbench import drafting, settings_edits, settings_page, toml_text
from workbench.form_page import Conflict
from workbench.models import Draft, DraftFile
from workbench.views.edge import draft_page
from workbench.views.saving import can_change, can_undo, file_of, posted_revision, remembered, saved, undone
from workflows import prose
from workflows.catalogue import README
from workflows.views.edge import StaffRequest

UNDO = "angra"


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def page(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """A POST saves everything on the page at once."""
    file = file_of(draft, name, drafting.SETTINGS)
    try:
        toml_text.read(file.text)
    except toml_text.Unreadable as problem:
        messages.error(request, f"{problem} Rätta filen här.")
        return redirect("workbench:text", draft.ref, name)
    if request.method == "POST" and can_change(draft, name):
        return _posted(request, draft, file)
    return _page(request, draft, file)


def _posted(request: StaffRequest, draft: Draft, file: DraftFile) -> HttpResponseBase:
    posted, revision = request.POST.dict(), posted_revision(request)
    if request.POST.get("gor") == UNDO:
        undone(request, draft, file, unsaved=False)
        return redirect("workbench:settings", draft.ref, file.name)
    base = file.text if revision == file.revision else drafting.at_revision(draft, file.name, revision) or file.text
    outcome = settings_edits.carried_out(base, posted, dict(request.POST.lists()))
    if outcome.problems:
        return _page(request, draft, file, typed=posted, problems=outcome.problems, status=422)
    done = saved(request, draft, file.name, outcome.text, revision, others=_told(draft, posted))
    if done.theirs is not None:
        conflict = Conflict(str(done.theirs.changed_by), done.theirs.changed_at, outcome.text)
        return _page(request, draft, done.theirs, typed=posted, conflict=conflict, status=409)
    if done.refused:
        return _page(request, draft, file, typed=posted, problems=[("", done.refused)], status=422)
    remembered(request, draft, file, done)
    messages.success(request, "Inställningarna är sparade.")
    return redirect("workbench:settings", draft.ref, file.name)


def _told(draft: Draft, posted: Mapping[str, str]) -> dict[str, str]:
    """The front page with another purpose; nothing when it is the same."""
    front, told = drafting.texts(draft).get(README, ""), " ".join(posted.get("syfte", "").split())
    return {README: prose.with_purpose(front, told)} if told and told != prose.purpose(front) else {}


def _page(
    request: StaffRequest,
    draft: Draft,
    file: DraftFile,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[tuple[str, str]] = (),
    conflict: Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    folder, said = drafting.folder(draft), toml_text.read(file.text).unwrap()
    lists = dict(request.POST.lists()) if typed else {}
    known = settings_page.around(folder, typed or {})
    context = {
        "draft": draft,
        "file": file,
        "said": said,
        "typed": typed or {},
        "chosen": {
            key: lists.get(key, said.get(key, [])) if typed else said.get(key, []) for key in settings_edits.SEVERAL
        },
        "purpose": prose.purpose(folder.papers.get(README, "")),
        "professions": dict(Profession.objects.values_list("key", "name")),
        "spheres": settings_edits.SPHERES,
        "kept": settings_page.lengths(settings_edits.KEPT, str(said.get("retention", ""))),
        "parameters": settings_page.parameters(file.text, known.typed),
        "groups": settings_page.groups(file.text, known),
        "starts": settings_page.starts(folder),
        "findings": [item for item in drafting.checked(draft).findings if item.file == file.name],
        "problems": problems,
        "conflict": conflict,
        "is_fixed": not can_change(draft, file.name),
        "can_undo": can_undo(request, draft, file),
    }
    return render(request, "workbench/settings.html", context, status=status)
