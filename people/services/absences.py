"""Says when somebody is away and who stands in; the substitute gets what the absent one has, for those days."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from people import tree
from people.models import Absence, Assignment, Staff, StaffKind
from people.services import access
from web import swedish

LONGEST = datetime.timedelta(days=366)
ONE_DAY = datetime.timedelta(days=1)


class NotAllowed(Exception):
    """Frånvaro läggs in av den som är borta eller av enhetschefen."""


class Unfit(Exception):
    """Något är inte rätt ifyllt: vilket fält, och varför."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"unfit {field}")
        self.field = field
        self.message = message


def register(
    *,
    staff: Staff,
    substitute: Staff | None,
    first_on: datetime.date,
    last_on: datetime.date,
    by: Staff,
    now: datetime.datetime,
    action_id: uuid.UUID,
) -> Absence:
    """From a day to a day, both included; the same `action_id` again gives the earlier. Raises NotAllowed, Unfit."""
    today = timezone.localdate(now)
    if not may_register(by, staff, on=today):
        raise NotAllowed
    with transaction.atomic():
        # One at a time about one person: the database cannot compare periods.
        Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
        earlier = Absence.objects.filter(action_id=action_id, registered_by=by).first()
        if earlier is not None:
            return earlier
        _check_period(staff, first_on, last_on, today=today)
        if substitute is not None:
            _check_substitute(staff, substitute, by, on=today)
        midnight = datetime.datetime.combine(first_on, datetime.time(), timezone.get_current_timezone())
        absence = Absence.objects.create(
            staff=staff,
            substitute=substitute,
            first_on=first_on,
            last_on=last_on,
            starts_at=max(midnight, now),
            registered_by=by,
            registered_at=now,
            action_id=action_id,
        )
        if substitute is not None:
            _lend(absence, staff, substitute)
        _log(absence, "register", by=by, now=now)
    return absence


def end(*, absence: Absence, by: Staff, now: datetime.datetime) -> None:
    """Before its time, or before it has begun; what was lent is taken back at once. Again changes nothing.

    Raises NotAllowed.
    """
    today = timezone.localdate(now)
    if not may_register(by, absence.staff, on=today):
        raise NotAllowed
    with transaction.atomic():
        running = Absence.objects.filter(pk=absence.pk, ended_at=None, last_on__gte=today)
        if running.update(ended_at=now, ended_by=by) != 1:
            return
        lent = Assignment.objects.filter(absence=absence)
        # Days are whole: what was lent today, or is to be, is gone, and the absence tells that it was.
        lent.filter(valid_from__gte=today).delete()
        lent.filter(valid_to__gte=today).update(valid_to=today - ONE_DAY)
        _log(absence, "end", by=by, now=now)


def may_register(by: Staff, staff: Staff, *, on: datetime.date) -> bool:
    """Oneself, or as enhetschef of a unit where the other works, or above it."""
    return by.pk == staff.pk or _own(staff, on).filter(unit__in=tree.units(by, (tree.HEAD,), on=on)).exists()


def candidates(staff: Staff, by: Staff, *, on: datetime.date) -> QuerySet[Staff]:
    """Who may stand in: colleagues of the same unit, or of a unit that `by` heads; nobody appoints themselves."""
    headed = tree.units(by, (tree.HEAD,), on=on)
    units = Q(unit__in=_own(staff, on).values("unit")) | Q(unit__in=headed)
    there = Assignment.objects.current(on).filter(units, absence=None)
    found = Staff.objects.filter(is_active=True, kind=StaffKind.PERSON, pk__in=there.values("staff"))
    return found.exclude(pk__in=(staff.pk, by.pk)).order_by("last_name", "first_name", "pk")


def fitting(staff: Staff, by: Staff, *, on: datetime.date) -> QuerySet[Staff]:
    """Those of `candidates` who would not see more together with what `staff` may see than either of them."""
    found = candidates(staff, by, on=on)
    return found if staff.may_see_protected else found.filter(may_see_protected=False)


def _own(staff: Staff, on: datetime.date) -> QuerySet[Assignment]:
    """What is lent is not lent on."""
    return Assignment.objects.current(on).filter(staff=staff, absence=None)


def _check_period(staff: Staff, first_on: datetime.date, last_on: datetime.date, *, today: datetime.date) -> None:
    if first_on < today:
        raise Unfit("fran", "Första dagen har redan varit. Välj i dag eller en senare dag.")
    if last_on < first_on:
        raise Unfit("till", "Sista dagen är före den första.")
    if last_on > today + LONGEST:
        raise Unfit("till", "Sista dagen är mer än ett år bort. Lägg in en kortare tid och förläng den sedan.")
    same = Absence.objects.filter(staff=staff, ended_at=None, first_on__lte=last_on, last_on__gte=first_on).first()
    if same is not None:
        period = f"{swedish.date(same.first_on)} till {swedish.date(same.last_on)}"
        raise Unfit("fran", f"{staff} är redan inlagd som frånvarande {period}. Avsluta den frånvaron först.")


def _check_substitute(staff: Staff, substitute: Staff, by: Staff, *, on: datetime.date) -> None:
    if not candidates(staff, by, on=on).filter(pk=substitute.pk).exists():
        raise Unfit("vikarie", "Den du valde kan inte vara vikarie. Välj någon i listan, eller ingen.")
    if substitute.may_see_protected and not staff.may_see_protected:
        raise Unfit(
            "vikarie",
            f"{substitute} får se personer med skyddade uppgifter men inte {staff}, och skulle tillsammans få se mer "
            "än någon av dem får. Välj någon annan, eller ingen.",
        )


def _lend(absence: Absence, staff: Staff, substitute: Staff) -> None:
    """The absent one's own assignments, for as long as both the absence and the assignment last."""
    own = Assignment.objects.filter(staff=staff, absence=None, valid_from__lte=absence.last_on)
    for assignment in own.filter(Q(valid_to=None) | Q(valid_to__gte=absence.first_on)):
        Assignment.objects.create(
            staff=substitute,
            profession_id=assignment.profession_id,
            unit_id=assignment.unit_id,
            valid_from=max(absence.first_on, assignment.valid_from),
            valid_to=min(filter(None, (absence.last_on, assignment.valid_to))),
            absence=absence,
            on_behalf_of=str(staff),
        )


def _log(absence: Absence, action: str, *, by: Staff, now: datetime.datetime) -> None:
    access.record(
        staff=by, individual=None, action=action, object_type="absence", object_id=str(absence.public_id), now=now
    )
