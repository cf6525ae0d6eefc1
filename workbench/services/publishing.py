"""Where a version applies: published now or at a time, first in some areas, widened, taken back, restored.

Each is a row of its own with who, when and why. What has a time is carried out by the worker, once, however many there
are and however late; what cannot be is left to a person, as a stopp.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from people import selectors as people
from people.models import Staff
from workbench import drafting, sharing
from workbench.models import Draft, DraftState, Plan, Publication
from workbench.services import drafts
from workbench.services.drafts import Closed
from workflows import rights, versions
from workflows.definitions import Folder
from workflows.engine import NotCompilable
from workflows.models import Papers, ProcessDefinition, ProcessVersion
from workflows.services import deployments, incidents

log = logging.getLogger(__name__)

MOST_CHARACTERS = 4_000
FURTHEST = timedelta(days=366)
CODE = "publicering"
CHECKS = "Utkastet klarar inte kontrollerna längre: {told}"
OVERTAKEN = "En annan version har publicerats sedan utkastet godkändes. Det som ändrades där skulle ha tagits bort."
MOVED = "Något av områdena finns inte längre."
BROKEN = "Något gick fel i systemet ({name}). Försök igen, eller be dem som sköter systemet om hjälp."


class NotPublisher(Exception):
    """Bara den som är publicerare får bestämma vilken version som gäller."""


class OwnWork(Exception):
    """Den som har ändrat i utkastet kan inte godkänna det. Be en kollega."""


class NoReason(Exception):
    """Skriv varför."""


class AlreadyApplies(Exception):
    """Den versionen gäller redan där."""


class Elsewhere(Exception):
    """Välj områden som någon enhet har."""


class BadTime(Exception):
    """Välj en tid som inte har varit, inom ett år."""


class Overtaken(Exception):
    """En annan version har publicerats under tiden."""


# -- from a draft ------------------------------------------------------------------------------------------------------


def publish(
    *, draft: Draft, was: DraftState, areas: Sequence[str], reason: str, by: Staff, now: datetime
) -> ProcessVersion:
    """Of an approved draft, at once. Raises Closed, Elsewhere and NotCompilable."""
    _known(areas)
    with transaction.atomic():
        drafts.move(draft, was, DraftState.PUBLISHED, by, now)
        replaced = current(draft.key)
        version, _ = deployments.publish(folder=drafting.folder(draft), by=by, now=now, areas=areas)
        _note(Publication.Kind.PUBLISHED, version, replaced, areas, reason, by, now, draft=draft)
    return version


def publish_shared(*, draft: Draft, reason: str, by: Staff, now: datetime) -> ProcessVersion | None:
    """Each förlopp that uses what is changed gets a version of its own, all or none; the last of them.

    Drafts of others that are open have read the parts and nothing else of them: they follow along.
    Raises Closed and NotCompilable.
    """
    version = None
    with transaction.atomic():
        texts, before = drafting.texts(draft), sharing.current()
        drafts.move(draft, DraftState.REVIEW, DraftState.PUBLISHED, by, now)
        for user in sharing.users(texts):
            if user.changed:
                version, _ = deployments.publish(folder=user.folder, by=by, now=now)
                _note(Publication.Kind.PUBLISHED, version, user.version, (), reason, by, now, draft=draft)
                Draft.objects.filter(state=DraftState.OPEN, base=user.version).update(base=version)
        drafts.follow_shared({name: text for name, text in texts.items() if before.get(name) != text}, by=by, now=now)
    return version


def plan(
    *, draft: Draft, was: DraftState, due_at: datetime, areas: Sequence[str], reason: str, by: Staff, now: datetime
) -> Plan:
    """Of an approved draft, at a time. Raises Closed, Elsewhere and BadTime."""
    _known(areas)
    if not now < due_at <= now + FURTHEST:
        raise BadTime
    with transaction.atomic():
        drafts.move(draft, was, DraftState.PLANNED, by, now)
        about: dict[str, Any] = {"areas": sorted(areas), "reason": _short(reason), "by": by, "at": now}
        return Plan.objects.create(draft=draft, due_at=due_at, against=current(draft.key), **about)


def change(
    *, draft: Draft, due_at: datetime | None, areas: Sequence[str], reason: str, by: Staff, now: datetime
) -> ProcessVersion | None:
    """Another time or other areas for what is planned or could not be published; None is now, and gives the version.

    Raises NotPublisher, OwnWork, NoReason, Closed, Elsewhere, BadTime and NotCompilable.
    """
    may_publish(by, draft)
    if not reason.strip():
        raise NoReason
    about: dict[str, Any] = {
        "draft": draft,
        "was": DraftState.PLANNED,
        "areas": areas,
        "reason": reason,
        "by": by,
        "now": now,
    }
    with transaction.atomic():
        _end(draft, Plan.State.CHANGED if due_at else Plan.State.DONE, reason, by, now)
        if due_at is None:
            return publish(**about)
        plan(due_at=due_at, **about)
    return None


def withdraw(*, draft: Draft, reason: str, by: Staff, now: datetime) -> None:
    """It is not published, and can be changed again; whoever changes förlopp may. Raises NoReason and Closed."""
    if not reason.strip():
        raise NoReason
    with transaction.atomic():
        _end(draft, Plan.State.WITHDRAWN, reason, by, now)
        drafts.move(draft, DraftState.PLANNED, DraftState.OPEN, by, now)


def run_due(*, now: datetime) -> bool:
    """Publish the first whose time has come and that nobody holds; whether there was one."""
    with transaction.atomic():
        found = _claim(now)
        if found is None:
            return False
        problem = _carried_out(found, now)
        state = Plan.State.FAILED if problem else Plan.State.DONE
        Plan.objects.filter(pk=found.pk).update(state=state, why=problem, ended_at=now)
        if problem:
            _stop(found, problem, now)
    return True


# -- of a version ------------------------------------------------------------------------------------------------------


def let_apply(*, version: ProcessVersion, areas: Sequence[str], reason: str, by: Staff, now: datetime) -> None:
    """New ärenden start in a version that there is: an earlier one again, or what is tried in more areas or for all.

    Raises NotPublisher, OwnWork, NoReason, Elsewhere, AlreadyApplies and NotCompilable.
    """
    may_publish(by)
    if not reason.strip():
        raise NoReason
    _known(areas)
    papers = Papers.objects.filter(version=version).first()
    folder = Folder(version.config, version.sources, [], papers.files if papers is not None else {})
    with transaction.atomic():
        definition = deployments.locked(version.definition)
        applied = {one.area for one in versions.where(definition) if one.version.pk == version.pk}
        if set(areas or [""]) <= applied or "" in applied:
            raise AlreadyApplies
        if not _was_for_all(version) and by.pk in authors(version):
            raise OwnWork
        deployments.publish(folder=folder, by=by, now=now, areas=areas)
        kind = Publication.Kind.WIDENED if applied else Publication.Kind.RESTORED
        _note(kind, version, definition.current, areas, reason, by, now)


def take_back(
    *, version: ProcessVersion, areas: Sequence[str], reason: str, by: Staff, now: datetime
) -> ProcessVersion | None:
    """A version is no longer tried in these areas; what applies there instead, for all.

    Raises NotPublisher, NoReason and AlreadyApplies, when it was not tried in any of them.
    """
    may_publish(by)
    if not reason.strip():
        raise NoReason
    with transaction.atomic():
        definition = deployments.locked(version.definition)
        mine = {one.area for one in versions.where(definition) if one.version.pk == version.pk and one.area}
        ended = sorted(mine & set(areas))
        if not ended:
            raise AlreadyApplies
        deployments.take_back(definition=definition, areas=ended)
        _note(Publication.Kind.TAKEN_BACK, version, definition.current, ended, reason, by, now)
    return definition.current


def may_publish(by: Staff, draft: Draft | None = None) -> None:
    """Raises NotPublisher, and OwnWork for a draft that they have changed."""
    if not rights.may_publish(by):
        raise NotPublisher
    if draft is not None and by.pk in changed_by(draft):
        raise OwnWork


def changed_by(draft: Draft) -> set[int]:
    """Those whose work is in it: who began it, and who has saved in it."""
    return {draft.created_by_id, *draft.savings.filter(is_aside=False).values_list("by_id", flat=True)}


def authors(version: ProcessVersion) -> set[int]:
    """Those who have changed the drafts that it came from."""
    made = Draft.objects.filter(publications__version=version).distinct()
    return {key for draft in made for key in changed_by(draft)}


def current(key: str) -> ProcessVersion | None:
    """What applies to all, where no other is tried."""
    found = ProcessDefinition.objects.filter(key=key).select_related("current").first()
    return found.current if found is not None else None


# -- inside ------------------------------------------------------------------------------------------------------------


def _known(areas: Iterable[str]) -> None:
    if not set(areas) <= set(people.areas()):
        raise Elsewhere


def _was_for_all(version: ProcessVersion) -> bool:
    """Somebody has said of it that it applies to all, or nobody has said anything here: then it came from a folder."""
    told = list(Publication.objects.filter(version=version).values_list("areas", flat=True))
    return not told or [] in told


def _claim(now: datetime) -> Plan | None:
    """In the order of their times within a förlopp: while one is being published, what comes after it waits."""
    rows = Plan.objects.filter(state=Plan.State.WAITING, due_at__lte=now)
    sooner = Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
    before = Plan.objects.filter(sooner, state=Plan.State.WAITING, draft__key=OuterRef("draft__key"))
    skip = connection.features.has_select_for_update_skip_locked
    rows = rows.exclude(Exists(before)).select_for_update(skip_locked=skip, of=("self",), no_key=True)
    return rows.select_related("draft", "by", "against").order_by("due_at", "pk").first()


def _carried_out(found: Plan, now: datetime) -> str:
    """What was in its way, or ''; then it is published."""
    try:
        with transaction.atomic():
            _not_overtaken(found)
            about: dict[str, Any] = {"areas": found.areas, "reason": _reason(found), "by": found.by, "now": now}
            publish(draft=found.draft, was=DraftState.PLANNED, **about)
    except OperationalError:
        raise
    except Overtaken:
        return OVERTAKEN
    except Elsewhere:
        return MOVED
    except NotCompilable as error:
        return CHECKS.format(told=error.findings[0].message if error.findings else "")[:MOST_CHARACTERS]
    except Exception as error:
        log.exception("a planned publication failed: %s", type(error).__name__)
        return BROKEN.format(name=type(error).__name__)
    return ""


def _not_overtaken(found: Plan) -> None:
    if found.against != current(found.draft.key):
        raise Overtaken


def _reason(found: Plan) -> str:
    asked = found.draft.reviews.filter(outcome="approved").first()
    return (asked.note if asked is not None else "") or found.reason


def _end(draft: Draft, state: Plan.State, why: str, by: Staff, now: datetime) -> None:
    told = {"state": state, "why": _short(why), "ended_by": by, "ended_at": now}
    open_ones = Plan.objects.filter(draft=draft, state__in=(Plan.State.WAITING, Plan.State.FAILED))
    if not open_ones.update(**told):
        raise Closed
    incidents.resolve_for_page(page=_page(draft), now=now, note=_short(why)[:2000], by=by)


def _stop(found: Plan, problem: str, now: datetime) -> None:
    group = rights.PUBLISHER if rights.has_publishers(now.date()) else rights.OWNER
    text = f"{found.draft.title} skulle ha publicerats {versions.in_words(found.areas)}, men det gick inte. {problem}"
    incidents.open_incident(code=CODE, text=text, group=group, page=_page(found.draft), now=now)


def _page(draft: Draft) -> str:
    return reverse("workbench:review", args=[draft.ref])


def _note(
    kind: Publication.Kind,
    version: ProcessVersion,
    replaced: ProcessVersion | None,
    areas: Sequence[str],
    reason: str,
    by: Staff,
    now: datetime,
    *,
    draft: Draft | None = None,
) -> None:
    about: dict[str, Any] = {"replaced": replaced, "areas": sorted(areas), "reason": _short(reason), "draft": draft}
    Publication.objects.create(kind=kind, version=version, by=by, at=now, **about)


def _short(text: str) -> str:
    return text.strip()[:MOST_CHARACTERS]
