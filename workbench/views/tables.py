"""The decision table editor: cells to write in, what is wrong beside them, and examples that run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from workbench import drafting, form_kinds, table_editing, table_page
from workbench.form_page import Conflict
from workbench.models import Draft, DraftFile
from workbench.table_new import new_table
from workbench.table_text import NotATable, Sheet
from workbench.views.edge import draft_page
from workbench.views.saving import can_change, can_undo, file_of, posted_revision, remembered, saved, spoken, undone
from workbench.written import clean
from workflows import dmn, published
from workflows.findings import Finding
from workflows.views.edge import StaffRequest

DECISION, FIRST, UNDO = "beslut", "fran", "angra"


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def table(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """One decision of a file; a POST carries out what was written and pressed."""
    file = file_of(draft, name, drafting.TABLE)
    try:
        sheet = Sheet(file.text)
    except NotATable as problem:
        messages.error(request, f"{problem} Rätta filen här.")
        return redirect("workbench:text", draft.ref, name)
    wanted = request.POST.get(DECISION) or request.GET.get(DECISION, "")
    first = next(iter(sheet.decisions()), None)
    decision = wanted if sheet.decision(wanted) is not None else (first.get("id", "") if first is not None else "")
    if request.method == "POST" and can_change(draft, name):
        return _posted(request, draft, file, decision)
    opened = request.GET.get(table_editing.COLUMN, "")
    return _page(request, draft, file, decision, opened=int(opened) if opened.isdecimal() else None)


@require_POST
@draft_page
def new(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """A table with one condition, one answer and one row, in a file of its own."""
    title = clean(request.POST.get("namn", "")) or "Ny tabell"
    key = form_kinds.key(title)
    done = saved(request, draft, f"{key}.dmn", new_table(key, title), 0)
    if done.refused or done.theirs is not None:
        messages.error(request, done.refused or f"Det finns redan en tabell som heter {key}.")
        return redirect("workbench:draft", draft.ref)
    return redirect("workbench:table", draft.ref, f"{key}.dmn")


def _posted(request: StaffRequest, draft: Draft, file: DraftFile, decision: str) -> HttpResponseBase:
    posted = request.POST.dict()
    revision = posted_revision(request)
    if revision != file.revision:
        return _overtaken(request, draft, file, decision, posted, revision)
    outcome = _outcome(draft, file.name, file.text, decision, posted)
    if posted.get(table_editing.BUTTON) == UNDO:
        undone(request, draft, file, unsaved=outcome.text != file.text)
        return _back(request, decision, None, "")
    if posted.get(table_editing.BUTTON) == table_editing.TRY:
        return _page(request, draft, file, decision, opened=outcome.open, text=outcome.text)
    done = saved(request, draft, file.name, outcome.text, revision)
    if done.theirs is not None:
        return _overtaken(request, draft, done.theirs, decision, posted, revision)
    refused = done.refused or outcome.refused
    if refused:
        again, more = file_of(draft, file.name, drafting.TABLE), {"refused": refused}
        return _page(request, draft, again, decision, opened=outcome.open, text=outcome.text, status=422, **more)
    remembered(request, draft, file, done)
    messages.success(request, outcome.told)
    return _back(request, decision, outcome.open, outcome.at)


def _outcome(draft: Draft, name: str, text: str, decision: str, posted: Mapping[str, str]) -> table_editing.Outcome:
    others = list(published.other_tables(drafting.folder(draft).sources, name))

    def missing(new: str) -> list[tuple[str, ...]]:
        return [row.cells for row in table_page.missing(new, decision, others)]

    return table_editing.carried_out(text, decision, posted, missing)


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
        first_row=_first_row(request),
    )
    made = table_page.page(
        shown,
        decision,
        opened,
        around,
        revision=file.revision,
        is_fixed=not can_change(draft, file.name),
        can_undo=can_undo(request, draft, file),
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


def _first_row(request: StaffRequest) -> int:
    told = request.POST.get(FIRST) or request.GET.get(FIRST, "")
    return int(told) if told.isdecimal() and len(told) < 6 else 0


def _back(request: StaffRequest, decision: str, opened: int | None, at: str) -> HttpResponse:
    query = {DECISION: decision} | ({table_editing.COLUMN: str(opened)} if opened is not None else {})
    if first := _first_row(request):
        query[FIRST] = str(first)
    return HttpResponseRedirect(f"{request.path}?{urlencode(query)}{f'#{at}' if at else ''}")
