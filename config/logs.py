"""What the processes write in their logs: opaque ids and codes, never who someone is.

In production a line is a JSON object: `event` is what the line says before its values are put in, and so the same for
the same kind of thing; `request` is the reference that the error page shows.
"""

from __future__ import annotations

import json
import logging
import logging.config
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from people import identity

OURS = frozenset(
    [
        "api",
        "audit",
        "config",
        "disposal",
        "followup",
        "plan",
        "integrations",
        "people",
        "practice",
        "tasks",
        "web",
        "workbench",
        "workflows",
    ]
)
METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
request_id: ContextVar[str] = ContextVar("request_id", default="")
log = logging.getLogger(__name__)


def redact(text: str) -> str:
    """A net below the rule that nobody logs personal data."""
    return identity.IN_LOGS.sub("[identitet borttagen]", text)


def event(record: logging.LogRecord) -> str:
    """What was said before any values were put in. Libraries also write sentences that hold values already."""
    if hasattr(record, "request"):
        return "request"
    if _is_ours(record) or record.args:
        return redact(str(record.msg))
    return f"{record.module}.{record.funcName}:{record.lineno}"


def message(record: logging.LogRecord) -> str:
    if request := getattr(record, "request", None):
        return _asked(request, record)
    return redact(record.getMessage() if _is_ours(record) else _theirs(record))


def _theirs(record: logging.LogRecord) -> str:
    """Of what libraries say only numbers: they quote addresses, headers and whole rows."""
    if not record.args:
        return event(record)
    values = record.args if isinstance(record.args, tuple) else (record.args,)
    try:
        return str(record.msg) % tuple(one if isinstance(one, int | float) else "…" for one in values)
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


def errors(kinds: BaseException | None) -> list[dict[str, Any]]:
    """Where and of what kind, the last first; never the text: a database quotes the whole row in its errors."""
    told: list[dict[str, Any]] = []
    while kinds is not None and len(told) < 20:
        places = traceback.extract_tb(kinds.__traceback__)
        told.append({"kind": type(kinds).__name__, "at": [f"{at.filename}:{at.lineno} {at.name}" for at in places]})
        kinds = kinds.__cause__ or kinds.__context__
    return told


class OwnFaults(logging.Filter):
    """What is refused is told by config.middleware, with its code."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR


class Line(logging.Formatter):
    """For people who sit beside: the demo, practice mode, a developer."""

    def format(self, record: logging.LogRecord) -> str:
        said = message(record).replace("\r", "\\r").replace("\n", "\\n")
        asked = f" [{request_id.get()}]" if request_id.get() else ""
        line = f"{self.formatTime(record)} {record.levelname} {record.name}{asked} {said}"
        for number, one in enumerate(_errors(record)):
            place = "".join(f"\n  {at}" for at in one["at"])
            line += f"{place}\n{'because of ' if number else ''}{one['kind']}"
        return line


class Json(logging.Formatter):
    """For what collects the logs of an installation."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": event(record),
            "message": message(record),
            "process": record.process,
            "request": request_id.get(),
            "error": _errors(record),
        }
        return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)


def formatter(*, as_json: bool) -> logging.Formatter:
    return Json() if as_json else Line()


def configuration(*, as_json: bool) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "as_json": as_json}},
        "filters": {"own_faults": {"()": OwnFaults}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # By default Django mails errors with every local variable of the request.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"filters": ["own_faults"]},
            "django.security": {"level": "CRITICAL"},
            # A line per call to Prefect would be thirty a run.
            "httpx": {"level": "WARNING"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }


def begin(chosen: Mapping[str, Any]) -> None:
    """Also what nobody caught and what warns goes through the log: Python would write the text of the error."""
    logging.config.dictConfig(dict(chosen))
    warnings.showwarning = _warned  # type: ignore[assignment]  # with names of its own
    threading.excepthook = lambda told: _ended(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: _ended(told.exc_type, told.exc_value, told.exc_traceback)
    # Who sits at a terminal, or with the demo, is told by Python itself.
    if chosen["formatters"]["line"]["as_json"] and not sys.stderr.isatty():
        sys.excepthook = _ended


def _ended(_kind: object, problem: BaseException | None, _place: TracebackType | None) -> None:
    if problem is not None and not isinstance(problem, KeyboardInterrupt | SystemExit):
        log.critical("not caught: %s", type(problem).__name__, exc_info=problem)


def _warned(_said: Warning | str, category: type[Warning], filename: str, lineno: int, *_more: Any) -> None:
    log.warning("%s at %s:%s", category.__name__, filename, lineno)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _asked(request: Any, record: logging.LogRecord) -> str:
    """Which page and how it went: an address may hold what somebody searched for."""
    found = getattr(request, "resolver_match", None)
    page = (found.view_name if found else "") or "no page"
    method = request.method if request.method in METHODS else "?"
    return f"{getattr(record, 'status_code', '-')} {method} {page}"


def _errors(record: logging.LogRecord) -> list[dict[str, Any]]:
    return errors(record.exc_info[1]) if record.exc_info else []
