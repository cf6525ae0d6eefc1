"""Plays finished ärenden on a draft: a batch at a time by the workers, which write how far they have come.

Nothing is held meanwhile, and what another worker was first to write stands. What is kept is how many went the same way
and, of the others, where the ways part; of no ärende anything that was written in it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, QuerySet

from people.models import Staff
from workbench import drafting, parting, recorded, replaying, trying
from workbench.models import Draft, Replay, Strayed
from workflows import published
from workflows.models import InstanceState, ProcessInstance, ProcessVersion

log = logging.getLogger(__name__)

BATCH = 10
SECONDS = 1.0
MOST = 2_000
UNREADABLE = "Det som är sparat i ärendet gick inte att läsa."


class HasErrors(Exception):
    """Utkastet har fel. Rätta dem först, så går det att spela upp ärenden på det."""


class NothingToPlay(Exception):
    """Inget avslutat ärende finns i den perioden."""


def begin(*, draft: Draft, most: int, since: date | None, by: Staff, now: datetime) -> Replay:
    """Of the latest that have ended, `since` a day when it is told. Raises HasErrors and NothingToPlay.

    Of the draft as it is; what was found of the same texts before is of no use any more.
    """
    if trying.version(draft) is None:
        raise HasErrors
    total = len(_finished(draft, since).values_list("pk")[: min(most, MOST)])
    if not total:
        raise NothingToPlay
    digest = drafting.digest(draft)
    with transaction.atomic():
        Replay.objects.filter(draft=draft, state=Replay.State.RUNNING).update(state=Replay.State.STOPPED, ended_at=now)
        Replay.objects.filter(draft=draft, digest=digest).delete()
        told = {"since": since, "total": total, "created_by": by, "created_at": now}
        return Replay.objects.create(draft=draft, digest=digest, **told)


def stop(*, replay: Replay, now: datetime) -> None:
    """No more are played; what has been found is kept."""
    _running(replay).update(state=Replay.State.STOPPED, ended_at=now)


def run_waiting(*, now: datetime) -> bool:
    """Some of the oldest that is under way; whether there is more to do."""
    found = Replay.objects.filter(state=Replay.State.RUNNING).select_related("draft").order_by("pk").first()
    return found is not None and run_batch(replay=found, now=now)


def run_batch(*, replay: Replay, now: datetime) -> bool:
    """Play some of those that are left; whether any were. A draft that has changed meanwhile ends it."""
    whole = trying.version(replay.draft)
    if whole is None or drafting.digest(replay.draft) != replay.digest:
        stop(replay=replay, now=now)
        return False
    rows = _finished(replay.draft, replay.since)
    rows = rows.filter(pk__lt=replay.last) if replay.last else rows
    left = min(BATCH, replay.total - replay.played)
    ids = list(rows.values_list("pk", flat=True)[:left]) if left > 0 else []
    if not ids:
        _running(replay).update(state=Replay.State.DONE, ended_at=now)
        return False
    found = _played(ids, whole)
    same = sum(one.outcome == parting.SAME for _, one in found)
    with transaction.atomic():
        mine = _running(replay).filter(last=replay.last)
        if mine.update(last=found[-1][0], same=F("same") + same, played=F("played") + len(found)) == 1:
            Strayed.objects.bulk_create(_rows(replay, found))
    return True


# -- inside ------------------------------------------------------------------------------------------------------------


def _running(replay: Replay) -> QuerySet[Replay]:
    return Replay.objects.filter(pk=replay.pk, state=Replay.State.RUNNING)


def _finished(draft: Draft, since: date | None) -> QuerySet[ProcessInstance]:
    """Those that came to an end by themselves, the latest first."""
    rows = ProcessInstance.objects.filter(definition__key=draft.key, state=InstanceState.COMPLETED).order_by("-pk")
    return rows.filter(ended_at__date__gte=since) if since is not None else rows


def _played(ids: Iterable[int], whole: published.Published) -> list[tuple[int, parting.Replayed]]:
    """As many as there is time for, and one at least."""
    began, found = time.monotonic(), []
    wanted = list(ids)
    versions = dict(ProcessVersion.objects.filter().values_list("pk", "public_id"))
    of = dict(ProcessInstance.objects.filter(pk__in=wanted).values_list("pk", "version_id"))
    for one in recorded.read(wanted):
        try:
            how = replaying.replayed(one, published.of(versions[of[one.pk]]), whole)
        except Exception as error:
            log.exception("an ärende could not be played again: %s", type(error).__name__)
            how = parting.Replayed(outcome=parting.IMPOSSIBLE, reason=UNREADABLE)
        found.append((one.pk, how))
        if time.monotonic() - began > SECONDS:
            break
    return found


def _rows(replay: Replay, found: Iterable[tuple[int, parting.Replayed]]) -> list[Strayed]:
    return [Strayed(replay=replay, instance_id=pk, **vars(one)) for pk, one in found if one.outcome != parting.SAME]
