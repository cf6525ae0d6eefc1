"""How a vendor's event is read by a table: its words for what happens, and where it writes what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from workflows.connectors import Json, Unreadable

ALARMS = frozenset({"dos_missad", "dos_avbojd", "dos_last_i_behallare", "doser_slut", "mekaniskt_fel"})
ROUTINE = frozenset({"puls", "dos_tagen", "dos_tillganglig", "pafylld", "ateransluten"})
EVERY_DEVICE = "*"
"""The serial number of a sign of life that is the vendor's own, not a dispenser's."""


@dataclass(frozen=True)
class Dialect:
    """`words` are the vendor's for ours; a path is keys with dots between. `lone` words need no dispenser.

    A time may be ISO 8601 with offset, or milliseconds since 1970 in UTC. A time without offset is passed on as it is,
    and refused by who reads it.
    """

    key: str
    vendor: str
    words: Mapping[str, str]
    kind: str
    event_id: str
    serial: str
    occurred: str
    planned: str
    detail: str = ""
    lone: frozenset[str] = field(default_factory=frozenset)

    def read(self, told: Json) -> Json:
        """Raises Unreadable for a word that is not in the table."""
        word = _at(told, self.kind)
        kind = self.words.get(word) if isinstance(word, str) else None
        if kind is None:
            raise Unreadable("okand_typ", "Händelsen från medicingivaren är av ett slag som inte känns igen.")
        serial = _at(told, self.serial)
        return {
            "handelse_id": _at(told, self.event_id),
            "typ": kind,
            "leverantor": self.vendor,
            "enhet_serienr": serial if serial or word not in self.lone else EVERY_DEVICE,
            "planerad_dt": _moment(_at(told, self.planned)),
            "intraffad_dt": _moment(_at(told, self.occurred)),
            "allvar": "larm" if kind in ALARMS else "info" if kind in ROUTINE else "varning",
            "detalj": _at(told, self.detail) if self.detail else None,
        }


def _at(told: Any, path: str) -> Any:
    for step in path.split("."):
        told = told.get(step) if isinstance(told, dict) else None
    return told


def _moment(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**14:
        return datetime.fromtimestamp(value / 1000, UTC).isoformat()
    return value
