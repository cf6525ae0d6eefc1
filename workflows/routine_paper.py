"""A routine as paper: the same lists as on the page, with the questions of each form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from web.paper import Entry, Paper, Row, Section
from workflows import outline
from workflows.outline import Fact, Reference, Step, Turn
from workflows.routine import Routine


@dataclass(frozen=True, kw_only=True)
class About:
    """What stands at the top of a routine; the days are in words."""

    title: str
    purpose: str
    owner: str
    edition: str
    dated: str
    today: str


def paper(about: About, found: Routine, *, at: datetime) -> Paper:
    first = Section(
        heading="Om förloppet",
        lead=about.purpose,
        entries=[
            Entry(label="Utgåva", value=f"{about.edition}, {about.dated}"),
            Entry(label="Ägare", value=about.owner or "saknas"),
        ],
    )
    sections = [first, *(_section(one) for one in (*found.main.sections, *found.called))]
    around = [_line(fact) for fact in (*found.main.others, *found.main.notes)]
    if around:
        sections.append(Section(heading="Runt omkring", lines=around))
    foot = f"{about.title}, {about.edition}. Utskriven {about.today}."
    return Paper(title=about.title, mark="Rutin", foot=foot, at=at, sections=sections)


def _section(found: outline.Section) -> Section:
    lead = "Stegen görs i ordning. Står det inget annat fortsätter man med nästa steg."
    return Section(heading=found.title, lead=lead, entries=_part(found.part))


def _part(found: outline.Part) -> list[Entry]:
    return [_entry(step) for step in (*found.steps, *found.anytime)]


def _entry(step: Step) -> Entry:
    who = f"{step.who}: " if step.who else ""
    kind = f"{step.kind}: " if step.kind and not step.who else ""
    label = f"{step.number}. {kind}{who}{step.title}" if step.number else f"{kind}{who}{step.title}"
    calls = f" – {step.calls_title}" if step.calls else ""
    return Entry(label=f"{label}{calls}".strip(": "), value="\n".join(_lines(step)), rows=list(_rows(step)))


def _lines(step: Step) -> Iterator[str]:
    """What is said of the step, and a way onward that nothing is nested in."""
    if step.element.documentation:
        yield step.element.documentation
    yield from map(_line, step.facts)
    if step.form is not None:
        yield f"Formulär: {step.form.title}"
        for asked in step.form.fields:
            inside = f": {', '.join(part.label for part in asked.item)}" if asked.item else ""
            yield f"– {asked.label}{inside}"
    for turn in _told(step):
        if turn.to is not None:
            yield _begun(f"{_said(turn)}{_to(turn.to)}")


def _rows(step: Step) -> Iterator[Row]:
    if step.inside is not None:
        yield Row(label="I den här delen:", entries=_part(step.inside))
    for turn in _told(step):
        if turn.steps:
            label = _said(turn) or ("" if turn in step.edges else step.lead)
            yield Row(label=label, entries=[_entry(one) for one in turn.steps])


def _told(step: Step) -> Iterable[Turn]:
    return (*step.edges, *(() if step.is_quiet else step.ways))


def _said(turn: Turn) -> str:
    return f"{turn.said}{f' {turn.code}' if turn.code else ''}: " if turn.said else ""


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _to(found: Reference | None) -> str:
    if found is None:
        return ""
    where = ", ".join(filter(None, (f"steg {found.number}" if found.number else "", found.title)))
    return f"{'tillbaka till' if found.is_back else 'gå till'} {where}"


def _line(fact: Fact) -> str:
    return f"{fact.label}: {' '.join(filter(None, (fact.text, fact.code)))}"
