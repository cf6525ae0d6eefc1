"""What a file to Socialstyrelsen is made of: its columns, what they may hold, how it is written and read back.

Text with semicolons and no header. A row does not end with a semicolon, except where its last value is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from integrations.socialstyrelsen.facts import Facts

NUMBER = "PERSONNR"
"""The column that is filled in from the register when the file is written, and kept nowhere else by us."""
MISSING = "Uppgiften saknas."


class NotTheLayout(ValueError):
    """The file has not the columns of the layout."""


@dataclass(frozen=True)
class Column:
    """`pattern` is all it may hold; `hint` says that in Swedish. One that is not `required` may be empty."""

    name: str
    title: str
    pattern: str
    hint: str
    required: bool = True

    def wrong(self, value: str) -> str:
        if not value:
            return MISSING if self.required else ""
        return "" if re.fullmatch(self.pattern, value) else f"Ska vara {self.hint}."


@dataclass(frozen=True)
class Layout:
    """One kind of file. `together` tells what a row's values cannot be at the same time."""

    key: str
    title: str
    stem: str
    columns: Sequence[Column]
    together: Callable[[Mapping[str, str]], Iterable[str]] = lambda _values: ()
    is_ongoing: bool = False

    @property
    def asked(self) -> list[Column]:
        """Those that a person can put right."""
        return [column for column in self.columns if column.name != NUMBER]

    def wrong(self, values: Mapping[str, str]) -> list[str]:
        """Swedish sentences; none of them holds a value."""
        found = [
            f"{column.name}: {problem}"
            for column in self.asked
            if (problem := column.wrong(values.get(column.name, "")))
        ]
        return found or list(self.together(values))

    def name(self, municipality: str, period: date, number: int) -> str:
        return f"{self.stem}_{municipality}_{period:%Y%m}_{number}.txt"

    def written(self, rows: Iterable[tuple[str, Mapping[str, str]]]) -> bytes:
        """Of personal numbers and values. Everything we write is digits and codes."""
        lines = [";".join(self._value(column, number, values) for column in self.columns) for number, values in rows]
        return "".join(f"{line}\r\n" for line in lines).encode("ascii")

    def read(self, content: bytes) -> Iterator[tuple[str, dict[str, str]]]:
        """The same rows again. Raises NotTheLayout."""
        for line in content.decode("ascii").splitlines():
            parts = line.split(";")
            if len(parts) != len(self.columns):
                raise NotTheLayout
            values = {column.name: part for column, part in zip(self.columns, parts, strict=True)}
            yield values.pop(NUMBER), values

    def _value(self, column: Column, number: str, values: Mapping[str, str]) -> str:
        return number if column.name == NUMBER else values.get(column.name, "")


@dataclass(frozen=True)
class Draft:
    """A row that the machine proposes. `key` names it within its month and layout."""

    layout: str
    key: str
    individual: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Regulation:
    """One version of a regulation, for the months from `since`; when another has come, to `until`."""

    key: str
    title: str
    since: date
    layouts: Sequence[Layout]
    drafts: Callable[[Facts], Iterable[Draft]]
    due: Callable[[date], date]
    until: date | None = None

    def layout(self, key: str) -> Layout:
        return next(layout for layout in self.layouts if layout.key == key)

    def is_in_force(self, period: date) -> bool:
        return self.since <= period and (self.until is None or period < self.until)
