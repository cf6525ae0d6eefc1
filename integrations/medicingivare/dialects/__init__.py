"""What each vendor calls things, turned into the vocabulary of `schemas`: a small table for each of them."""

from __future__ import annotations

import json

from integrations.medicingivare.dialects import dosell, evondos, gillie
from integrations.medicingivare.dialects.table import Dialect
from workflows.connectors import Json, Unreadable

DIALECTS: dict[str, Dialect] = {one.key: one for one in (dosell.DIALECT, evondos.DIALECT, gillie.DIALECT)}
_DIALECT, _EVENT = "dialekt", "handelse"


def kept(dialect: str, body: bytes) -> bytes:
    """A body as it is stored: as it came, inside a note of whose words it is in."""
    return b'{"%s": %s, "%s": %s}' % (_DIALECT.encode(), json.dumps(dialect).encode(), _EVENT.encode(), body)


def plain(payload: Json) -> Json:
    """The event in our own vocabulary. Raises Unreadable."""
    if _DIALECT not in payload:
        return payload
    dialect, told = DIALECTS.get(str(payload[_DIALECT])), payload.get(_EVENT)
    if dialect is None or not isinstance(told, dict):
        raise Unreadable("okand_dialekt", "Händelsen från medicingivaren är skriven på ett sätt som inte känns igen.")
    return dialect.read(told)
