"""Fetches the values of the key figures that IT chose; the same again is nothing, a changed value a new revision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from integrations import configuration
from integrations.kolada.client import PER_CALL, Figure, Kolada, Value
from integrations.models import KeyFigure, KeyFigureMunicipality, KeyFigureValue
from workflows.connectors import PermanentError
from workflows.rights import IT
from workflows.services import incidents

COUNTRY = "0000"
GONE = "gone"
"""Our own status of a value that was there and came no more."""
SHOWN_AS_GONE = timedelta(days=90)
CHUNK = 500

About = tuple[str, str, int, str]


@dataclass(frozen=True)
class Choice:
    """What stands in integrations.toml."""

    own: str
    others: list[str]
    keys: list[str]
    searches: list[str]
    years: int

    @classmethod
    def made(cls) -> Choice:
        told = configuration.of("kolada")
        own = told.text("municipality") or str(settings.FORLOPP_MUNICIPALITY_CODE)
        others = [code for code in dict.fromkeys(told.words("compare")) if code not in (own, COUNTRY)]
        keys = list(dict.fromkeys(told.words("figures")))
        return cls(own, others, keys, told.words("search"), min(max(told.whole("years"), 1), PER_CALL))

    @property
    def municipalities(self) -> list[str]:
        """Ours, those to compare with, the country: the order in which they are shown."""
        return [self.own, *self.others, COUNTRY]

    def period(self, now: datetime) -> list[int]:
        this = timezone.localtime(now).year
        return list(range(this - self.years, this + 1))


@dataclass
class Found:
    """The key figures to follow, those that are no more, and what IT should know about the choice."""

    figures: dict[str, Figure] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)


def fetch(*, clock: Callable[[], datetime] = timezone.now, kolada: Callable[[], Kolada] = Kolada) -> None:
    """All of it is fetched and read before any is kept. Raises DeliveryError; what we had then stays."""
    now, choice, service = clock(), Choice.made(), kolada()
    names = names_of(service, choice, choice.municipalities)
    found = _found(service, choice)
    found.remarks += [f"Ingen kommun har koden {code}." for code in choice.municipalities if code not in names]
    values = service.values(list(found.figures), list(names), choice.period(now))
    with transaction.atomic():
        _keep_names(names)
        _keep_figures(found, choice, now)
        _keep_values(values, set(names), choice.period(now), now)
    _remind(found.remarks, now)


def names_of(service: Kolada, choice: Choice, codes: Sequence[str]) -> dict[str, str]:
    """What the municipalities are called, our own among them. Raises PermanentError when the service knows not ours."""
    names = service.municipalities(codes)
    if choice.own not in names:
        raise PermanentError("okand_kommun", f"Tjänsten känner ingen kommun {choice.own}. IT behöver se över adressen.")
    return names


def _found(service: Kolada, choice: Choice) -> Found:
    """Ids that were chosen, what the words find, and what was followed before: is that no more, or only not chosen?"""
    found, wanted = Found(), set(choice.keys)
    for words in choice.searches:
        hits = service.search(words)
        if not hits:
            found.remarks.append(f"Inget nyckeltal har ”{words}” i namnet.")
        if len(hits) > PER_CALL:
            found.remarks.append(f"”{words}” finns i {len(hits)} nyckeltal; de första {PER_CALL} hämtas.")
        found.figures |= {figure.key: figure for figure in sorted(hits, key=lambda hit: hit.key)[:PER_CALL]}
    before = KeyFigure.objects.filter(Q(is_followed=True) | Q(key__in=wanted))
    titles = dict(before.values_list("key", "title"))
    asked = [key for key in [*choice.keys, *sorted(titles.keys() - wanted)] if key not in found.figures]
    known = {figure.key: figure for figure in service.figures(asked)}
    found.figures |= {key: known[key] for key in choice.keys if key in known}
    found.gone = {key for key in asked if key not in known}
    for key in sorted(found.gone):
        told = f"Nyckeltalet {key} ({titles[key]})" if key in titles else f"Nyckeltalet {key}"
        found.remarks.append(f"{told} finns inte hos Kolada.")
    return found


def _keep_names(names: dict[str, str]) -> None:
    rows = [KeyFigureMunicipality(code=code, title=title[:120]) for code, title in names.items()]
    KeyFigureMunicipality.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["title"]
    )


def _keep_figures(found: Found, choice: Choice, now: datetime) -> None:
    """What is no longer chosen is kept and not shown; what is no more is shown as that, with what we had."""
    followed = KeyFigure.objects.filter(is_followed=True)
    # One that words found cannot be taken out of the file.
    followed.filter(gone_at__lt=now - SHOWN_AS_GONE).exclude(key__in=choice.keys).update(is_followed=False)
    followed.exclude(key__in=[*found.figures, *found.gone]).update(is_followed=False)
    followed.filter(key__in=found.gone, gone_at=None).update(gone_at=now)
    rows = [
        KeyFigure(key=figure.key[:20], title=figure.title[:300], description=figure.description, fetched_at=now)
        for figure in found.figures.values()
    ]
    told = ["title", "description", "fetched_at", "is_followed", "gone_at"]
    KeyFigure.objects.bulk_create(rows, update_conflicts=True, unique_fields=["key"], update_fields=told)


def _keep_values(values: Sequence[Value], names: set[str], years: Sequence[int], now: datetime) -> None:
    told = {value.about: value for value in values}
    figures = dict(KeyFigure.objects.filter(key__in={value.figure for value in values}).values_list("key", "pk"))
    held = {
        (row.figure.key, row.municipality, row.year, row.gender): row
        for row in KeyFigureValue.objects.filter(
            is_current=True, figure__in=figures.values(), municipality__in=names, year__in=years
        ).select_related("figure")
    }
    replaced, written = [], []
    for about, said in [*_told(told), *_gone(held.keys() - told.keys())]:
        before = held.get(about)
        if before and (before.value, before.status) == said:
            continue
        key, municipality, year, gender = about
        row = KeyFigureValue(figure_id=figures[key], municipality=municipality, year=year, gender=gender, told_at=now)
        (row.value, row.status), row.revision = said, before.revision + 1 if before else 1
        written.append(row)
        replaced += [before.pk] if before else []
    for first in range(0, len(replaced), CHUNK):
        KeyFigureValue.objects.filter(pk__in=replaced[first : first + CHUNK]).update(is_current=False)
    KeyFigureValue.objects.bulk_create(written, batch_size=CHUNK)


def _told(told: dict[About, Value]) -> Iterable[tuple[About, tuple[float | None, str]]]:
    return ((about, (value.value, value.status)) for about, value in told.items())


def _gone(missing: Iterable[About]) -> Iterable[tuple[About, tuple[float | None, str]]]:
    return ((about, (None, GONE)) for about in sorted(missing))


def _remind(remarks: Sequence[str], now: datetime) -> None:
    """One stopp for IT as long as the choice and the service do not agree."""
    page = reverse("integrations:key_figures")
    if remarks:
        incidents.open_incident(code="settings", text=" ".join(remarks), group=IT, page=page, now=now)
    else:
        incidents.resolve_for_page(page=page, now=now, note="Valen stämmer med tjänsten.")
