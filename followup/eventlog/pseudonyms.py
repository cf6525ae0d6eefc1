"""Other names for persons, ärenden and tasks: the same within one export, and in no other unless that is asked for."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from django.conf import settings

BYTES = 10


def _nobodys() -> bytes:
    return secrets.token_bytes(32)


@dataclass(frozen=True)
class Pseudonyms:
    """The key is made for one export and kept nowhere, so nobody can tell who it was, nor join two exports."""

    key: bytes = field(default_factory=_nobodys, repr=False)

    def of(self, kind: str, row: int) -> str:
        """Begins with what it is of, so that a person and an ärende are never taken for each other."""
        made = hashlib.blake2b(f"{kind}:{row}".encode(), key=self.key, digest_size=BYTES)
        return f"{kind[0]}{made.hexdigest()}"


def of_collection(name: str) -> Pseudonyms:
    """Exports with the same name of a collection have the same pseudonyms; '' is a collection of its own.

    The installation's secret is in the key: who knows the name and not the secret can make no pseudonym.
    """
    told = " ".join(name.split()).casefold()
    if not told:
        return Pseudonyms()
    return Pseudonyms(hmac.digest(settings.SECRET_KEY.encode(), f"eventlog:{told}".encode(), "sha256"))
