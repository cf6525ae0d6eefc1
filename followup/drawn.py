"""The figures of follow-up as charts: the same figures, in the same order and with the same words as in the tables."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from followup import choice, forecasting
from followup.benefit import Line
from followup.figures import FEW, Group, Step, Waits, Way
from followup.measured import Measured
from followup.telling import Figure, decimal, month_name
from web import charts, swedish
from web.charts import Chart, Point
from workflows.beside import KeyFigure

MOST_STEPS = 10
FEWEST = 2
"""One bar alone compares with nothing."""
HOUR = datetime.timedelta(hours=1)
HIDDEN = "visas inte"


def waits_of_steps(steps: Iterable[Step]) -> Chart | None:
    """Of those that are waited at longest."""
    waited = [step for step in steps if step.waits.median is not None][:MOST_STEPS]
    return _bars("Hur länge hälften väntade som mest, per steg", [_wait(one.element.name, one.waits) for one in waited])


def waits_of(title: str, found: Iterable[Group]) -> Chart | None:
    return _bars(f"{title}: hur länge hälften väntade som mest", [_wait(group.name, group.waits) for group in found])


def counts_of(title: str, found: Iterable[Group]) -> Chart | None:
    return _bars(title, [counted(group.name, group.waits.count) for group in found])


def ways(question: str, found: Iterable[Way]) -> Chart | None:
    return _bars(question, [Point(name=way.name, value=way.share, told=f"{way.share} %") for way in found])


def shares(found: Iterable[Figure]) -> Chart | None:
    """What all are in hundredths of, beside each other."""
    return compared("Andelar", [one for one in found if one.measure.is_hundredths])


def compared(title: str, found: Sequence[Figure]) -> Chart | None:
    return _bars(title, [_figure(one, one.name) for one in found])


def by_month(found: Measured) -> Chart | None:
    """Every month from the first there is anything of; one of too few is a gap in the line."""
    known = {figure.key: figure for figure in found.by_month}
    month, last = found.results.asked.first, found.results.asked.last
    points: list[Point] = []
    while month <= last:
        one = known.get(f"{month:%Y-%m}")
        if one or points:
            points.append(_figure(one, short(month)) if one else Point(name=short(month), value=None))
        month = choice.month(month, 1)
    return charts.over_time(f"{found.measure.title} per månad", points, told=decimal)


def kronor(found: Iterable[Line]) -> Chart | None:
    """What it gives filled, what it costs hollow."""
    return _bars(
        "Nytta och kostnad i kronor",
        [
            Point(
                name=f"{line.post.title} ({'kostnad' if line.post.is_cost else 'nytta'})",
                value=line.amount.value,
                told=f"{line.amount.told} kr" if line.amount.told else "inte känt",
                low=line.amount.low,
                high=line.amount.high,
                is_other=line.post.is_cost,
            )
            for line in found
        ],
    )


def counted(name: str, count: int) -> Point:
    return Point(name=name, value=count, told=swedish.number(count))


def counts(title: str, found: Iterable[tuple[str, int]]) -> Chart | None:
    return _bars(title, [counted(name, count) for name, count in found])


def beside(one: KeyFigure) -> Chart | None:
    """Ours filled, others' hollow."""
    points = [
        Point(name=place.name, value=place.value, told=place.told, is_other=not place.is_own) for place in one.places
    ]
    return _bars(f"{one.title}, {one.year}", points)


def weeks(title: str, found: Iterable[tuple[datetime.date, float]]) -> Chart | None:
    """What is expected, and between what it likely is."""
    points = []
    for week, many in found:
        low, high = forecasting.between(many)
        told = f"{forecasting.told(many)} ({swedish.number(low)} till {swedish.number(high)})"
        points.append(Point(name=week_name(week), value=many, told=told, low=low, high=high))
    return _bars(title, points)


def week_name(monday: datetime.date) -> str:
    """As in "v. 48, 23 nov"."""
    return f"v. {monday.isocalendar().week}, {monday.day} {swedish.MONTHS[monday.month - 1][:3]}"


def day(day: datetime.date) -> str:
    """As in "mån 23 nov"."""
    return f"{swedish.WEEKDAYS[day.weekday()][:3]} {day.day} {swedish.MONTHS[day.month - 1][:3]}"


def short(month: datetime.date) -> str:
    """As in "jan 2026"."""
    name, _, year = month_name(month).partition(" ")
    return f"{name[:3]} {year}"


# -- inside ------------------------------------------------------------------------------------------------------------


def _bars(title: str, found: Sequence[Point]) -> Chart | None:
    return charts.bars(title, found) if len(found) >= FEWEST else None


def _wait(name: str, waits: Waits) -> Point:
    if waits.median is None:
        return Point(name=name, value=None, told=HIDDEN if waits.is_few else "ingen tid")
    return Point(name=name, value=waits.median / HOUR, told=swedish.length(waits.median))


def _figure(one: Figure, name: str) -> Point:
    span = one.span
    if span is None:
        return Point(name=name, value=None, told=f"färre än {FEW}" if one.is_few else "inget än")
    return Point(name=name, value=span.value, told=one.value, low=span.low, high=span.high)
