"""The decision table editor: cells to write in, what is wrong beside them, and examples that run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from workbench import drafting, form_kinds, table_editing, table_page, undoing
from workbench.form_page import Conflict
from workbench.models import Draft, DraftFile
from workbench.table_new import new_table
from workbench.table_text import NotATable, Sheet
from workbench.views.edge import draft_page
from workbench.views.saving import Saved, saved, spoken
from workflows import dmn, published
from workflows.findings import Finding
from workflows.views.edge import StaffRequest

DECISION, UNDO = "beslut", "angra"


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def table(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """One decision of a file; a POST carries out what was written and pressed."""
    file = _file(draft, name)
    try:
        sheet = Sheet(file.text)
    except NotATable as problem:
        messages.error(request, f"{problem} Rätta filen här.")
        return redirect("workbench:text", draft.ref, name)
    wanted = request.POST.get(DECISION) or request.GET.get(DECISION, "")
    first = next(iter(sheet.decisions()), None)
    decision = wanted if sheet.decision(wanted) is not None else (first.get("id", "") if first is not None else "")
    if request.method == "POST" and _is_open(draft, name):
        return _posted(request, draft, file, decision)
    opened = request.GET.get(table_editing.COLUMN, "")
    return _page(request, draft, file, decision, opened=int(opened) if opened.isdecimal() else None)


@require_POST
@draft_page
def new(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """A table with one condition, one answer and one row, in a file of its own."""
    title = request.POST.get("namn", "").strip() or "Ny tabell"
    key = form_kinds.key(title)
    done = saved(request, draft, f"{key}.dmn", new_table(key, title), 0)
    if done.refused or done.theirs is not None:
        messages.error(request, done.refused or f"Det finns redan en tabell som heter {key}.")
        return redirect("workbench:draft", draft.ref)
    return redirect("workbench:table", draft.ref, f"{key}.dmn")


def _posted(request: StaffRequest, draft: Draft, file: DraftFile, decision: str) -> HttpResponseBase:
    posted = request.POST.dict()
    revision = int(posted["revision"]) if str(posted.get("revision", "")).isdecimal() else 0
    if revision != file.revision:
        return _overtaken(request, draft, file, decision, posted, revision)
    if posted.get(table_editing.BUTTON) == UNDO:
        return _undone(request, draft, file, decision)
    outcome = _outcome(draft, file.name, file.text, decision, posted)
    if posted.get(table_editing.BUTTON) == table_editing.TRY:
        return _page(request, draft, file, decision, opened=outcome.open, text=outcome.text)
    done = saved(request, draft, file.name, outcome.text, revision)
    if done.theirs is not None:
        return _overtaken(request, draft, done.theirs, decision, posted, revision)
    refused = done.refused or outcome.refused
    if refused:
        again, more = _file(draft, file.name), {"refused": refused}
        return _page(request, draft, again, decision, opened=outcome.open, text=outcome.text, status=422, **more)
    if done.revision != revision:
        undoing.remember(request.session, _place(draft, file), file.text, before=revision, after=done.revision)
    messages.success(request, outcome.told)
    return _back(request, decision, outcome.open, outcome.at)


def _outcome(draft: Draft, name: str, text: str, decision: str, posted: Mapping[str, str]) -> table_editing.Outcome:
    others = list(published.other_tables(drafting.folder(draft).sources, name))

    def missing(new: str) -> list[tuple[str, ...]]:
        return [row.cells for row in table_page.missing(new, decision, others)]

    return table_editing.carried_out(text, decision, posted, missing)


def _undone(request: StaffRequest, draft: Draft, file: DraftFile, decision: str) -> HttpResponseBase:
    text = undoing.take(request.session, _place(draft, file), file.revision, after=file.revision + 1)
    done = saved(request, draft, file.name, text, file.revision) if text is not None else Saved(file.revision)
    messages.success(request, done.refused or ("Ångrat." if text is not None else "Det finns inget att ångra."))
    return _back(request, decision, None, "")


def _overtaken(
    request: StaffRequest, draft: Draft, theirs: DraftFile, decision: str, posted: Mapping[str, str], revision: int
) -> HttpResponseBase:
    """Their table; one's own is kept aside, where it can be compared and put in place."""
    mine = drafting.at_revision(draft, theirs.name, revision)
    text = ""
    if mine is not None:
        text = _outcome(draft, theirs.name, mine, decision, posted).text
        saved(request, draft, theirs.name, text, revision)
    conflict = Conflict(str(theirs.changed_by), theirs.changed_at, text)
    return _page(request, draft, theirs, decision, opened=None, status=409, conflict=conflict)


def _page(
    request: StaffRequest,
    draft: Draft,
    file: DraftFile,
    decision: str,
    *,
    opened: int | None,
    text: str | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """`text` is shown in place of the file, for what is not saved yet."""
    folder = drafting.folder(draft)
    shown = file.text if text is None else text
    others = list(published.other_tables(folder.sources, file.name))
    around = table_page.Around(
        file=file.name,
        others=others,
        findings=_findings(draft, file, shown, others),
        parameters=folder.config.get("parameters", {}),
        known=tuple(drafting.checked(draft).known),
        now=timezone.now(),
    )
    made = table_page.page(
        shown,
        decision,
        opened,
        around,
        revision=file.revision,
        is_fixed=not _is_open(draft, file.name),
        can_undo=undoing.can(request.session, _place(draft, file), file.revision),
        told=spoken(request),
        **more,
    )
    context = {"draft": draft, "name": file.name, "page": made, "types": table_page.TYPES}
    context["aggregations"] = table_page.AGGREGATIONS
    return render(request, "workbench/table.html", context, status=status)


def _findings(draft: Draft, file: DraftFile, shown: str, others: list[bytes]) -> list[Finding]:
    """Of what is shown; what the förlopp around says of it is only known of what is saved."""
    if shown == file.text:
        return drafting.checked(draft).findings
    return dmn.check(shown.encode(), file.name, others)


def _back(request: StaffRequest, decision: str, opened: int | None, at: str) -> HttpResponse:
    query = {DECISION: decision} | ({table_editing.COLUMN: str(opened)} if opened is not None else {})
    return HttpResponseRedirect(f"{request.path}?{urlencode(query)}{f'#{at}' if at else ''}")


def _file(draft: Draft, name: str) -> DraftFile:
    file = draft.files.select_related("changed_by").filter(name=name).first()
    if file is None or drafting.kind_of(name) != drafting.TABLE:
        raise Http404
    return file


def _is_open(draft: Draft, name: str) -> bool:
    return draft.is_open and not drafting.is_shared(name)


def _place(draft: Draft, file: DraftFile) -> str:
    return f"{draft.ref}/{file.name}"
