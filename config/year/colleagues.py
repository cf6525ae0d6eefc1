"""Who works in the town: beside the demo's own log ins some of each profession, of whom each task has one."""

from __future__ import annotations

import zlib
from collections import defaultdict
from datetime import date

from people.block import Closed
from people.models import Assignment, Staff
from people.spheres import reach

NOTHING_CLOSED = Closed()


class Colleagues:
    """Those who work, as they are when it begins. Nobody is away in the year, and nobody has a spärr against them."""

    def __init__(self, on: date) -> None:
        held: dict[Staff, dict[str, str]] = defaultdict(dict)
        places: dict[Staff, dict[str, str]] = defaultdict(dict)
        worked: dict[Staff, set[str]] = defaultdict(set)
        self._of: dict[tuple[str, str], list[Staff]] = defaultdict(list)
        rows = Assignment.objects.current(on).filter(staff__is_invented=True)
        for row in rows.select_related("staff", "profession", "unit").order_by("pk"):
            held[row.staff][row.profession.key] = row.profession.name
            places[row.staff][row.unit.key] = row.unit.name
            worked[row.staff].add(row.profession.sphere)
            for area in {row.unit.area, ""}:
                self._of[row.profession.key, area].append(row.staff)
        for member, roles in held.items():
            member.keep_roles(roles, places[member], {}, reach(worked[member]), NOTHING_CLOSED)

    def doing(self, profession: str, area: str, what: str, *, may_see_protected: bool = False) -> Staff:
        """The same for the same `what`, so that a person meets the same faces. Raises LookupError where nobody is."""
        found = self._of[profession, area] or self._of[profession, ""]
        if may_see_protected:
            found = [member for member in self._of[profession, ""] if member.may_see_protected]
        if not found:
            raise LookupError(profession)
        return found[zlib.crc32(what.encode()) % len(found)]
