"""Finds visits that two of the staff made at the same time: registered double staffing tells only half of it."""

from __future__ import annotations

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, Value, When

from integrations.models import Batch, HomeCareVisit


def mark(batch: Batch) -> None:
    """Look again at every person and day that the batch told of; also the visits that were there before."""
    touched = HomeCareVisit.objects.filter(batch=batch, individual=OuterRef("individual"), day=OuterRef("day"))
    others = HomeCareVisit.objects.filter(
        individual=OuterRef("individual"),
        day=OuterRef("day"),
        is_current=True,
        status="utford",
        started_at__lt=OuterRef("ended_at"),
        ended_at__gt=OuterRef("started_at"),
    ).exclude(staff_hsa=OuterRef("staff_hsa"))
    is_double = Q(staff_count__gt=1) | (Q(status="utford") & Exists(others))
    yes, no = Value(value=True), Value(value=False)
    told = Case(When(is_double, then=yes), default=no, output_field=BooleanField())
    rows = HomeCareVisit.objects.filter(Exists(touched), is_current=True).annotate(told=told)
    rows.exclude(is_double_staffed=F("told")).update(is_double_staffed=told)
