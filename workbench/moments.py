"""When a time of a diagram would come, if an ärende reached it now: what the engine reads, told in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from web import swedish
from workflows import feel
from workflows.engine import clock

HOW_MANY = 3
DEPENDS = "Tiden beror på uppgifter i ärendet, så den går inte att räkna ut här."


@dataclass(frozen=True)
class Moments:
    """The first moments; or `problem`, what is wrong with the text; or `why` none can be told."""

    times: tuple[str, ...] = ()
    problem: str = ""
    why: str = ""


def of_timer(text: str, *, is_cycle: bool, now: datetime) -> Moments:
    """The first three of a cycle, else the one moment."""
    try:
        written = text.strip() if clock.is_literal(text) else _computed(text, now)
        if written is None:
            return Moments(why=DEPENDS)
        found = list(_repeated(clock.parse_cycle(written), now)) if is_cycle else [clock.due(written, now)]
    except (clock.BadTimer, feel.FeelError, OverflowError) as error:
        return Moments(problem=str(error) or "Tiden går inte att räkna ut.")
    return Moments(times=tuple(map(_told, found)))


def _computed(expression: str, now: datetime) -> str | None:
    """The value of an expression that asks for nothing of an ärende. Raises FeelError."""
    value = feel.to_plain(feel.evaluate(expression, {}, now=now))
    return value if isinstance(value, str) else None


def _repeated(cycle: clock.Cycle, now: datetime) -> Iterator[datetime]:
    moment = cycle.first or cycle.every.after(now)
    for _ in range(min(HOW_MANY, cycle.count or HOW_MANY)):
        yield moment
        moment = cycle.every.after(moment)


def _told(moment: datetime) -> str:
    day = moment.astimezone(swedish.STOCKHOLM).date()
    return f"{swedish.WEEKDAYS[day.weekday()]} {swedish.date(day)} {swedish.clock(moment)}"
