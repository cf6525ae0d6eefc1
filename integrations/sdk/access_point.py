"""What there is to say to an access point, and one that takes and leaves files: a certified product's other side."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from integrations import configuration
from integrations.batches import folders
from integrations.batches.arriving import CHECKSUM
from integrations.batches.folders import Entry, Folder
from integrations.sdk import document, receipt
from integrations.sdk.document import Message
from integrations.sdk.receipt import Receipt

IN, OUT, RECEIPTS, QUARANTINE = "in", "ut", "kvittenser", "karantan"
WHOLE = ".xml"
# A file with no checksum is whole when it has looked the same for so long; one that has not become whole after PATIENCE
# is a matter for a person.
QUIET, PATIENCE = timedelta(seconds=60), timedelta(minutes=15)
MEGABYTE = 1_000_000
_SUM = re.compile(r"\b[0-9a-fA-F]{64}\b")


@dataclass(frozen=True)
class Arrived:
    """Something that lies waiting, `is_late` when it has for long. `raw` is None while it is not whole, or too long."""

    name: str
    raw: bytes | None = field(default=None, repr=False)
    is_late: bool = False
    is_too_large: bool = False


class AccessPoint(Protocol):
    """Raises TransientError when it does not answer, PermanentError when it lets us in no more."""

    def send(self, message: Message) -> None:
        """May be called again with the same message: its id makes it one."""
        ...

    def fetch(self, *, now: datetime) -> Iterator[Arrived]:
        """Messages, the oldest first. Each stays until it has been taken or refused."""
        ...

    def receipts(self, *, now: datetime) -> Iterator[Arrived]:
        """What the receivers of ours have answered; as messages are."""
        ...

    def acknowledge(self, told: Receipt, *, to: str, at: datetime) -> None:
        """Our word about a message, to the organisation that sent it."""
        ...

    def take(self, arrived: Arrived) -> None:
        """It is stored here: it need not be handed out again."""
        ...

    def refuse(self, arrived: Arrived) -> None:
        """It cannot be used: out of the way, and kept for a person to look at."""
        ...


class FileDrop:
    """`in`, `ut` and `kvittenser` in a folder. The checksum is written last, so that who waits for it gets it whole."""

    def __init__(self, folder: Folder, *, organisation: str, needs_checksum: bool) -> None:
        self._folder, self._organisation, self._needs_checksum = folder, organisation, needs_checksum
        self._from: dict[str, Folder] = {}

    def send(self, message: Message) -> None:
        self._put(f"{message.message_id}{WHOLE}", document.write(message))

    def acknowledge(self, told: Receipt, *, to: str, at: datetime) -> None:
        written = receipt.write(told, sender=self._organisation, recipient=to, at=at)
        self._put(f"kvittens-{told.message_id}{WHOLE}", written)

    def fetch(self, *, now: datetime) -> Iterator[Arrived]:
        return self._arrived(self._folder.within(IN), now)

    def receipts(self, *, now: datetime) -> Iterator[Arrived]:
        return self._arrived(self._folder.within(RECEIPTS), now)

    def take(self, arrived: Arrived) -> None:
        self._move(arrived, folders.HANDLED)

    def refuse(self, arrived: Arrived) -> None:
        self._move(arrived, QUARANTINE)

    def _put(self, name: str, content: bytes) -> None:
        self._folder.put(f"{OUT}/{name}", content)
        self._folder.put(f"{OUT}/{name}{CHECKSUM}", f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode())

    def _arrived(self, folder: Folder, now: datetime) -> Iterator[Arrived]:
        entries = {entry.name: entry for entry in folder.entries()}
        found = [entry for name, entry in entries.items() if name.lower().endswith(WHOLE) and not name.startswith(".")]
        for entry in sorted(found, key=lambda entry: (entry.modified, entry.name)):
            self._from[entry.name] = folder
            yield self._read(folder, entry, f"{entry.name}{CHECKSUM}" in entries, now)

    def _read(self, folder: Folder, entry: Entry, has_checksum: bool, now: datetime) -> Arrived:
        age = now - datetime.fromtimestamp(entry.modified, UTC)
        waiting = Arrived(entry.name, is_late=age > PATIENCE)
        if entry.size > 2 * most_bytes():
            return Arrived(entry.name, is_too_large=True)
        if not has_checksum and (self._needs_checksum or age < QUIET):
            return waiting
        raw = b"".join(folder.pieces(entry.name))
        if has_checksum:
            told = _SUM.search(b"".join(folder.pieces(f"{entry.name}{CHECKSUM}"))[:1_000].decode("ascii", "replace"))
            if told is None or told[0].lower() != hashlib.sha256(raw).hexdigest():
                return waiting
        return Arrived(entry.name, raw, is_late=age > PATIENCE)

    def _move(self, arrived: Arrived, to: str) -> None:
        for name in (arrived.name, f"{arrived.name}{CHECKSUM}"):
            self._from[arrived.name].set_aside(name, to)


def most_bytes() -> int:
    """Of a message with its files: the federation's 30 MB, unless IT says less."""
    return configuration.of("sdk").whole("megabyte") * MEGABYTE


@contextmanager
def connected(organisation: str = "") -> Iterator[AccessPoint]:
    """The one that integrations.toml describes."""
    with folders.opened("sdk") as folder:
        yield FileDrop(folder, organisation=organisation, needs_checksum=configuration.of("sdk").yes("checksum"))
