"""Functions of the field, registered from `workflows.feel.swedish`, where each rule names its source."""

# ruff: noqa: ARG001  every built-in is handed the run, also those that need nothing of it

from datetime import date, datetime, time
from decimal import Decimal

from workflows.feel import personnummer, swedish, swedish_text
from workflows.feel.builtins.conversion import whole
from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.errors import Nothing

Moment = date | str
Clock = time | date | str
_OFFICE_HOURS = "dt: moment, oppnar?: clock|null, stanger?: clock|null"

# ---- the clock and the calendar


@builtin("lokal_tid", "dt: moment")
def lokal_tid(run: Running, dt: Moment) -> datetime:
    return swedish.local(swedish.moment(dt))


@builtin("klockan", "dt: moment")
def klockan(run: Running, dt: Moment) -> time:
    return swedish.local(swedish.moment(dt)).time()


@builtin("vid_klockan", "d: moment, tid: clock")
def vid_klockan(run: Running, d: Moment, tid: Clock) -> datetime:
    return swedish.at_clock(swedish.day_or_moment(d), swedish.clock(tid))


@builtin("nasta_klockan", "dt: moment, tid: clock")
def nasta_klockan(run: Running, dt: Moment, tid: Clock) -> datetime:
    return swedish.next_at_clock(swedish.moment(dt), swedish.clock(tid))


@builtin("nasta_veckodag", "d: moment, veckodag: string")
def nasta_veckodag(run: Running, d: Moment, veckodag: str) -> date:
    return swedish.next_weekday(swedish.day_or_moment(d), veckodag)


@builtin("kalenderdagar_efter", "dt: moment, n: number")
def kalenderdagar_efter(run: Running, dt: Moment, n: Decimal) -> date:
    return swedish.calendar_days_after(swedish.day_or_moment(dt), _days(n))


@builtin("frist_efter", "skickad: moment, dagar: number, bryttid?: clock|null")
def frist_efter(run: Running, skickad: Moment, dagar: Decimal, bryttid: Clock | None = None) -> date:
    cut_off = swedish.NOON if bryttid is None else swedish.clock(bryttid)
    return swedish.deadline(swedish.day_or_moment(skickad), _days(dagar), cut_off)


def _days(n: Decimal) -> int:
    if n != n.to_integral_value() or abs(n) > swedish.MAX_DAYS:
        raise Nothing(f"Antalet dagar ska vara ett heltal, högst {swedish.MAX_DAYS}.")
    return whole(n)


# ---- working days


@builtin("arbetsdagar_efter", "d: moment, n: number")
def arbetsdagar_efter(run: Running, d: Moment, n: Decimal) -> date:
    days = _days(n)
    run.spend(2 * abs(days))
    return swedish.working_days_after(swedish.day_or_moment(d), days)


@builtin("arbetsdagar_mellan", "fran: moment, till: moment")
def arbetsdagar_mellan(run: Running, fran: Moment, till: Moment) -> Decimal:
    start, end = _day(fran), _day(till)
    days = abs((end - start).days)
    if days > swedish.MAX_DAYS:
        raise Nothing(f"Det får vara högst {swedish.MAX_DAYS} dagar mellan dagarna.")
    run.spend(2 * days)
    return Decimal(swedish.working_days_between(start, end))


@builtin("ar_arbetsdag", "d: moment")
def ar_arbetsdag(run: Running, d: Moment) -> bool:
    return swedish.is_working_day(_day(d))


@builtin("ar_helgdag", "d: moment")
def ar_helgdag(run: Running, d: Moment) -> bool:
    return swedish.is_holiday(_day(d))


@builtin("i_kontorstid", _OFFICE_HOURS)
def i_kontorstid(run: Running, dt: Moment, oppnar: Clock | None = None, stanger: Clock | None = None) -> bool:
    return swedish.in_office_hours(swedish.moment(dt), *_hours(oppnar, stanger))


@builtin("nasta_kontorstid", _OFFICE_HOURS)
def nasta_kontorstid(run: Running, dt: Moment, oppnar: Clock | None = None, stanger: Clock | None = None) -> datetime:
    return swedish.next_office_hours(swedish.moment(dt), *_hours(oppnar, stanger))


def _hours(opens: Clock | None, closes: Clock | None) -> tuple[time, time]:
    return (
        swedish.OFFICE_OPENS if opens is None else swedish.clock(opens),
        swedish.OFFICE_CLOSES if closes is None else swedish.clock(closes),
    )


def _day(value: Moment) -> date:
    return swedish.local_day(swedish.day_or_moment(value))


# ---- persons


@builtin("fyllda_ar", "fodelsedatum: moment, dag?: moment|null")
def fyllda_ar(run: Running, fodelsedatum: Moment, dag: Moment | None = None) -> Decimal:
    return Decimal(swedish.whole_years(_day(fodelsedatum), swedish.local_day(run.now) if dag is None else _day(dag)))


@builtin("ar_personnummer", "nummer: string")
def ar_personnummer(run: Running, nummer: str) -> bool:
    found = _read(run, nummer)
    return found is not None and not found.is_coordination


@builtin("ar_samordningsnummer", "nummer: string")
def ar_samordningsnummer(run: Running, nummer: str) -> bool:
    found = _read(run, nummer)
    return found is not None and found.is_coordination


@builtin("ar_testnummer", "nummer: string")
def ar_testnummer(run: Running, nummer: str) -> bool:
    found = _read(run, nummer)
    return found is not None and found.is_test


@builtin("fodelsedatum_ur", "nummer: string")
def fodelsedatum_ur(run: Running, nummer: str) -> date:
    found = _read(run, nummer)
    if found is None:
        raise Nothing("Numret är inget giltigt personnummer eller samordningsnummer.")
    if found.born_on is None:
        raise Nothing("Samordningsnumret har inget helt födelsedatum.")
    return found.born_on


def _read(run: Running, number: str) -> personnummer.Number | None:
    return personnummer.read(number, today=swedish.local_day(run.now))


# ---- texts


@builtin("datum_text", "d: moment")
def datum_text(run: Running, d: Moment) -> str:
    return swedish_text.date_text(_day(d))


@builtin("tidpunkt_text", "dt: moment")
def tidpunkt_text(run: Running, dt: Moment) -> str:
    return f"{swedish_text.date_text(_day(dt))} {swedish_text.clock_text(swedish.clock(dt))}"


@builtin("klockslag_text", "tid: clock")
def klockslag_text(run: Running, tid: Clock) -> str:
    return swedish_text.clock_text(swedish.clock(tid))


@builtin("veckodag_text", "d: moment")
def veckodag_text(run: Running, d: Moment) -> str:
    return swedish_text.weekday_text(_day(d))


@builtin("tal_text", "tal: number, decimaler?: number|null")
def tal_text(run: Running, tal: Decimal, decimaler: Decimal | None = None) -> str:
    run.string(50)
    return swedish_text.number_in_text(tal, decimaler)
