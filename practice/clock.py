"""The clock of practice mode: the real one plus an offset that only grows, kept in a file that every process reads.

`install` puts it where every edge of the product asks for the time. The real product never imports this module, so
nothing in it can move the clock. Must be importable before Django is set up: the settings install it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

FILE = "klocka.json"

_real: Callable[[], datetime] = timezone.now


class OnlyForward(ValueError):
    """The clock cannot be moved to a moment that has been."""


@dataclass(frozen=True)
class Setting:
    """Seconds ahead of the real clock; where it is going, since when, and the real moment of its latest step."""

    ahead: float = 0.0
    target: str | None = None
    since: str | None = None
    stepped: str | None = None


class Clock:
    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._seen: tuple[int, int] | None = None
        self._kept = Setting()

    def now(self) -> datetime:
        return _real() + timedelta(seconds=self.setting().ahead)

    def setting(self) -> Setting:
        """Read again only when the file has been replaced: it is asked for every moment that the product writes."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return Setting()
        seen = (status.st_ino, status.st_mtime_ns)
        if seen != self._seen:
            self._kept = Setting(**json.loads(self._path.read_text(encoding="utf-8")))
            self._seen = seen
        return self._kept

    @property
    def target(self) -> datetime | None:
        return _moment(self.setting().target)

    @property
    def since(self) -> datetime | None:
        """When the latest move began, by this clock."""
        return _moment(self.setting().since)

    @property
    def rested(self) -> timedelta:
        """Real time since the latest step."""
        stepped = _moment(self.setting().stepped)
        return _real() - stepped if stepped else timedelta.max

    def aim(self, target: datetime) -> None:
        """Say where the clock is to go; the worker takes it there, one moment that something happens at a time."""
        with self._held():
            now = self.now()
            if target <= now:
                raise OnlyForward(target.isoformat())
            self._write(replace(self.setting(), target=target.isoformat(), since=now.isoformat()))

    def step(self, to: datetime) -> None:
        """Jump, to the target at most. Does nothing when someone has stopped the clock meanwhile."""
        with self._held():
            target = self.target
            if target is None:
                return
            to = min(to, target)
            ahead = max(self.setting().ahead, (to - _real()).total_seconds())
            left = None if to >= target else target.isoformat()
            self._write(replace(self.setting(), ahead=ahead, target=left, stepped=_real().isoformat()))

    def stop(self) -> None:
        """Go on from where it is."""
        with self._held():
            self._write(replace(self.setting(), target=None))

    def reset(self) -> None:
        """For a world that begins again: the real time."""
        with self._held():
            self._write(Setting())

    def _write(self, setting: Setting) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(setting)), encoding="utf-8")
        fresh.replace(self._path)

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def install(folder: Path) -> None:
    """From now on Django's `timezone.now`, which every edge asks, is the clock in this folder."""
    timezone.now = Clock(folder).now


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
