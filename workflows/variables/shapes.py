"""What can be said of a value before there is one: its kind, its keys, the values it can have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

_MOST_VALUES = 200
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Shape:
    """`kind` "any" says nothing, "null" says that there never is a value.

    `values` are all values a text or number can have (None: any). A context with `closed` has no other keys than
    `keys`. `item` is what a list holds. `written` says how a text that stands for a date or time is written.
    `origin` is where the value comes from, in Swedish; `at` the same for the questions of forms, as `answers.place`.
    """

    kind: str
    values: frozenset[object] | None = None
    keys: Mapping[str, Shape] = field(default_factory=dict)
    closed: bool = False
    item: Shape | None = None
    written: str = ""
    origin: str = ""
    at: frozenset[str] = frozenset()

    @property
    def is_certain(self) -> bool:
        return self.kind not in {"any", "null"}


ANY = Shape("any")
NULL = Shape("null")
TEXT = Shape("text")
NUMBER = Shape("number")
BOOLEAN = Shape("boolean")
MOMENTS = frozenset({"date", "datetime", "time", "moment"})  # a moment is a date or a date and time
_FEEL_KINDS: tuple[tuple[str, type], ...] = (
    ("datetime", datetime),
    ("date", date),
    ("time", time),
    ("duration", timedelta),
)
TEMPORAL = MOMENTS | {"duration"}


def context(
    keys: Mapping[str, Shape], *, closed: bool = True, origin: str = "", at: frozenset[str] = frozenset()
) -> Shape:
    return Shape("context", keys=keys, closed=closed, origin=origin, at=at)


def list_of(item: Shape, origin: str = "", at: frozenset[str] = frozenset()) -> Shape:
    return Shape("list", item=item, origin=origin, at=at)


def of_value(value: object, origin: str = "") -> Shape:
    """The shape of plain data that stands in a file; texts and numbers may be others tomorrow."""
    if isinstance(value, bool):
        return replace(BOOLEAN, origin=origin)
    if isinstance(value, int | float):
        return replace(NUMBER, origin=origin)
    if isinstance(value, str):
        return replace(TEXT, origin=origin)
    if isinstance(value, Mapping):
        return context({str(key): of_value(part, origin) for key, part in value.items()}, origin=origin)
    return list_of(ANY, origin) if isinstance(value, list) else ANY


def join(left: Shape, right: Shape, depth: int = 0) -> Shape:
    """What holds of a value that is either of the two."""
    if left == right or right.kind == "null":
        return left
    if left.kind == "null":
        return right
    if left.kind != right.kind or depth > _DEEPEST:
        return ANY
    return Shape(
        left.kind,
        values=_values(left, right),
        keys=_keys(left.keys, right.keys, depth),
        closed=left.closed and right.closed,
        item=join(left.item or ANY, right.item or ANY, depth + 1) if left.kind == "list" else None,
        written=left.written if left.written == right.written else "",
        origin=left.origin if left.origin == right.origin else "",
        at=left.at | right.at,
    )


def join_all(shapes: Iterable[Shape]) -> Shape:
    found = NULL
    for shape in shapes:
        found = join(found, shape)
    return found


def stored(shape: Shape) -> Shape:
    """The shape once it has become a variable: JSON has no dates, so they are text."""
    if shape.kind in TEMPORAL:
        return Shape("text", written=shape.kind, origin=shape.origin, at=shape.at)
    if shape.kind in {"range", "function"}:
        return ANY
    if shape.kind == "list":
        return replace(shape, item=stored(shape.item or ANY))
    if shape.keys:
        return replace(shape, keys={key: stored(part) for key, part in shape.keys.items()})
    return shape


def _values(left: Shape, right: Shape) -> frozenset[object] | None:
    if left.values is None or right.values is None:
        return None
    together = left.values | right.values
    return together if len(together) <= _MOST_VALUES else None


def _keys(left: Mapping[str, Shape], right: Mapping[str, Shape], depth: int) -> dict[str, Shape]:
    return {
        key: join(left.get(key, NULL), right.get(key, NULL), depth + 1)
        for key in (*left, *(key for key in right if key not in left))
    }


def of_feel(value: object) -> Shape:
    """The shape of a literal of FEEL."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, str):
        return Shape("text", values=frozenset({value}))
    if isinstance(value, Decimal | int | float):
        return Shape("number", values=frozenset({value}))
    for kind, kinds in _FEEL_KINDS:
        if isinstance(value, kinds):
            return Shape(kind)
    return ANY
