"""From draft to version: ask a colleague, and answer. Nobody approves their own change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from people.models import Staff
from workbench import drafting, sharing
from workbench.models import Draft, DraftState, Remark, Review
from workbench.services import drafts, publishing
from workbench.services.drafts import Closed
from workflows.models import ProcessVersion

MOST_CHARACTERS = 4_000


class HasErrors(Exception):
    """Utkastet har fel som måste rättas först."""


class Unanswered(Exception):
    """Skriv vad som behöver ändras, så att den andra vet vad som är fel."""


def ask(*, draft: Draft, note: str, by: Staff, now: datetime) -> Review:
    """Stop changes and show the draft to a colleague. Raises Closed and HasErrors."""
    if not _is_right(draft):
        raise HasErrors
    with transaction.atomic():
        drafts.move(draft, DraftState.OPEN, DraftState.REVIEW, by, now)
        return Review.objects.create(
            draft=draft, digest=drafting.digest(draft), note=note.strip()[:MOST_CHARACTERS], asked_by=by, asked_at=now
        )


def _is_right(draft: Draft) -> bool:
    """It can be carried out; parts of others when all that use them can."""
    if not draft.is_shared:
        return drafting.checked(draft).compiled is not None
    found = sharing.users(drafting.texts(draft), tried=True)
    return not any(item.severity == "error" for item in drafting.checked(draft).findings) and not any(
        user.errors for user in found
    )


def withdraw(*, draft: Draft, by: Staff, now: datetime) -> None:
    """Go on changing before anybody has answered. Raises Closed."""
    with transaction.atomic():
        _answered(draft, Review.Outcome.WITHDRAWN, "", by, now)
        drafts.move(draft, DraftState.REVIEW, DraftState.OPEN, by, now)


def give_back(*, draft: Draft, answer: str, by: Staff, now: datetime) -> None:
    """With what is to be changed. Raises Closed and Unanswered."""
    if not answer.strip():
        raise Unanswered
    with transaction.atomic():
        _answered(draft, Review.Outcome.RETURNED, answer, by, now)
        drafts.move(draft, DraftState.REVIEW, DraftState.OPEN, by, now)


def approve(
    *, draft: Draft, answer: str, by: Staff, now: datetime, areas: Sequence[str] = (), due_at: datetime | None = None
) -> ProcessVersion | None:
    """Approve and publish in one, or at a time: then there is no version yet. New ärenden start on it, in those areas.

    Raises NotPublisher, OwnWork, Closed, Elsewhere, BadTime and NotCompilable.
    """
    publishing.may_publish(by, draft)
    with transaction.atomic():
        review = _answered(draft, Review.Outcome.APPROVED, answer, by, now)
        if review.digest != drafting.digest(draft):
            raise Closed
        reason = review.note or answer
        about: dict[str, Any] = {
            "draft": draft,
            "was": DraftState.REVIEW,
            "areas": areas,
            "reason": reason,
            "by": by,
            "now": now,
        }
        if draft.is_shared:
            return publishing.publish_shared(draft=draft, reason=reason, by=by, now=now)
        if due_at is None:
            return publishing.publish(**about)
        publishing.plan(due_at=due_at, **about)
    return None


def remark(*, draft: Draft, file: str, element: str, text: str, by: Staff, now: datetime) -> Remark | None:
    """A comment; an empty one is none."""
    if not text.strip():
        return None
    about: dict[str, Any] = {"file": file[:200], "element": element[:200], "text": text.strip()[:MOST_CHARACTERS]}
    return Remark.objects.create(draft=draft, by=by, at=now, **about)


def deal_with(*, draft: Draft, number: int, by: Staff, now: datetime) -> None:
    """A comment is dealt with, by whoever says so first."""
    Remark.objects.filter(draft=draft, pk=number, done_at=None).update(done_by=by, done_at=now)


def _answered(draft: Draft, outcome: Review.Outcome, answer: str, by: Staff, now: datetime) -> Review:
    told = {"outcome": outcome, "answer": answer.strip()[:MOST_CHARACTERS], "answered_by": by, "answered_at": now}
    review = Review.objects.select_for_update().filter(draft=draft, outcome=Review.Outcome.ASKED).first()
    if review is None or not Review.objects.filter(pk=review.pk, outcome=Review.Outcome.ASKED).update(**told):
        raise Closed
    return review
