"""The plan, and the letter with a code, as large print."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.conf import settings

from people.models import Individual, Letter, Mandate, Visit
from plan.language import Language
from plan.shown import Aim, Near, Own
from tasks.forms.shown import Shown
from web.addresses import url
from web.paper import Entry, Paper, Row, Section

LARGE = 16.0
"""Points: what the Swedish association of the visually impaired calls large print."""


def of(own: Own, visit: Visit, t: Language, *, now: datetime.datetime) -> Paper:
    """What the page shows, in its order, and a place to sign."""
    sections = [
        _goals(own.now, t),
        *(_agreement(own, t)),
        _coming(own, t),
        _contacts(own, t),
        _consents(own, t),
    ]
    return _paper(
        t, t("page.theirs", name=own.name) if visit.mandate else t("page.title"), visit.individual, sections, now=now
    )


def letter(
    *, letter: Letter, code: str, individual: Individual, mandate: Mandate | None, t: Language, now: datetime.datetime
) -> Paper:
    """With the code, which is nowhere else; no address and no number of anybody."""
    name = " ".join(filter(None, (individual.given_name, individual.family_name)))
    about = [t("letter.for_plan", name=individual.given_name)] if mandate else []
    address = f"{settings.FORLOPP_ADDRESS}{url('plan:enter')}"
    last = t.day_of(letter.expires_at)
    sections = [
        Section(heading="", lead=" ".join([t("letter.to", name=mandate.name if mandate else name), *about])),
        Section(heading="", lead=t("letter.why")),
        Section(heading=t("letter.code"), lead=code),
        Section(
            heading=t("letter.how"),
            lines=[t("letter.first", address=address), t("letter.second"), t("letter.third")],
        ),
        Section(heading="", lead=t("letter.once", day=last)),
        Section(heading="", lead=t("letter.safe")),
    ]
    return _paper(t, t("letter.title"), individual, sections, now=now, foot="")


def _goals(goals: Iterable[Aim], t: Language) -> Section:
    rows = [
        Row(
            label=one.words,
            entries=_filled(
                (t("goals.area"), t(f"area.{one.area}") if one.area else ""),
                (t("goals.aim"), t.day(one.aim_on) if one.aim_on else ""),
                (t("goals.steps"), one.steps),
                (t("goals.own"), t("goals.of_ten", number=one.own) if one.own is not None else ""),
                (t("goals.followed"), t(f"outcome.{one.outcome}") if one.outcome else ""),
                (t("goals.keeper"), one.keeper),
            ),
        )
        for one in goals
    ]
    return _listed(t("goals.heading"), rows, t("goals.none"))


def _agreement(own: Own, t: Language) -> Iterable[Section]:
    yield Section(heading=t("agreed.heading"), lead="" if own.agreements or own.told else t("agreed.none"))
    for one in own.agreements:
        signed = t("agreed.signed_on", day=t.day(one.signed_on)) if one.signed_on else t("agreed.unsigned")
        yield Section(heading=t("agreed.agreement"), level=2, lead=one.text)
        yield Section(heading="", lead=f"{t('agreed.agreed_on', day=t.day(one.agreed_on))} {signed}")
        if one.with_whom:
            yield Section(heading="", lead=t("agreed.with_whom", names=one.with_whom))
        if one.signed_on is None:
            lines = [f"{t('paper.name')}: ______________________________", f"{t('paper.date')}: __________________"]
            yield Section(heading=t("paper.sign"), level=2, lines=lines)
    for told_of in own.told:
        yield Section(heading=t("agreed.told_on", day=t.day(told_of.on)), level=2, entries=_entries(told_of.entries))


def _coming(own: Own, t: Language) -> Section:
    rows = [
        Row(
            label=one.told,
            entries=_filled(("", t("coming.by", day=t.day_of(one.due_at)) if one.due_at else ""))
            + _filled(("", t("coming.who", who=one.who) if one.who else "")),
        )
        for one in own.coming
    ]
    return _listed(t("coming.heading"), rows, t("coming.none"))


def _reached(one: Near, t: Language) -> list[str]:
    way = t(f"way.{one.way}") if one.way else ""
    return [way, t("contacts.interpreter", language=one.interpreter) if one.interpreter else ""]


def _contacts(own: Own, t: Language) -> Section:
    entries = [
        Entry(
            label=t("contacts.myself") if one.kind == "personen" else t(f"kind.{one.kind}"),
            value=", ".join(filter(None, (one.name, one.title, one.phone, one.email, *_reached(one, t)))),
        )
        for one in own.contacts
    ]
    return Section(heading=t("contacts.heading"), lead="" if entries else t("contacts.none"), entries=entries)


def _consents(own: Own, t: Language) -> Section:
    entries = [
        Entry(
            label=t(f"consent.{one.kind}"),
            value=" ".join(
                filter(
                    None,
                    (
                        one.scope and f"{one.scope.rstrip('.')}.",
                        t("consents.given", day=t.day(one.given_on)),
                        t("consents.until", day=t.day(one.valid_to)) if one.valid_to else "",
                    ),
                )
            ),
        )
        for one in own.given
    ]
    return Section(heading=t("consents.heading"), lead="" if entries else t("consents.none"), entries=entries)


def _listed(heading: str, rows: list[Row], none: str) -> Section:
    entries = [Entry(label=row.label, value="\n".join(_line(one) for one in row.entries)) for row in rows]
    return Section(heading=heading, lead="" if rows else none, entries=entries)


def _line(entry: Entry) -> str:
    return f"{entry.label}: {entry.value}" if entry.label else entry.value


def _filled(*told: tuple[str, str]) -> list[Entry]:
    return [Entry(label=label, value=value) for label, value in told if value]


def _entries(shown: Iterable[Shown]) -> list[Entry]:
    return [
        Entry(
            label=one.label,
            value=one.value,
            rows=[Row(label=row.title, entries=_entries(row.entries)) for row in one.rows],
        )
        for one in shown
    ]


def _paper(
    t: Language,
    title: str,
    individual: Individual,
    sections: list[Section],
    *,
    now: datetime.datetime,
    foot: str | None = None,
) -> Paper:
    return Paper(
        title=title,
        mark="(påhittad)" if individual.is_invented else "",
        foot=t("paper.foot", moment=t.moment(now)) if foot is None else foot,
        at=now,
        sections=sections,
        size=LARGE,
        language=t.tag,
        numbered=(t("paper.sheet"), t("paper.of")),
    )
