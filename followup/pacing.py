"""How ärenden go from one person's task to the next, counted: what a forecast is made of. Pure."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.utils import timezone

BEGUN = OVER = ""
"""What is before the first task, and after the last."""
BY_DAY = 70
"""Days that are told apart; longer gaps by the week, and no longer than two years."""
WEEK = 7
LONGEST = 104 * WEEK


class Pace(NamedTuple):
    """From the task `before` was done till `after` was, or till the ärende ended, in whole days by the calendar."""

    version: int
    before: str
    after: str
    group: str
    days: int


def days_between(first: datetime.datetime, last: datetime.datetime) -> int:
    """By the calendar; never less than none, also when a clock was put back."""
    days = max(0, (timezone.localdate(last) - timezone.localdate(first)).days)
    return days if days <= BY_DAY else min(days // WEEK * WEEK, LONGEST)
