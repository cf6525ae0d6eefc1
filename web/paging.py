"""Long lists a page at a time, by where the last page ended: a late page costs no more than the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows, and the key of the next page; '' when there is none."""

    rows: list[M]
    older: str


def page(rows: QuerySet[M], moment: str, *, older_than: str, size: int) -> Page[M]:
    """The latest first by the column `moment`. `older_than`: the key of the page before, or anything for the first."""
    at, _, key = older_than.partition("|")
    before = _moment(at)
    if before is not None and key.isdecimal():
        # The first condition is what an index walks from; the others leave out what the page before has shown.
        rows = rows.filter(**{f"{moment}__lte": before})
        rows = rows.filter(Q(**{f"{moment}__lt": before}) | Q(pk__lt=int(key)))
    found = list(rows.order_by(f"-{moment}", "-pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{getattr(last, moment).isoformat()}|{last.pk}" if last is not None else "")


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
