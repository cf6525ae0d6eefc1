"""Encrypts by the first key what another one, or none, has encrypted: row by row, and goes on where it was stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from people.services import factors
from web import secrecy

BATCH = 200
Tell = Callable[[str, int], None]


def rotate(*, tell: Tell) -> int:
    """How many rows were encrypted anew; `tell` hears of each table, and how many so far. Raises LostKey."""
    first, changed = secrecy.ring().first, 0
    done: dict[str, int] = _kept().get(first, {})
    for model, fields in secrecy.columns():
        name, so_far = model._meta.db_table, 0  # noqa: SLF001  a model tells its table by it
        while found := _batch(model, fields, after=done.get(name, 0)):
            done[name], count = found
            so_far += count
            _keep({first: done})
            tell(name, so_far)
        changed += so_far
    return changed + factors.seal_again(first=first)


def _batch(model: type[Model], fields: list[Any], *, after: int) -> tuple[int, int] | None:
    """The last key that was looked at and how many rows changed; None when there are no more."""
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    quote, first = connection.ops.quote_name, secrecy.ring().first
    table, names = quote(model._meta.db_table), [quote(field.column) for field in fields]  # noqa: SLF001
    with transaction.atomic(), connection.cursor() as cursor:
        asked = f"SELECT id, {', '.join(names)} FROM {table} WHERE id > %s ORDER BY id LIMIT {BATCH}{lock}"  # noqa: S608
        cursor.execute(asked, [after])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        count = 0
        for key, *kept in rows:
            new = [_again(field, one, first) for field, one in zip(fields, kept, strict=True)]
            if any(was is not now for was, now in zip(kept, new, strict=True)):
                told = ", ".join(f"{name} = %s" for name in names)
                cursor.execute(f"UPDATE {table} SET {told} WHERE id = %s", [*new, key])  # noqa: S608
                count += 1
    return (rows[-1][0], count) if rows else None


def _again(field: Any, kept: Any, first: str) -> Any:
    """As the database is to have it; the same when nothing needs to change."""
    plain = None if kept is None else field.from_db_value(kept, None, connection)
    if not kept or plain in ("", b"") or field.key_of(kept) == first:
        return kept
    return field.get_db_prep_save(plain, connection)


def others() -> Iterator[tuple[str, str, bool]]:
    """Where something is not by the first key, the key's name ('' is not encrypted) and whether it can be read.

    Looked for in the first and the last row of each column: keys change in the order of rows.
    """
    first = secrecy.ring().first
    for model, fields in secrecy.columns():
        table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
        for field, order in ((field, order) for field in fields for order in ("", " DESC")):
            name = connection.ops.quote_name(field.column)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL ORDER BY id{order} LIMIT 1")  # noqa: S608
                found = cursor.fetchone()
            if found and found[0]:
                key, is_readable = field.key_of(found[0]), _can_read(field, found[0])
                if key != first or not is_readable:
                    yield model._meta.label, key, is_readable  # noqa: SLF001


def _can_read(field: Any, kept: Any) -> bool:
    try:
        field.from_db_value(kept, None, connection)
    except secrecy.LostKey:
        return False
    return True


def _kept() -> dict[str, dict[str, int]]:
    try:
        found: dict[str, dict[str, int]] = json.loads(_place().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _keep(done: dict[str, dict[str, int]]) -> None:
    _place().write_text(json.dumps(done), encoding="utf-8")


def _place() -> Any:
    """How far it has come, by the key that encrypts: only to be sooner done."""
    return settings.FORLOPP_VAR / "rotate_keys.json"
