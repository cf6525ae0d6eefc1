"""Asks a virus scanner, ClamAV's clamd, about a file: by its socket and its own protocol (INSTREAM), off by default."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from django.conf import settings

SECONDS = 20
PIECE = 64 * 1024
LONGEST_ANSWER = 4_096


class Verdict(StrEnum):
    OFF = "off"
    CLEAN = "clean"
    INFECTED = "infected"
    AWAY = "away"


def scan(path: Path) -> Verdict:
    """AWAY also when the scanner says that it could not: what nobody has looked at is not clean."""
    if not settings.FORLOPP_CLAMD:
        return Verdict.OFF
    try:
        answer = _ask(path)
    except OSError:
        return Verdict.AWAY
    if answer.endswith(" FOUND"):
        return Verdict.INFECTED
    return Verdict.CLEAN if answer == "stream: OK" else Verdict.AWAY


def answers() -> bool:
    """Whether the scanner is there."""
    try:
        with _connected() as clamd:
            clamd.sendall(b"zPING\0")
            return clamd.recv(LONGEST_ANSWER) == b"PONG\0"
    except OSError:
        return False


def _ask(path: Path) -> str:
    with _connected() as clamd, path.open("rb") as file:
        clamd.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE):
            clamd.sendall(struct.pack("!I", len(piece)) + piece)
        clamd.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            got = clamd.recv(LONGEST_ANSWER)
            if not got:
                break
            answer += got
    return answer.rstrip(b"\0").decode("ascii", "replace")


@contextlib.contextmanager
def _connected() -> Iterator[socket.socket]:
    """`/run/clamav/clamd.ctl`, or `host:port`."""
    where = str(settings.FORLOPP_CLAMD)
    host, _, port = where.rpartition(":")
    if where.startswith("/"):
        with socket.socket(socket.AF_UNIX) as clamd:
            clamd.settimeout(SECONDS)
            clamd.connect(where)
            yield clamd
    else:
        with socket.create_connection((host, int(port)), timeout=SECONDS) as clamd:
            yield clamd
