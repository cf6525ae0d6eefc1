"""What is made once for all processes of a run of tests."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings


@contextlib.contextmanager
def alone(name: str) -> Iterator[Path]:
    """One process at a time; the file in which the first may tell the others something."""
    with (settings.TESTS_SHARE / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield settings.TESTS_SHARE / name


def once(name: str, make: Callable[[], str]) -> str:
    """What `make` tells, made by whoever asks first."""
    with alone(name) as told:
        if not told.exists():
            told.write_text(make(), encoding="utf-8")
        return told.read_text(encoding="utf-8")
