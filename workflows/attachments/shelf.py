"""Where files lie: first in `inkommande`, then under an opaque id in one of 256 folders; none is reachable by the web.

A file is whole and on disk before its row is committed, so a row never tells of a file that is not there. What was put
on the shelf by one who died before the commit has no row, and the worker lays it aside.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

INCOMING, ASIDE = "inkommande", "undanlagt"
SMALL = ".liten"
FOLDERS = 256
UNDER_WAY = timedelta(hours=2)
"""Younger files may belong to a request that is still going on."""
KEPT_ASIDE = timedelta(days=30)
"""Files that no row knows: they may be another database's, named by mistake, and can be moved back until then."""


def incoming() -> Path:
    """The folder where what is being received is written."""
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = root() / INCOMING
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def root() -> Path:
    return Path(settings.FORLOPP_FILES)


def path_of(key: uuid.UUID, *, is_small: bool = False) -> Path:
    return root() / key.hex[:2] / f"{key}{SMALL if is_small else ''}"


def put(key: uuid.UUID, file: Path, small: Path | None) -> None:
    """Move a file, and the small copy of a picture, to their place, and see to it that they survive a power cut."""
    place = path_of(key)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    for source, is_small in ((small, True), (file, False)):
        if source is not None:
            source.chmod(0o600)
            _to_disk(source)
            source.rename(path_of(key, is_small=is_small))
    _to_disk(place.parent)
    _to_disk(root())


def remove(keys: Iterable[uuid.UUID]) -> None:
    for key in keys:
        path_of(key).unlink(missing_ok=True)
        path_of(key, is_small=True).unlink(missing_ok=True)


def set_aside(keys: Iterable[uuid.UUID]) -> None:
    aside = root() / ASIDE
    aside.mkdir(mode=0o700, exist_ok=True)
    for key in keys:
        for path in (path_of(key), path_of(key, is_small=True)):
            with contextlib.suppress(FileNotFoundError):  # another worker was first, or a file without a small copy
                path.rename(aside / path.name)
                os.utime(aside / path.name)


def keys_in(folder: int, *, before: datetime | None = None) -> set[uuid.UUID]:
    """The files in one of the folders, those only that are older than `before`."""
    return {key for path in _files(root() / f"{folder:02x}", before) if (key := key_of(path.name)) is not None}


def remove_forgotten(*, now: datetime) -> int:
    """What was being received when the process died, and what has lain aside long enough; how many."""
    forgotten = [*_files(root() / INCOMING, now - UNDER_WAY), *_files(root() / ASIDE, now - KEPT_ASIDE)]
    for path in forgotten:
        path.unlink(missing_ok=True)
    return len(forgotten)


def _files(folder: Path, before: datetime | None) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        try:
            if before is None or path.stat().st_mtime < before.timestamp():
                yield path
        except FileNotFoundError:  # someone else's, and done with
            continue


def key_of(name: str) -> uuid.UUID | None:
    """Of a file on the shelf, or of the small copy of one; None when it is none of ours."""
    try:
        return uuid.UUID(name.removesuffix(SMALL))
    except ValueError:
        return None


def _to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
