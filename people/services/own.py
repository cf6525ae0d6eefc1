"""Who may open a person's plan, and how: mandates, codes on paper, visits. Nothing here makes or touches staff.

A code is known here by a keyed hash alone. It lets in once, for some days, and after five wrong tries no more.
"""

from __future__ import annotations

import datetime
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from people import identity
from people.models import Individual, Letter, Mandate, Staff, Visit
from people.own import SELF, MandateKind
from people.services import access, attempts, codes

HANDLE, SECRET, GROUP = 5, 10, 5
MOST_FAILURES = 5
IDLE = datetime.timedelta(minutes=30)
LONGEST = datetime.timedelta(hours=2)
LONGEST_MANDATE = datetime.timedelta(days=2 * 366)


class NotFilled(Exception):
    """Something is missing in a mandate; `key` is what."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


# -- mandates ----------------------------------------------------------------------------------------------------------


def give(
    *,
    individual: Individual,
    kind: str,
    name: str,
    number: str,
    valid_to: datetime.date | None,
    now: datetime.datetime,
    by: Staff | None,
    visit: Visit | None = None,
    ground: str = "",
    may_decide: bool = False,
    action_id: uuid.UUID | None = None,
) -> Mandate:
    """Let somebody open the plan. By the person in a `visit` of their own, or by staff, who say on what ground.

    Raises NotFilled, identity.InvalidIdentity.
    """
    if action_id and (same := Mandate.objects.filter(action_id=action_id).first()):
        return same
    today = timezone.localdate(now)
    if not name.strip():
        raise NotFilled("namn")
    if valid_to is None or not today <= valid_to <= today + LONGEST_MANDATE:
        raise NotFilled("till")
    if by is not None and not ground.strip():
        raise NotFilled("grund")
    row = Mandate(
        individual=individual,
        kind=kind if by else MandateKind.RELATIVE,
        name=name.strip()[:200],
        number_key=key_of(identity.parse(number, today=today)) if number.strip() else "",
        ground=ground.strip()[:500],
        may_decide=bool(by and may_decide and kind != MandateKind.RELATIVE),
        valid_from=today,
        valid_to=valid_to,
        at=now,
        by=by,
        action_id=action_id,
    )
    with transaction.atomic():
        row.save(force_insert=True)
        _note("add", "mandate", row.public_id, individual, now, by=by, visit=visit)
    return row


def take_back(*, mandate: Mandate, by: Staff | None, now: datetime.datetime, visit: Visit | None = None) -> None:
    """From now on, in visits under way too; letters that wait let nobody in."""
    with transaction.atomic():
        if not Mandate.objects.filter(pk=mandate.pk, revoked_at=None).update(revoked_at=now, revoked_by=by):
            return
        Letter.objects.filter(mandate=mandate, used_at=None, revoked_at=None).update(revoked_at=now)
        Visit.objects.filter(mandate=mandate, ended_at=None).update(ended_at=now)
        _note("revoke", "mandate", mandate.public_id, mandate.individual, now, by=by, visit=visit)


def key_of(number: identity.Identity) -> str:
    """By which one who signs in is found among mandates; their number itself is nowhere."""
    return salted_hmac("people.own.number", number.number, algorithm="sha256").hexdigest()


# -- codes on paper ----------------------------------------------------------------------------------------------------


def print_letter(
    *, individual: Individual, mandate: Mandate | None, by: Staff, now: datetime.datetime
) -> tuple[Letter, str]:
    """A new code, which is told this once; one that waited for the same person is worth nothing any more."""
    handle, secret = codes.made(HANDLE), codes.made(SECRET)
    with transaction.atomic():
        _waiting(individual).filter(mandate=mandate).update(revoked_at=now)
        row = Letter.objects.create(
            individual=individual,
            mandate=mandate,
            handle=handle,
            code_key=_code_key(handle, secret),
            at=now,
            by=by,
            expires_at=now + datetime.timedelta(days=settings.FORLOPP_PLAN_CODE_DAYS),
        )
        _note("print", "plan_code", row.public_id, individual, now, by=by)
    return row, codes.grouped(handle + secret, GROUP)


def revoke_letter(*, letter: Letter, by: Staff, now: datetime.datetime) -> None:
    with transaction.atomic():
        if Letter.objects.filter(pk=letter.pk, used_at=None, revoked_at=None).update(revoked_at=now):
            _note("revoke", "plan_code", letter.public_id, letter.individual, now, by=by)


def enter_by_code(*, code: str, address: str, now: datetime.datetime) -> tuple[Visit, str]:
    """The visit that a code opens, and its key. Raises codes.WrongCode, codes.Locked."""
    plain = codes.plain(code)
    handle, secret = plain[:HANDLE], plain[HANDLE:]
    who = {"username": f"min-plan:{handle}", "address": address}
    if attempts.is_locked(**who, now=now):
        raise codes.Locked
    letter = Letter.objects.select_related("individual", "mandate__individual").filter(handle=handle).first()
    if letter is None or not _fits(letter, secret, now=now):
        attempts.failed(**who, now=now)
        raise codes.WrongCode
    with transaction.atomic():
        # Of two at the same moment the database lets one in.
        if not Letter.objects.filter(pk=letter.pk, used_at=None, revoked_at=None).update(used_at=now):
            raise codes.WrongCode
        return begin(individual=letter.individual, mandate=letter.mandate, provider="", level=0, now=now)


def _fits(letter: Letter, secret: str, *, now: datetime.datetime) -> bool:
    """Whether it lets in; a wrong one is counted, whatever else is wrong."""
    is_right = constant_time_compare(letter.code_key, _code_key(letter.handle, secret))
    if not is_right:
        Letter.objects.filter(pk=letter.pk).update(failures=F("failures") + 1)
    is_open = letter.used_at is None and letter.revoked_at is None and letter.expires_at > now
    is_open = is_open and letter.failures < MOST_FAILURES and letter.individual.deceased_on is None
    return is_right and is_open and (letter.mandate is None or letter.mandate.holds(timezone.localdate(now)))


# -- visits ------------------------------------------------------------------------------------------------------------


def doors(*, number: identity.Identity, now: datetime.datetime) -> list[tuple[Individual, Mandate | None]]:
    """Whose plans somebody with this number may open: their own, and those they hold a mandate to."""
    own = Individual.objects.filter(identity_type=number.type, identity_number=number.number, deceased_on=None).first()
    found: list[tuple[Individual, Mandate | None]] = [(own, None)] if own is not None else []
    mandates = Mandate.objects.select_related("individual").filter(number_key=key_of(number), revoked_at=None)
    today = timezone.localdate(now)
    held = [one for one in mandates.order_by("pk") if one.holds(today) and one.individual.deceased_on is None]
    return [*found, *((one.individual, one) for one in held)]


def begin(
    *,
    individual: Individual,
    mandate: Mandate | None,
    provider: str,
    level: int,
    now: datetime.datetime,
    came_at: datetime.datetime | None = None,
) -> tuple[Visit, str]:
    """A visit, and the key that the browser keeps; of the key only a hash is stored. `came_at` is when who goes from
    one plan to another signed in: so long ago the visit has begun.
    """
    key, begun_at = codes.key(), came_at or now
    with transaction.atomic():
        row = Visit.objects.create(
            key_hash=codes.hashed(key),
            individual=individual,
            mandate=mandate,
            provider=provider,
            level=level,
            begun_at=begun_at,
            seen_at=now,
            ends_at=min(now + IDLE, begun_at + LONGEST),
        )
        _note("sign-in", "own_plan", individual.ref, individual, now, visit=row)
    return row, key


def visit_of(key: str, *, now: datetime.datetime) -> Visit | None:
    """Whose key it is, while it holds; asked anew for every page, so what is taken back is gone at the next click."""
    row = (
        Visit.objects.select_related("individual", "mandate__individual")
        .filter(key_hash=codes.hashed(key), ended_at=None, ends_at__gt=now, individual__deceased_on=None)
        .first()
    )
    if row is None or (row.mandate is not None and not row.mandate.holds(timezone.localdate(now))):
        return None
    if now - row.seen_at > datetime.timedelta(minutes=1):
        row.seen_at, row.ends_at = now, min(now + IDLE, row.begun_at + LONGEST)
        Visit.objects.filter(pk=row.pk).update(seen_at=row.seen_at, ends_at=row.ends_at)
    return row


def leave(*, visit: Visit, now: datetime.datetime) -> None:
    Visit.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=now)


def end_all(*, individual: Individual, by: Staff, now: datetime.datetime) -> None:
    """Letters that wait and visits under way, whoever they are for."""
    with transaction.atomic():
        _waiting(individual).update(revoked_at=now)
        Visit.objects.filter(individual=individual, ended_at=None).update(ended_at=now)
        _note("revoke", "own_plan", individual.ref, individual, now, by=by)


def speak(*, visit: Visit, language: str) -> None:
    """Read in another language from now on."""
    Visit.objects.filter(pk=visit.pk).update(language=language)


def before(visit: Visit) -> datetime.datetime | None:
    """When the same one last looked."""
    rows = Visit.objects.filter(individual=visit.individual, mandate=visit.mandate, begun_at__lt=visit.begun_at)
    return rows.order_by("-begun_at").values_list("seen_at", flat=True).first()


def noted(visit: Visit, *, action: str, object_type: str, now: datetime.datetime, object_id: object = "") -> None:
    """In the access log, as who they are: before the page is sent."""
    whose = visit.individual
    _note(action, object_type, object_id or whose.ref, whose, now, visit=visit)


# -- inside ------------------------------------------------------------------------------------------------------------


def _waiting(individual: Individual) -> QuerySet[Letter]:
    return Letter.objects.filter(individual=individual, used_at=None, revoked_at=None)


def _code_key(handle: str, secret: str) -> str:
    return salted_hmac("people.own.code", f"{handle}:{secret}", algorithm="sha256").hexdigest()


def _note(
    action: str,
    object_type: str,
    object_id: object,
    individual: Individual,
    now: datetime.datetime,
    *,
    by: Staff | None = None,
    visit: Visit | None = None,
) -> None:
    access.record(
        staff=by,
        individual=individual,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        now=now,
        as_whom="" if by else visit.called if visit else SELF,
    )
