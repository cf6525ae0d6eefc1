"""Which area's units have the tasks about a person, and which units have which area: also for what is already open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from people import tree
from people.models import LONGEST_AREA, LONGEST_CODES, Individual, ServedArea, Staff, Unit
from people.services import access, individuals
from workflows import rights
from workflows.models import TaskState, UserTask
from workflows.services import deployments

LONGEST_CODE = 5


class NotAllowed(Exception):
    """Samordnare säger vad alla enheter har, en enhetschef vad den egna har."""


class Unfit(Exception):
    """Något är inte rätt ifyllt: vilket fält, och varför."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"unfit {field}")
        self.field = field
        self.message = message


class Changed(Exception):
    """En kollega har ändrat samma enhet."""


@transaction.atomic
def place(*, individual: Individual, area: str, by: Staff, now: datetime) -> None:
    """Say by hand which area it is; '' gives the tasks to all of the profession."""
    individuals.place(individual=individual, area=area, now=now)
    follow(individual=individual, now=now)
    access.record(
        staff=by,
        individual=individual,
        action="place",
        object_type="individual",
        object_id=str(individual.ref),
        now=now,
    )


def follow(*, individual: Individual, now: datetime) -> None:
    """The open tasks go where the person has gone; of a protected person they tell no area."""
    area = "" if individual.is_protected else individual.area
    rows = UserTask.objects.filter(individual=individual, state=TaskState.OPEN).exclude(area=area)
    rows.update(area=area, changed_at=now)


def may_serve(by: Staff, unit: Unit, *, now: datetime) -> bool:
    """A coordinator for every unit, a head for their own and those below."""
    return bool(theirs(by, [unit], now=now))


def theirs(by: Staff, units: Sequence[Unit], *, now: datetime) -> set[int]:
    """Keys of those among these of which one may say so."""
    if rights.holds(by, rights.COORDINATOR):
        return {unit.pk for unit in units}
    return tree.units(by, (rights.HEAD,), on=timezone.localdate(now)) & {unit.pk for unit in units}


@transaction.atomic
def serve(
    *, unit: Unit, area: str, postal_codes: str, last: int, by: Staff, now: datetime, action_id: UUID
) -> ServedArea:
    """Say which area a unit has, by which postal codes or how they begin. `last` is the row that one has seen, or 0.

    Those who have an area keep it; where the name was the unit's alone they go along to the new one.
    The same `action_id` again gives the earlier row. Raises NotAllowed, Unfit, Changed.
    """
    if not may_serve(by, unit, now=now):
        raise NotAllowed
    # One at a time, all units: two may not be given the same codes.
    units = {row.pk: row for row in Unit.objects.select_for_update().order_by("pk")}
    if (earlier := ServedArea.objects.filter(action_id=action_id, by=by).first()) is not None:
        return earlier
    row = units[unit.pk]
    if last != (row.served.values_list("pk", flat=True).first() or 0):
        raise Changed
    area = " ".join(area.split())
    codes = _codes(postal_codes)
    _check(area, codes, [other for other in units.values() if other.pk != row.pk])
    before, row.area, row.postal_codes = row.area, area, " ".join(codes)
    row.save(update_fields=["area", "postal_codes"])
    if before and before not in {other.area for other in units.values()}:
        Individual.objects.filter(area=before).update(area=area, updated_at=now)
        UserTask.objects.filter(area=before, state=TaskState.OPEN).update(area=area, changed_at=now)
        deployments.follow_area(before, area)
    access.record(staff=by, individual=None, action="serve", object_type="unit", object_id=str(row.pk), now=now)
    return ServedArea.objects.create(
        unit=row, area=area, postal_codes=row.postal_codes, at=now, by=by, action_id=action_id
    )


def _codes(text: str) -> list[str]:
    return sorted(set(text.replace(",", " ").split()))


def _check(area: str, codes: list[str], others: list[Unit]) -> None:
    if len(area) > LONGEST_AREA:
        raise Unfit("omrade", "Områdets namn är för långt.")
    if codes and not area:
        raise Unfit("omrade", "Skriv vad området heter, eller ta bort postnumren.")
    wrong = [code for code in codes if not (code.isascii() and code.isdecimal() and len(code) <= LONGEST_CODE)]
    if wrong:
        raise Unfit("postnummer", f"{wrong[0]} är inget postnummer. Skriv siffror utan mellanslag i numret: 70351.")
    if len(" ".join(codes)) > LONGEST_CODES:
        raise Unfit("postnummer", "Det är för många postnummer. Skriv hur de börjar i stället för vart och ett.")
    for other in others:
        same = set(codes) & set(other.postal_codes.split()) if other.area and other.area != area else ()
        if same:
            raise Unfit("postnummer", f"{min(same)} hör redan till {other.area} ({other.name}).")
