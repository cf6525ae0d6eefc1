"""From draft to version: ask a colleague, answer, publish, and go back. Nobody approves their own change."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from people.models import Staff
from workbench import drafting
from workbench.models import Draft, DraftState, Publication, Remark, Review
from workbench.services import drafts
from workbench.services.drafts import Closed
from workflows.definitions import Folder
from workflows.models import Papers, ProcessDefinition, ProcessVersion
from workflows.services import deployments

MOST_CHARACTERS = 4_000


class HasErrors(Exception):
    """Utkastet har fel som måste rättas först."""


class OwnWork(Exception):
    """Den som har ändrat i utkastet kan inte godkänna det. Be en kollega."""


class Unanswered(Exception):
    """Skriv vad som behöver ändras, så att den andra vet vad som är fel."""


class NoReason(Exception):
    """Skriv varför den äldre versionen ska gälla igen."""


class AlreadyCurrent(Exception):
    """Den versionen gäller redan."""


def ask(*, draft: Draft, note: str, by: Staff, now: datetime) -> Review:
    """Stop changes and show the draft to a colleague. Raises Closed and HasErrors."""
    if drafting.checked(draft).compiled is None:
        raise HasErrors
    with transaction.atomic():
        drafts.move(draft, DraftState.OPEN, DraftState.REVIEW, by, now)
        return Review.objects.create(
            draft=draft, digest=drafting.digest(draft), note=note.strip()[:MOST_CHARACTERS], asked_by=by, asked_at=now
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


def approve(*, draft: Draft, answer: str, by: Staff, now: datetime) -> ProcessVersion:
    """Approve and publish in one: new ärenden start on it at once. Raises OwnWork, Closed and NotCompilable."""
    if by.pk in changed_by(draft):
        raise OwnWork
    with transaction.atomic():
        review = _answered(draft, Review.Outcome.APPROVED, answer, by, now)
        if review.digest != drafting.digest(draft):
            raise Closed
        replaced = _current(draft.key)
        version, _ = deployments.publish(folder=drafting.folder(draft), by=by, now=now)
        drafts.move(draft, DraftState.REVIEW, DraftState.PUBLISHED, by, now)
        Publication.objects.create(
            version=version, replaced=replaced, draft=draft, reason=review.note or answer.strip(), by=by, at=now
        )
    return version


def restore(*, version: ProcessVersion, reason: str, by: Staff, now: datetime) -> None:
    """New ärenden start on an earlier version again. Raises NoReason, AlreadyCurrent and NotCompilable."""
    if not reason.strip():
        raise NoReason
    papers = Papers.objects.filter(version=version).first()
    folder = Folder(version.config, version.sources, [], papers.files if papers is not None else {})
    with transaction.atomic():
        replaced = ProcessDefinition.objects.select_for_update(of=("self",)).get(pk=version.definition_id).current
        if replaced == version:
            raise AlreadyCurrent
        deployments.publish(folder=folder, by=by, now=now)
        Publication.objects.create(
            version=version, replaced=replaced, reason=reason.strip()[:MOST_CHARACTERS], by=by, at=now
        )


def remark(*, draft: Draft, file: str, element: str, text: str, by: Staff, now: datetime) -> Remark | None:
    """A comment; an empty one is none."""
    if not text.strip():
        return None
    about = {"file": file[:200], "element": element[:200], "text": text.strip()[:MOST_CHARACTERS]}
    return Remark.objects.create(draft=draft, by=by, at=now, **about)


def deal_with(*, draft: Draft, number: int, by: Staff, now: datetime) -> None:
    """A comment is dealt with, by whoever says so first."""
    Remark.objects.filter(draft=draft, pk=number, done_at=None).update(done_by=by, done_at=now)


def changed_by(draft: Draft) -> set[int]:
    """Those whose work is in it: who began it, and who has saved in it."""
    return {draft.created_by_id, *draft.savings.filter(is_aside=False).values_list("by_id", flat=True)}


def _current(key: str) -> ProcessVersion | None:
    found = ProcessDefinition.objects.filter(key=key).select_related("current").first()
    return found.current if found is not None else None


def _answered(draft: Draft, outcome: Review.Outcome, answer: str, by: Staff, now: datetime) -> Review:
    told = {"outcome": outcome, "answer": answer.strip()[:MOST_CHARACTERS], "answered_by": by, "answered_at": now}
    review = Review.objects.select_for_update().filter(draft=draft, outcome=Review.Outcome.ASKED).first()
    if review is None or not Review.objects.filter(pk=review.pk, outcome=Review.Outcome.ASKED).update(**told):
        raise Closed
    return review
