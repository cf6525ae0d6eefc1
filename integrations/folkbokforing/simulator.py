"""Speaks as the population register would, for the demo and the tests."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request

from integrations import simulators
from integrations.simulation import Json, Refused
from integrations.simulators import Surroundings
from people import invented

TOLD = {
    "avliden": {"avliden_dt": "2026-11-27"},
    "flyttat": {"ny_kommun": "1881", "flyttat_dt": "2026-11-27"},
    "skyddade_uppgifter_andrad": {"skydd": "sekretessmarkering"},
    "uppgifter_andrade": {},
}
KINDS: dict[str, Json] = {name: {"nummer": invented.PEOPLE[0].number, **told} for name, told in TOLD.items()}


def create(surroundings: Surroundings) -> Starlette:
    """Its page is in the demo at port FORLOPP_PORT + 6, path /folkbokforing/."""
    return simulators.plain(
        surroundings,
        key="folkbokforing",
        title="Folkbokföringen",
        kinds=KINDS,
        accepts={"/api/personposter": look_up},
        statuses=frozenset({"mottagen", "avvisad", "ej_aktuell"}),
        shape=about_a_person,
    )


def about_a_person(message: Json) -> Json:
    """The number as the register tells it, with name and address when it is one of the invented people."""
    number = str(message.pop("nummer", "") or "")
    return {**message, "person": _post(number)}


def look_up(told: Json, _request: Request) -> Json:
    """One person. Raises Refused."""
    number = str(told.get("id") or "")
    if number not in {person.number for person in invented.PEOPLE}:
        raise Refused("okand_person", "Personen finns inte.")
    return {"person": _post(number)}


def _post(number: str) -> Json:
    person = next((one for one in invented.PEOPLE if one.number == number), None)
    if person is None:
        return {"id_typ": "personnummer", "id": number}
    return {
        "id_typ": person.identity_type,
        "id": number,
        "namn": f"{person.family_name} {invented.MARK}, {person.given_name}",
        "adress": person.address,
        "folkbokforingskommun": person.municipality_code,
        "skydd": person.protection,
    }
