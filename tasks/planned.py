"""Goals, contacts, consents and agreements as a person's page shows them to one viewer."""

from __future__ import annotations

from dataclasses import dataclass, field

from people.models import Agreement, Consent, Contact, Goal, Rating
from people.plan import ContactKind, current
from people.spheres import is_in_force
from workflows.sight import WORDS, Sight, is_now

AREAS = {
    "d1": "Lära sig och använda kunskap",
    "d2": "Vardagens uppgifter och krav",
    "d3": "Kommunicera",
    "d4": "Förflytta sig",
    "d5": "Personlig vård",
    "d6": "Hemliv",
    "d7": "Relationer och umgänge",
    "d8": "Studier, arbete och ekonomi",
    "d9": "Samhälle, föreningar och intressen",
    "trygghet": "Känna sig trygg",
    "stod_till_narstaende": "Stöd till närstående",
}
LEVELS = ("inga svårigheter", "lätta svårigheter", "måttliga svårigheter", "stora svårigheter", "klarar det inte alls")
SCALE = range(4, -1, -1)
"""From the hardest to none, as one reads towards the goal."""


@dataclass(kw_only=True)
class GoalRow:
    """A goal with its follow-ups, the latest first. `hidden` tells of one in the other sphere without what it says."""

    goal: Goal
    ratings: list[Rating] = field(default_factory=list)
    hidden: str = ""

    @property
    def area(self) -> str:
        return AREAS.get(self.goal.area, "")

    @property
    def level(self) -> int | None:
        """Where it stands: by the latest follow-up that could tell, else as it began; 8 and 9 tell nothing."""
        told = [rating.level for rating in self.ratings if rating.level in SCALE]
        return told[0] if told else self.baseline

    @property
    def baseline(self) -> int | None:
        return self.goal.baseline if self.goal.baseline in SCALE else None

    @property
    def has_scale(self) -> bool:
        return self.level is not None and self.goal.intended is not None

    @property
    def own(self) -> list[int]:
        """The person's own ratings in the order of time."""
        rated = [rating.own_rating for rating in reversed(self.ratings)]
        return [rating for rating in (self.goal.own_rating, *rated) if rating is not None]

    @property
    def gas(self) -> int | None:
        return next((rating.gas for rating in self.ratings if rating.gas is not None), None)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`team` is who helps now, `past` contacts whose time is over; likewise for consents."""

    goals: list[GoalRow]
    ended_goals: list[GoalRow]
    team: list[Contact]
    past_contacts: list[Contact]
    consents: list[Consent]
    past_consents: list[Consent]
    agreements: list[Agreement]


def load(sight: Sight) -> Plan:
    """Of the person whom the sight is on."""
    on, untold = sight.on, sight.untold
    contacts = [contact for contact in sight.contacts if contact.thread not in untold]
    consents = [consent for consent in sight.consents if consent.thread not in untold]
    agreed = current(Agreement).filter(individual=sight.individual).exclude(thread__in=untold)
    rows = goals(sight)
    order = list(ContactKind.values)
    team = [contact for contact in contacts if is_now(contact, on=on)]
    return Plan(
        goals=[row for row in rows if row.goal.state == "aktivt"],
        ended_goals=[row for row in rows if row.goal.state != "aktivt"],
        team=sorted(team, key=lambda contact: order.index(contact.kind)),
        past_contacts=[contact for contact in contacts if not is_now(contact, on=on)],
        consents=[consent for consent in consents if is_in_force(consent, on=on)],
        past_consents=[consent for consent in consents if not is_in_force(consent, on=on)],
        agreements=[row for row in agreed.order_by("-agreed_on", "-pk") if not sight.has_closed(row)],
    )


def goals(sight: Sight) -> list[GoalRow]:
    """The person's, in the order they were written."""
    found = current(Goal).filter(individual=sight.individual).select_related("by").order_by("pk")
    told = [goal for goal in found if goal.thread not in sight.untold and not sight.has_closed(goal)]
    rows = {goal.thread: GoalRow(goal=goal) for goal in told}
    for rating in current(Rating).filter(individual=sight.individual).order_by("-on", "-pk"):
        if rating.goal in rows and not sight.has_closed(rating):
            rows[rating.goal].ratings.append(rating)
    return [_as_seen(row, sight) for row in rows.values()]


def _as_seen(row: GoalRow, sight: Sight) -> GoalRow:
    if sight.reads(row.goal.sphere, is_own=row.goal.by_id == sight.viewer.pk):
        return row
    return GoalRow(goal=row.goal, hidden=f"{WORDS[row.goal.sphere]}: ett mål")
