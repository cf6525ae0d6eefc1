"""Statements kept as text, for the path that everybody waits for: Django builds each of these anew every time.

Values go through the model's own fields, so that what is stored and read is what Django would, on both databases.
"""

# ruff: noqa: S608, SLF001  the names are our models' own, and a model tells its columns by `_meta`

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
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
    fields = _fields(model)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_insert_text(model, len(rows)) + (" RETURNING id" if with_keys else ""), values)
        if with_keys:
            for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = key


def locked(model: type[M], key: int, related: Mapping[str, Sequence[str]]) -> M:
    """One row by its key, locked until the transaction ends, with the rows it points to: relation -> columns, () all.

    Not locked against rows that only point to it. Raises the model's DoesNotExist.
    """
    text, parts = _select_text(model, tuple((name, tuple(columns)) for name, columns in related.items()))
    found = None
    with connection.cursor() as cursor:
        # PostgreSQL finds nothing when the row came to point elsewhere while the lock was waited for: ask once more.
        for _ in range(2):
            cursor.execute(text, [key])
            if found := cursor.fetchone():
                break
    if found is None:
        raise model.DoesNotExist  # type: ignore[attr-defined]
    values = iter(found)
    row, *others = (part.row(values) for part in parts)
    for name, other in zip(related, others, strict=True):
        setattr(row, name, other)
    return row  # type: ignore[return-value]


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
        read = []
        for converters, col in self.converters:
            value = next(values)
            for converter in converters:
                value = converter(value, col, connection)
            read.append(value)
        return self.model.from_db(connection.alias, [field.attname for field in self.fields], read)

    def columns(self, alias: str) -> str:
        return ", ".join(f"{alias}.{_quoted(field)}" for field in self.fields)


def _col(field: Field[Any, Any]) -> Any:
    return field.get_col(field.model._meta.db_table)


def _converters(field: Field[Any, Any]) -> tuple[Any, ...]:
    col = _col(field)
    return (*connection.ops.get_db_converters(col), *col.get_db_converters(connection))


@lru_cache(maxsize=16)
def _select_text(model: type[Model], related: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, tuple[_Part, ...]]:
    parts = [_Part.of(model, ())]
    joins = ""
    for number, (name, columns) in enumerate(related, 1):
        link: Any = model._meta.get_field(name)
        parts.append(_Part.of(link.related_model, columns))
        joins += f" JOIN {table(link.related_model)} t{number} ON t{number}.id = t0.{_quoted(link)}"
    chosen = ", ".join(part.columns(f"t{number}") for number, part in enumerate(parts))
    text = f"SELECT {chosen} FROM {table(model)} t0{joins} WHERE t0.id = %s"
    if connection.features.has_select_for_no_key_update:
        text += " FOR NO KEY UPDATE OF t0"
    return text, tuple(parts)


def update(model: type[Model], where: Mapping[str, Any], values: Mapping[str, Any], *, also: str = "") -> int:
    """How many rows changed; `where` and `values` by column attribute, `also` is a further fixed condition."""
    columns = _columns(model)
    assigned = ", ".join(f"{_quoted(columns[name])} = %s" for name in values)
    wanted = " AND ".join([*(f"{_quoted(columns[name])} = %s" for name in where), *([also] if also else [])])
    given = [columns[name].get_db_prep_save(value, connection) for name, value in (*values.items(), *where.items())]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table(model)} SET {assigned} WHERE {wanted}", given)
        return int(cursor.rowcount)


@lru_cache(maxsize=64)
def _insert_text(model: type[Model], count: int) -> str:
    fields = _fields(model)
    names = ", ".join(_quoted(field) for field in fields)
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * count)
    return f"INSERT INTO {table(model)} ({names}) VALUES {places}"


@lru_cache(maxsize=64)
def _fields(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    return tuple(field for field in model._meta.local_concrete_fields if not field.primary_key)


@lru_cache(maxsize=64)
def _columns(model: type[Model]) -> dict[str, Field[Any, Any]]:
    return {field.attname: field for field in model._meta.local_concrete_fields}


def _quoted(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(field.column)


def table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
