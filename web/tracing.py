"""Traces, from a page over the outbox and a call to the answer, for who has OpenTelemetry; nothing at all otherwise.

Where a trace goes on in another process its id lies in the row that the next one reads. Names and attributes tell what
kind of thing was done, never about whom.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Protocol

from django.conf import settings

log = logging.getLogger(__name__)

HEADER = "traceparent"
LENGTH = 55
_tracers: dict[int, Any] = {}


class Span(Protocol):
    """What is under way."""

    def named(self, name: str, **attributes: str | int) -> None:
        """Call it something better when it is known, and say how it went."""
        ...


class _Off:
    def named(self, name: str, **attributes: str | int) -> None: ...


class _On:
    def __init__(self, span: Any) -> None:
        self._span = span

    def named(self, name: str, **attributes: str | int) -> None:
        self._span.update_name(name)
        self._span.set_attributes(attributes)


_OFF = _Off()


@contextmanager
def span(name: str, *, parent: str = "", kind: str = "internal", **attributes: str | int) -> Iterator[Span]:
    """Something that takes time. `parent` is where it goes on from: what `current` gave in another process."""
    tracer = _tracer() if settings.FORLOPP_TRACING else None
    if tracer is None:
        yield _OFF
        return
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({HEADER: parent}) if parent else None
    # What an error says may be about a person; its kind is in the name of the outcome.
    with tracer.start_as_current_span(
        name,
        context=context,
        kind=SpanKind[kind.upper()],
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as begun:
        yield _On(begun)


def current() -> str:
    """The trace that is under way, in the words of W3C Trace Context, for a row; '' when there is none."""
    if not settings.FORLOPP_TRACING:
        return ""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get(HEADER, "")[:LENGTH]


def inject(headers: MutableMapping[str, str]) -> None:
    """Tell the system that we call of which trace it is part."""
    if settings.FORLOPP_TRACING:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        TraceContextTextMapPropagator().inject(headers)


def _tracer() -> Any:
    """This process's: its sender is a thread, which no fork takes along."""
    if os.getpid() not in _tracers:
        _tracers[os.getpid()] = _made()
    return _tracers[os.getpid()]


def _made() -> Any:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning(
            "traces are asked for, but OpenTelemetry is not installed: run make setup with the same environment"
        )
        return None
    # Of our own, not for the whole program: libraries that trace would tell addresses and queries.
    provider = TracerProvider(resource=Resource.create({"service.name": "forlopp"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("forlopp")
