"""What `ref` and `hsaid` fields offer: the municipality's units, and the staff who have an assignment today."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from people.models import Assignment, Staff, StaffKind, Unit

Offer = tuple[str, str]


def offered(of: str) -> list[Offer]:
    """Value and label of everything that can be chosen now."""
    return _units() if of == "unit" else _staff()


def label(of: str, value: str) -> str:
    """The name of something once chosen, also when it can no longer be chosen; '' when it never existed."""
    if of == "unit":
        return next((str(unit) for unit in Unit.objects.filter(key=value)), "")
    try:
        return next((str(staff) for staff in Staff.objects.filter(public_id=value)), "")
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """One to suggest where an HSA-id is asked for; any other may be written."""

    hsa_id: str
    name: str
    work: str

    @property
    def written(self) -> str:
        """As the field shows one who is chosen, and takes it back."""
        return f"{self.name}, {self.hsa_id}"


def colleagues() -> list[Colleague]:
    """The staff who have an HSA-id."""
    return [Colleague(staff.hsa_id, str(staff), work) for staff, work in _assigned() if staff.hsa_id]


def holder(hsa_id: str) -> str:
    """The HSA-id with the name of our own member of staff who has it."""
    return next((f"{staff}, {hsa_id}" for staff in Staff.objects.filter(hsa_id=hsa_id)), hsa_id)


def _units() -> list[Offer]:
    return [(unit.key, f"{unit.name} ({unit.area})" if unit.area else unit.name) for unit in Unit.objects.all()]


def _staff() -> list[Offer]:
    return [(str(staff.public_id), f"{staff} ({work})") for staff, work in _assigned()]


def _assigned() -> list[tuple[Staff, str]]:
    """Each with what they do, and where."""
    held = Assignment.objects.current(timezone.localdate()).filter(staff__is_active=True, staff__kind=StaffKind.PERSON)
    roles: dict[Staff, list[str]] = {}
    ordered = ("staff__last_name", "staff__first_name", "staff_id", "profession__sort")
    for assignment in held.select_related("staff", "profession", "unit").order_by(*ordered):
        roles.setdefault(assignment.staff, []).append(f"{assignment.profession.name}, {assignment.unit.name}")
    return [(staff, "; ".join(dict.fromkeys(held))) for staff, held in roles.items()]
