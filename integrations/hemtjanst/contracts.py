"""The three CSV contracts of home care: orders, visits, absence. The same columns come as JSON over HTTP.

UTF-8, semicolon, a header, moments in ISO 8601 with offset. Rows are stored with what they follow from: whose they are
and which order they belong to; those that cannot be tied to either are a person's to sort out.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from integrations.batches import revisions
from integrations.batches.importing import Kind, Line, Refusal, register
from integrations.hemtjanst import deviations, overlaps
from integrations.models import Batch, HomeCareAbsence, HomeCareOrder, HomeCareVisit
from people.models import Individual
from web.swedish import STOCKHOLM, midnight

PLANNER = "hemtjanst_planerare"
ORDER_COLUMNS = {
    "bestallning_id": "id!",
    "beslut_id": "id",
    "person_ref": "ref!",
    "utforare_orgnr": "id",
    "enhet": "text",
    "insats_kod": "id",
    "mal_ref": "id",
    "beviljad_min_vecka": "whole",
    "dubbelbemanning": "flag",
    "veckodagar": "text",
    "tid_fonster_start": "clock",
    "tid_fonster_slut": "clock",
    "start": "day",
    "slut": "day",
    "status": "word:ny|andrad|pausad|avslutad!",
    "skickad": "moment!",
}
VISIT_COLUMNS = {
    "besok_id": "id!",
    "bestallning_id": "id",
    "person_ref": "ref!",
    "datum": "day!",
    "planerad_start": "moment",
    "planerad_min": "whole",
    "planerad_personal": "whole",
    "faktisk_start": "moment",
    "faktisk_slut": "moment",
    "utford_min": "whole",
    "personal_hsa": "id",
    "status": "word:planerad|utford|avbojd|utebliven|installd!",
    "orsak": "text",
    "antal_personal": "whole",
    "resa_min": "whole",
    "kalla": "word:app|nyckel|manuell",
}
ABSENCE_COLUMNS = {
    "person_ref": "ref!",
    "fran": "since!",
    "till": "since",
    "orsak": "word:sjukhus|korttid|resa|annat!",
}
NOBODY = "Personen finns inte här."
NO_ORDER = "Beställningen finns inte här."
LONGEST = timedelta(hours=24)
# Minutes told beside the times may be rounded.
SLACK = 1


def take_orders(lines: Sequence[Line], batch: Batch, now: datetime) -> Iterator[Refusal]:
    persons = _persons(lines)
    found: list[tuple[Line, HomeCareOrder]] = []
    for line in lines:
        told = line.values
        if told["person_ref"] not in persons:
            yield Refusal(line, "person_ref", NOBODY)
        elif told["start"] and told["slut"] and told["slut"] < told["start"]:
            yield Refusal(line, "slut", "Beställningen slutar innan den börjar.")
        else:
            found.append((line, _order(line, persons[told["person_ref"]])))
    _keep(HomeCareOrder, [(line, [row]) for line, row in found], batch, now)


def _order(line: Line, individual: int) -> HomeCareOrder:
    told = line.values
    return HomeCareOrder(
        key=line.key,
        digest=line.digest,
        line=line.number,
        individual_id=individual,
        decision=told["beslut_id"],
        provider=told["utforare_orgnr"][:20],
        unit=told["enhet"][:200],
        service=told["insats_kod"][:60],
        goal=told["mal_ref"],
        minutes_a_week=told["beviljad_min_vecka"],
        is_double_staffed=told["dubbelbemanning"],
        weekdays=told["veckodagar"][:60],
        window_start=told["tid_fonster_start"],
        window_end=told["tid_fonster_slut"],
        starts_on=told["start"],
        ends_on=told["slut"],
        status=told["status"],
        sent_at=told["skickad"],
    )


def take_visits(lines: Sequence[Line], batch: Batch, now: datetime) -> Iterator[Refusal]:
    persons, orders = _persons(lines), _orders(lines)
    found: list[tuple[Line, list[HomeCareVisit]]] = []
    for line in lines:
        told = line.values
        if told["person_ref"] not in persons:
            yield Refusal(line, "person_ref", NOBODY)
        elif told["bestallning_id"] and told["bestallning_id"] not in orders:
            yield Refusal(line, "bestallning_id", NO_ORDER)
        elif wrong := _wrong_times(told):
            yield Refusal(line, *wrong)
        else:
            found.append((line, list(_parts(line, persons[told["person_ref"]]))))
    _keep(HomeCareVisit, found, batch, now)


def _wrong_times(told: Mapping[str, Any]) -> tuple[str, str] | None:
    start, end = told["faktisk_start"], told["faktisk_slut"]
    if told["status"] == "utford" and told["utford_min"] is None and not (start and end):
        return "utford_min", "Ett utfört besök ska ha sina tider eller minuter."
    if start and end and end < start:
        return "faktisk_slut", "Besöket slutar innan det börjar."
    if start and end and end - start > LONGEST:
        return "faktisk_slut", "Besöket är längre än ett dygn."
    if (told["planerad_min"] or 0) > LONGEST.total_seconds() / 60:
        return "planerad_min", "Besöket är längre än ett dygn."
    return None


def _parts(line: Line, individual: int) -> Iterator[HomeCareVisit]:
    """One for each day that the visit touches, so that minutes can be added up by day."""
    told = line.values
    planned = _by_day(told["planerad_start"], told["planerad_min"], told["datum"])
    performed = _performed(line)
    days = sorted({*planned, *performed}) or [told["datum"]]
    if len(days) > 1:
        line.notes.append("Besöket går över midnatt och är delat.")
    if told["kalla"] == "manuell":
        line.notes.append("Registrerat för hand.")
    staff = max(told["antal_personal"] or 1, 1)
    for part, day in enumerate(days):
        yield HomeCareVisit(
            key=line.key,
            digest=line.digest,
            line=line.number,
            part=part,
            order_key=told["bestallning_id"],
            individual_id=individual,
            day=day,
            planned_start=told["planerad_start"],
            planned_minutes=planned.get(day),
            planned_staff=min(max(told["planerad_personal"] or 1, 1), 100),
            started_at=told["faktisk_start"],
            ended_at=told["faktisk_slut"],
            minutes=performed.get(day),
            staff_hsa=told["personal_hsa"][:64],
            status=told["status"],
            reason=told["orsak"],
            staff_count=min(staff, 100),
            travel_minutes=told["resa_min"] if part == 0 else None,
            source=told["kalla"],
            is_double_staffed=staff > 1,
        )


def _performed(line: Line) -> dict[date, int]:
    """The times decide where they are told; what is said of minutes beside them is only compared."""
    told = line.values
    start, end, stated = told["faktisk_start"], told["faktisk_slut"], told["utford_min"]
    if not (start and end):
        return _by_day(start, stated, told["datum"])
    minutes = _minutes(start, end)
    if stated is not None and abs(stated - minutes) > SLACK:
        line.notes.append("utford_min stämmer inte med tiderna; tiderna gäller.")
    return _by_day(start, minutes, told["datum"])


def _by_day(start: datetime | None, minutes: int | None, day: date) -> dict[date, int]:
    """Minutes per day in Stockholm, where midnight is; time that passes is counted, also when clocks are moved."""
    if minutes is None:
        return {}
    if start is None:
        return {day: minutes}
    found: dict[date, int] = {}
    at, end = start, start + timedelta(minutes=minutes)
    while True:
        today = at.astimezone(STOCKHOLM).date()
        turn = midnight(today + timedelta(days=1)).astimezone(start.tzinfo)
        found[today] = _minutes(at, min(end, turn))
        if end <= turn:
            return found
        at = turn


def _minutes(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds() / 60)


def take_absences(lines: Sequence[Line], batch: Batch, now: datetime) -> Iterator[Refusal]:
    persons = _persons(lines)
    found: list[tuple[Line, HomeCareAbsence]] = []
    for line in lines:
        told = line.values
        if told["person_ref"] not in persons:
            yield Refusal(line, "person_ref", NOBODY)
        elif told["till"] and told["till"] < told["fran"]:
            yield Refusal(line, "till", "Frånvaron slutar innan den börjar.")
        else:
            row = HomeCareAbsence(
                key=line.key,
                digest=line.digest,
                line=line.number,
                individual_id=persons[told["person_ref"]],
                starts_at=told["fran"],
                ends_at=told["till"],
                reason=told["orsak"],
            )
            found.append((line, row))
    _keep(HomeCareAbsence, [(line, [row]) for line, row in found], batch, now)


def _keep(model: Any, found: Sequence[tuple[Line, Sequence[Any]]], batch: Batch, now: datetime) -> None:
    current = model.objects.filter(is_current=True)
    first = current.filter(part=0) if model is HomeCareVisit else current
    held = revisions.known(first.filter(key__in=[line.key for line, _ in found]))
    rows = [(held.get(line.key), parts) for line, parts in found]
    outcomes = revisions.keep(current, rows, batch=batch, now=now)
    for (line, _), (what, note) in zip(found, outcomes, strict=True):
        line.outcome = what
        if note:
            line.notes.append(note)


def _persons(lines: Iterable[Line]) -> dict[uuid.UUID, int]:
    refs = {line.values["person_ref"] for line in lines}
    return dict(Individual.objects.filter(ref__in=refs).values_list("ref", "pk"))


def _orders(lines: Iterable[Line]) -> set[str]:
    keys = {line.values["bestallning_id"] for line in lines} - {""}
    return set(HomeCareOrder.objects.filter(is_current=True, key__in=keys).values_list("key", flat=True))


def _absence_key(told: Mapping[str, Any]) -> str:
    return f"{told['person_ref']} {told['fran'].isoformat()}"


# Orders first: visits refer to them.
register(
    Kind(
        "hemtjanst",
        "bestallning",
        "Beställningar",
        ORDER_COLUMNS,
        key=lambda told: str(told["bestallning_id"]),
        take=take_orders,
        group=PLANNER,
    )
)
register(
    Kind("hemtjanst", "franvaro", "Frånvaro", ABSENCE_COLUMNS, key=_absence_key, take=take_absences, group=PLANNER)
)
register(
    Kind(
        "hemtjanst",
        "besok",
        "Besök",
        VISIT_COLUMNS,
        key=lambda told: str(told["besok_id"]),
        take=take_visits,
        group=PLANNER,
        told=deviations.tell,
        ended=overlaps.mark,
    )
)
