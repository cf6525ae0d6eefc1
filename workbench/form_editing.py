"""What the form editor's page posts, carried out: first what was written in the open field, then the pressed button."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench import form_edits, form_kinds, form_properties, form_renaming, form_rows, form_text
from workbench.form_edits import (
    DOWN,
    UP,
    Add,
    Change,
    Content,
    Duplicate,
    Edit,
    Impossible,
    Move,
    MoveIn,
    MoveOut,
    Place,
    Remove,
    Rename,
)
from workbench.written import clean
from workflows.variables import Use

BUTTON, OPEN, CLOSE = "gor", "oppna", "stang"
FIELD, NEW_LABEL, NEW_KIND, NEW_PLACE = "falt", "nytt-fraga", "nytt-slag", "nytt-var"
LAST, PART = "sist", "del:"
_MARK = "\0open"
_PRESSED: dict[str, tuple[Callable[[Place], Edit], str]] = {
    "upp": (lambda place: Move(place=place, way=UP), "”{}” är flyttad uppåt."),
    "ned": (lambda place: Move(place=place, way=DOWN), "”{}” är flyttad nedåt."),
    "in": (lambda place: MoveIn(place=place), "”{}” är flyttad in i gruppen."),
    "ut": (lambda place: MoveOut(place=place), "”{}” är flyttad ut ur gruppen."),
    "kopiera": (lambda place: Duplicate(place=place), "”{}” är kopierad. Kopian står under."),
    "bort": (lambda place: Remove(place=place), "”{}” är borttagen. Ångra ger tillbaka den."),
}


@dataclass(frozen=True)
class Outcome:
    """The form afterwards: which field is `open`, `at` which one the page begins, and what to say of it.

    `others` are other files of the draft that a new name has gone through, `by_hand` where it could not.
    """

    content: Content
    open: Place | None
    at: Place | None
    told: str
    refused: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    by_hand: tuple[Use, ...] = ()


@dataclass(frozen=True)
class Around:
    """The draft around a form: its file, all files, and (asked only when a name changes) who reads which answer."""

    file: str
    sources: Mapping[str, str]
    shared: form_rows.Shared
    uses: Callable[[], Sequence[Use]]
    papers: Mapping[str, str] = field(default_factory=dict)


def carried_out(content: Content, post: Mapping[str, str], around: Around) -> Outcome:
    """What cannot be done is `refused`, and what was written in the open field is kept all the same."""
    opened = _place(content, post.get(FIELD, ""))
    try:
        written = _with_properties(content, opened, post, around)
    except Impossible as problem:
        return Outcome(content, opened, opened, "", str(problem))
    done = _button(written, post)
    return replace(done, others=written.others, by_hand=written.by_hand)


def _button(written: Outcome, post: Mapping[str, str]) -> Outcome:
    content, opened = written.content, written.open
    verb, _, spot = post.get(BUTTON, "").partition(":")
    if verb == OPEN:
        place = _place(content, spot)
        return replace(written, open=place, at=place)
    if verb == CLOSE:
        return replace(written, open=None)
    if verb == "lagg-till":
        return _added(content, opened, post)
    if verb not in _PRESSED:
        return written
    return _pressed(content, opened, verb, _place(content, spot))


def _place(content: Content, spot: str) -> Place | None:
    """A posted place, when there is a field there."""
    place = form_rows.place(spot) if spot else None
    if place is None:
        return None
    try:
        form_edits.at(content, place)
    except Impossible:
        return None
    return place


def _with_properties(content: Content, opened: Place | None, post: Mapping[str, str], around: Around) -> Outcome:
    if opened is None:
        return Outcome(content, opened, opened, "")
    target = form_edits.at(content, opened)
    keys = tuple(parts(target, around.shared))
    changes = form_properties.changes(target, opened, post, parts=keys)
    if not changes:
        return Outcome(content, opened, opened, "")
    key = changes.pop("key", None)
    if not isinstance(key, str):
        return Outcome(_changed(content, opened, changes), opened, opened, "Sparat.")
    return _renamed(content, opened, key, changes, around)


def _changed(content: Content, opened: Place, changes: Mapping[str, object]) -> Content:
    return form_edits.edited(content, Change(place=opened, properties=changes)).content


def _renamed(content: Content, opened: Place, key: str, changes: Mapping[str, object], around: Around) -> Outcome:
    """The new name everywhere: what reads the answer is told by the files as they stand."""
    element = form_renaming.of_place(content, opened)
    if not element:
        new = form_edits.edited(_changed(content, opened, changes), Rename(place=opened, key=key)).content
        return Outcome(new, opened, opened, "Sparat.")
    found = form_renaming.renamed(around.file, element, key, around.sources, around.uses())
    texts = dict(found.texts)
    read = form_text.read(texts.pop(around.file)) if around.file in texts else content
    new = form_edits.edited(_changed(read, opened, changes), Rename(place=opened, key=key)).content
    told = f"Sparat. Namnet är bytt också i {', '.join(sorted(texts))}." if texts else "Sparat."
    word = re.compile(rf"(?<!\w){re.escape(element.rpartition('.')[2])}(?!\w)")
    papers = sorted(name for name, text in around.papers.items() if name.endswith(".toml") and word.search(text))
    if papers:
        told += f" Namnet står också i {', '.join(papers)}: ändra där om det är det svaret som menas."
    return Outcome(new, opened, opened, told, others=texts, by_hand=found.by_hand)


def parts(content: Content, shared: form_rows.Shared) -> dict[str, str]:
    """The questions of the shared part that a field takes in: key and label, also those it leaves out."""
    whole = {name: content[name] for name in ("type", "form") if name in content}
    return form_rows.questions(whole, shared) if content.get("type") == form_kinds.INCLUDE else {}


def _added(content: Content, opened: Place | None, post: Mapping[str, str]) -> Outcome:
    kind, label = post.get(NEW_KIND, ""), clean(post.get(NEW_LABEL, ""))
    if kind.startswith(PART):
        new = form_kinds.new(form_kinds.INCLUDE, kind.removeprefix(PART))
    elif kind not in form_kinds.KINDS or not label:
        return Outcome(content, opened, opened, "", "Skriv frågan och välj vilket slags svar den har.")
    else:
        new = form_kinds.new(kind, label)
    return _edited(content, None, Add(place=_wanted(content, post.get(NEW_PLACE, LAST)), content=new), opens=True)


def _wanted(content: Content, text: str) -> Place:
    """Where a new field goes: last, just below another (2-0), or first among the rows of a list (i:2)."""
    inside = text.startswith("i:")
    place = _place(content, text.removeprefix("i:"))
    if not place:
        return (len(form_edits.level(content, ())),)
    return (*place, 10_000) if inside else (*place[:-1], place[-1] + 1)


def _pressed(content: Content, opened: Place | None, verb: str, place: Place | None) -> Outcome:
    if not place:
        return Outcome(content, opened, opened, "", "Fältet finns inte längre.")
    make, sentence = _PRESSED[verb]
    entry = form_edits.at(content, place)
    told = sentence.format(entry.get("label") or entry.get("form") or entry.get("key") or "Fältet")
    return _edited(content, opened, make(place), told=told)


def _edited(content: Content, opened: Place | None, edit: Edit, *, told: str = "", opens: bool = False) -> Outcome:
    """The open field stays open wherever it is moved; it is found again by a mark that nobody sees."""
    marked = content
    if opened:
        marked = form_edits.edited(content, Change(place=opened, properties={_MARK: True})).content
    try:
        done = form_edits.edited(marked, edit)
    except Impossible as problem:
        return Outcome(content, opened, edit.place, "", str(problem))
    still: Place | None = () if opened == () else None
    for place, entry in form_edits.places(done.content):
        if entry.pop(_MARK, False) and still is None:
            still = place
    if opens:
        return Outcome(done.content, done.place, done.place, "Frågan är tillagd.")
    return Outcome(done.content, still, done.place or None, told)
