"""Corrections, additions and refusals as pages and paper show them: what stood, what holds, who, when and why."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from people.models import Staff
from tasks import forms, together
from tasks.forms.shown import ShownSection
from tasks.models import Comment
from workflows import amended, published
from workflows.forms.shapes import Form
from workflows.models import AmendedPart, Amendment, AmendmentKind, Attachment, TaskState, UserTask

TITLES = {
    AmendmentKind.CORRECTED: "Rättelse",
    AmendmentKind.ADDED: "Komplettering",
    AmendmentKind.REFUSED: "Personen menar att det är fel",
}
MISTAKE = "Skrivet av misstag"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One of them. `before` is what stood in the questions that were answered otherwise, `after` what they say."""

    title: str
    about: str
    by_name: str
    at: datetime.datetime
    reason: str
    text: str = ""
    view: str = ""
    is_asked: bool = False
    before: Sequence[ShownSection] = ()
    after: Sequence[ShownSection] = ()
    before_text: str = ""


@dataclass(frozen=True, kw_only=True)
class Amendments:
    """Of a task, the latest first. `held` are the answers that hold now, None when they were written by mistake."""

    told: Sequence[Told] = ()
    held: dict[str, Any] | None = None
    note: str = ""
    may_amend: bool = False
    may_correct_answers: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)

    def text_of(self, comment: Comment) -> str | None:
        """A comment's text as corrected, '' when it was written by mistake; None when nobody has corrected it."""
        return self.texts.get(str(comment.pk))


def of(
    task: UserTask,
    viewer: Staff,
    *,
    form: Form,
    comments: Iterable[Comment] = (),
    files: Iterable[Attachment] = (),
    is_read: bool = True,
) -> Amendments:
    """What the viewer, who reads the task, is told; asks the database only where there are some."""
    rows = amended.of_task(task) if is_read and vars(task)["is_amended"] else []
    may_amend = is_read and together.may_work(task, viewer)
    has_form = published.of(task.instance.version.public_id).has_form(task.form_key)
    return Amendments(
        told=list(reversed(tell(task, rows, form, comments, files))),
        held=amended.answers(task, rows),
        note=amended.note(task, rows),
        may_amend=may_amend,
        may_correct_answers=may_amend and has_form and task.state == TaskState.COMPLETED,
        texts={row.key: row.text for row in rows if row.part == AmendedPart.COMMENT and row.kind == "corrected"},
    )


def tell(
    task: UserTask,
    rows: Sequence[Amendment],
    form: Form,
    comments: Iterable[Comment] = (),
    files: Iterable[Attachment] = (),
) -> list[Told]:
    """In the order they were made."""
    changes = amended.changes(task, rows)
    was = {(AmendedPart.COMMENT, str(one.pk)): (f"Anteckning av {one.by}", one.text) for one in comments}
    was |= {(AmendedPart.FILE, str(one.pk)): (f"Filen {one.name}", one.name) for one in files}
    told = []
    for row in rows:
        part = AmendedPart(row.part)
        name, stood = was.get((part, row.key), (str(part.label), ""))
        more: dict[str, Any] = {"about": name}
        if amended.changes_answers(row):
            more |= _answers(form, *next(changes))
        elif row.kind == AmendmentKind.CORRECTED:
            more["before_text"] = stood
            was[part, row.key] = (name, row.text)
        told.append(one(row, **more))
    return told


def one(row: Amendment, **more: Any) -> Told:
    return Told(
        title=MISTAKE if row.is_mistake else TITLES[AmendmentKind(row.kind)],
        by_name=amended.done_by(row),
        at=row.at,
        reason=row.reason,
        text=row.text,
        view=row.view,
        is_asked=row.is_asked,
        **more,
    )


# -- inside ------------------------------------------------------------------------------------------------------------


def _answers(form: Form, before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    """The questions that were answered otherwise, as before and after; of what was a mistake all that stood."""
    keys = amended.differing(before, after)
    return {
        "before": forms.readonly(form, {key: value for key, value in (before or {}).items() if key in keys}),
        "after": forms.readonly(form, {key: value for key, value in (after or {}).items() if key in keys}),
    }
