"""A value that a file of settings only points at: secrets lie in the environment, in secrets.env or in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

HOW = 'Skriv { env = "NAMN" } eller { file = "/sökväg" }.'


class Unreadable(ValueError):
    """Swedish, and without the value."""


def value(raw: Mapping[str, Any]) -> str | None:
    """What it points at, None where that says nothing. Raises Unreadable."""
    match raw:
        case {"env": str(name), **rest} if not rest:
            found: str | None = settings.FORLOPP_TOLD(name)
            return found
        case {"file": str(path), **rest} if not rest:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise Unreadable("Filen med värdet går inte att läsa.") from None
    raise Unreadable(HOW)
