"""Where people work in the town beside the demo's own log ins: more units, and some colleagues of every profession."""

from __future__ import annotations

from datetime import date, datetime

from config.year.inhabitants import FAMILY, MEN, WOMEN
from people import invented
from people.services import demo

UNITS = (
    ("hemsjukvard_soder", "Hemsjukvården söder", "Söder", "702"),
    ("hemtjanst_oster", "Hemtjänsten öster", "Öster", "704"),
    ("hemtjanst_vaster", "Hemtjänsten väster", "Väster", "705"),
    ("hemsjukvard_oster", "Hemsjukvården öster", "Öster", "704"),
    ("hemsjukvard_vaster", "Hemsjukvården väster", "Väster", "705"),
)
HOME_CARE = ("hemtjanst_norr", "hemtjanst_soder", "hemtjanst_oster", "hemtjanst_vaster")
NURSING = ("hemsjukvard_norr", "hemsjukvard_soder", "hemsjukvard_oster", "hemsjukvard_vaster")
ELSEWHERE = {
    "hemtjanst": HOME_CARE,
    "hemtjanst_planerare": HOME_CARE,
    "fast_omsorgskontakt": HOME_CARE,
    "underskoterska": ("hemgangsteamet", *HOME_CARE),
    "sjukskoterska": NURSING,
    "enhetschef": ("hemgangsteamet", *HOME_CARE, *NURSING, "rehab"),
}
"""Units where a profession works beside the one where the demo has it."""
EACH = 3
NAMED = "aret"


def people_it(*, since: date, now: datetime) -> None:
    """Add who is missing; can be run again."""
    demo.add_units(UNITS)
    given, family = (WOMEN + MEN).split(), FAMILY.split()
    places = {member.profession: (member.unit, *ELSEWHERE.get(member.profession, ())) for member in invented.STAFF}
    number = 0
    for profession, units in places.items():
        for unit in dict.fromkeys(units):
            for _ in range(EACH):
                demo.employ(
                    f"{NAMED}{number:03}",
                    (given[number * 7 % len(given)], f"{family[number * 11 % len(family)]} {invented.MARK}"),
                    (profession, unit),
                    since=since,
                    now=now,
                )
                number += 1
