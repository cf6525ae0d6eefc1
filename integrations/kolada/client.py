"""Kolada's open API, version 3: which key figures and municipalities there are, and values. About nobody."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integrations import http
from integrations.http import Peer
from workflows.connectors import PermanentError

PER_CALL = 25
"""As many ids or years as the service takes at a time."""
MOST_PAGES = 200
GENDERS = ("T", "K", "M")
_ID = re.compile(r"[A-Za-z0-9_]{1,20}")


@dataclass(frozen=True)
class Figure:
    """A key figure as the service describes it."""

    key: str
    title: str
    description: str
    is_for_municipalities: bool


@dataclass(frozen=True)
class Value:
    """One value of a year. Without `value`, `status` may say why; it is the service's own word."""

    figure: str
    municipality: str
    year: int
    gender: str
    value: float | None
    status: str

    @property
    def about(self) -> tuple[str, str, int, str]:
        return self.figure, self.municipality, self.year, self.gender


class Kolada:
    def __init__(self, peer: Peer | None = None) -> None:
        self._peer = peer or http.peer("kolada")

    def figures(self, keys: Sequence[str]) -> list[Figure]:
        """Those of them that there are."""
        return [_figure(item) for item in self._named("/kpi", keys)]

    def search(self, words: str) -> list[Figure]:
        """Those whose title has the words and that municipalities have values of."""
        found = [_figure(item) for item in self._all("/kpi", title=words)]
        return [figure for figure in found if figure.is_for_municipalities]

    def municipalities(self, codes: Sequence[str]) -> dict[str, str]:
        """Titles by code, of those that there are."""
        return {_text(item, "id"): _text(item, "title") for item in self._named("/municipality", codes)}

    def values(self, figures: Sequence[str], municipalities: Sequence[str], years: Sequence[int]) -> list[Value]:
        """Everything there is for each of them."""
        found: list[Value] = []
        for keys, codes, some in itertools.product(_parts(figures), _parts(municipalities), _parts(years)):
            path = f"/data/kpi/{_joined(keys)}/municipality/{_joined(codes)}/year/{_joined(some)}"
            found += [value for item in self._all(path) for value in _values(item)]
        return found

    def _named(self, path: str, ids: Sequence[str]) -> Iterator[Any]:
        """One that there is none of may make the service refuse all it was asked for with; then each is asked for."""
        for part in _parts(ids):
            items = self._all(f"{path}/{_joined(part)}")
            if not items and len(part) > 1:
                items = [item for one in part for item in self._all(f"{path}/{_joined([one])}")]
            yield from items

    def _all(self, path: str, **query: str | int) -> list[Any]:
        """What is on every page; nothing where there is no such thing."""
        items: list[Any] = []
        told: list[tuple[int, Any]] = []
        while path:
            answer = self._peer.find(path, **query)
            if answer is None:
                return items
            if not isinstance(answer, Mapping) or not isinstance(answer.get("values"), list):
                raise http.unreadable()
            items += answer["values"]
            told.append((len(answer["values"]), answer.get("count")))
            if len(told) > MOST_PAGES:
                raise http.unreadable()
            path, query = self._onward(answer.get("next_url")), {}
        # `count` is of the page or of all of them; where it is neither, something is missing.
        if any(count not in (None, on_page, len(items)) for on_page, count in told):
            raise http.unreadable()
        return items

    def _onward(self, told: object) -> str:
        """The path of the next page, '' after the last. Whatever host it names, only the one IT chose is asked."""
        if told in (None, ""):
            return ""
        parts, ours = urlsplit(str(told)), urlsplit(self._peer.base_url).path.rstrip("/")
        if not parts.path.startswith(f"{ours}/"):
            raise http.unreadable()
        return f"{parts.path.removeprefix(ours)}?{parts.query}"


def _parts(ids: Sequence[Any]) -> list[Sequence[Any]]:
    return [ids[first : first + PER_CALL] for first in range(0, len(ids), PER_CALL)]


def _joined(ids: Sequence[Any]) -> str:
    if not all(_ID.fullmatch(str(one)) for one in ids):
        raise PermanentError("fel_val", "Ett nyckeltal eller en kommun i integrations.toml är felskriven.")
    return ",".join(str(one) for one in ids)


def _figure(item: object) -> Figure:
    about = item.get("description") if isinstance(item, Mapping) else None
    return Figure(
        _text(item, "id"),
        _text(item, "title"),
        about if isinstance(about, str) else "",
        # Of municipalities, of regions, or of both (A).
        is_for_municipalities=not isinstance(item, Mapping) or item.get("municipality_type") != "L",
    )


def _values(item: object) -> Iterator[Value]:
    key, code, year = _text(item, "kpi"), _text(item, "municipality"), _year(item)
    told = item.get("values") if isinstance(item, Mapping) else None
    if not isinstance(told, list):
        raise http.unreadable()
    for one in told:
        gender, status = _text(one, "gender"), one.get("status") or ""
        if gender not in GENDERS or not isinstance(status, str) or "value" not in one:
            raise http.unreadable()
        is_deleted = one.get("isdeleted") or one.get("is_deleted")
        yield Value(key, code, year, gender, None if is_deleted else _number(one["value"]), status[:40])


def _year(item: object) -> int:
    told = item.get("period") if isinstance(item, Mapping) else None
    if isinstance(told, bool) or not re.fullmatch(r"\d{4}", str(told)):
        raise http.unreadable()
    return int(str(told))


def _number(told: object) -> float | None:
    if told is None:
        return None
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        raise http.unreadable()
    return float(told)


def _text(item: object, name: str) -> str:
    told = item.get(name) if isinstance(item, Mapping) else None
    if not isinstance(told, str) or not told:
        raise http.unreadable()
    return told
