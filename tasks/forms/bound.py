"""A form with what has been written in it: decides what the page shows and whether it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.http import QueryDict

from tasks.forms import choices, layout, posting, shown
from workflows.forms import answers
from workflows.forms.answers import Cleaned, FieldError, Path
from workflows.forms.shapes import Field, Form


def bind(
    form: Form,
    *,
    variables: Mapping[str, Any],
    now: datetime,
    post: QueryDict | None = None,
    answers: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
) -> BoundForm:
    """The form with `post`, else with `answers` (a draft or earlier answers) and the defaults.

    `told` are the variables that defaults may be made of, when they are not all that answers are checked by.
    """
    told = variables if told is None else told
    return BoundForm(form, variables=variables, told=told, now=now, post=post, given=answers)


class BoundForm:
    """What the template and the task page see; the answers are decided by `workflows.forms.answers` alone."""

    def __init__(
        self,
        form: Form,
        *,
        variables: Mapping[str, Any],
        told: Mapping[str, Any],
        now: datetime,
        post: QueryDict | None,
        given: Mapping[str, Any] | None,
    ) -> None:
        self.form, self.title, self.intro = form, form.title, form.intro
        written = (
            answers.initial(form, told, now=now, answers=given) if post is None else posting.raw(form.fields, post)
        )
        if post is not None:
            # What an answer brings up starts as it would have, had it been there from the beginning.
            written = answers.initial(form, told, now=now, answers=posting.seen(form.fields, post, written))
        self.raw = posting.padded(form.fields, written)
        pressed = None
        if post is not None:
            new_row = partial(answers.new_row, variables=told, now=now)
            pressed = posting.row_action(form.fields, post, self.raw, new_row=new_row)
            self.raw = posting.padded(form.fields, self.raw)
        self.was_row_action = pressed is not None
        self.focus, self._post = pressed or "", post
        self._cleaned = answers.clean(form, self.raw, variables, now=now)
        self._is_asked = post is not None and not self.was_row_action
        self.has_more = self._is_asked and post is not None and self._has_unseen(post)
        wrong = [*self._cleaned.errors, *self._unknown_references(), *self._unchosen()] if self._is_asked else []
        self._errors = wrong

    def is_valid(self) -> bool:
        """Something was sent, it is complete, and no question has come up that the person has not seen."""
        return self._is_asked and not self.has_more and not self._errors

    @property
    def answers(self) -> dict[str, Any]:
        """Strict JSON; whole only when the form is valid."""
        return self._cleaned.answers

    @property
    def errors(self) -> list[FieldError]:
        return self._errors

    @property
    def cleaned(self) -> Cleaned:
        return self._cleaned

    @property
    def written(self) -> list[shown.ShownSection]:
        """What stands in it, to read."""
        return shown.written(self.form, self.raw, hidden=self._cleaned.hidden)

    def add_errors(self, errors: Iterable[FieldError]) -> None:
        """Errors found elsewhere, such as when the answers were stored."""
        known = set(self._errors)
        self._errors = [*self._errors, *(error for error in errors if error not in known)]
        self.__dict__.pop("page", None)

    @cached_property
    def page(self) -> layout.Page:
        """What the template writes out."""
        return layout.page(self.form, self.raw, self._cleaned, self._errors, focus=self.focus, sought=self._sought)

    @cached_property
    def _sought(self) -> dict[str, str]:
        """What is searched for among the staff: where it was asked for, and where a name was written for an answer."""
        if self._post is None:
            return {}
        wrong, found = {error.path for error in self._cleaned.errors}, {}
        for field, level, path in posting.about_staff(self.form.fields, self.raw):
            name = posting.name(path)
            is_id = field.type == "hsaid"
            written = str(level.get(field.key) or "") if is_id else self._post.get(posting.SOUGHT + name, "")
            is_name = bool(written.strip()) and (not is_id or path in wrong)
            if posting.FIND + name in self._post or (is_name and posting.PICK + name not in self._post):
                found[name] = written.strip()
        return found

    def _unchosen(self) -> list[FieldError]:
        """A name that was searched for and not chosen is no answer."""
        asked = posting.about_staff(self.form.fields, self.raw)
        waiting = [
            (field, path) for field, _, path in asked if field.type == "ref" and self._sought.get(posting.name(path))
        ]
        return [
            FieldError(path, f"”{field.label}”: välj vem du menar.")
            for field, path in waiting
            if path not in self._cleaned.hidden
        ]

    def _has_unseen(self, post: QueryDict) -> bool:
        """Answers can bring up questions that were not on the page; a post that is no page's is taken as it is."""
        if posting.SHOWN not in post:
            return False
        seen = set(post.getlist(posting.SHOWN))
        shown = layout.page(self.form, self.raw, self._cleaned, []).conditional
        return any(name not in seen for name in shown)

    def _unknown_references(self) -> list[FieldError]:
        found = list(_references(self.form.fields, self.raw, self._cleaned.hidden, ()))
        given: dict[str, set[str]] = {}
        for field, value, _ in found:
            given.setdefault(field.of, set()).add(value)
        offered = {of: choices.known(of, values) for of, values in given.items()}
        wrong = {error.path for error in self._cleaned.errors}
        return [
            FieldError(path, f"”{field.label}” har ett svar som inte finns bland valen.")
            for field, value, path in found
            if value not in offered[field.of] and path not in wrong
        ]


def _references(
    fields: tuple[Field, ...], raw: Mapping[str, Any], hidden: frozenset[Path], at: Path
) -> Iterable[tuple[Field, str, Path]]:
    for field in fields:
        path, value = (*at, field.key), raw.get(field.key)
        if path in hidden or not value or field.computed:
            continue
        if field.type == "ref":
            yield field, str(value).strip(), path
        elif field.type == "list" and isinstance(value, list):
            for number, row in enumerate(value):
                yield from _references(field.item, row, hidden, (*path, number))
