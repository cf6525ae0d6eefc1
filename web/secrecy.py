"""Columns that only the program reads: encrypted, each value with the name of its key, by keys that can be changed.

In the lowest room, so that the models of all rooms may have them. See docs/decisions/0056-what-is-encrypted.md.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, IsNull

MARK = "enc:1:"
_KEY = re.compile(r"(?P<name>[a-z0-9]{1,16}):(?P<key>[A-Za-z0-9_-]{43}=)")


class BadKeys(Exception):
    """FORLOPP_DATA_KEYS cannot be read; the text is for the operator and holds no key."""


class LostKey(Exception):
    """A value was encrypted by a key that is no longer told of; the text is the name of the key."""


@dataclass(frozen=True)
class Ring:
    """The keys of an installation by name; the first of them encrypts."""

    first: str
    boxes: dict[str, Fernet]

    def seal(self, plain: bytes) -> tuple[str, bytes]:
        """The name of the key, and a token."""
        return self.first, self.boxes[self.first].encrypt(plain)

    def open(self, name: str, token: bytes) -> bytes:
        try:
            return self.boxes[name].decrypt(token)
        except (KeyError, InvalidToken):
            raise LostKey(name) from None


def ring() -> Ring:
    """Raises BadKeys."""
    return read(settings.FORLOPP_DATA_KEYS)


@lru_cache(maxsize=8)
def read(told: str) -> Ring:
    """`name:key,name:key`; a key is 32 bytes in base64url."""
    boxes: dict[str, Fernet] = {}
    for number, one in enumerate(filter(None, (part.strip() for part in told.split(","))), start=1):
        found = _KEY.fullmatch(one)
        if found is None or found["name"] in boxes:
            raise BadKeys(f"Nyckel {number} i FORLOPP_DATA_KEYS ska vara namn:nyckel, med ett eget namn (a–z, 0–9).")
        boxes[found["name"]] = Fernet(found["key"])
    if not boxes:
        raise BadKeys("FORLOPP_DATA_KEYS saknas.")
    return Ring(next(iter(boxes)), boxes)


def seal(plain: str) -> str:
    name, token = ring().seal(plain.encode())
    return f"{MARK}{name}:{token.decode()}"


def unseal(kept: str) -> str:
    """What has not been encrypted yet is as it stands. Raises LostKey."""
    name, token = parts(kept)
    return ring().open(name, token).decode() if name else kept


def parts(kept: str | bytes) -> tuple[str, bytes]:
    """The name of the key and the token; '' of what is not encrypted. Bytes hold their token without base64."""
    head = kept[:32].decode("ascii", "replace") if isinstance(kept, bytes) else kept[:32]
    if not head.startswith(MARK):
        return "", b""
    name = head.removeprefix(MARK).partition(":")[0]
    rest = kept[len(MARK) + len(name) + 1 :]
    return name, base64.urlsafe_b64encode(rest) if isinstance(rest, bytes) else rest.encode()


class OnlyEmpty(Exact):  # type: ignore[type-arg]
    """What is encrypted is another text each time: it can be asked whether there is anything, and no more."""

    def get_prep_lookup(self) -> Any:
        if self.rhs not in ("", None):
            raise FieldError("what is encrypted cannot be searched for")
        return self.rhs


class Sealed:
    """A column that is encrypted. Empty stays empty, so that constraints on it hold."""

    def get_lookup(self, lookup_name: str) -> Any:
        return {"exact": OnlyEmpty, "isnull": IsNull}.get(lookup_name)

    def key_of(self, kept: Any) -> str:
        """The name of the key of what the database has; '' of what is empty or not encrypted."""
        return parts(kept if isinstance(kept, str) else bytes(kept))[0] if kept else ""


class SealedText(Sealed, models.TextField):  # type: ignore[type-arg]
    """A text of any length."""

    def get_prep_value(self, value: Any) -> Any:
        found = super().get_prep_value(value)
        return seal(found) if found else found

    def from_db_value(self, value: Any, expression: Any = None, connection: Any = None) -> Any:  # noqa: ARG002
        return unseal(value) if value else value


class SealedBytes(Sealed, models.BinaryField):  # type: ignore[type-arg]
    """Bytes; the token lies without base64, a third shorter."""

    def get_prep_value(self, value: Any) -> Any:
        found = super().get_prep_value(value)
        if not found:
            return found
        name, token = ring().seal(bytes(found))
        return f"{MARK}{name}:".encode() + base64.urlsafe_b64decode(token)

    def from_db_value(self, value: Any, expression: Any = None, connection: Any = None) -> Any:  # noqa: ARG002
        if value is None:
            return None
        name, token = parts(bytes(value))
        return ring().open(name, token) if name else bytes(value)


class SealedJson(Sealed, models.JSONField):
    """A text in the column of JSON, which keeps the order of what is in it too."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else seal(json.dumps(value, ensure_ascii=False, cls=self.encoder))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        if isinstance(found, str) and parts(found)[0]:
            return json.loads(unseal(found), cls=self.decoder)
        return found

    def key_of(self, kept: Any) -> str:
        found = json.loads(kept) if isinstance(kept, str | bytes) else kept
        return parts(found)[0] if isinstance(found, str) else ""


def columns() -> Iterator[tuple[type[models.Model], list[Any]]]:
    """Every model with something encrypted, and what."""
    for model in apps.get_models():
        if found := [field for field in model._meta.local_concrete_fields if isinstance(field, Sealed)]:  # noqa: SLF001
            yield model, found


def new_key(name: str) -> str:
    return f"{name}:{Fernet.generate_key().decode()}"
