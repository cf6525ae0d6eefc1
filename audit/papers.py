"""The extract of the log as paper for the person, in plain Swedish."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import groupby

from audit.entries import Told
from people.selectors import Presented
from web import swedish
from web.paper import Entry, Paper, Section

LEAD = (
    "Här står när någon har öppnat uppgifter om dig, på vilken enhet de arbetade och vad de gjorde. "
    "Namnen på dem som arbetar hos oss står inte med."
)
ASK = (
    "Är det något du undrar över, eller tror du att någon har läst utan att behöva det? Säg till oss. "
    "Då tar vi reda på varför det skedde och svarar dig."
)


def extract(
    person: Presented, told: Sequence[Told], *, first_on: datetime.date, last_on: datetime.date, now: datetime.datetime
) -> Paper:
    about = [
        Entry(label="Gäller", value=f"{person.name}, {person.identity}".rstrip(", ")),
        Entry(label="Tid", value=f"{swedish.date(first_on)} till {swedish.date(last_on)}"),
    ]
    sections = [Section(heading="Vem har läst om mig?", lead=LEAD, entries=about, lines=[ASK])]
    for day, rows in groupby(told, key=lambda one: one.day):
        sections.append(Section(heading=swedish.date(day).capitalize(), lines=[line(one) for one in rows]))
    if not told:
        sections.append(Section(heading="Ingen har öppnat uppgifter om dig under den tiden"))
    return Paper(title="Utdrag ur loggen", mark=person.name, foot="Utdrag ur loggen", at=now, sections=sections)


def line(one: Told) -> str:
    times = f", {one.times} gånger" if one.times > 1 else ""
    return f"Kl. {one.hours}. {one.place}. {one.what}{times}."
