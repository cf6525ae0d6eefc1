"""Hands that reach for one task in the same moment: it ends in one, and nobody is left to guess whose."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from people.models import Staff
from tasks.models import Comment, CommentKind
from tasks.services import comments, handovers, questions
from tests import pages
from tests.together import at_once
from workflows.models import HistoryEntry, HistoryKind, TaskState, UserTask
from workflows.services import user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ANSWERS = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], object]


@pytest.fixture
def staff() -> list[Staff]:
    return [pages.staff(f"kollega{number}", "samordnare") for number in range(4)]


def hand(task: UserTask, by: Staff, to: Staff, action_id: uuid.UUID | None = None) -> Act:
    given = {"to": str(to.public_id), "note": "Ring dottern.", "action_id": action_id or uuid.uuid4()}
    return partial(handovers.hand_over, task=task, by=by, now=NOW, **given)  # type: ignore[arg-type]


def handed() -> int:
    return HistoryEntry.objects.filter(kind=HistoryKind.HANDED).count()


def test_four_hand_over_what_nobody_has_and_one_does(task: UserTask, staff: list[Staff]) -> None:
    acts = [hand(task, by, staff[(place + 1) % 4]) for place, by in enumerate(staff)]
    outcomes = Counter(at_once(*acts))
    # Who was handed it first of all may have handed it on: that too is one after the other.
    assert set(outcomes) <= {"NoneType", "ClaimedByOther"}
    task.refresh_from_db()
    assert handed() == outcomes["NoneType"] == Comment.objects.count()
    last = Comment.objects.order_by("pk").last()
    assert last is not None
    assert task.claimed_by == last.mentioned


def test_one_hands_over_to_two_at_once_and_one_gets_it(task: UserTask, staff: list[Staff]) -> None:
    by, *others = staff
    user_tasks.claim(task=task, by=by, now=NOW)
    assert Counter(at_once(*(hand(task, by, to) for to in others))) == {"NoneType": 1, "ClaimedByOther": 2}
    task.refresh_from_db()
    assert task.claimed_by == Comment.objects.get().mentioned


def test_four_presses_hand_over_once(task: UserTask, staff: list[Staff]) -> None:
    assert at_once(*[hand(task, staff[0], staff[1], uuid.uuid4())] * 4) == ["NoneType"] * 4
    assert (handed(), Comment.objects.count()) == (1, 1)


@pytest.mark.parametrize("round_", range(3))
def test_handed_over_while_completed_it_is_one_or_the_other(task: UserTask, staff: list[Staff], round_: int) -> None:
    user_tasks.claim(task=task, by=staff[0], now=NOW)
    complete = partial(user_tasks.complete, task=task, answers=dict(ANSWERS), by=staff[0], now=NOW)
    outcomes = Counter(at_once(complete, hand(task, staff[0], staff[1])))
    task.refresh_from_db()
    if task.state == TaskState.COMPLETED:
        assert outcomes == {"Completed": 1, "AlreadyCompleted": 1}
        assert (handed(), task.completed_by, Comment.objects.count()) == (0, staff[0], 0)
    else:
        assert outcomes == {"ClaimedByOther": 1, "NoneType": 1}
        assert (handed(), task.claimed_by) == (1, staff[1])


def test_given_out_crosswise_by_two_every_task_has_one_holder(task: UserTask, staff: list[Staff]) -> None:
    tasks = [task, *(pages.task(pages.start(task.individual, staff[0]), "planera_besok") for _ in range(7))]

    def give(by: Staff, to: Staff, some: list[UserTask]) -> Act:
        return partial(handovers.give_out, tasks=some, to=to, by=by, now=NOW, action_id=uuid.uuid4())

    outcomes = at_once(
        give(staff[0], staff[2], tasks),
        give(staff[1], staff[3], tasks[::-1]),
        *(partial(user_tasks.claim, task=one, by=staff[2], now=NOW) for one in tasks[:2]),
    )
    assert set(outcomes) <= {"list", "UserTask", "ClaimedByOther"}
    assert Counter(outcomes)["list"] == 2
    assert not UserTask.objects.filter(state=TaskState.OPEN, claimed_by=None).exists()
    # What has been given is the receiver's: no other giver takes it from them.
    assert Comment.objects.count() == handed() <= len(tasks)


def test_a_colleague_is_asked_once_however_fast_and_a_question_ends_in_one_way(
    task: UserTask, staff: list[Staff]
) -> None:
    by, to = staff[:2]
    ask = [
        partial(questions.ask, task=task, to=str(to.public_id), text="Vet du?", by=by, now=NOW, action_id=uuid.uuid4())
        for _ in range(3)
    ]
    assert Counter(at_once(*ask)) == {"NoneType": 1, "AskedAlready": 2}
    question = Comment.objects.get()
    answers: list[Act] = [
        partial(
            questions.answer,
            task=task,
            question_id=question.pk,
            text=text,
            by=to,
            now=NOW,
            action_id=uuid.uuid4(),
        )
        for text in ("Ja", "Nej")
    ]
    withdraw = partial(comments.withdraw, task=task, comment_id=question.pk, by=by, now=NOW)
    outcomes = Counter(at_once(*answers, withdraw))
    question.refresh_from_db()
    answered = Comment.objects.filter(kind=CommentKind.ANSWER).count()
    assert answered == (question.seen_at is not None)
    assert outcomes["AnsweredAlready"] + outcomes["Withdrawn"] == 2 - answered
    assert not question.is_waiting
