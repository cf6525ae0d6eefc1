"""Tells those who want to be told: asks right before whether there is still reason to, and never names anybody."""

from __future__ import annotations

import datetime
import enum
import logging
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from people.models import AccessLog
from tasks import quiet
from tasks.models import Channel, Comment, Notice, NoticeKind, Notifying
from tasks.services import notifying
from tasks.services.notifying import Listener

log = logging.getLogger(__name__)

MOST = 20
"""Members of staff in a round: one who waits for a slow server waits for few."""
LOOKED_BACK = datetime.timedelta(days=7)
LEASE = datetime.timedelta(minutes=5)
BETWEEN = datetime.timedelta(minutes=1)
"""Between two to the same: what comes at once is told at once."""
FIRST_PAUSE, LONGEST_PAUSE = datetime.timedelta(minutes=1), datetime.timedelta(hours=6)
TROUBLED = 3
"""So many failures in a row and IT is told (`manage.py doctor`)."""
SUBJECT = "Nytt i Förlopp"
WORDS = {
    NoticeKind.URGENT: ("1 ny brådskande uppgift", "{} nya brådskande uppgifter"),
    NoticeKind.LATE: ("1 försenad uppgift", "{} försenade uppgifter"),
    NoticeKind.TOLD: ("1 meddelande från en kollega", "{} meddelanden från kollegor"),
    NoticeKind.NEW: ("1 ny uppgift", "{} nya uppgifter"),
}


class Verdict(enum.Enum):
    TELL = "tell"
    NEEDLESS = "needless"
    NOT_THEIRS = "not theirs"


def send_due(*, now: datetime.datetime) -> int:
    """Send what is due, as one message to each; how many got one. No transaction is open while we send."""
    waiting = Notice.objects.filter(settled_at=None, due_at__lte=now).values("notifying")
    ready = Notifying.objects.filter(pk__in=waiting, try_after__lte=now, staff__is_active=True).order_by("try_after")
    ids = [pk for pk, after in list(ready.values_list("pk", "try_after")[:MOST]) if _take(pk, after, now=now)]
    return sum(_tell(one, now=now) for one in notifying.listeners(now=now, ids=ids)) if ids else 0


def troubled() -> int:
    """How many cannot be reached."""
    return Notifying.objects.filter(failures__gte=TROUBLED).count()


def text(counts: Mapping[str, int]) -> str:
    """How many of what, and where; nothing of whom or of what it is about. Without links when nobody has said where."""
    told = [_counted(counts[kind], *words) for kind, words in WORDS.items() if counts.get(kind)]
    listed = " och ".join([part for part in (", ".join(told[:-1]), told[-1]) if part])
    where = settings.FORLOPP_ADDRESS
    link = f"{where}{reverse('tasks:inbox')}" if where else "Öppna Förlopp som du brukar."
    chosen = f"{where}{reverse('tasks:notices')}" if where else "under Notiser i Förlopp."
    return f"Du har {listed} i Förlopp.\n\n{link}\n\nDu väljer själv vad du får veta: {chosen}\n"


def _take(pk: int, after: datetime.datetime, *, now: datetime.datetime) -> bool:
    """It is ours for a while, unless another process was first and changed the row."""
    return Notifying.objects.filter(pk=pk, try_after=after).update(try_after=now + LEASE) == 1


def _tell(listener: Listener, *, now: datetime.datetime) -> bool:
    mine = Notifying.objects.filter(pk=listener.notifying.pk)
    quiet_until = quiet.quiet_until(listener.notifying, now)
    if quiet_until > now:
        mine.update(try_after=quiet_until)
        return False
    notices = _still_needed(listener, now=now)
    try:
        for channel in {one.channel for one in notices}:
            chosen = [one for one in notices if one.channel == channel]
            SENDERS[channel](listener.notifying, Counter(one.kind for one in chosen))
            _settle(chosen, now=now, is_sent=True)
    except OSError as error:  # as all that smtplib raises
        failures = listener.notifying.failures + 1
        log.warning("a notice could not be sent (%s), %s in a row", type(error).__name__, failures)
        mine.update(failures=failures, try_after=now + min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE))
        return False
    mine.update(try_after=now + BETWEEN if notices else now, **({"failures": 0} if notices else {}))
    return bool(notices)


def _still_needed(listener: Listener, *, now: datetime.datetime) -> list[Notice]:
    """What is due and still to be told. The rest is settled, or forgotten where it may become news again."""
    waiting = listener.notifying.notices.filter(settled_at=None, due_at__lte=now)
    # A paused ärende is told of when it goes on; what a colleague writes about it is told all the same.
    paused = waiting.filter(task__instance__suspended_at__isnull=False).exclude(kind=NoticeKind.TOLD)
    paused.update(due_at=now + BETWEEN)
    due = list(waiting.select_related("task"))
    verdicts: dict[Verdict, list[Notice]] = defaultdict(list)
    seen = _seen(due, listener, now=now)
    written = [one.about for one in due if one.kind == NoticeKind.TOLD]
    unread = Comment.objects.filter(action_id__in=written, seen_at=None, withdrawn_at=None)
    told = dict(unread.values_list("action_id", "at")) if written else {}
    for one in due:
        verdicts[_verdict(one, listener, seen=seen, told=told, now=now)].append(one)
    _settle(verdicts[Verdict.NEEDLESS], now=now, is_sent=False)
    Notice.objects.filter(pk__in=[one.pk for one in verdicts[Verdict.NOT_THEIRS]]).delete()
    return verdicts[Verdict.TELL]


def _verdict(
    one: Notice,
    listener: Listener,
    *,
    seen: Mapping[str, datetime.datetime],
    told: Mapping[uuid.UUID, datetime.datetime],
    now: datetime.datetime,
) -> Verdict:
    task = one.task
    since: datetime.datetime | None = task.due_sort if one.kind == NoticeKind.LATE else task.created_at
    if one.kind == NoticeKind.TOLD:
        since = told.get(one.about)
    if not task.is_open or since is None:
        return Verdict.NEEDLESS
    if one.kind != NoticeKind.TOLD and (since > now or not listener.is_for(task)):
        return Verdict.NOT_THEIRS
    at = seen.get(str(task.public_id))
    return Verdict.NEEDLESS if at is not None and at >= since else Verdict.TELL


def _seen(notices: list[Notice], listener: Listener, *, now: datetime.datetime) -> dict[str, datetime.datetime]:
    """When they last opened each of the tasks, of late: the access log knows."""
    if not notices:
        return {}
    tasks = [str(one.task.public_id) for one in notices]
    opened = AccessLog.objects.filter(staff=listener.notifying.staff, at__gte=now - LOOKED_BACK)
    mine = opened.filter(object_type="user_task", object_id__in=tasks)
    return dict(mine.order_by("at").values_list("object_id", "at"))


def _settle(notices: list[Notice], *, now: datetime.datetime, is_sent: bool) -> None:
    Notice.objects.filter(pk__in=[one.pk for one in notices]).update(settled_at=now, is_sent=is_sent)


def _mail(to: Notifying, counts: Mapping[str, int]) -> None:
    if not settings.FORLOPP_MAIL or not to.mail_to:
        raise OSError("nowhere to send")
    EmailMessage(SUBJECT, text(counts), to=[to.mail_to]).send()


def _counted(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(count)


SENDERS: dict[str, Callable[[Notifying, Mapping[str, int]], None]] = {Channel.MAIL: _mail}
