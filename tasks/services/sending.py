"""Tells those who want to be told: asks right before whether there is still reason to, and never names anybody."""

from __future__ import annotations

import datetime
import enum
import logging
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from people.models import AccessLog, Device, Reply
from tasks import letters, quiet, webpush
from tasks.models import Comment, Notice, NoticeKind, Notifying
from tasks.services import notifying
from tasks.services.notifying import Listener

log = logging.getLogger(__name__)

MOST = 20
"""Letters in a round, and devices: one who waits for a slow server waits for few."""
LOOKED_BACK = datetime.timedelta(days=7)
LEASE = datetime.timedelta(minutes=5)
BETWEEN = datetime.timedelta(minutes=1)
"""Between two to the same: what comes at once is told at once."""
SHOWN = datetime.timedelta(seconds=webpush.KEPT_SECONDS)
"""What a device was told of so lately is counted with what is new, as its notice takes the place of the one before."""
FIRST_PAUSE, LONGEST_PAUSE = datetime.timedelta(minutes=1), datetime.timedelta(hours=6)
TROUBLED = 3
"""So many failures in a row and IT is told (`manage.py doctor`)."""


class Verdict(enum.Enum):
    TELL = "tell"
    NEEDLESS = "needless"
    NOT_THEIRS = "not theirs"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a member of staff is told: in a device, or by e-mail when there is none. Its row says how it went."""

    listener: Listener
    device: Device | None

    @property
    def row(self) -> Notifying | Device:
        return self.device or self.listener.notifying

    @property
    def rows(self) -> QuerySet[Notifying] | QuerySet[Device]:
        return (Device if self.device else Notifying).objects.filter(pk=self.row.pk)

    @property
    def notices(self) -> QuerySet[Notice]:
        return self.listener.notifying.notices.filter(device=self.device)

    def take(self, *, now: datetime.datetime) -> bool:
        """It is ours for a while, unless another process was first and changed the row."""
        return self.rows.filter(try_after=self.row.try_after).update(try_after=now + LEASE) == 1

    def send(self, shown: Sequence[Notice], new: Sequence[Notice], *, now: datetime.datetime) -> None:
        if self.device is None:
            letters.send(self.listener.notifying, new)
        else:
            is_urgent = any(one.kind == NoticeKind.URGENT for one in new)
            webpush.send(self.device, letters.notice([*shown, *new]), is_urgent=is_urgent, now=now)


def send_due(*, now: datetime.datetime) -> int:
    """Send what is due, as one message to each place; how many. No transaction is open while we send."""
    return sum(_tell(place, now=now) for place in _ready(now=now) if place.take(now=now))


def troubled() -> tuple[int, int]:
    """How many cannot be reached by e-mail, and how many devices."""
    failing = Q(failures__gte=TROUBLED)
    return Notifying.objects.filter(failing).count(), Device.objects.filter(failing).count()


def _ready(*, now: datetime.datetime) -> Iterator[Place]:
    """Devices first: what is urgent does not wait for a mail server."""
    due = Notice.objects.filter(settled_at=None, due_at__lte=now)
    if not due.exists():
        return
    devices = Device.objects.filter(pk__in=due.exclude(device=None).values("device"), made_with=webpush.public_key())
    by_mail = Notifying.objects.filter(pk__in=due.filter(device=None).values("notifying"))
    ours = [one.pk for one in _waiting(devices, now=now)]
    letters_to = [one.pk for one in _waiting(by_mail, now=now)]
    ids = Notifying.objects.filter(Q(pk__in=letters_to) | Q(staff__devices__in=ours)).values_list("pk", flat=True)
    found = notifying.listeners(now=now, ids=list(ids))
    yield from (Place(listener=one, device=device) for one in found for device in one.devices if device.pk in ours)
    yield from (Place(listener=one, device=None) for one in found if one.notifying.pk in letters_to)


def _waiting(rows: QuerySet[Any], *, now: datetime.datetime) -> list[Any]:
    return list(rows.filter(try_after__lte=now, staff__is_active=True).order_by("try_after")[:MOST])


def _tell(place: Place, *, now: datetime.datetime) -> bool:
    quiet_until = quiet.quiet_until(place.listener.notifying, now)
    if quiet_until > now:
        place.rows.update(try_after=quiet_until)
        return False
    shown, new = _still_needed(place, now=now)
    if not new:
        place.rows.update(try_after=now)
        return False
    try:
        place.send(shown, new, now=now)
    except webpush.Gone:
        place.rows.delete()
        return False
    except OSError as error:  # as all that smtplib and requests raise
        failures = place.row.failures + 1
        log.warning("a notice could not be sent (%s), %s in a row", type(error).__name__, failures)
        pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE)
        asked = datetime.timedelta(seconds=getattr(error, "wait", 0))
        place.rows.update(failures=failures, try_after=now + min(max(pause, asked), LONGEST_PAUSE))
        return False
    _settle(new, now=now, is_sent=True)
    place.rows.update(failures=0, try_after=now + BETWEEN, **({"used_at": now} if place.device else {}))
    return True


def _still_needed(place: Place, *, now: datetime.datetime) -> tuple[list[Notice], list[Notice]]:
    """What a device shows already and what is due, both still to be told.

    The rest of what is due is settled, or forgotten where it may become news again.
    """
    waiting = place.notices.filter(settled_at=None, due_at__lte=now)
    # A paused ärende is told of when it goes on; what a colleague writes about it is told all the same.
    paused = waiting.filter(task__instance__suspended_at__isnull=False).exclude(kind=NoticeKind.TOLD)
    paused.update(due_at=now + BETWEEN)
    asked = list(waiting.select_related("task"))
    if place.device and asked:
        asked += place.notices.filter(is_sent=True, settled_at__gt=now - SHOWN).select_related("task")
    verdicts = _verdicts(asked, place.listener, now=now)
    due = {verdict: [one for one in some if one.settled_at is None] for verdict, some in verdicts.items()}
    _settle(due.get(Verdict.NEEDLESS, []), now=now, is_sent=False)
    Notice.objects.filter(pk__in=[one.pk for one in due.get(Verdict.NOT_THEIRS, [])]).delete()
    return [one for one in verdicts[Verdict.TELL] if one.settled_at], due.get(Verdict.TELL, [])


def _verdicts(
    notices: list[Notice], listener: Listener, *, now: datetime.datetime
) -> defaultdict[Verdict, list[Notice]]:
    verdicts: defaultdict[Verdict, list[Notice]] = defaultdict(list)
    seen = _seen(notices, listener, now=now)
    written = [one.about for one in notices if one.kind == NoticeKind.TOLD]
    unread = Comment.objects.filter(action_id__in=written, seen_at=None, withdrawn_at=None)
    told = dict(unread.values_list("action_id", "at")) if written else {}
    answers = [one.about for one in notices if one.kind == NoticeKind.ANSWERED]
    told |= dict(Reply.objects.filter(public_id__in=answers).values_list("public_id", "at")) if answers else {}
    for one in notices:
        verdicts[_verdict(one, listener, seen=seen, told=told, now=now)].append(one)
    return verdicts


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
    if one.kind in (NoticeKind.NEW, NoticeKind.URGENT) and one.about != task.public_id:
        since = task.claimed_at  # given to who stands in: what they saw before was another's
    if one.kind in (NoticeKind.TOLD, NoticeKind.ANSWERED):
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
