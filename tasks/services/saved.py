"""Saved filters of the inbox: kept, renamed, shared, copied, thrown away. Whose it is, is for the caller to ask."""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction

from people.models import Staff, Unit
from people.services import preferences
from tasks.models import SavedFilter
from tasks.models.saved import LONGEST_NAME

MOST = 50


class Unnamed(Exception):
    """It has no name, or one that cannot be saved."""


class Unfiltered(Exception):
    """It would show everything."""


class NameTaken(Exception):
    """One has another of that name."""


class TooMany(Exception):
    """One has as many as one may."""


class NotOurUnit(Exception):
    """It is shared only with a unit where one works."""


def save(*, name: str, query: str, by: Staff, now: datetime.datetime) -> SavedFilter:
    """The same name for the same is the same: a second click changes nothing. Raises all but NotOurUnit."""
    name = _named(name)
    if not query:
        raise Unfiltered
    known = SavedFilter.objects.filter(owner=by, name=name).first()
    if known is not None and known.query == query:
        return known
    if known is not None:
        raise NameTaken
    if SavedFilter.objects.filter(owner=by).count() >= MOST:
        raise TooMany
    try:
        with transaction.atomic():
            return SavedFilter.objects.create(owner=by, name=name, query=query, created_at=now)
    except IntegrityError:
        raise NameTaken from None


def rename(*, saved: SavedFilter, name: str) -> None:
    """Raises Unnamed and NameTaken."""
    saved.name = _named(name)
    try:
        with transaction.atomic():
            saved.save(update_fields=["name"])
    except IntegrityError:
        raise NameTaken from None


def share(*, saved: SavedFilter, unit_key: str, by: Staff) -> None:
    """With a unit where one works today; '' takes it back. Raises NotOurUnit."""
    if unit_key and unit_key not in by.units:
        raise NotOurUnit
    saved.shared_with = Unit.objects.get(key=unit_key) if unit_key else None
    saved.save(update_fields=["shared_with"])


def copy(*, saved: SavedFilter, by: Staff, now: datetime.datetime) -> SavedFilter:
    """A colleague's becomes one's own, to change as one likes; under another name where one has that already."""
    names = [saved.name, *(f"{saved.name[: LONGEST_NAME - 3]} {number}" for number in range(2, MOST))]
    for name in names:
        try:
            return save(name=name, query=saved.query, by=by, now=now)
        except NameTaken:
            continue
    raise TooMany


@transaction.atomic
def delete(*, saved: SavedFilter, by: Staff) -> None:
    """The inbox that opened with it opens with everything again."""
    if by.start_page == saved.query:
        preferences.open_with(query="", by=by)
    saved.delete()


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Unnamed
    return name
