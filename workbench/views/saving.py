"""Saving from a page: what came of it, without exceptions, for editors that show the page again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.messages import get_messages
from django.utils import timezone

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


def spoken(request: StaffRequest) -> str:
    """What the page before has to tell, for the place where this page says it."""
    return " ".join(filter(None, map(str, get_messages(request))))
