"""PostgreSQL's own programs, run on a database of ours: the password goes by the environment and is seen by nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
_ENVIRONMENT = {"dbname": "database"}


class CannotCopy(Exception):
    """Why not, in Swedish, for the operator."""


def program(name: str) -> str:
    """Where it is: on the path, or the newest of Debian's, which puts some of them nowhere else."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    newest = sorted(folders, key=lambda folder: int(folder.parent.name.partition(".")[0]))[-1:]
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, newest)))
    if found is None:
        raise CannotCopy(f"{name} saknas; installera PostgreSQL:s klientprogram av serverns version eller senare.")
    return found


def environment(told: dict[str, Any]) -> dict[str, str]:
    """What Django is told of a database, as the programs read it."""
    options = told["OPTIONS"] | {key: told[name] for key, name in _NAMES.items() if told[name]}
    return os.environ | {f"PG{_ENVIRONMENT.get(key, key).upper()}": str(value) for key, value in options.items()}


def run(name: str, *words: str, told: dict[str, Any]) -> None:
    """To its end. Raises CannotCopy with what it said."""
    done = subprocess.run(  # noqa: S603 - our own words
        [program(name), "--no-password", *words],
        env=environment(told),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotCopy(f"{name} kunde inte: {done.stderr.strip()[:500]}")
