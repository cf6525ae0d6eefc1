"""The formats a region may speak, each turned into the envelope that the rest of the house reads."""

from __future__ import annotations

from workflows.connectors import Json


def envelope(raw: Json) -> Json:
    """The envelope of a stored message."""
    return raw
