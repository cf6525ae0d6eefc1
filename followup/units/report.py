"""The report of a unit's month on paper: figures, charts and what the figures mean, readable by everybody."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from followup import drawn
from followup.figures import FEW, Waits
from followup.telling import Figure, decimal, month_name
from followup.units.month import Late, Month, Stopped, told
from web import charts, paper, swedish
from web.charts import Chart, Point
from web.paper import Paper, Section, Table

SOURCE = "Källa: Förlopp, det som har gjorts i uppgifterna. Inget är skrivet för rapporten. Räknat {}."
NOTHING = "Inget i månaden."
DEFINITIONS = (
    "Hos oss: det som enhetens professioner kan göra i enhetens område.",
    "Klart, försenat och resultat räknas för enheten där den som gjorde uppgiften arbetade då.",
    "Väntan: från att en uppgift gavs till att den blev klar. Median: hälften väntade högst så länge.",
    "9 av 10 inom: så länge väntade nio av tio som mest.",
    "Försenad: en uppgift som blev klar, eller inte längre behövdes, efter sin tid.",
    "Stopp: i ärenden där enheten har eller har haft något att göra. Det som rör skyddade personer är inte med.",
    f"Inget som bygger på färre än {FEW} visas, och ingen person nämns. Förlopp i sluten akt är inte med.",
    "95 % säkerhet: så mycket kan siffran bero på slumpen. Varje mått har sin definition på sidan Vad det ger.",
)


def made(month: Month) -> bytes:
    """As PDF."""
    return paper.pdf(sheet(month))


def sheet(month: Month) -> Paper:
    name = month_name(month.first)
    source = SOURCE.format(swedish.moment(month.now, now=month.now).replace("i dag", swedish.date(_today(month))))
    sections = [
        Section(heading="I korthet", lead=_short(month)),
        _months(month),
        _flow(month),
        _late(month.late),
        *_effects(month),
        _stopped(month.stopped),
        Section(heading="Vad siffrorna betyder", lines=DEFINITIONS),
        Section(heading="Källa", lead=source),
    ]
    title = f"{month.unit.name}: månadsrapport för {name}"
    return Paper(title=title, mark=name.capitalize(), foot="Utan personuppgifter", at=month.now, sections=sections)


# -- inside ------------------------------------------------------------------------------------------------------------


def _today(month: Month) -> datetime.date:
    return month.now.astimezone(swedish.STOCKHOLM).date()


def _short(month: Month) -> str:
    done, late = (sum(getattr(one, name) for one in month.late) for name in ("done", "late"))
    stopped = sum(one.came for one in month.stopped)
    return (
        f"Under {month_name(month.first)} blev {told(done)} uppgifter klara hos oss. {told(late).capitalize()} blev "
        f"försenade. {told(stopped).capitalize()} stopp kom i våra ärenden."
    )


def _months(month: Month) -> Section:
    points = [
        Point(name=drawn.short(first), value=done if done >= FEW or not done else None, told=told(done))
        for first, done, _ in month.months
    ]
    chart = charts.over_time("Klara uppgifter per månad", points, told=decimal)
    rows = [(month_name(first).capitalize(), told(done), told(late)) for first, done, late in month.months]
    return _section("Månad för månad", chart, ("Månad", "Klara", "Försenade"), rows)


def _flow(month: Month) -> Section:
    chart = drawn.waits_of("Väntan per förlopp", [one.group for one in month.done])
    rows = [(one.definition.title, told(one.waits.count), *_waits(one.waits)) for one in month.done]
    return _section("Så gick förloppen", chart, ("Förlopp", "Klara", "Median", "9 av 10 inom"), rows)


def _waits(waits: Waits) -> tuple[str, str]:
    if waits.is_few or 0 < waits.count < FEW:
        return "visas inte", "visas inte"
    return (_length(waits.median), _length(waits.long))


def _length(span: datetime.timedelta | None) -> str:
    return "ingen tid" if span is None else swedish.length(span)


def _late(found: Iterable[Late]) -> Section:
    shown = [one for one in found if one.late]
    known = [drawn.counted(one.name, one.late) for one in shown if one.late >= FEW]
    chart = charts.bars("Försenade uppgifter per förlopp", known) if len(known) > 1 else None
    rows = [(one.name, told(one.late), told(one.done)) for one in shown]
    return _section("Försenat", chart, ("Förlopp", "Försenade", "Klara"), rows)


def _stopped(found: Sequence[Stopped]) -> Section:
    rows = [(one.name, told(one.came), told(one.open, one.came)) for one in found]
    return _section("Stopp", None, ("Förlopp", "Kom i månaden", "Öppna än"), rows)


def _effects(month: Month) -> list[Section]:
    found = []
    for one in month.effects:
        known = [each for each in one.figures if each.is_known and not each.is_few]
        rows = [_figure(each) for each in one.figures]
        head = ("Mått", "Ärenden", "Resultat", "95 % säkerhet")
        found.append(_section(f"Vad det gav: {one.definition.title}", drawn.shares(known), head, rows))
    return found or [Section(heading="Vad det gav", lead=NOTHING)]


def _figure(one: Figure) -> tuple[str, str, str, str]:
    name = f"{one.name} ({one.measure.unit})" if one.measure.unit else one.name
    if one.is_few:
        return name, f"färre än {FEW}", "visas inte", "visas inte"
    if not one.is_known:
        return name, "0", "inget än", "–"
    return name, str(one.sums.many), one.value, one.between or "–"


def _section(heading: str, chart: Chart | None, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Section:
    if not rows:
        return Section(heading=heading, lead=NOTHING)
    picture = chart.picture if chart is not None else None
    return Section(heading=heading, picture=picture, table=Table(head=head, rows=rows))
