"""A figure of a measure as pages tell it: with its interval, and nothing of too few. Pure."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from followup import intervals
from followup.intervals import Span, Sums
from web import swedish
from workflows.measures import CHANGE, Measure

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure, and how many ärenden it is of; `beside` is how much more it is than the others together."""

    measure: Measure
    key: str
    name: str
    sums: Sums
    is_few: bool = False
    beside: Span | None = None

    @property
    def span(self) -> Span | None:
        return None if self.is_few else intervals.span(self.measure.kind, self.sums)

    @property
    def is_known(self) -> bool:
        return self.span is not None

    @property
    def value(self) -> str:
        return self._told(self.span.value) if self.span else ""

    @property
    def between(self) -> str:
        return self._between(self.span)

    @property
    def before(self) -> str:
        return decimal(self.sums.base / self.sums.many) if self.is_known else ""

    @property
    def after(self) -> str:
        return decimal(self.sums.value / self.sums.many) if self.is_known else ""

    @property
    def total(self) -> str:
        return decimal(self.sums.value) if self.is_known else ""

    @property
    def relative(self) -> str:
        """The change in hundredths of what was before, '' where that was nothing."""
        if not self.is_known or self.measure.kind != CHANGE or self.sums.base <= 0:
            return ""
        return f"{signed(round(100 * (self.sums.value - self.sums.base) / self.sums.base))}\N{NO-BREAK SPACE}%"

    @property
    def difference(self) -> str:
        return signed(self.beside.value) if self.beside else ""

    @property
    def difference_between(self) -> str:
        found = self.beside
        if found is None or found.low is None or found.high is None:
            return ""
        return f"{signed(found.low)} till {signed(found.high)}"

    @property
    def is_certain(self) -> bool:
        """Whether the difference is larger than chance usually makes it."""
        found = self.beside
        if found is None or found.low is None or found.high is None:
            return False
        return found.low > 0 or found.high < 0

    def _between(self, span: Span | None) -> str:
        """The interval in words, '' when there is none."""
        if span is None or span.low is None or span.high is None:
            return ""
        return f"{self._told(span.low)} till {self._told(span.high)}"

    def _told(self, number: float) -> str:
        told = signed(number) if self.measure.kind == CHANGE else decimal(number)
        return f"{told}\N{NO-BREAK SPACE}%" if self.measure.is_hundredths else told


def decimal(number: float) -> str:
    """With as many decimals as it is worth, as in "1 234", "56,7" and "0,25"."""
    size = abs(number)
    digits = 0 if size >= 100 else 1 if size >= 1 else 2
    whole, _, part = f"{size:,.{digits}f}".partition(".")
    part = part.rstrip("0")
    told = whole.replace(",", "\N{NO-BREAK SPACE}") + (f",{part}" if part else "")
    return f"{MINUS}{told}" if number < 0 and told != "0" else told


def signed(number: float) -> str:
    told = decimal(number)
    return f"+{told}" if number > 0 and told != "0" else told


def month_name(month: datetime.date) -> str:
    return f"{swedish.MONTHS[month.month - 1]} {month.year}"
