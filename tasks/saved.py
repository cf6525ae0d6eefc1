"""Reads the ways to look at the inbox that somebody has saved: one's own, and those shared with one's units."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from people.models import Staff
from tasks.models import SavedFilter


def own(staff: Staff) -> QuerySet[SavedFilter]:
    return SavedFilter.objects.filter(owner=staff).select_related("shared_with")


def shared(staff: Staff) -> QuerySet[SavedFilter]:
    """What colleagues have shared with the units where one works today."""
    rows = SavedFilter.objects.filter(shared_with__key__in=list(staff.units), owner__is_active=True)
    return rows.exclude(owner=staff).select_related("shared_with", "owner")


def one_of(staff: Staff, public_id: uuid.UUID) -> SavedFilter | None:
    """One's own or one that is shared; None when missing or a stranger's alike."""
    visible = Q(owner=staff) | Q(shared_with__key__in=list(staff.units), owner__is_active=True)
    return SavedFilter.objects.filter(visible, public_id=public_id).select_related("owner").first()
