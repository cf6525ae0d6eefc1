"""What the processes write in their logs: opaque ids, never who someone is."""

import logging
import traceback
from typing import Any

from people import identity


def redact(text: str) -> str:
    """A net below the rule that nobody logs personal data; library errors quote values too."""
    return identity.IN_LOGS.sub("[identitet borttagen]", text)


class RedactingFormatter(logging.Formatter):
    """Redacts the finished line, so that arguments and tracebacks are covered as well as the message."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Where and of what kind, never the message: a database quotes the whole row in its errors."""
        told, error = [], ei[1]
        while error is not None:
            told.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__)
            error = error.__cause__ or error.__context__
        return "\nbecause of\n".join(told)


CONFIGURATION: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.RedactingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # By default Django mails errors with every local variable of the request.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # A line per call to Prefect would be thirty a run.
        "httpx": {"level": "WARNING"},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
