"""Saving from a page: what came of it, without exceptions, for editors that show the page again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.messages import get_messages
from django.http import Http404
from django.utils import timezone

from workbench import drafting, undoing
from workbench.models import Draft, DraftFile
from workbench.services import drafts
from workflows.views.edge import StaffRequest


@dataclass(frozen=True)
class Saved:
    """The file's revision now; `theirs` when another was first, `refused` why it cannot be kept at all."""

    revision: int = 0
    theirs: DraftFile | None = None
    refused: str = ""


def saved(
    request: StaffRequest,
    draft: Draft,
    name: str,
    text: str,
    revision: int,
    others: Mapping[str, str] | None = None,
) -> Saved:
    """`others` are saved with it, all or none."""
    now = timezone.now()
    try:
        if others:
            return _all(request, draft, {**others, name: text}, {name: revision})
        file = drafts.save(draft=draft, name=name, text=text, revision=revision, by=request.user, now=now)
    except drafts.Overtaken as taken:
        if taken.theirs is None:
            return Saved(refused="Någon annan har tagit bort filen under tiden. Det du skrev ligger kvar vid sidan av.")
        if taken.theirs.name != name:
            return Saved(refused=f"Någon annan ändrade {taken.theirs.name} just nu. Läs om sidan och försök igen.")
        return Saved(theirs=taken.theirs)
    except drafts.Closed:
        return Saved(refused=drafts.Closed.__doc__ or "")
    except drafts.Unstorable as problem:
        return Saved(refused=str(problem))
    return Saved(file.revision)


def _all(request: StaffRequest, draft: Draft, texts: Mapping[str, str], known: Mapping[str, int]) -> Saved:
    stands = dict(draft.files.filter(name__in=texts).values_list("name", "revision"))
    changed = {name: (text, {**stands, **known}.get(name, 0)) for name, text in texts.items()}
    drafts.save_all(draft=draft, changed=changed, by=request.user, now=timezone.now())
    return Saved(draft.files.get(name=next(iter(known))).revision)


def undone(request: StaffRequest, draft: Draft, file: DraftFile, *, unsaved: bool) -> None:
    """Puts back what stood before one's own latest save; what was written and never saved is the first to go."""
    if unsaved:
        messages.success(request, "Det som inte var sparat är borta.")
        return
    found = undoing.take(request.session, place(draft, file), file.revision, after=file.revision + 1)
    if found is None:
        messages.success(request, "Det finns inget att ångra.")
        return
    text, made = found
    done = saved(request, draft, file.name, text, file.revision)
    if not done.refused and done.theirs is None:
        _take_away(request, draft, made)
    messages.success(request, done.refused or "Ångrat.")


def _take_away(request: StaffRequest, draft: Draft, made: Iterable[str]) -> None:
    """Files that came with what is undone, where nobody has written in them since."""
    for name in made:
        with suppress(drafts.Overtaken, drafts.Closed):
            drafts.remove(draft=draft, name=name, revision=1, by=request.user, now=timezone.now())


def remembered(request: StaffRequest, draft: Draft, file: DraftFile, done: Saved, *, made: Iterable[str] = ()) -> None:
    """The text that was there, to go back to, and what files came; nothing when the save changed nothing."""
    if done.revision != file.revision:
        before, after = file.revision, done.revision
        undoing.remember(request.session, place(draft, file), file.text, before=before, after=after, made=list(made))


def file_of(draft: Draft, name: str, kind: drafting.Kind) -> DraftFile:
    file = draft.files.select_related("changed_by").filter(name=name).first()
    if file is None or drafting.kind_of(name) != kind:
        raise Http404
    return file


def can_change(draft: Draft, name: str) -> bool:
    return not drafting.is_fixed(draft, name)


def can_undo(request: StaffRequest, draft: Draft, file: DraftFile) -> bool:
    return undoing.can(request.session, place(draft, file), file.revision)


def place(draft: Draft, file: DraftFile) -> str:
    return f"{draft.ref}/{file.name}"


def posted_revision(request: StaffRequest) -> int:
    told = request.POST.get("revision", "")
    return int(told) if told.isdecimal() and len(told) < 10 else 0


def spoken(request: StaffRequest) -> str:
    """What the page before has to tell, for the place where this page says it."""
    return " ".join(filter(None, map(str, get_messages(request))))
