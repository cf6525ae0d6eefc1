"""What IT has typed about a client, and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import QueryDict

from api.models import EVERY, SCOPES, Client
from api.services.clients import Wanted
from people.models import Profession, Unit
from workflows import connectors
from workflows.models import ProcessDefinition

MOST_DAYS = 1_095
NUMBERS = {"takt": (1, 100_000), "stot": (1, 10_000), "dagar": (1, MOST_DAYS), "overlapp": (0, 30)}


@dataclass(frozen=True)
class Problem:
    """`target` is the control to go to."""

    target: str
    text: str


class Wrong(Exception):
    """What was typed cannot be done as it stands."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("wrong")
        self.problems = list(problems)


def wanted(post: QueryDict, client: Client | None = None) -> Wanted:
    """A new client, or `client` with other rights. Raises Wrong."""
    problems = [] if client else [*_named(post)]
    scopes, definitions = post.getlist("ratt"), post.getlist("forlopp")
    if not scopes:
        problems.append(Problem(f"ratt-{next(iter(SCOPES))}", "Välj minst en rätt."))
    if not definitions:
        problems.append(Problem("forlopp-alla", "Välj minst ett förlopp."))
    per_minute, burst = number(post, "takt", problems), number(post, "stot", problems)
    role, unit = post.get("profession", ""), post.get("enhet", "")
    if bool(role) != bool(unit):
        problems.append(Problem("profession", "Välj både profession och enhet, eller ingen av dem."))
    if problems:
        raise Wrong(*problems)
    return Wanted(
        key=client.key if client else post.get("nyckel", "").strip(),
        name=str(client.staff) if client else post.get("namn", "").strip(),
        scopes=scopes,
        definitions=[EVERY] if EVERY in definitions else definitions,
        units=post.getlist("enheter"),
        professions=[(role, unit)] if role else (),
        may_see_protected=post.get("skyddade") == "ja",
        source=post.get("avsandare", ""),
        per_minute=per_minute,
        burst=burst,
    )


def days(post: QueryDict, name: str) -> timedelta:
    """Raises Wrong."""
    problems: list[Problem] = []
    found = number(post, name, problems)
    if problems:
        raise Wrong(*problems)
    return timedelta(days=found)


def number(post: QueryDict, name: str, problems: list[Problem]) -> int:
    least, most = NUMBERS[name]
    text = post.get(name, "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 9 and least <= int(text) <= most:
        return int(text)
    problems.append(Problem(name, f"Skriv ett heltal från {least} till {most}."))
    return least


def reason(post: QueryDict, target: str) -> str:
    """Raises Wrong when none is given."""
    found = post.get("skal", "").strip()
    if not found:
        raise Wrong(Problem(target, "Skriv ett skäl."))
    return found


def choices() -> dict[str, Any]:
    """What can be chosen."""
    return {
        "scopes": SCOPES.items(),
        "definitions": ProcessDefinition.objects.values_list("key", "title"),
        "units": Unit.objects.values_list("key", "name"),
        "professions": Profession.objects.values_list("key", "name"),
        "sources": sorted(connectors.translators()),
        "every": EVERY,
    }


def _named(post: QueryDict) -> list[Problem]:
    problems = []
    if not post.get("namn", "").strip():
        problems.append(Problem("namn", "Skriv vad systemet heter."))
    if not re.fullmatch(r"[a-z0-9-]{1,40}", post.get("nyckel", "").strip()):
        problems.append(Problem("nyckel", "Skriv ett kort namn med bara a–z, siffror och bindestreck."))
    return problems
