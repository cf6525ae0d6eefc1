"""What Prometheus is told of the state of things, asked of the database when it asks us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from integrations import overview
from integrations.overview import ILL, OFF, PAUSED, Overview
from workflows.models import Incident, IncidentState, TimerJob


class Systems(Collector):
    """A fixed number of questions, as the overview's; the same whichever process answers."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        found = [one for one in overview.of_all(now=now) if one.verdict != OFF]
        yield _gauge("system_up", "1 while the system answers.", found, lambda one: one.verdict != ILL)
        yield _gauge("system_paused", "1 while people do its work.", found, lambda one: one.verdict == PAUSED)
        yield _gauge("inbox_waiting", "Messages stored and not handled.", found, lambda one: one.incoming.count)
        yield _gauge(
            "inbox_oldest_seconds", "Age of the oldest of them.", found, lambda one: _age(one.incoming.since, now)
        )
        yield _gauge("outbox_waiting", "Calls not made yet.", found, lambda one: one.outgoing.count)
        yield _gauge(
            "outbox_oldest_seconds", "Age of the oldest of them.", found, lambda one: _age(one.outgoing.since, now)
        )
        yield _of_jobs(found, now)
        yield _refused(found)
        yield _stops()
        yield _timers(now)


def _gauge(name: str, told: str, found: list[Overview], value: Callable[[Overview], float]) -> Metric:
    metric = GaugeMetricFamily(f"forlopp_{name}", told, labels=["system"])
    for one in found:
        metric.add_metric([one.system.key], value(one))
    return metric


def _of_jobs(found: list[Overview], now: datetime) -> Metric:
    """Of those whose next time is known; 0 while it has not passed, or the system is paused."""
    metric = GaugeMetricFamily(
        "forlopp_job_late_seconds", "How long ago a job should have been done.", labels=["system", "job"]
    )
    for one in found:
        for line in one.jobs:
            if line.key and line.due_at:
                metric.add_metric([one.system.key, line.key], max(0.0, (now - line.due_at).total_seconds()))
    return metric


def _refused(found: list[Overview]) -> Metric:
    metric = CounterMetricFamily(
        "forlopp_webhooks_refused", "Calls to us that could not be trusted.", labels=["system"]
    )
    for one in found:
        metric.add_metric([one.system.key], float(one.refused.refused if one.refused else 0))
    return metric


def _stops() -> Metric:
    metric = GaugeMetricFamily("forlopp_stops_open", "Open stops by who sees them.", labels=["group"])
    rows = Incident.objects.filter(state=IncidentState.OPEN).values_list("group").annotate(count=Count("pk"))
    for group, count in rows.order_by("group"):
        metric.add_metric([group], float(count))
    return metric


def _timers(now: datetime) -> Metric:
    due = TimerJob.objects.filter(is_paused=False, due_at__lte=now).aggregate(first=Min("due_at"))["first"]
    told = "How long the oldest deadline that has passed has waited for the worker."
    return GaugeMetricFamily("forlopp_timer_late_seconds", told, value=_age(due, now))


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
