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
) -> BoundForm:
    """The form with `post`, else with `answers` (a draft or earlier answers) and the defaults."""
    return BoundForm(form, variables=variables, now=now, post=post, given=answers)


class BoundForm:
    """What the template and the task page see; the answers are decided by `workflows.forms.answers` alone."""

    def __init__(
        self,
        form: Form,
        *,
        variables: Mapping[str, Any],
        now: datetime,
        post: QueryDict | None,
        given: Mapping[str, Any] | None,
    ) -> None:
        self.form, self.title, self.intro = form, form.title, form.intro
        written = (
            answers.initial(form, variables, now=now, answers=given) if post is None else posting.raw(form.fields, post)
        )
        if post is not None:
            # What an answer brings up starts as it would have, had it been there from the beginning.
            written = answers.initial(form, variables, now=now, answers=posting.seen(form.fields, post, written))
        self.raw = posting.padded(form.fields, written)
        pressed = None
        if post is not None:
            new_row = partial(answers.new_row, variables=variables, now=now)
            pressed = posting.row_action(form.fields, post, self.raw, new_row=new_row)
            self.raw = posting.padded(form.fields, self.raw)
        self.was_row_action = pressed is not None
        self.focus = pressed or ""
        self._cleaned = answers.clean(form, self.raw, variables, now=now)
        self._is_asked = post is not None and not self.was_row_action
        self.has_more = self._is_asked and post is not None and self._has_unseen(post)
        self._errors = [*self._cleaned.errors, *self._unknown_references()] if self._is_asked else []

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
        return layout.page(self.form, self.raw, self._cleaned, self._errors, focus=self.focus)

    def _has_unseen(self, post: QueryDict) -> bool:
        """Answers can bring up questions that were not on the page; a post that is no page's is taken as it is."""
        if posting.SHOWN not in post:
            return False
        seen = set(post.getlist(posting.SHOWN))
        shown = layout.page(self.form, self.raw, self._cleaned, []).conditional
        return any(name not in seen for name in shown)

    def _unknown_references(self) -> list[FieldError]:
        found = list(_references(self.form.fields, self.raw, self._cleaned.hidden, ()))
        offered = {of: {value for value, _ in choices.offered(of)} for of in {field.of for field, _, _ in found}}
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
