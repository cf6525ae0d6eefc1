"""What is looked for in the lists of what came in and went out; it is posted, since it may be a personal number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from integrations.pages.edge import StaffRequest, may_see
from people import identity
from people.models import Individual
from people.services import access
from web.swedish import midnight
from workflows.forms import moments
from workflows.forms.refused import AnswerError

M = TypeVar("M", bound=Model)
PAGE = 50
DAYS = 7


@dataclass(frozen=True)
class Wanted:
    """A search; without a text it is of a period, so that it costs the same with ten years of messages."""

    text: str
    name: str
    state: str
    since: date
    until: date
    older_than: str
    wrong: Mapping[str, str]

    @classmethod
    def of(cls, request: StaffRequest, states: Mapping[str, str]) -> Wanted:
        """Only the state may stand in the address."""
        told = request.POST if request.method == "POST" else request.GET
        state = told.get("lage", "")
        posted, today = request.POST, timezone.localdate()
        wrong: dict[str, str] = {}
        since = _day(posted, "fran", today, wrong) or today - timedelta(days=DAYS)
        until = _day(posted, "till", today, wrong) or today
        return cls(
            text=posted.get("sok", "").strip()[:200],
            name=posted.get("namn", "").strip()[:100],
            state=state if state in states else "",
            since=min(since, until),
            until=max(since, until),
            older_than=posted.get("aldre", ""),
            wrong=wrong,
        )

    @property
    def is_typed(self) -> bool:
        return bool(self.text or self.name or self.state)

    def within(self, rows: QuerySet[M], moment: str) -> QuerySet[M]:
        """Of the period, unless a text says exactly which."""
        if not self.text:
            period = {f"{moment}__gte": midnight(self.since), f"{moment}__lt": midnight(self.until + timedelta(days=1))}
            rows = rows.filter(**period)
        return rows.filter(state=self.state) if self.state else rows

    def individual(self, request: StaffRequest) -> Individual | None:
        """The person whose number was typed, when the viewer may see them; the search is in the access log."""
        try:
            parsed = identity.parse(self.text, today=timezone.localdate())
        except identity.InvalidIdentity:
            return None
        found = Individual.objects.filter(identity_type=parsed.type, identity_number=parsed.number).first()
        if found is None or not may_see(request.user, found):
            return None
        access.record(
            staff=request.user,
            individual=found,
            action="search",
            object_type="integration",
            object_id="",
            now=timezone.now(),
        )
        return found


def _day(posted: Mapping[str, str], name: str, today: date, wrong: dict[str, str]) -> date | None:
    """As one writes it; what is none is told in `wrong`."""
    try:
        return moments.typed(posted, name, today=today)
    except AnswerError as error:
        wrong[name] = str(error)
        return None
