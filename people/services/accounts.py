"""Accounts of our own: IT makes, closes and opens them, and says what is held by our word; one chooses the password.

IT never knows a password: a code on paper or by telephone lets one choose it, once and for a day.
"""

from __future__ import annotations

import datetime

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from people.models import Assignment, AssignmentQuerySet, PasswordCode, Profession, Staff, StaffKind, StaffSession, Unit
from people.services import access, codes, sessions
from people.services.codes import WrongCode

CODE_LETTERS, CODE_GROUP = 16, 4
CODE_LASTS = datetime.timedelta(days=1)
ONE_DAY = datetime.timedelta(days=1)


class Taken(Exception):
    """Det finns redan ett konto med det användarnamnet."""


class OneOwn(Exception):
    """Ditt eget konto ändrar en kollega."""


class NotHere(Exception):
    """Professionen eller enheten finns inte."""


def add(
    *, username: str, given_name: str, family_name: str, title: str, by: Staff | None, now: datetime.datetime
) -> Staff:
    """An account that nobody can sign in to yet. Raises Taken."""
    staff = Staff(username=username, first_name=given_name, last_name=family_name, title=title)
    staff.set_unusable_password()
    try:
        with transaction.atomic():
            if Staff.objects.filter(username__iexact=username).exists():
                raise Taken
            staff.save()
            _record(staff, "add-account", by, now)
    except IntegrityError:
        raise Taken from None
    return staff


@transaction.atomic
def give_code(*, staff: Staff, by: Staff | None, now: datetime.datetime, forgets_steps: bool = False) -> str:
    """What lets them choose a password, shown now and never again; the former is worth nothing. The password that they
    have goes on until then. `forgets_steps`: they have lost their second step, and are out until they add another.
    """
    code = codes.made(CODE_LETTERS)
    told = {"key": _hash(code), "until": now + CODE_LASTS}
    PasswordCode.objects.update_or_create(staff=staff, defaults=told)
    if forgets_steps:
        Authenticator.objects.filter(user=staff).delete()
        sessions.end_all(staff=staff)
    _record(staff, "code-and-steps" if forgets_steps else "code-account", by, now)
    return codes.grouped(code, CODE_GROUP)


def whose(*, username: str, code: str, now: datetime.datetime) -> Staff:
    """Whom the code lets in. Raises WrongCode."""
    found = PasswordCode.objects.select_related("staff").filter(
        staff__username=username, staff__is_active=True, staff__kind=StaffKind.PERSON, until__gt=now
    )
    told, typed = found.first(), _hash(codes.plain(code))
    if not constant_time_compare(told.key if told else "", typed) or told is None:
        raise WrongCode
    return told.staff


@transaction.atomic
def choose_password(*, staff: Staff, code: str, password: str, now: datetime.datetime) -> None:
    """By the code, which is then spent; they are out everywhere. Raises WrongCode when another was before."""
    if not PasswordCode.objects.filter(staff=staff, key=_hash(codes.plain(code)), until__gt=now).delete()[0]:
        raise WrongCode
    _set(staff, password)
    sessions.end_all(staff=staff)
    _record(staff, "choose-password", staff, now)


@transaction.atomic
def change_password(*, staff: Staff, password: str, session_key: str, now: datetime.datetime) -> None:
    """By who is in; every other session of theirs ends."""
    _set(staff, password)
    StaffSession.objects.filter(staff=staff).exclude(session_key=session_key).delete()
    _record(staff, "change-password", staff, now)


@transaction.atomic
def close(*, staff: Staff, why: str, by: Staff, now: datetime.datetime) -> None:
    """Out at once; what they have done stays. Raises OneOwn."""
    _not_oneself(staff, by)
    Staff.objects.filter(pk=staff.pk).update(is_active=False)
    PasswordCode.objects.filter(staff=staff).delete()
    sessions.end_all(staff=staff)
    _record(staff, "close-account", by, now, why)


@transaction.atomic
def reopen(*, staff: Staff, why: str, by: Staff, now: datetime.datetime) -> None:
    _not_oneself(staff, by)
    Staff.objects.filter(pk=staff.pk).update(is_active=True)
    _record(staff, "open-account", by, now, why)


@transaction.atomic
def give(*, staff: Staff, profession: str, unit: str, by: Staff | None, now: datetime.datetime) -> bool:
    """Held by our word from today; False when it is already. Raises OneOwn, NotHere."""
    _not_oneself(staff, by)
    role, place = Profession.objects.filter(key=profession).first(), Unit.objects.filter(key=unit).first()
    if role is None or place is None:
        raise NotHere
    Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
    today = timezone.localdate(now)
    if ours(staff, today).filter(profession=role, unit=place).exists():
        return False
    Assignment.objects.create(staff=staff, profession=role, unit=place, valid_from=today)
    _record(staff, "assign", by, now, f"Nytt: {role}, {place}")
    return True


@transaction.atomic
def take(*, staff: Staff, key: int, by: Staff, now: datetime.datetime) -> bool:
    """Over at the next click; False when it was. Raises OneOwn."""
    _not_oneself(staff, by)
    today = timezone.localdate(now)
    ending = ours(staff, today).filter(pk=key)
    told = ", ".join(f"{one.profession}, {one.unit}" for one in ending.select_related("profession", "unit"))
    # Days are whole: what began today is gone, and what was held longer was held until yesterday.
    gone = ending.filter(valid_from__gte=today).delete()[0]
    gone += ending.filter(valid_from__lt=today).update(valid_to=today - ONE_DAY)
    if gone:
        _record(staff, "assign", by, now, f"Borttaget: {told}")
    return bool(gone)


@transaction.atomic
def see_protected(*, staff: Staff, may: bool, why: str, by: Staff, now: datetime.datetime) -> None:
    """Whether they see who the persons with protected identity are. Raises OneOwn."""
    _not_oneself(staff, by)
    Staff.objects.filter(pk=staff.pk).update(may_see_protected=may)
    _record(staff, "let-see-protected" if may else "stop-see-protected", by, now, why)


def tell(*, staff: Staff, action: str, now: datetime.datetime) -> None:
    """In the access log: what somebody has done to how they sign in themselves."""
    _record(staff, action, staff, now)


def ours(staff: Staff, today: datetime.date) -> AssignmentQuerySet:
    """What is held by our word and in nobody's place."""
    return Assignment.objects.current(today).filter(staff=staff, source="", commission="", absence=None)


def _set(staff: Staff, password: str) -> None:
    staff.set_password(password)
    staff.save(update_fields=["password"])


def _not_oneself(staff: Staff, by: Staff | None) -> None:
    if by is not None and staff.pk == by.pk:
        raise OneOwn


def _hash(code: str) -> str:
    return salted_hmac("people.accounts", code, algorithm="sha256").hexdigest()


def _record(staff: Staff, action: str, by: Staff | None, now: datetime.datetime, why: str | None = None) -> None:
    access.record(
        staff=by,
        individual=None,
        action=action,
        object_type="staff",
        object_id=str(staff.public_id),
        now=now,
        reason=why,
    )
