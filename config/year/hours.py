"""When people are at work: what is not urgent waits for the morning, and for Monday where nobody works at weekends."""

from __future__ import annotations

from datetime import datetime, timedelta

from web.swedish import STOCKHOLM

EVERY_DAY = {"sjukskoterska", "underskoterska", "hemtjanst", "fast_omsorgskontakt", "vardpersonal", "stodpersonal_lss"}
MORNING, EVENING = 8, 16
WEEKEND = (5, 6)


def at_work(moment: datetime, profession: str, *, is_urgent: bool) -> datetime:
    """The same moment, or the next morning that the profession works."""
    if is_urgent:
        return moment
    local = moment.astimezone(STOCKHOLM)
    if local.hour >= EVENING or local.hour < MORNING:
        days = 1 if local.hour >= EVENING else 0
        local = (local + timedelta(days=days)).replace(hour=MORNING, minute=5 + (local.minute * 7 + local.second) % 50)
    while profession not in EVERY_DAY and local.weekday() in WEEKEND:
        local += timedelta(days=1)
    return local.astimezone(moment.tzinfo)
