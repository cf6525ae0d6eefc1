"""How SMS providers are spoken with: each in a file, all by the same three questions."""

from __future__ import annotations

from integrations.notis.dialects.batch import Batches
from integrations.notis.dialects.elks import Elks
from integrations.notis.dialects.shape import Accepted, Outgoing, Provider, Said

__all__ = ["DIALECTS", "Accepted", "Outgoing", "Provider", "Said"]

DIALECTS: dict[str, type[Elks | Batches]] = {"elks": Elks, "batch": Batches}
