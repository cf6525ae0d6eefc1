"""When one may write to people: not at night, by the clock on the wall in Sweden. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from web.swedish import STOCKHOLM


def until(now: datetime, *, opens: int, closes: int) -> datetime | None:
    """When it may be sent, None for now. `opens` and `closes` are hours; the day they bound lies between them.

    What is no time on the wall (an hour that the clock leaps over) is the time after the leap; an hour that comes twice
    is open both times.
    """
    local = now.astimezone(STOCKHOLM)
    if opens <= local.hour < closes:
        return None
    day = local.date() + timedelta(days=local.hour >= closes)
    # To UTC and back: the offset is that of the morning, not of the night before.
    at = datetime(day.year, day.month, day.day, opens, tzinfo=STOCKHOLM)
    return at.astimezone(now.tzinfo)
