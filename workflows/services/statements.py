"""Statements kept as text, for the path that everybody waits for: Django builds each of these anew every time.

Values go through the model's own fields, so that what is stored and read is what Django would, on both databases.
"""

# ruff: noqa: S608, SLF001  the names are our models' own, and a model tells its columns by `_meta`

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Field, Model

M = TypeVar("M", bound=Model)

# Rows in a statement: SQLite as it comes takes 32 766 values, and our widest row has some thirty.
BATCH = 1_000


def insert(rows: Sequence[Model], *, with_keys: bool = False) -> None:
    """Insert new rows of one model, in one statement or few. Their keys stay unknown (None) unless asked for."""
    for first in range(0, len(rows), BATCH):
        _insert_batch(rows[first : first + BATCH], with_keys=with_keys)


def _insert_batch(rows: Sequence[Model], *, with_keys: bool) -> None:
    model = type(rows[0])
    database = connections[DEFAULT_DB_ALIAS]
    columns = _columns(model)
    told = [columns[name] for name in _insertable(model)]
    values = [_stored(column, row.__dict__[column.name], database) for row in rows for column in told]
    with database.cursor() as cursor:
        cursor.execute(_insert_text(model, len(rows)) + (" RETURNING id" if with_keys else ""), values)
        if with_keys:
            for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk, row._state.adding, row._state.db = key, False, DEFAULT_DB_ALIAS


def locked(model: type[M], key: int, related: Mapping[str, Sequence[str]]) -> M:
    """One row by its key, locked until the transaction ends, with the rows it points to: relation -> columns, () all.

    Not locked against rows that only point to it. Raises the model's DoesNotExist.
    """
    # PostgreSQL finds nothing when the row came to point elsewhere while the lock was waited for: ask once more.
    found = all_locked(model, [key], related) or all_locked(model, [key], related)
    if not found:
        raise model.DoesNotExist  # type: ignore[attr-defined]
    return found[0]


def all_locked(model: type[M], keys: Sequence[int], related: Mapping[str, Sequence[str]]) -> list[M]:
    """The same for many, in the order of their keys; one that came to point elsewhere meanwhile may be left out."""
    text, parts = _select_text(model, tuple((name, tuple(columns)) for name, columns in related.items()), len(keys))
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(text, keys)
        return [_row(parts, list(related), iter(found)) for found in cursor.fetchall()]


def _row(parts: tuple[_Part, ...], names: list[str], values: Iterator[Any]) -> Any:
    row, *others = (part.row(values) for part in parts)
    for name, other in zip(names, others, strict=True):
        setattr(row, name, other)
    return row


@dataclass(frozen=True)
class _Part:
    """The columns of one model in a wider row."""

    model: type[Model]
    fields: tuple[Field[Any, Any], ...]
    converters: tuple[tuple[Any, Any], ...]

    @classmethod
    def of(cls, model: type[Model], columns: Sequence[str]) -> _Part:
        fields = tuple(field for field in model._meta.local_concrete_fields if not columns or field.attname in columns)
        return cls(model, fields, tuple((_converters(field), _col(field)) for field in fields))

    def row(self, values: Iterator[Any]) -> Model:
        database, read = connections[DEFAULT_DB_ALIAS], []
        for converters, col in self.converters:
            value = next(values)
            for converter in converters:
                value = converter(value, col, database)
            read.append(value)
        return self.model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in self.fields], read)

    def columns(self, alias: str) -> str:
        return ", ".join(f"{alias}.{_quoted(field)}" for field in self.fields)


def _col(field: Field[Any, Any]) -> Any:
    return field.get_col(field.model._meta.db_table)


def _converters(field: Field[Any, Any]) -> tuple[Any, ...]:
    col = _col(field)
    return (*connection.ops.get_db_converters(col), *col.get_db_converters(connection))


@lru_cache(maxsize=64)
def _select_text(
    model: type[Model], related: tuple[tuple[str, tuple[str, ...]], ...], count: int
) -> tuple[str, tuple[_Part, ...]]:
    parts = [_Part.of(model, ())]
    joins = ""
    for number, (name, columns) in enumerate(related, 1):
        link: Any = model._meta.get_field(name)
        parts.append(_Part.of(link.related_model, columns))
        joins += f" JOIN {table(link.related_model)} t{number} ON t{number}.id = t0.{_quoted(link)}"
    chosen = ", ".join(part.columns(f"t{number}") for number, part in enumerate(parts))
    text = f"SELECT {chosen} FROM {table(model)} t0{joins} WHERE t0.id "
    text += "= %s" if count == 1 else f"IN ({', '.join(['%s'] * count)}) ORDER BY t0.id"
    if connection.features.has_select_for_no_key_update:
        text += " FOR NO KEY UPDATE OF t0"
    return text, tuple(parts)


def update(model: type[Model], where: Mapping[str, Any], values: Mapping[str, Any], *, also: str = "") -> int:
    """How many rows changed; `where` and `values` by column attribute, `also` is a further fixed condition."""
    database = connections[DEFAULT_DB_ALIAS]
    columns = _columns(model)
    text = _update_text(model, tuple(values), tuple(where)) + (f" AND {also}" if also else "")
    given = [_stored(columns[name], value, database) for part in (values, where) for name, value in part.items()]
    with database.cursor() as cursor:
        cursor.execute(text, given)
        return int(cursor.rowcount)


@lru_cache(maxsize=64)
def _update_text(model: type[Model], values: tuple[str, ...], where: tuple[str, ...]) -> str:
    columns = _columns(model)
    assigned = ", ".join(f"{_quoted(columns[name].field)} = %s" for name in values)
    wanted = " AND ".join(f"{_quoted(columns[name].field)} = %s" for name in where)
    return f"UPDATE {table(model)} SET {assigned} WHERE {wanted}"


@lru_cache(maxsize=64)
def _insert_text(model: type[Model], count: int) -> str:
    columns = [_columns(model)[name].field for name in _insertable(model)]
    names = ", ".join(map(_quoted, columns))
    places = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * count)
    return f"INSERT INTO {table(model)} ({names}) VALUES {places}"


@dataclass(frozen=True)
class _Column:
    """A column of a model; values of the type `as_is` go to the database as they are."""

    field: Field[Any, Any]
    name: str
    as_is: type | None


def _stored(column: _Column, value: Any, database: Any) -> Any:
    """What Django would give the database driver, without its detours for what needs no change."""
    if value is None or type(value) is column.as_is:
        return value
    return column.field.get_db_prep_save(value, database)


@lru_cache(maxsize=64)
def _columns(model: type[Model]) -> dict[str, _Column]:
    return {field.attname: _Column(field, field.attname, _as_is(field)) for field in model._meta.local_concrete_fields}


def _as_is(field: Field[Any, Any]) -> type | None:
    plain = [(models.CharField, str), (models.TextField, str), (models.BooleanField, bool), (models.IntegerField, int)]
    if isinstance(field, models.ForeignKey):
        return _as_is(field.target_field)
    if connection.vendor == "postgresql":
        plain += [(models.UUIDField, UUID), (models.DateTimeField, datetime)]
    return next((kind for known, kind in plain if isinstance(field, known)), None)


@lru_cache(maxsize=64)
def _insertable(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.local_concrete_fields if not field.primary_key)


def _quoted(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(field.column)


def table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
