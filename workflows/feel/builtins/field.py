"""Functions of the field, registered from `workflows.feel.swedish`, where each rule names its source."""

# ruff: noqa: ARG001  every built-in is handed the run, also those that need nothing of it

from datetime import date, datetime, time
from decimal import Decimal

from workflows.feel import swedish
from workflows.feel.builtins.conversion import whole
from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.errors import Nothing


@builtin("lokal_tid", "dt: moment")
def lokal_tid(run: Running, dt: date | str) -> datetime:
    return swedish.local(swedish.moment(dt))


@builtin("klockan", "dt: moment")
def klockan(run: Running, dt: date | str) -> time:
    return swedish.local(swedish.moment(dt)).time()


@builtin("kalenderdagar_efter", "dt: moment, n: number")
def kalenderdagar_efter(run: Running, dt: date | str, n: Decimal) -> date:
    return swedish.calendar_days_after(swedish.day_or_moment(dt), _days(n))


@builtin("arbetsdagar_efter", "d: moment, n: number")
def arbetsdagar_efter(run: Running, d: date | str, n: Decimal) -> date:
    days = _days(n)
    run.spend(2 * abs(days))
    return swedish.working_days_after(swedish.day_or_moment(d), days)


@builtin("ar_arbetsdag", "d: moment")
def ar_arbetsdag(run: Running, d: date | str) -> bool:
    return swedish.is_working_day(swedish.local_day(swedish.day_or_moment(d)))


@builtin("i_kontorstid", "dt: moment")
def i_kontorstid(run: Running, dt: date | str) -> bool:
    return swedish.in_office_hours(swedish.moment(dt))


def _days(n: Decimal) -> int:
    if n != n.to_integral_value() or abs(n) > swedish.MAX_DAYS:
        raise Nothing(f"Antalet dagar ska vara ett heltal, högst {swedish.MAX_DAYS}.")
    return whole(n)
