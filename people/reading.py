"""Reads kept as text, for what every page asks: Django builds each SELECT anew, which costs more than the answer.

In the lowest room that has a database, so that all above may use it. See docs/decisions/0015-reads-as-text.md.
"""

# ruff: noqa: S608, SLF001  the names are our models' own, and a model tells its columns by `_meta`

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Field, Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)

EVERY = ("*",)
NOTHING: tuple[str, ...] = ()
"""All columns of a table; none, of one that is joined for what follows or for `extra`."""
KEPT = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off"
NOT_KEPT = "SET plan_cache_mode = auto; SET enable_seqscan = on; SET enable_bitmapscan = on"
# Values that every database takes as they are.
AS_IS = frozenset({str, int, bool, type(None)})
# What SQLite has no type for, from what it keeps instead.
PLAIN: dict[type[Field[Any, Any]], Callable[[Any], Any]] = {
    models.DateTimeField: lambda found: datetime.datetime.fromisoformat(found).replace(tzinfo=datetime.UTC),
    models.DateField: datetime.date.fromisoformat,
    models.UUIDField: uuid.UUID,
    models.BooleanField: bool,
}


class Reading(Generic[M]):
    """Rows of a model with those they point to, as `select_related` and `only` would give them.

    `also` tells relations, spelled as Django does (`instance__version`), and the columns read of each. In what follows
    FROM a table is called by the last word of its relation, and the first one `name`. `extra` are expressions of SQL
    that become attributes of the row.
    """

    def __init__(
        self,
        model: type[M],
        name: str,
        columns: Sequence[str] = EVERY,
        *,
        extra: Mapping[str, str] | None = None,
        **also: Sequence[str],
    ) -> None:
        self.model, self.name, self.columns, self.also, self.extra = model, name, columns, also, extra or {}

    def rows(self, rest: str, values: Sequence[Any] = ()) -> list[M]:
        """`rest` is what follows FROM and its joins; each value is a `%s` in it."""
        return [self.made(row) for row in self.raw(rest, values)]

    def raw(self, rest: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The same as the database gave them: equal when nothing that was read has changed."""
        return rows(self._select + rest, values)

    def made(self, row: Sequence[Any]) -> M:
        """The model of such a row, with those it points to."""
        made: list[Any] = []
        for part in self._parts:
            one = part.made(row) if part.names else None
            made.append(one)
            if part.link and part.names and made[part.of] is not None:
                made[part.of]._state.fields_cache[part.link] = one
        if self.extra:
            made[0].__dict__.update(self.beside(row))
        found: M = made[0]
        return found

    def beside(self, row: Sequence[Any]) -> dict[str, Any]:
        """Only what `extra` says of such a row."""
        return dict(zip(self.extra, row[-len(self.extra) :], strict=True))

    def one(self, rest: str, values: Sequence[Any] = ()) -> M | None:
        """The first row."""
        return next(iter(self.rows(rest, values)), None)

    @cached_property
    def _select(self) -> str:
        chosen = ", ".join([*(part.chosen for part in self._parts if part.chosen), *self.extra.values()])
        return f"SELECT {chosen} FROM {table(self.model)} {self.name}{''.join(part.join for part in self._parts)} "

    @cached_property
    def _parts(self) -> list[_Part]:
        parts = [_Part.of_model(self.model, self.name, self.columns, first=0)]
        places = {"": 0}
        for path, columns in self.also.items():
            before, _, name = path.rpartition("__")
            places[path] = len(parts)
            parts.append(_Part.of_relation(parts, places[before], name, columns))
        return parts


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The columns of one model in a wider row, its key first; `link` is the relation by which part `of` points here."""

    model: type[Model]
    name: str
    names: tuple[str, ...]
    converted: tuple[tuple[str, Callable[[Any], Any]], ...]
    chosen: str
    first: int
    join: str = ""
    link: str = ""
    of: int = 0
    is_optional: bool = False

    @classmethod
    def of_model(cls, model: type[Model], name: str, columns: Sequence[str], *, first: int, **more: Any) -> _Part:
        wanted = {"id", *columns} if columns else NOTHING
        every = model._meta.local_concrete_fields
        fields = [field for field in every if columns == EVERY or field.attname in wanted]
        return cls(
            model=model,
            name=name,
            names=tuple(field.attname for field in fields),
            converted=tuple((field.attname, convert) for field in fields for convert in _converters(field)),
            chosen=", ".join(_chosen(name, field) for field in fields),
            first=first,
            **more,
        )

    @classmethod
    def of_relation(cls, parts: Sequence[_Part], of: int, name: str, columns: Sequence[str]) -> _Part:
        parent, last = parts[of], parts[-1]
        link: Any = parent.model._meta.get_field(name)
        is_optional = parent.is_optional or link.null
        kind = "LEFT JOIN" if is_optional else "JOIN"
        key = quoted(link.related_model._meta.pk)
        join = f" {kind} {table(link.related_model)} {name} ON {name}.{key} = {parent.name}.{quoted(link)}"
        first = last.first + len(last.names)
        more = {"join": join, "link": link.cache_name, "of": of, "is_optional": is_optional}
        return cls.of_model(link.related_model, name, columns, first=first, **more)

    def made(self, row: Sequence[Any]) -> Model | None:
        """As `Model.from_db`, without its walk over columns that were not asked for and signals that nobody hears."""
        first = self.first
        if row[first] is None:
            return None
        made = self.model.__new__(self.model)
        made._state = state = ModelState()
        state.adding, state.db, state.fields_cache = False, DEFAULT_DB_ALIAS, {}
        values = made.__dict__
        values.update(zip(self.names, row[first : first + len(self.names)], strict=True))
        for name, convert in self.converted:
            if values[name] is not None:
                values[name] = convert(values[name])
        return made


def rows(text: str, values: Sequence[Any] = ()) -> list[Any]:
    """The rows themselves; '' has none."""
    if not text:
        return []
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(text, [value if type(value) in AS_IS else given(value) for value in values])
        found: list[Any] = cursor.fetchall()
        return found


@contextmanager
def kept_plans() -> Iterator[None]:
    """What is asked inside is planned once per connection, whatever its values are; for texts that name every state.

    PostgreSQL plans a text anew each time when it believes that the values matter, and of a list made of twenty walks
    along indexes that takes four times as long as to answer it. A statement of Django's gives a state as a value, and
    would find no partial index this way. A plan that is kept must not be of the morning when the tables were small:
    whole tables and bitmaps of them are out of the question.
    """
    if _is_sqlite():
        yield
        return
    connections[DEFAULT_DB_ALIAS].ensure_connection()
    driver: Any = connections[DEFAULT_DB_ALIAS].connection
    driver.execute(KEPT)
    threshold = driver.prepare_threshold
    driver.prepare_threshold = None if threshold is None else 0  # a pool between cannot keep any
    try:
        yield
    finally:
        driver.prepare_threshold = threshold
        with suppress(driver.Error):  # a transaction that has failed takes it back itself
            driver.execute(NOT_KEPT)


def places(values: Collection[Any]) -> str:
    """One place for each value of an IN, which finds nothing when there are none."""
    return ", ".join(["%s"] * len(values)) or "NULL"


def as_uuid(found: Any) -> uuid.UUID:
    """What a database without a type for it gives as text."""
    return found if isinstance(found, uuid.UUID) else uuid.UUID(found)


def as_day(found: Any) -> Any:
    """A day, or none, that was chosen among others: SQLite tells it as text."""
    return datetime.date.fromisoformat(found) if isinstance(found, str) else found


def as_moment(found: Any) -> Any:
    """The same of a moment, or of none: SQLite has no zone, and tells what was chosen among others as text."""
    if isinstance(found, str):
        found = datetime.datetime.fromisoformat(found)
    return found if found is None or found.tzinfo else found.replace(tzinfo=datetime.UTC)


def given(value: Any) -> Any:
    """A value as the database takes it."""
    if type(value) in AS_IS:
        return value
    if not _is_sqlite():
        return value
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, datetime.datetime) and value.tzinfo:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    return str(value) if isinstance(value, datetime.date) else value


def table(model: type[Model]) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(model._meta.db_table)


def quoted(field: Field[Any, Any]) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(field.column)


def _chosen(name: str, field: Field[Any, Any]) -> str:
    """A column. The plus keeps SQLite's driver from making dates of text: most rows of a list are known already."""
    is_text = isinstance(field, models.DateField) and _is_sqlite()
    return f"{'+' if is_text else ''}{name}.{quoted(field)}"


def _converters(field: Field[Any, Any]) -> list[Callable[[Any], Any]]:
    """From what the database gives to what the model holds, as Django's compiler would."""
    database = connections[DEFAULT_DB_ALIAS]
    plain = next((convert for kind, convert in PLAIN.items() if isinstance(field, kind)), None)
    if plain and _is_sqlite():
        return [plain]
    column = field.get_col(field.model._meta.db_table)
    found = [*database.ops.get_db_converters(column), *column.get_db_converters(database)]
    return [partial(convert, expression=column, connection=database) for convert in found]


@cache
def _is_sqlite() -> bool:
    """It has no types for dates and ids: they are text."""
    return connections[DEFAULT_DB_ALIAS].vendor == "sqlite"
