"""Begin, change and throw away drafts. Whatever somebody saves is kept, also when another was first."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from people.models import Staff
from workbench.models import Draft, DraftFile, DraftState, Saving
from workflows import packages
from workflows.definitions import CONFIG, Folder
from workflows.models import ProcessVersion
from workflows.published import SHARED

MOST_CHARACTERS = 2_000_000
LENGTHS = {"title": 200, "owner": 100}
ONE_SITTING = timedelta(minutes=10)
"""Saves of one file by one person within this time are one entry in its history: editors save every few seconds."""


class Overtaken(Exception):
    """Någon annan har sparat under tiden. Det du skrev ligger kvar vid sidan av."""

    def __init__(self, theirs: DraftFile | None) -> None:
        super().__init__("overtaken")
        self.theirs = theirs


class Closed(Exception):
    """Utkastet går inte att ändra längre."""


class Unstorable(Exception):
    """The file cannot be kept as it is; the first argument is Swedish."""

    def __init__(self, message: str, code: str = "unstorable") -> None:
        super().__init__(message)
        self.code = code


def begin(
    *, key: str, folder: Folder, by: Staff, now: datetime, base: ProcessVersion | None = None, title: str = ""
) -> Draft:
    """A draft with these files. Raises Unstorable."""
    files = {**folder.sources, **folder.papers}
    if len(files) > packages.MAX_FILES:
        raise Unstorable(f"Ett förlopp har högst {packages.MAX_FILES} filer.")
    for name, text in files.items():
        _check(name, text, of_shared=None)
    with transaction.atomic():
        draft = Draft.objects.create(
            key=key,
            title=(title or folder.title or key)[:200],
            owner=str(folder.config.get("owner") or "")[:100],
            base=base,
            created_by=by,
            created_at=now,
            changed_by=by,
            changed_at=now,
        )
        about = {"draft": draft, "revision": 1}
        DraftFile.objects.bulk_create(
            DraftFile(name=name, text=text, changed_by=by, changed_at=now, **about) for name, text in files.items()
        )
        Saving.objects.bulk_create(
            Saving(name=name, text=text, by=by, begun_at=now, at=now, **about) for name, text in files.items()
        )
    return draft


def save(*, draft: Draft, name: str, text: str, revision: int, by: Staff, now: datetime) -> DraftFile:
    """The file with its new revision; `revision` is the one that was changed, 0 for a file that is to be new.

    The same text once more changes nothing. Raises Overtaken, Closed and Unstorable.
    """
    _check(name, text, of_shared=draft.is_shared)
    with transaction.atomic():
        _open(draft, by, now)
        found = DraftFile.objects.select_for_update().filter(draft=draft, name=name).first()
        if found is not None and found.text == text:
            return found
        stands = found.revision if found is not None else 0
        if stands == revision:
            return _stored(draft, name, text, revision, by, now)
        _keep_aside(draft, name, text, revision, by, now)
    raise Overtaken(found)


def save_all(*, draft: Draft, changed: Mapping[str, tuple[str, int]], by: Staff, now: datetime) -> None:
    """Several files in one: text and revision by name, all or none. Raises Overtaken, Closed and Unstorable."""
    try:
        with transaction.atomic():
            for name, (text, revision) in changed.items():
                save(draft=draft, name=name, text=text, revision=revision, by=by, now=now)
    except Overtaken:
        for name, (text, revision) in changed.items():
            _keep_aside(draft, name, text, revision, by, now)
        raise


def remove(*, draft: Draft, name: str, revision: int, by: Staff, now: datetime) -> None:
    """Take a file out of the draft; its text stays in the history. Raises Overtaken and Closed."""
    with transaction.atomic():
        _open(draft, by, now)
        gone, _ = DraftFile.objects.filter(draft=draft, name=name, revision=revision).delete()
        if not gone:
            found = DraftFile.objects.filter(draft=draft, name=name).first()
            if found is not None:
                raise Overtaken(found)
            return
        about = {"draft": draft, "name": name, "revision": revision, "by": by}
        Saving.objects.create(text="", is_removed=True, begun_at=now, at=now, **about)


def discard(*, draft: Draft, by: Staff, now: datetime) -> None:
    """Put the draft away; nothing is deleted, and `reopen` brings it back. Raises Closed."""
    move(draft, DraftState.OPEN, DraftState.DISCARDED, by, now)


def reopen(*, draft: Draft, by: Staff, now: datetime) -> None:
    """Raises Closed when it was not discarded."""
    move(draft, DraftState.DISCARDED, DraftState.OPEN, by, now)


def follow_shared(changed: Mapping[str, str], *, by: Staff, now: datetime) -> None:
    """Parts that have been published stand so in every draft that is open, where they are only read."""
    rows = DraftFile.objects.filter(draft__state=DraftState.OPEN, name__in=changed).exclude(
        draft__key=SHARED.rstrip("/")
    )
    for file in rows.select_related("draft"):
        _stored(file.draft, file.name, changed[file.name], file.revision, by, now)


def move(draft: Draft, old: DraftState, new: DraftState, by: Staff, now: datetime) -> None:
    """From one state to another. Raises Closed when it was no longer in the first."""
    moved = Draft.objects.filter(pk=draft.pk, state=old).update(state=new, changed_by=by, changed_at=now)
    if not moved:
        raise Closed
    draft.state = new


def _open(draft: Draft, by: Staff, now: datetime) -> None:
    """Marks the draft as changed, which holds its row: two saves in one draft stand in line."""
    if not Draft.objects.filter(pk=draft.pk, state=DraftState.OPEN).update(changed_by=by, changed_at=now):
        raise Closed


def _stored(draft: Draft, name: str, text: str, revision: int, by: Staff, now: datetime) -> DraftFile:
    told = {"text": text, "revision": revision + 1, "changed_by": by, "changed_at": now}
    if revision:
        DraftFile.objects.filter(draft=draft, name=name).update(**told)
        found = DraftFile.objects.get(draft=draft, name=name)
    else:
        found = _new(draft, name, told)
    if name == CONFIG:
        _called(draft, text)
    last = Saving.objects.filter(draft=draft, name=name, is_aside=False).first()
    if last and last.by_id == by.pk and last.revision > 1 and _is_one_sitting(last, now):
        Saving.objects.filter(pk=last.pk).update(text=text, revision=revision + 1, at=now)
    else:
        Saving.objects.create(draft=draft, name=name, text=text, revision=revision + 1, by=by, begun_at=now, at=now)
    return found


def _called(draft: Draft, text: str) -> None:
    """The draft is called and owned as its settings say, when they can be read."""
    with suppress(tomllib.TOMLDecodeError, RecursionError):
        said = tomllib.loads(text)
        told = {"title": said.get("title"), "owner": said.get("owner")}
        Draft.objects.filter(pk=draft.pk).update(
            **{key: value[: LENGTHS[key]] for key, value in told.items() if isinstance(value, str) and value}
        )


def _is_one_sitting(last: Saving, now: datetime) -> bool:
    return not last.is_removed and now - last.begun_at < ONE_SITTING


def _new(draft: Draft, name: str, told: Mapping[str, object]) -> DraftFile:
    if draft.files.count() >= packages.MAX_FILES:
        raise Unstorable(f"Ett förlopp har högst {packages.MAX_FILES} filer.")
    return DraftFile.objects.create(draft=draft, name=name, **told)


def _keep_aside(draft: Draft, name: str, text: str, revision: int, by: Staff, now: datetime) -> None:
    about = {"draft": draft, "name": name, "revision": revision, "by": by}
    Saving.objects.create(text=text, is_aside=True, begun_at=now, at=now, **about)


def _check(name: str, text: str, *, of_shared: bool | None) -> None:
    """`of_shared`: whether the draft is of parts that several förlopp use; None where both belong."""
    if of_shared is not None and name.startswith(SHARED) != of_shared:
        told = "Här ändras bara delade delar." if of_shared else "Delade delar ändras i ett utkast för sig."
        raise Unstorable(told)
    belongs = packages.PUBLISHED.fullmatch(name) or packages.PAPERS.fullmatch(name)
    if not belongs or len(name) > 200 or ".." in name or "\\" in name:
        raise Unstorable(
            "Filen hör inte till ett förlopp: diagram, beslutstabeller, formulär, exempel och scenarier gör det."
        )
    if len(text) > MOST_CHARACTERS:
        raise Unstorable("Filen är för stor.", "too-large")
    if "\0" in text:
        raise Unstorable("Filen har tecken som inte hör hemma i en text.")
