"""Writes the ways of ärenden as history is counted: how far those under way have come, and how many ended each way."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection
from django.db.models import Count

from followup.models import Trail, Variant, VariantCount
from followup.trails import End, Followed, Way
from people import reading

MOST = 1_000
"""Ways of a version that are told apart; those that come after are counted together."""
TOGETHER = 500
COLUMNS = ("variant_id", "month", "bucket", "is_off", "is_late", "count")
SAME = '"variant_id", "month", "bucket", "is_off", "is_late"'


def put(followed: Followed) -> None:
    """Call in a transaction that has moved the mark of what is counted."""
    over = [key for key, way in followed.ways.items() if way.outcome is not None]
    Trail.objects.filter(instance__in=over).delete()
    _go_on({key: way for key, way in followed.ways.items() if way.outcome is None})
    if followed.ended:
        _end(followed)


def _go_on(ways: Mapping[int, Way]) -> None:
    made = [
        Trail(
            instance_id=key,
            version_id=way.version,
            digest=way.digest,
            steps=way.steps,
            flows=sorted(way.flows),
            off=sorted(way.off),
            last=way.last,
            last_at=way.last_at,
        )
        for key, way in sorted(ways.items())
    ]
    names = ["version", "digest", "steps", "flows", "off", "last", "last_at"]
    Trail.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["instance"], update_fields=names, batch_size=TOGETHER
    )


def _end(followed: Followed) -> None:
    ways = {(way.version, way.digest): way for way in followed.ways.values() if way.outcome is not None}
    keys = _variants(ways, followed.ended)
    rows = [
        (keys[one.version, one.digest], one.month, one.bucket, one.is_off, one.is_late, count)
        for one, count in followed.ended.items()
    ]
    table = reading.table(VariantCount)
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    for first in range(0, len(rows), TOGETHER):
        part = _together(rows[first : first + TOGETHER])
        places = ", ".join([f"({reading.places(COLUMNS)})"] * len(part))
        text = f"""INSERT INTO {table} ({names}) VALUES {places}
            ON CONFLICT ({SAME}) DO UPDATE SET "count" = {table}."count" + excluded."count" """
        with connection.cursor() as cursor:
            cursor.execute(text, [reading.given(value) for row in part for value in row])


def _together(rows: Collection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Of the same key once: several ways may be counted together."""
    found: dict[tuple[object, ...], int] = {}
    for *key, count in rows:
        found[tuple(key)] = found.get(tuple(key), 0) + int(str(count))
    return [(*key, count) for key, count in found.items()]


def _variants(ways: Mapping[tuple[int, str], Way], ended: Collection[End]) -> dict[tuple[int, str], int]:
    """The key of each way in the order in which they were first gone; of those that are too many, the one of all."""
    versions = {version for version, _ in ways}
    wanted = dict.fromkeys((one.version, one.digest) for one in ended)
    known = Variant.objects.filter(version__in=versions, digest__in=["", *(digest for _, digest in wanted)])
    keys = {(version, digest): pk for pk, version, digest in known.values_list("pk", "version_id", "digest")}
    many = dict(Variant.objects.filter(version__in=versions).values_list("version").annotate(Count("pk")))
    for version, digest in wanted:
        if (version, digest) in keys:
            continue
        is_told = many.get(version, 0) < MOST
        way = ways[version, digest] if is_told else Way(version, outcome="")
        same = (version, digest if is_told else "")
        if same not in keys:
            row = Variant.objects.create(
                version_id=version,
                digest=same[1],
                outcome=way.outcome or "",
                steps=way.steps,
                flows=sorted(way.flows),
            )
            keys[same] = row.pk
            many[version] = many.get(version, 0) + 1
        keys[version, digest] = keys[same]
    return keys
