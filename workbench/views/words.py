"""The diagram in words, read and changed without a script: every button saves what is written of the open step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people import selectors as people
from web import swedish
from workbench import drafting, offered, outline_conditions, outline_editing, outline_panel
from workbench.form_page import Conflict
from workbench.models import Draft, DraftFile
from workbench.outline_editing import BUTTON, STEP, UNDO
from workbench.outline_panel import Asked, Panel
from workbench.views.edge import draft_page
from workbench.views.saving import can_change, can_undo, file_of, posted_revision, remembered, saved, spoken, undone
from workbench.xml_text import Text, Unreadable
from workflows import diagram, prose, routine
from workflows.findings import Finding
from workflows.outline import Outline
from workflows.views.edge import StaffRequest


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def page(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """The steps of one diagram; a POST carries out what was written of the open one and pressed."""
    file = file_of(draft, name, drafting.DIAGRAM)
    try:
        Text(file.text)
    except Unreadable as problem:
        messages.error(request, f"{problem} Rätta filen här.")
        return redirect("workbench:text", draft.ref, name)
    if request.method == "POST" and can_change(draft, name):
        return _posted(request, draft, file)
    return _page(request, draft, file, opened=request.GET.get(STEP, ""))


def _posted(request: StaffRequest, draft: Draft, file: DraftFile) -> HttpResponseBase:
    posted = request.POST.dict()
    revision = posted_revision(request)
    if revision != file.revision:
        return _overtaken(request, draft, file, posted, revision)
    if posted.get(BUTTON) == UNDO:
        undone(request, draft, file, unsaved=False)
        return _back(request, "")
    outcome = outline_editing.carried_out(file.text, posted)
    stands = drafting.texts(draft)
    forms = {form: text for form, text in outcome.forms.items() if form not in stands}
    forms |= outline_editing.retitled(file.text, outcome.text, stands)
    done = saved(request, draft, file.name, outcome.text, revision, others=forms)
    if done.theirs is not None:
        return _overtaken(request, draft, done.theirs, posted, revision)
    if refused := done.refused or outcome.refused:
        again = file_of(draft, file.name, drafting.DIAGRAM)
        return _page(request, draft, again, opened=outcome.open, status=422, typed=posted, refused=refused)
    remembered(request, draft, file, done, made=[form for form in forms if form not in stands])
    messages.success(request, outcome.told)
    return _back(request, outcome.open)


def _overtaken(
    request: StaffRequest, draft: Draft, theirs: DraftFile, posted: Mapping[str, str], revision: int
) -> HttpResponseBase:
    """Their diagram, with what was written still in its controls, and the whole of what was to be saved kept aside."""
    base, mine = drafting.at_revision(draft, theirs.name, revision), ""
    if base is not None:
        mine = outline_editing.carried_out(base, posted).text
        saved(request, draft, theirs.name, mine, revision)
    conflict = Conflict(str(theirs.changed_by), theirs.changed_at, mine)
    return _page(request, draft, theirs, opened=posted.get(STEP, ""), status=409, typed=posted, conflict=conflict)


# -- the page ----------------------------------------------------------------------------------------------------------


def _page(
    request: StaffRequest,
    draft: Draft,
    file: DraftFile,
    *,
    opened: str,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    refused: str = "",
    conflict: Conflict | None = None,
) -> HttpResponse:
    folder, checked = drafting.folder(draft), drafting.checked(draft)
    names = people.profession_names()
    told = (
        routine.of_file(file.name, folder.sources, names, lambda one: reverse("workbench:words", args=[draft.ref, one]))
        or Outline()
    )
    is_fixed = not can_change(draft, file.name)
    findings = _at_steps(checked.findings, file)
    context = {
        "draft": draft,
        "name": file.name,
        "purpose": prose.purpose(folder.papers.get("README.md", "")),
        "owner": names.get(draft.owner, draft.owner),
        "today": swedish.day_of(timezone.now()),
        "revision": file.revision,
        "outline": told,
        "findings": findings,
        "loose": findings.get("", []),
        "errors": sum(item.severity == "error" for found in findings.values() for item in found),
        "is_fixed": is_fixed,
        "can_undo": can_undo(request, draft, file),
        "panel": None if is_fixed else _panel(draft, file, told, opened, typed or {}),
        "page_of": drafting.page_of,
        "told": spoken(request),
        "refused": refused,
        "conflict": conflict,
    }
    return render(request, "workbench/words.html", context, status=status)


def _panel(draft: Draft, file: DraftFile, told: Outline, opened: str, typed: Mapping[str, str]) -> Panel | None:
    steps = list(told.walk())
    step = next((one for one in steps if one.id == opened), None)
    if step is None:
        return None
    root = diagram.parse(file.text.encode())
    known = outline_conditions.answers(drafting.texts(draft)) if step.element.type.endswith("Gateway") else {}
    node = next(node for node in diagram.flow_nodes(root) if node.get("id") == opened)
    return outline_panel.panel(Asked(step, node, steps, offered.to_editors(draft), known, typed))


def _at_steps(found: Iterable[Finding], file: DraftFile) -> dict[str, list[Finding]]:
    """The findings of the file by the step that they are told at; those of a flow at the step it comes from."""
    root = diagram.parse(file.text.encode())
    steps = set(diagram.elements(root))
    sources = {flow.get("id"): flow.get("sourceRef", "") for flow in root.iter(diagram.tag("sequenceFlow"))}
    placed: dict[str, list[Finding]] = {}
    for item in found:
        if item.file == file.name:
            step = sources.get(item.element, item.element)
            placed.setdefault(step if step in steps else "", []).append(item)
    return placed


def _back(request: HttpRequest, opened: str) -> HttpResponse:
    where = f"?{STEP}={quote(opened)}#steg-{quote(opened)}" if opened else ""
    return HttpResponseRedirect(f"{request.path}{where}")
