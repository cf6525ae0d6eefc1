"""The key figures that follow-up shows beside its own: by words in their names, of the latest year that we have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from integrations import configuration
from integrations.kolada import showing
from workflows.beside import KeyFigure, Place

STALE = timedelta(days=7)
"""They are asked for each day."""
EVERYBODY = "T"


def told(words: Sequence[str]) -> list[KeyFigure]:
    wanted = [word.casefold() for word in words]
    named = [one for one in showing.shown(EVERYBODY) if any(word in one.figure.title.casefold() for word in wanted)]
    return [_told(one, one.year) for one in named if one.year is not None]


def _told(one: showing.Shown, year: int) -> KeyFigure:
    place = list(one.years).index(year)
    return KeyFigure(
        key=one.figure.key,
        title=one.figure.title,
        year=year,
        places=[
            Place(name=row.name, told=row.cells[place].text, value=row.cells[place].value, is_own=row.is_own)
            for row in one.rows
        ],
        source="Kolada",
        fetched_at=one.figure.fetched_at,
        warning=_warning(one),
    )


def _warning(one: showing.Shown) -> str:
    if one.figure.gone_at is not None:
        return "Kolada har inte längre det här nyckeltalet. Siffrorna är de sista som fanns."
    if not configuration.of("kolada").is_enabled:
        return "Inga nya siffror hämtas: Kolada är avstängt."
    if timezone.now() - one.figure.fetched_at > STALE:
        return "Siffrorna är gamla: de skulle ha hämtats varje dag."
    return ""
