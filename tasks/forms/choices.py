"""What `ref` and `hsaid` fields offer: the units, and the staff of today, who are searched for by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from people import selectors as people
from people.models import Assignment, Staff, StaffKind, Unit

Offer = tuple[str, str]
MOST_FOUND = 10
MOST_WORDS = 5


def units() -> list[Offer]:
    """Value and label of each."""
    return [(unit.key, f"{unit.name} ({unit.area})" if unit.area else unit.name) for unit in Unit.objects.all()]


def known(of: str, values: Collection[str]) -> set[str]:
    """Those of the values that can be chosen now."""
    if of == "unit":
        return {key for key, _ in units()} & set(values)
    held = _assigned().filter(staff__public_id__in=list(_uuids(values)))
    return {str(one) for one in held.values_list("staff__public_id", flat=True)}


def label(of: str, value: str) -> str:
    """The name of something once chosen, also when it can no longer be chosen; '' when it never existed."""
    if of == "unit":
        return next((str(unit) for unit in Unit.objects.filter(key=value)), "")
    return next((str(staff) for staff in Staff.objects.filter(public_id__in=list(_uuids([value])))), "")


@dataclass(frozen=True, slots=True)
class Colleague:
    """One whom a search found; `value` is what the field takes."""

    value: str
    name: str
    work: str


def found(text: str, *, by_hsa_id: bool) -> list[Colleague]:
    """The first of the staff whose names have each word of the text, and one more than are shown."""
    rows = _assigned().exclude(staff__hsa_id="") if by_hsa_id else _assigned()
    words = text.partition(",")[0].split()
    if not words:
        return []
    for word in words[:MOST_WORDS]:
        rows = rows.filter(people.named_like(word, "staff__first_name", "staff__last_name"))
    ordered = ("staff__last_name", "staff__first_name", "staff_id", "profession__sort")
    roles: dict[Staff, list[str]] = {}
    for row in rows.select_related("staff", "profession", "unit").order_by(*ordered)[: MOST_FOUND * 5]:
        roles.setdefault(row.staff, []).append(f"{row.profession.name}, {row.unit.name}")
    named = [(staff, "; ".join(dict.fromkeys(held))) for staff, held in roles.items()]
    return [
        Colleague(staff.hsa_id if by_hsa_id else str(staff.public_id), str(staff), work)
        for staff, work in named[: MOST_FOUND + 1]
    ]


def holder(hsa_id: str) -> str:
    """The HSA-id with the name of our own member of staff who has it: as the field shows it, and takes it back."""
    return holders([hsa_id]).get(hsa_id, hsa_id)


def holders(hsa_ids: Collection[str]) -> dict[str, str]:
    """The same for each that one of the staff has."""
    return {staff.hsa_id: f"{staff}, {staff.hsa_id}" for staff in Staff.objects.filter(hsa_id__in=set(hsa_ids))}


def names(public_ids: Collection[str]) -> dict[str, str]:
    """Of the staff, by what a `ref` keeps."""
    return {str(staff.public_id): str(staff) for staff in Staff.objects.filter(public_id__in=list(_uuids(public_ids)))}


def _assigned() -> QuerySet[Assignment]:
    held = Assignment.objects.current(timezone.localdate())
    return held.filter(staff__is_active=True, staff__kind=StaffKind.PERSON)


def _uuids(values: Collection[str]) -> Iterator[UUID]:
    for value in values:
        try:
            yield UUID(value)
        except ValueError:
            continue
