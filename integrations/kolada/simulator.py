"""Speaks as Kolada's API v3 would: invented key figures and values, page by page, which can change and disappear."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.faults import FAULTS
from integrations.simulation import Json, Refused, Store, broken, control
from integrations.simulators import Surroundings, application

PER_PAGE = 50
MOST_IDS = 25
GENDERS = {"T": 0, "K": 1, "M": -1}
MUNICIPALITIES = {
    "0000": "Riket",
    "1880": "Örebro",
    "1861": "Hallsberg",
    "1881": "Kumla",
    "1980": "Västerås",
    "0580": "Linköping",
    "1814": "Lekeberg",
}
# Invented, as are their ids: the real ones are looked up at the real service. Title, middle, and how far from it.
FIGURES = {
    "N99001": ("Personalkontinuitet i hemtjänsten, antal personal på 14 dagar (påhittat)", 14.0, 3.0),
    "N99002": ("Väntetid till särskilt boende, dagar i medeltal (påhittat)", 52.0, 20.0),
    "N99003": ("Utskrivningsklara, dagar på sjukhus i medeltal (påhittat)", 1.4, 0.9),
    "N99004": ("Nettokostnadsavvikelse äldreomsorg, procent (påhittat)", 0.0, 8.0),
    "N99005": ("Hemtjänsttagare, kostnad i kronor per person (påhittat)", 290_000.0, 40_000.0),
}
FAULTS_OF_READING = {
    key: FAULTS[key] for key in ("ok", "slow", "down", "error", "unauthorized", "html", "cut", "encoding")
} | {
    "half": "Halvt svar: säger hur många rader det är men lämnar hälften",
    "field": "Ändrat fält: ”values” heter något annat",
}


def create(surroundings: Surroundings) -> Starlette:
    """The simulator as an application; its memory is in var/simulators."""
    kolada = Service(surroundings.store("kolada"))
    answered = {
        "/kpi": kolada.figures,
        "/kpi/{ids}": kolada.figures,
        "/municipality": kolada.municipalities,
        "/municipality/{ids}": kolada.municipalities,
        "/data/kpi/{kpis}/municipality/{codes}/year/{years}": kolada.values,
    }
    routes = [
        Route(path, broken(kolada.store, partial(kolada.paged, find)), methods=["GET"])
        for path, find in answered.items()
    ]
    acts = {"andra": kolada.change, "dolj": kolada.withhold, "slopa": kolada.drop, "ta-bort": kolada.remove}
    routes += control(kolada.store, acts, kolada.page, "kolada", faults=FAULTS_OF_READING)
    return application(kolada.store, routes)


class Service:
    def __init__(self, store: Store) -> None:
        self.store = store

    def figures(self, request: Request) -> list[Json]:
        wanted = _ids(request, "ids") if "ids" in request.path_params else list(FIGURES)
        words = request.query_params.get("title", "").lower()
        return [
            {
                "id": key,
                "title": FIGURES[key][0],
                "description": "Ett påhittat nyckeltal, som bara finns i simulatorn.",
                "municipality_type": "K",
                "is_divided_by_gender": True,
            }
            for key in wanted
            if key in FIGURES and key not in self._removed() and words in FIGURES[key][0].lower()
        ]

    def municipalities(self, request: Request) -> list[Json]:
        wanted = _ids(request, "ids") if "ids" in request.path_params else list(MUNICIPALITIES)
        return [{"id": code, "title": MUNICIPALITIES[code], "type": "K"} for code in wanted if code in MUNICIPALITIES]

    def values(self, request: Request) -> list[Json]:
        years = [int(year) for year in _ids(request, "years") if year.isdecimal()]
        latest = self.store.now().year - 1
        return [
            {
                "kpi": key,
                "municipality": code,
                "period": year,
                "values": [self._value(key, code, year, g) for g in "TKM"],
            }
            for key in _ids(request, "kpis")
            for code in _ids(request, "codes")
            for year in years
            if key in FIGURES
            and key not in self._removed()
            and code in MUNICIPALITIES
            and year <= latest
            and self._changed(key, code, year) != {}
        ]

    async def paged(self, find: Callable[[Request], list[Json]], request: Request) -> Response:
        """Raises Refused."""
        found, number = find(request), int(request.query_params.get("page", "1"))
        items = found[(number - 1) * PER_PAGE : number * PER_PAGE]
        following = str(request.url.include_query_params(page=number + 1)) if len(found) > number * PER_PAGE else None
        answer: dict[str, Any] = {"values": items, "count": len(items), "next_url": following, "previous_url": None}
        if self.store.fault.lage == "half":
            answer["values"] = items[: len(items) // 2]
        if self.store.fault.lage == "field":
            answer["results"] = answer.pop("values")
        return JSONResponse(answer)

    def change(self, told: Json) -> Json:
        """{"kpi", "kommun", "ar", "varde"}: it is told so from now on."""
        try:
            value = float(str(told.get("varde") or "0").replace(",", "."))
        except ValueError:
            raise Refused("fel_tal", "Värdet ska vara ett tal.") from None
        return self._put(told, {"value": value, "status": ""})

    def withhold(self, told: Json) -> Json:
        """{"kpi", "kommun", "ar"}: there is a value, and it is not shown."""
        return self._put(told, {"value": None, "status": "Private"})

    def drop(self, told: Json) -> Json:
        """{"kpi", "kommun", "ar"}: there is no such value any more."""
        return self._put(told, {})

    def remove(self, told: Json) -> Json:
        """{"kpi"}: there is no such key figure any more."""
        key = self._known(told)
        self.store.put("removed", [*self._removed(), key])
        return {"kpi": key}

    def page(self) -> Json:
        return {"figures": {key: about[0] for key, about in FIGURES.items()}, "municipalities": MUNICIPALITIES}

    def _put(self, told: Json, said: Json) -> Json:
        about = f"{self._known(told)} {told.get('kommun')} {told.get('ar')}"
        self.store.put("changed", {**self.store.get("changed", {}), about: said})
        return said

    def _known(self, told: Json) -> str:
        key = str(told.get("kpi") or "")
        if key not in FIGURES:
            raise Refused("okant_nyckeltal", "Nyckeltalet finns inte i simulatorn.")
        return key

    def _changed(self, key: str, code: str, year: int) -> Json | None:
        found: Json | None = self.store.get("changed", {}).get(f"{key} {code} {year}")
        return found

    def _removed(self) -> list[str]:
        return list(self.store.get("removed", []))

    def _value(self, key: str, code: str, year: int, gender: str) -> Json:
        said = self._changed(key, code, year)
        if said is None or gender != "T":
            said = {"value": _invented(key, code, year, gender), "status": ""}
        return {"gender": gender, "count": 1, "isdeleted": False, **said}


def _invented(key: str, code: str, year: int, gender: str) -> float:
    """Always the same for the same question."""
    _, middle, span = FIGURES[key]
    apart = int(hashlib.sha256(f"{key}{code}{year}".encode()).hexdigest()[:4], 16) / 0xFFFF - 0.5
    return round(middle + span * apart + GENDERS[gender] * span / 10, 2)


def _ids(request: Request, name: str) -> Sequence[str]:
    found: list[str] = request.path_params[name].split(",")
    if len(found) > MOST_IDS:
        raise Refused("for_manga", f"Högst {MOST_IDS} åt gången.")
    return found
