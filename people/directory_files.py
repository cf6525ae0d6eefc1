"""The directory as files: units, professions and staff, each a row that can be wrong without stopping the others.

UTF-8 (with or without BOM), semicolons, a first line of names; columns may come in any order, and others are ignored.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

UNITS, PROFESSIONS, STAFF = "enheter.csv", "professioner.csv", "personal.csv"
PARENT = "overordnad"
"""The column of units that tells the key of what a unit is part of; a file without it leaves the tree as it is."""
COLUMNS = {
    UNITS: ("nyckel", "namn"),
    PROFESSIONS: ("nyckel", "namn", "lagrum"),
    STAFF: ("id", "fornamn", "efternamn", "profession", "enhet"),
}
KEY = re.compile(r"[-a-zA-Z0-9_]{1,60}")
SPHERES = {"": "", "hsl": "hsl", "sol": "sol", "bada": "bada", "båda": "bada"}
LONGEST = 200


class Unreadable(Exception):
    """Filen går inte att läsa; meddelandet säger varför."""


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a row, in words that tell nothing of anyone."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file} rad {self.line}: {self.says}"


@dataclass(frozen=True)
class Line:
    number: int
    told: Mapping[str, str]


def read(folder: Path, name: str) -> list[Line] | None:
    """The rows of a file, None when there is no such file. Raises Unreadable."""
    path = folder / name
    if not path.exists():
        return None
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{name}: Filen är inte UTF-8. Spara den som ”CSV UTF-8”.") from None
    if "\x00" in text:
        raise Unreadable(f"{name}: Filen innehåller tecken som inte hör hemma i en textfil.")
    rows = csv.reader(io.StringIO(text), delimiter=";")
    first = [one.strip().casefold() for one in next(rows, [])]
    missing = [one for one in COLUMNS[name] if one not in first]
    if missing:
        raise Unreadable(
            f"{name}: Kolumnen {', '.join(missing)} saknas i första raden. Skilj kolumner åt med semikolon."
        )
    found = [
        Line(number, {column: one.strip() for column, one in zip(first, row, strict=False)})
        for number, row in enumerate(rows, start=2)
        if any(one.strip() for one in row)
    ]
    if not found:
        raise Unreadable(f"{name}: Filen är tom.")
    return found


def wrong(name: str, line: Line) -> Iterator[Wrong]:
    """All that is wrong in a row by itself."""
    for says in (*_misshapen(name, line.told), *_unfit(name, line.told)):
        yield Wrong(name, line.number, says)


def _misshapen(name: str, told: Mapping[str, str]) -> Iterator[str]:
    yield from (f"{column} saknas." for column in COLUMNS[name] if column not in told)
    yield from (f"{column} är längre än {LONGEST} tecken." for column, value in told.items() if len(value) > LONGEST)
    yield from (f"{column} är tom." for column in ("nyckel", "id") if column in COLUMNS[name] and not told.get(column))


def _unfit(name: str, told: Mapping[str, str]) -> Iterator[str]:
    if name != STAFF and told.get("nyckel") and not KEY.fullmatch(told["nyckel"]):
        yield "nyckel ska vara bokstäver a–z, siffror, - och _."
    if name == PROFESSIONS and told.get("lagrum", "").casefold() not in SPHERES:
        yield "lagrum ska vara hsl, sol, båda eller tomt."
    if name == STAFF and bool(told.get("profession")) != bool(told.get("enhet")):
        yield "profession och enhet ska anges tillsammans."
