"""Writes kept as text, for the path that everybody waits for: Django builds each of these anew every time.

Values go through the model's own fields, so that what is stored is what Django would, on both databases. As `reading`,
in the lowest room that has a database; used by services, who alone write.
"""

# ruff: noqa: S608, SLF001  the names are our models' own, and a model tells its columns by `_meta`

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Field, Model

from people.reading import given, places, quoted, table
from web.secrecy import Sealed

# Rows in a statement: SQLite as it comes takes 32 766 values, and our widest row has some thirty.
BATCH = 1_000
PLAIN = {
    models.CharField: str,
    models.TextField: str,
    models.BooleanField: bool,
    models.IntegerField: int,
    models.UUIDField: UUID,
    models.DateTimeField: datetime,
}


def insert(rows: Sequence[Model], *, with_keys: bool = False) -> None:
    """Insert new rows of one model, in one statement or few. Their keys stay unknown (None) unless asked for."""
    for first in range(0, len(rows), BATCH):
        _insert_batch(rows[first : first + BATCH], with_keys=with_keys)


def insert_missing(rows: Sequence[Model]) -> None:
    """Insert those rows of one model that no constraint refuses: what is there already stays as it is."""
    for first in range(0, len(rows), BATCH):
        _insert_batch(rows[first : first + BATCH], then=" ON CONFLICT DO NOTHING")


def insert_values(model: type[Model], values: Mapping[str, Any]) -> None:
    """Insert one row, of which every column is told by its attribute."""
    columns = _columns(model)
    told = [_stored(columns[name], values[name], connections[DEFAULT_DB_ALIAS]) for name in _insertable(model)]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_insert_text(model, 1), told)


def insert_once(row: Model) -> bool:
    """Insert a new row, which gets its key; False when a constraint says that there is such a row already."""
    model, columns, database = type(row), _columns(type(row)), connections[DEFAULT_DB_ALIAS]
    values = [_stored(columns[name], row.__dict__[name], database) for name in _insertable(model)]
    with database.cursor() as cursor:
        cursor.execute(f"{_insert_text(model, 1)} ON CONFLICT DO NOTHING RETURNING id", values)
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk, row._state.adding, row._state.db = found[0], False, DEFAULT_DB_ALIAS
    return True


def _insert_batch(rows: Sequence[Model], *, with_keys: bool = False, then: str = "") -> None:
    model = type(rows[0])
    database = connections[DEFAULT_DB_ALIAS]
    columns = _columns(model)
    told = [columns[name] for name in _insertable(model)]
    values = [_stored(column, row.__dict__[column.name], database) for row in rows for column in told]
    with database.cursor() as cursor:
        cursor.execute(_insert_text(model, len(rows)) + then + (" RETURNING id" if with_keys else ""), values)
        if with_keys:
            for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk, row._state.adding, row._state.db = key, False, DEFAULT_DB_ALIAS


def update(model: type[Model], where: Mapping[str, Any], values: Mapping[str, Any], *, also: str = "") -> int:
    """How many rows changed; `where` and `values` by column attribute, `also` is a further fixed condition."""
    text = _update_text(model, tuple(values), tuple(where)) + (f" AND {also}" if also else "")
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(text, [*stored(model, values), *stored(model, where)])
        return int(cursor.rowcount)


def delete(model: type[Model], where: Mapping[str, Any], **among: Sequence[Any]) -> int:
    """How many rows there were; for a model to whose rows nothing points. `among`: columns with any of the values."""
    columns, database = _columns(model), connections[DEFAULT_DB_ALIAS]
    text, told = f"DELETE FROM {table(model)} WHERE {_wanted(model, tuple(where))}", stored(model, where)
    for name, values in among.items():
        text += f" AND {quoted(columns[name].field)} IN ({places(values)})"
        told += [_stored(columns[name], value, database) for value in values]
    with database.cursor() as cursor:
        cursor.execute(text, told)
        return int(cursor.rowcount)


def stored(model: type[Model], values: Mapping[str, Any]) -> list[Any]:
    """Values by column attribute as the database takes them, for a text of one's own."""
    database, columns = connections[DEFAULT_DB_ALIAS], _columns(model)
    return [_stored(columns[name], value, database) for name, value in values.items()]


@lru_cache(maxsize=64)
def _update_text(model: type[Model], values: tuple[str, ...], where: tuple[str, ...]) -> str:
    columns = _columns(model)
    assigned = ", ".join(f"{quoted(columns[name].field)} = %s" for name in values)
    return f"UPDATE {table(model)} SET {assigned} WHERE {_wanted(model, where)}"


@lru_cache(maxsize=64)
def _wanted(model: type[Model], where: tuple[str, ...]) -> str:
    columns = _columns(model)
    return " AND ".join(f"{quoted(columns[name].field)} = %s" for name in where)


@lru_cache(maxsize=64)
def _insert_text(model: type[Model], count: int) -> str:
    columns = [_columns(model)[name].field for name in _insertable(model)]
    names = ", ".join(map(quoted, columns))
    places = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * count)
    return f"INSERT INTO {table(model)} ({names}) VALUES {places}"


@dataclass(frozen=True)
class _Column:
    """A column of a model; of values of the type `plain` the database is given what it is given when it is asked."""

    field: Field[Any, Any]
    name: str
    plain: type | None


def _stored(column: _Column, value: Any, database: Any) -> Any:
    """What Django would give the database driver, without its detours for what needs no change."""
    if value is None or type(value) is column.plain:
        return given(value)
    return column.field.get_db_prep_save(value, database)


@lru_cache(maxsize=64)
def _columns(model: type[Model]) -> dict[str, _Column]:
    fields = model._meta.local_concrete_fields
    return {field.attname: _Column(field, field.attname, _plain(field)) for field in fields}


def _plain(field: Field[Any, Any]) -> type | None:
    if isinstance(field, Sealed):
        return None
    if isinstance(field, models.ForeignKey):
        return _plain(field.target_field)
    return next((kind for known, kind in PLAIN.items() if isinstance(field, known)), None)


@lru_cache(maxsize=64)
def _insertable(model: type[Model]) -> tuple[str, ...]:
    fields = model._meta.local_concrete_fields
    return tuple(field.attname for field in fields if not (field.primary_key or field.generated))
