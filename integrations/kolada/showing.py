"""The key figures as people see them: a table of years, bars of the latest, and words where there is no value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from integrations.kolada.fetching import GONE, Choice
from integrations.models import KeyFigure, KeyFigureMunicipality, KeyFigureValue
from web import swedish

WIDTH = 100
WORDS = {"": "saknas", "Missing": "saknas", "Private": "visas inte (sekretess)", GONE: "borttaget"}


@dataclass(frozen=True)
class Cell:
    """What stands for a year; `value` None where the text is words. `before` is what was told first, if it changed."""

    text: str = "–"
    value: float | None = None
    before: str = ""


@dataclass(frozen=True)
class Row:
    """A municipality."""

    name: str
    is_own: bool
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Bar:
    """From `x`, `width` wide, of WIDTH; zero is where negative values end."""

    name: str
    is_own: bool
    text: str
    x: float
    width: float


@dataclass(frozen=True)
class Shown:
    """One key figure."""

    figure: KeyFigure
    years: Sequence[int]
    rows: Sequence[Row]
    year: int | None
    bars: Sequence[Bar] = field(default_factory=list)


def shown(gender: str) -> list[Shown]:
    """Those that are followed, by name. Three questions however many there are."""
    choice = Choice.made()
    names = dict(KeyFigureMunicipality.objects.values_list("code", "title"))
    codes = [code for code in choice.municipalities if code in names]
    figures = sorted(KeyFigure.objects.filter(is_followed=True), key=lambda figure: swedish.sorting(figure.title))
    told = KeyFigureValue.objects.filter(figure__in=figures, gender=gender, municipality__in=codes)
    by_figure: dict[int, list[KeyFigureValue]] = defaultdict(list)
    for row in told.order_by("revision"):
        by_figure[row.figure_id].append(row)
    return [_shown(figure, by_figure[figure.pk], codes, names, choice.own) for figure in figures]


def _shown(
    figure: KeyFigure, told: Sequence[KeyFigureValue], codes: Sequence[str], names: Mapping[str, str], own: str
) -> Shown:
    years = sorted({row.year for row in told})
    cells = _cells(told)
    rows = [Row(names[code], code == own, [cells.get((code, year), Cell()) for year in years]) for code in codes]
    # The latest that we have ourselves: others' of a later year would compare with nothing.
    ours = [row for row in told if row.is_current and row.value is not None and row.municipality == own]
    year = max((row.year for row in ours), default=None)
    return Shown(figure, years, rows, year, [] if year is None else _bars(rows, years.index(year)))


def _cells(told: Iterable[KeyFigureValue]) -> dict[tuple[str, int], Cell]:
    """The latest revision of each; the one before it beside."""
    found: dict[tuple[str, int], Cell] = {}
    for row in told:
        about = (row.municipality, row.year)
        before = found[about].text if about in found else ""
        found[about] = Cell(_words(row), row.value, before)
    return found


def _words(row: KeyFigureValue) -> str:
    if row.value is None:
        return WORDS.get(row.status, f"visas inte ({row.status})")
    if abs(row.value) >= 1_000:
        return swedish.number(round(row.value))
    return f"{row.value:.1f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")


def _bars(rows: Sequence[Row], place: int) -> list[Bar]:
    values = [cell.value for row in rows if (cell := row.cells[place]).value is not None]
    lowest, highest = min(0.0, *values), max(0.0, *values)
    scale = WIDTH / ((highest - lowest) or 1)
    bars = []
    for row in rows:
        cell = row.cells[place]
        value = cell.value or 0.0
        x = (min(value, 0.0) - lowest) * scale
        bars.append(Bar(row.name, row.is_own, cell.text, round(x, 2), round(abs(value) * scale, 2)))
    return bars
