"""Everything that this process writes where others can read it, kept to be looked through for what is about people."""

from __future__ import annotations

import io
import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.conf import settings
from django.core import mail
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.exposition import generate_latest

from config import logs
from integrations.measures import Systems
from web import metrics, tracing

NUMBER = "19380514-2381"
SPELLINGS = [
    "19380514-2381", "193805142381", "380514-2381", "3805142381", "380514+2381", "19380514 2381", "380514 2381",
    "19380514\u20132381", "1938-05-14-2381", "19 380514-2381", "19380514\u00a02381", "３８０５１４-２３８１",
]  # fmt: skip
OTHERS = ["98240301AA06", "50-123456/1", "19610178-2803"]
NAMES = ["Bertilda", "Kvastsjö", "Kvastgatan", "Annfrid"]
WAYS = ["070-174 06 10", "+46701740610", "bertilda@example.se"]
TEXTS = ["blodförtunnande", "yrselanfall"]
WORDS = [*SPELLINGS, *OTHERS, *NAMES, *WAYS, *TEXTS]
EVERYTHING = " ".join(WORDS)
"""What somebody who knows no better writes in every field."""
_BETWEEN = re.compile(r"(?<=\d)[-+\u2010-\u2015\u2212\s/]+(?=\d)")


class Overheard:
    """By place: the log, what was printed, traces, numbers, addresses, letters, Prefect."""

    def __init__(self) -> None:
        self.told: defaultdict[str, list[str]] = defaultdict(list)

    def hear(self, place: str, *texts: object) -> None:
        self.told[place] += [str(text) for text in texts]

    def leaks(self) -> list[tuple[str, str]]:
        """Place and the line that tells."""
        return [(place, line) for place, texts in self.told.items() for text in texts for line in _leaking(text)]


def _leaking(text: str) -> Iterator[str]:
    for line in text.splitlines():
        plain = _spoken(line)
        if any(word in plain for word in PLAIN):
            yield line


def _spoken(text: str) -> str:
    """As one who reads it would: JSON, addresses and the spaces in numbers taken apart."""
    plain = unquote_plus(text)
    plain = re.sub(r"\\u([0-9a-f]{4})", lambda sign: chr(int(sign[1], 16)), plain)
    return _BETWEEN.sub("", plain).casefold()


PLAIN = {_spoken(word).strip("+ ") for word in WORDS}


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Overheard]:
    """The log as production and as the demo write it, and all else that leaves the process."""
    overheard, spans, provider = Overheard(), InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(settings, "FORLOPP_TRACING", True)
    monkeypatch.setattr(tracing, "_made", lambda: provider.get_tracer("prov"))
    tracing._tracers.clear()
    written = io.StringIO()
    handlers: list[logging.Handler] = []
    for as_json in (True, False):
        handlers.append(logging.StreamHandler(written))
        handlers[-1].setFormatter(logs.formatter(as_json=as_json))
        logging.getLogger().addHandler(handlers[-1])
    before = {path: path.stat().st_size for path in _files()}
    try:
        yield overheard
    finally:
        for handler in handlers:
            logging.getLogger().removeHandler(handler)
        tracing._tracers.clear()
    overheard.hear("log", written.getvalue())
    overheard.hear("printed", *capfd.readouterr())
    overheard.hear("traces", *(span.to_json() for span in spans.get_finished_spans()))
    found = metrics.registry()
    found.register(Systems())
    overheard.hear("numbers", generate_latest(found).decode())
    overheard.hear("letters", *(f"{letter.subject}\n{letter.body}\n{letter.extra_headers}" for letter in mail.outbox))
    for path in _files():
        if before.get(path) != path.stat().st_size:
            overheard.hear(f"file {path.name}", path.name, path.read_bytes().decode("utf-8", "replace"))


def _files() -> list[Path]:
    """What is written beside the database, and the files of tasks, which are people's own."""
    kept = (Path(settings.FORLOPP_FILES), Path(settings.FORLOPP_VAR) / "secrets.env")
    return [
        path
        for path in Path(settings.FORLOPP_VAR).rglob("*")
        if path.is_file() and not any(path.is_relative_to(one) for one in kept) and "sqlite3" not in path.name
    ]


def addresses(answer: Any) -> list[str]:
    """Where a page leads: what a browser asks for next, and a proxy writes in its log."""
    places = [answer.headers.get("Location", "")]
    if "html" in answer.headers.get("Content-Type", "") and not answer.streaming:
        page = answer.content.decode("utf-8", "replace")
        places += re.findall(r"""\b(?:href|src|action|formaction|hx-get|hx-post|data-[a-z-]*url)="([^"]*)\"""", page)
    return [place for place in places if place]


def lines(overheard: Overheard) -> list[dict[str, Any]]:
    """The log as what collects it reads it."""
    texts = "\n".join(overheard.told["log"]).splitlines()
    return [json.loads(line) for line in texts if line.startswith("{")]
