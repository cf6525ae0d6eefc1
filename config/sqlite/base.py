"""Django's SQLite, where those who are to write stand in line, and the next is woken as soon as one is done.

SQLite sleeps between its looks, up to 100 ms each, so that one who writes all the time keeps others out for seconds.
See docs/decisions/0025-writers-stand-in-line.md.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

WRITES = ("INSERT", "UPDATE", "DELETE")


class Line:
    """A lock on a file beside the database, of one connection; the kernel gives it back for a process that dies.

    Good manners only: what keeps two from writing at once is SQLite's own lock, which those outside the line take too.
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)


class Cursor(base.SQLiteCursorWrapper):
    """Of a connection with a line: a statement that writes by itself stands in it too."""

    line: Line

    def execute(self, query: str, params: Any = None) -> Any:
        if self.connection.in_transaction or not query.startswith(WRITES):
            return super().execute(query, params)
        with self.line:
            return super().execute(query, params)

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        named: Any = super().convert_query  # type: ignore[misc]  # Django's own, told of by no stub
        return named(query, param_names=param_names) if param_names else _converted(query)


@lru_cache(maxsize=500)
def _converted(query: str) -> str:
    """Places for values as SQLite spells them: the same for the same text, and the texts are few and long."""
    return str(base.FORMAT_QMARK_REGEX.sub("?", query)).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    """A transaction is in the line from BEGIN to its end."""

    _line: Line | None = None

    def get_new_connection(self, conn_params: Any) -> Any:
        if not self.is_in_memory_db():
            self._line = Line(f"{self.settings_dict['NAME']}-line")
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:
        if self._line is None:
            return super().create_cursor(name)
        cursor = self.connection.cursor(factory=Cursor)
        cursor.line = self._line
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        if self._line is not None:
            self._line.__enter__()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # Django's own, told of by no stub
        finally:
            self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._line is not None:
                self._line.close()
                self._line = None

    def _leave(self) -> None:
        if self._line is not None:
            self._line.__exit__()
