"""What one has asked the inbox for: view, filters, order. The address tells all but what one searches for."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode

from django.utils import timezone

from web.addresses import url

PAGE = 50
MOST = 500
NEVER = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
"""Where a task without a due time is sorted."""

VIEWS = {"": "Att göra", "mina": "Mina", "vantar": "Väntar på andra", "bevakade": "Bevakade"}
ALL = "alla"
TIMES = {"forsenade": "Försenade", "idag": "I dag", "veckan": "Resten av veckan", "utan": "Utan tid"}
PRIORITIES = {"1": "Hög prioritet", "2": "Vanlig prioritet", "3": "Låg prioritet"}
TAKEN = {"nej": "Inte tagna", "ja": "Tagna"}
ORDERS = {"": "Tid", "nyast": "Nyast först", "person": "Person", "forlopp": "Förlopp"}
CHOICES = {"visa": VIEWS, "tid": TIMES, "prioritet": PRIORITIES, "tagen": TAKEN, "sortera": ORDERS}
FILTERS = ("forlopp", "enhet", "profession", "tid", "prioritet", "tagen")
KEY = re.compile(r"[a-z0-9_-]{1,100}")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Named as the address spells it; '' is whatever. `text` is searched for and known to the session by `sok`."""

    visa: str = ""
    forlopp: str = ""
    enhet: str = ""
    profession: str = ""
    tid: str = ""
    prioritet: str = ""
    tagen: str = ""
    sortera: str = ""
    sok: str = ""
    antal: int = PAGE
    text: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or any(getattr(self, name) for name in FILTERS))

    @property
    def due(self) -> bool:
        """In the order of due times, which is the order of the index."""
        return not self.sortera and not self.text

    @property
    def query(self) -> dict[str, str]:
        """As the address has it: what is not asked for is left out."""
        asked = {name: value for name, value in vars(self).items() if value and name != "text"}
        return {name: str(value) for name, value in asked.items() if (name, value) != ("antal", PAGE)}

    @property
    def kept(self) -> str:
        """What may be saved: not what was searched for, and not how far one has read."""
        return urlencode({name: value for name, value in self.query.items() if name not in ("sok", "antal")})

    def address(self, name: str = "tasks:inbox", **more: str) -> str:
        # The bare address of the inbox is the start page of each; who asks for everything says so.
        query = self.query | more or ({"visa": ALL} if name == "tasks:inbox" else {})
        return f"{url(name)}?{urlencode(query)}" if query else url(name)

    @property
    def saved_url(self) -> str:
        return f"{url('tasks:saved')}?{self.kept}" if self.kept else url("tasks:saved")

    def without(self, *names: str) -> Wanted:
        return replace(self, **dict.fromkeys(names, ""), antal=PAGE)


@lru_cache(maxsize=100)
def whole(visa: str, sortera: str = "") -> str:
    """The address of all of a view."""
    return Wanted(visa=visa, sortera=sortera).address()


def read(asked: Mapping[str, str], *, professions: list[str], searches: Mapping[str, str]) -> Wanted:
    """Nonsense asks for nothing. `searches` are the session's, by their keys."""
    values = {name: asked.get(name, "") for name, choices in CHOICES.items() if asked.get(name) in choices}
    if asked.get("profession") in professions:
        values["profession"] = asked["profession"]
    values |= {name: asked[name] for name in ("forlopp", "enhet") if KEY.fullmatch(asked.get(name, ""))}
    key = asked.get("sok", "")
    if key in searches:
        values["sok"] = key
    return Wanted(**values, antal=_number(asked.get("antal", "")), text=searches.get(key, ""))


def span(tid: str, *, now: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime] | None:
    """After when and until when a task must be due, a day to its last moment; None for whenever."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    if tid == "forsenade":
        return datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), now
    if tid == "idag":
        return now, today + datetime.timedelta(days=1)
    if tid == "veckan":
        return now, today + datetime.timedelta(days=7 - today.weekday())
    return (NEVER - datetime.datetime.resolution, NEVER) if tid == "utan" else None


def _number(asked: str) -> int:
    return min(max(int(asked), PAGE), MOST) if asked.isdecimal() and len(asked) < 6 else PAGE
