"""Follows the directory's files; tells of every row that could not be followed, and can be asked to only try."""

from __future__ import annotations

import datetime
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from people import directory_files
from people.directory_files import PARENT, PROFESSIONS, STAFF, UNITS, Line, Unreadable, Wrong
from people.models import DirectoryEntry, Profession, Unit
from people.services import directory
from people.services.directory import InARing, TakenByAnother, Told

SOURCE = "katalog"
MOST_LEAVING = 10
"""Per cent of those whom the files told of before: when more are gone, something is likely wrong with the file."""


class Command(BaseCommand):
    help = (
        "Make units, professions and staff as the files of a folder say (enheter.csv, professioner.csv, personal.csv)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--try", dest="is_trial", action="store_true", help="tell what would be done, and do nothing"
        )
        parser.add_argument(
            "--many-leave", action="store_true", help=f"more than {MOST_LEAVING} % of the staff have left"
        )

    def handle(self, *_words: str, **options: Any) -> None:
        now = timezone.now()
        try:
            with transaction.atomic():
                found, counts = _followed(options["folder"], now=now, many=options["many_leave"])
                if options["is_trial"]:
                    transaction.set_rollback(True)
        except Unreadable as problem:
            raise CommandError(str(problem)) from None
        for one in found:
            self.stdout.write(str(one))
        did = "Skulle ha ändrat" if options["is_trial"] else "Ändrade"
        told = ", ".join(f"{count} {what}" for what, count in counts.items())
        self.stdout.write(f"{did}: {told}. {len(found)} rader gick inte att följa.")
        if found:
            raise CommandError(
                "Rätta raderna ovan och kör igen; det övriga är gjort."
                if not options["is_trial"]
                else "Se raderna ovan."
            )


def _followed(folder: Path, *, now: datetime.datetime, many: bool) -> tuple[list[Wrong], dict[str, int]]:
    """Units and professions first, since staff are told by them."""
    found: list[Wrong] = []
    counts = {"enheter": 0, "professioner": 0, "personal": 0, "har slutat": 0}
    units = _sound(folder, UNITS, found)
    for line in units:
        told = line.told
        counts["enheter"] += directory.unit(
            key=told["nyckel"],
            name=told["namn"][:160],
            area=told.get("omrade", "")[:120],
            postal_codes=told.get("postnummer", ""),
        )
    if moved := _placed(units, found):
        counts["enheter som flyttats"] = moved
    for line in _sound(folder, PROFESSIONS, found):
        told = line.told
        sphere = directory_files.SPHERES[told["lagrum"].casefold()]
        counts["professioner"] += directory.profession(key=told["nyckel"], name=told["namn"][:120], sphere=sphere)
    people = directory_files.read(folder, STAFF)
    if people is not None:
        counts["personal"], counts["har slutat"] = _staff(people, found, now=now, many=many)
    return found, counts


def _sound(folder: Path, name: str, found: list[Wrong]) -> list[Line]:
    lines = directory_files.read(folder, name) or []
    bad = [one for line in lines for one in directory_files.wrong(name, line)]
    found += bad
    return [line for line in lines if line.number not in {one.line for one in bad}]


def _placed(lines: list[Line], found: list[Wrong]) -> int:
    """How many that became part of another unit; rows that would close a ring are left, and the others followed."""
    known = set(Unit.objects.values_list("key", flat=True))
    told = [line for line in lines if PARENT in line.told]
    lost = [line.number for line in told if line.told[PARENT] not in known | {""}]
    found += [Wrong(UNITS, row, "den överordnade enheten finns inte här; lägg den i enheter.csv.") for row in lost]
    parents = {one.told["nyckel"]: one.told[PARENT] for one in told if one.told[PARENT] in known | {""}}
    rows = {line.told["nyckel"]: line.number for line in told}
    while parents:
        try:
            return directory.part_of(parents=parents)
        except InARing as ring:
            way = str(ring).split(" → ")
            for key in parents.keys() & set(way):
                parents.pop(key)
                found.append(Wrong(UNITS, rows[key], f"enheten kan inte vara en del av sig själv: {ring}."))
    return 0


def _staff(lines: list[Line], found: list[Wrong], *, now: datetime.datetime, many: bool) -> tuple[int, int]:
    """A row for each profession held; who is in no row has left, and who has a row that is wrong stays as they are."""
    roles = set(Profession.objects.values_list("key", flat=True))
    units = set(Unit.objects.values_list("key", flat=True))
    rows: dict[str, list[Line]] = {}
    spoiled: set[str] = set()
    for line in lines:
        bad = list(directory_files.wrong(STAFF, line)) or list(_unknown(line, roles, units))
        found += bad
        spoiled |= {line.told.get("id", "")} if bad else set()
        rows.setdefault(line.told.get("id", ""), []).append(line)
    left = _left(set(rows), many=many)
    changed = sum(_one(key, rows[key], found, now=now) for key in rows if key and key not in spoiled)
    return changed, sum(directory.leave(source=SOURCE, external_id=key, by=None, now=now) for key in left)


def _unknown(line: Line, roles: set[str], units: set[str]) -> list[Wrong]:
    told = line.told
    found = []
    if told["profession"] and told["profession"] not in roles:
        found.append(Wrong(STAFF, line.number, "professionen finns inte här; lägg den i professioner.csv."))
    if told["enhet"] and told["enhet"] not in units:
        found.append(Wrong(STAFF, line.number, "enheten finns inte här; lägg den i enheter.csv."))
    return found


def _left(told: set[str], *, many: bool) -> set[str]:
    """Raises Unreadable when they are too many to be true."""
    before = set(DirectoryEntry.objects.filter(source=SOURCE, removed_at=None).values_list("external_id", flat=True))
    gone = before - told
    if not many and len(gone) > 5 and len(gone) * 100 > len(before) * MOST_LEAVING:
        raise Unreadable(
            f"{STAFF}: {len(gone)} av {len(before)} saknas. Är filen hel? Kör då igen med --many-leave. Inget är gjort."
        )
    return gone


def _one(key: str, lines: list[Line], found: list[Wrong], *, now: datetime.datetime) -> int:
    told = lines[0].told
    rights = frozenset((one.told["profession"], one.told["enhet"]) for one in lines if one.told["profession"])
    somebody = Told(
        external_id=key,
        given_name=told["fornamn"][:150],
        family_name=told["efternamn"][:150],
        hsa_id=told.get("hsa_id", "")[:64],
        username=told.get("anvandarnamn", "")[:150],
        title=told.get("titel", "")[:120],
        email=told.get("epost", ""),
        rights=rights,
    )
    try:
        with transaction.atomic():
            return int(directory.follow(source=SOURCE, told=somebody, by=None, now=now)[1])
    except TakenByAnother as taken:
        found.append(Wrong(STAFF, lines[0].number, taken.__doc__ or ""))
        return 0
