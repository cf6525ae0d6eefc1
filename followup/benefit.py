"""What a förlopp gives and costs, reckoned from its measures and from what the municipality assumes."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from followup.models import AssumptionRevision
from followup.results import Results
from followup.telling import Figure, decimal
from workflows import feel
from workflows.measures import CHANGE, Assumption, Post

LOW, MIDDLE, HIGH = "low", "value", "high"
CASES = (LOW, MIDDLE, HIGH)


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Kronor, and between what they are by how sure the measures are; None when a measure is not known."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def told(self) -> str:
        return decimal(round(self.value)) if self.value is not None else ""

    @property
    def between(self) -> str:
        if self.low is None or self.high is None or self.low == self.high:
            return ""
        return f"{decimal(round(self.low))} till {decimal(round(self.high))}"


@dataclass(frozen=True, kw_only=True)
class Line:
    post: Post
    amount: Amount


@dataclass(frozen=True)
class Assumed:
    """An assumption as it stands, with every revision of it."""

    assumption: Assumption
    revisions: Sequence[AssumptionRevision]

    @property
    def value(self) -> float:
        return self.revisions[-1].value if self.revisions else self.assumption.value

    @property
    def told(self) -> str:
        return decimal(self.value)

    @property
    def why(self) -> str:
        return self.revisions[-1].why if self.revisions else self.assumption.why


@dataclass(frozen=True)
class Benefit:
    results: Results
    now: datetime.datetime

    @cached_property
    def assumed(self) -> list[Assumed]:
        found = defaultdict(list)
        for row in AssumptionRevision.objects.filter(definition=self.results.definition).select_related("by"):
            found[row.key].append(row)
        return [Assumed(one, found[one.key]) for one in self.results.declared.assumptions.values()]

    @cached_property
    def lines(self) -> list[Line]:
        return [Line(post=post, amount=self._amount(post)) for post in self.results.declared.posts]

    @cached_property
    def net(self) -> Amount:
        """What it gives less what it costs; what a measure says is as sure in every line."""
        if any(line.amount.value is None for line in self.lines):
            return Amount(value=None)
        sums = [self._net(case) for case in CASES]
        return Amount(value=sums[1], low=min(sums), high=max(sums))

    def _net(self, case: str) -> float:
        amounts = ((-1 if line.post.is_cost else 1, self._reckoned(line.post, case)) for line in self.lines)
        return sum(sign * (amount or 0.0) for sign, amount in amounts)

    def _amount(self, post: Post) -> Amount:
        low, value, high = (self._reckoned(post, case) for case in CASES)
        if low is None or high is None:
            return Amount(value=value)
        return Amount(value=value, low=min(low, high), high=max(low, high))

    def _reckoned(self, post: Post, case: str) -> float | None:
        names = {"matt": self._measured(case), "antaganden": {one.assumption.key: one.value for one in self.assumed}}
        try:
            found = feel.evaluate(post.amount, names, now=self.now)
        except feel.FeelError:
            return None
        return float(found) if isinstance(found, Decimal | int | float) and not isinstance(found, bool) else None

    def _measured(self, case: str) -> Mapping[str, Mapping[str, float] | None]:
        return {one.key: _numbers(one, case) for one in self.results.figures}


def _numbers(figure: Figure, case: str) -> dict[str, float] | None:
    """What FEEL may ask for of a measure, as low or high as it may be; None where nothing is known or shown."""
    span = figure.span
    if span is None:
        return None
    many, result = figure.sums.many, getattr(span, case)
    result = span.value if result is None else result
    before = figure.sums.base / many
    after = before + result if figure.measure.kind == CHANGE else result
    total = figure.sums.value if case == MIDDLE or figure.measure.is_hundredths else many * result
    return {"antal": many, "resultat": result, "fore": before, "efter": after, "summa": total}
