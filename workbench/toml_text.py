"""TOML that is changed where it stands: comments, order and everything else of the file stay as they are. Pure.

What stands between two tables, comments most of all, belongs to the one before in the library's eyes and to the one
after in ours. So it follows neither when a table goes, and stays before what it stood before when one comes.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, Table

Body = list[tuple[Any, Any]]


class Unreadable(Exception):
    """The file is not TOML; the argument is Swedish."""


def read(text: str) -> tomlkit.TOMLDocument:
    """Raises Unreadable."""
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, RecursionError) as problem:
        raise Unreadable(f"Filen går inte att läsa som TOML: {problem}") from None


def written(document: tomlkit.TOMLDocument) -> str:
    return tomlkit.dumps(document)


def set_value(table: MutableMapping[str, Any], key: str, value: Any) -> None:
    """None takes it away. What is the same already is left, in the way that it is written."""
    if value is None:
        table.pop(key, None)
    elif key not in table:
        _add(table, key, value)
    elif tomlkit.item(table[key]).unwrap() != value or type(tomlkit.item(table[key]).unwrap()) is not type(value):
        table[key] = value


def set_list(table: MutableMapping[str, Any], key: str, values: list[str]) -> None:
    """Those that are gone go, those that are new come last."""
    stands = table.get(key)
    if stands is None and not values:
        return
    if not isinstance(stands, list) or not all(isinstance(one, str) for one in stands):
        set_value(table, key, values)
        return
    for at in reversed(range(len(stands))):
        if stands[at] not in values:
            del stands[at]
    for value in values:
        if value not in stands:
            stands.append(value)


def add_table(document: tomlkit.TOMLDocument, key: str) -> None:
    """A table that the file does not have."""
    _blank(document.body)
    document[key] = tomlkit.table()


def add_to_list(document: tomlkit.TOMLDocument, key: str, values: Mapping[str, Any]) -> None:
    """One more [[key]], last of them."""
    made = _table(values)
    rows = document.get(key)
    if isinstance(rows, AoT) and rows:
        _follow(rows[-1], made)
        rows.append(made)
        return
    _blank(document.body)
    document[key] = AoT([made])


def remove_from_list(document: tomlkit.TOMLDocument, key: str, at: int) -> None:
    rows = document[key]
    _put(document, _tail(_body(rows[at])), rows[at - 1] if at else _before(document, key))
    if len(rows) == 1:
        del document[key]
    else:
        del rows[at]


def add_named(document: tomlkit.TOMLDocument, key: str, name: str, values: Mapping[str, Any]) -> None:
    """One more [key.name], last of them."""
    made = _table(values)
    tables = document.get(key)
    if not tables:
        _blank(document.body)
        document[key] = tomlkit.table(is_super_table=True)
        tables = document[key]
    else:
        _follow(tables[list(tables)[-1]], made)
    tables[name] = made


def remove_named(document: tomlkit.TOMLDocument, key: str, name: str) -> None:
    tables = document[key]
    names = list(tables)
    at = names.index(name)
    _put(document, _tail(_body(tables[name])), tables[names[at - 1]] if at else _before(document, key))
    if len(names) == 1:
        del document[key]
    else:
        del tables[name]


def _table(values: Mapping[str, Any]) -> Table:
    made = tomlkit.table()
    for name, value in values.items():
        made[name] = value
    return made


def _add(table: MutableMapping[str, Any], key: str, value: Any) -> None:
    """After the last of its values, before the comments that stand before the next table."""
    body = _body(table)
    tail = _tail(body)
    table[key] = value
    body.extend(tail)


def _follow(last: Table, made: Table) -> None:
    """What stood after the last table stands after the new one."""
    tail = _tail(_body(last))
    _blank(_body(last))
    _body(made).extend(tail)


def _put(document: tomlkit.TOMLDocument, tail: Body, table: Table | None) -> None:
    """The comments of it, without the empty lines before them, after that table; last of all when there is none."""
    at = next((at for at, (_, item) in enumerate(tail) if isinstance(item, Comment)), len(tail))
    (_body(table) if table is not None else document.body).extend(tail[at:])


def _before(document: tomlkit.TOMLDocument, key: str) -> Table | None:
    """The table that is written before the first of these; None when there is none."""
    found: Any = None
    for name, item in document.body:
        if name is not None and name.key == key:
            break
        if isinstance(item, Table | AoT):
            found = item
    while isinstance(found, AoT) or (isinstance(found, Table) and found.is_super_table() and found):
        found = found[-1] if isinstance(found, AoT) else found[list(found)[-1]]
    return found if isinstance(found, Table) else None


def _blank(body: Body) -> None:
    if body:
        body.append((None, tomlkit.nl()))


def _tail(body: Body) -> Body:
    """Takes away what stands after the last value."""
    at = len(body)
    while at and body[at - 1][0] is None:
        at -= 1
    tail = body[at:]
    del body[at:]
    return tail


def _body(table: Any) -> Body:
    body: Body = table.body if isinstance(table, tomlkit.TOMLDocument) else table.value.body
    return body
