"""What the pages have in common: who may see them, what was typed, and one answer for missing and forbidden."""

from __future__ import annotations

from datetime import date

from django.http import Http404
from django.utils import timezone

from integrations import overview, systems
from integrations.overview import Overview
from people import selectors as people
from people.models import Individual, Staff
from workflows.views.edge import StaffRequest, it_page, uuid_of

__all__ = ["Refused", "StaffRequest", "day_of", "it_page", "may_see", "system_or_404", "uuid_of"]


class Refused(Exception):
    """The wish could not be carried out; `target` is the control to go to."""

    def __init__(self, text: str, target: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.target = target


def system_or_404(key: str) -> Overview:
    try:
        return overview.of(key, now=timezone.now())
    except systems.UnknownSystem:
        raise Http404 from None


def may_see(staff: Staff, individual: Individual | None) -> bool:
    """Whether what is about a protected person, or one with a spärr, may be seen at all."""
    return individual is None or not people.is_hidden(individual, viewer=staff)


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
