"""A copy of PostgreSQL and of the files of tasks as they change, so that one can go back to any moment.

In FORLOPP_BACKUP: `bas/` holds the server as it was, once a week or so, `wal/` all that was written since, as it is
written, and `filer/` the files. Nothing on the server has to be set: it is PostgreSQL's own replication, from a slot.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tarfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from config import environment, postgresql
from config.postgresql import CannotCopy
from workflows.attachments import shelf

SLOT = "forlopp"
LOOK_SECONDS = 5.0
STAMP = "%Y%m%dT%H%M%SZ"
BASES, LOG, FILES, MARK = "bas", "wal", "filer", "senast"
PARTIAL = ".partial"


@dataclass(frozen=True, order=True)
class Base:
    """A copy of the whole server; any moment after `ended` can be reached from it."""

    ended: datetime
    begun: datetime
    path: Path


def follow(folder: Path, stop: threading.Event) -> None:
    """Until told to stop. Raises CannotCopy when what receives has ended by itself."""
    _make_folders(folder)
    told = _server()
    postgresql.run("pg_receivewal", "--create-slot", "--if-not-exists", f"--slot={SLOT}", told=told)
    command = [postgresql.program("pg_receivewal"), "--no-password", f"--directory={folder / LOG}", f"--slot={SLOT}"]
    receiving = subprocess.Popen([*command, "--synchronous"], env=postgresql.environment(told))  # noqa: S603 - ours
    try:
        while not stop.wait(LOOK_SECONDS):
            if receiving.poll() is not None:
                raise CannotCopy("pg_receivewal slutade; läs ovan varför.")
            copy_files(folder)
            (folder / MARK).touch()
            if not bases(folder):
                take_base(folder, now=timezone.now())
    finally:
        receiving.terminate()
        receiving.wait()


def take_base(folder: Path, *, now: datetime) -> Base:
    """Copy the whole server while it is in use, and let go of what is older than FORLOPP_BACKUP_DAYS."""
    begun = now.astimezone(UTC)
    _make_folders(folder)
    half = folder / BASES / ".halv"
    shutil.rmtree(half, ignore_errors=True)
    words = ("--format=tar", "--gzip", "--wal-method=stream", "--checkpoint=fast")
    postgresql.run("pg_basebackup", f"--pgdata={half}", *words, told=_server())
    ended = datetime.fromtimestamp(half.stat().st_mtime + 1, UTC)  # the name has whole seconds
    made = Base(ended, begun, folder / BASES / f"{begun:{STAMP}}-{ended:{STAMP}}")
    half.rename(made.path)
    _let_go(folder, before=begun - timedelta(days=settings.FORLOPP_BACKUP_DAYS))
    return made


def bases(folder: Path) -> list[Base]:
    """The oldest first."""
    found = []
    for path in (folder / BASES).glob("*Z-*Z"):
        begun, ended = (datetime.strptime(word, STAMP).replace(tzinfo=UTC) for word in path.name.split("-"))
        found.append(Base(ended, begun, path))
    return sorted(found)


def last_seen(folder: Path) -> datetime | None:
    """When it was last known to be following."""
    mark = folder / MARK
    return datetime.fromtimestamp(mark.stat().st_mtime, UTC) if mark.exists() else None


def copy_files(folder: Path) -> None:
    """Those of the shelf that are not in the copy yet: a file never changes."""
    for number in range(shelf.FOLDERS):
        name = f"{number:02x}"
        _copy_new(shelf.root() / name, folder / FILES / name)


def restore(folder: Path, data: Path, *, moment: datetime | None, owner: str) -> Base:
    """Fill the empty folder `data` so that a server started on it is as at the moment, None: at the last one known.

    The files of tasks that the shelf lacks are put back too. Raises CannotCopy.
    """
    if data.exists() and any(data.iterdir()):
        raise CannotCopy(f"{data} är inte tom; återställ bara till en ny mapp.")
    base = next((one for one in reversed(bases(folder)) if moment is None or one.ended <= moment), None)
    if base is None:
        raise CannotCopy(f"Det finns ingen baskopia i {folder / BASES} från före den tiden.")
    if is_root := os.geteuid() == 0:
        _expect_user(owner)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _unpack(base, data)
    _add_log(folder / LOG, data / "pg_wal", since=base.begun)
    _tell_goal(data, moment)
    if is_root:
        # PostgreSQL takes a folder that is its own user's, and nobody else's.
        _give(data, owner, owner)
    shelf.root().mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(shelf.FOLDERS):
        name = f"{number:02x}"
        _copy_new(folder / FILES / name, shelf.root() / name)
    if is_root:
        ours = settings.FORLOPP_VAR.stat()
        _give(shelf.root(), ours.st_uid, ours.st_gid)
    return base


# -- inside ------------------------------------------------------------------------------------------------------------


def _server() -> dict[str, Any]:
    """Who copies: a role with REPLICATION, which the one that runs the product needs not have."""
    told = settings.DATABASES["default"]
    url = settings.FORLOPP_BACKUP_URL
    found = environment.database(url) if url else told
    if not found["ENGINE"].endswith("postgresql"):
        raise CannotCopy("Databasen är inte PostgreSQL; använd manage.py backup.")
    return found


def _make_folders(folder: Path) -> None:
    for name in (BASES, LOG, FILES):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)


def _let_go(folder: Path, *, before: datetime) -> None:
    for base in bases(folder)[:-1]:
        if base.ended < before:
            shutil.rmtree(base.path)
    oldest = bases(folder)[0].begun.timestamp()
    for file in (folder / LOG).iterdir():
        if file.stat().st_mtime < oldest and not file.name.endswith((PARTIAL, ".history")):
            file.unlink()
    for number in range(shelf.FOLDERS):
        live = shelf.keys_in(number)
        for file in (folder / FILES / f"{number:02x}").glob("*"):
            if shelf.key_of(file.name) not in live and file.stat().st_mtime < before.timestamp():
                file.unlink()


def _copy_new(source: Path, target: Path) -> None:
    """Whole or not at all; the time of the copy is when it was made."""
    there = {path.name for path in target.iterdir()} if target.is_dir() else set()
    for path in source.iterdir() if source.is_dir() else ():
        if path.name in there or shelf.key_of(path.name) is None:
            continue
        target.mkdir(mode=0o700, exist_ok=True)
        half = target / f"{path.name}.halv"
        with suppress(FileNotFoundError):  # withdrawn meanwhile
            shutil.copyfile(path, half)
            half.chmod(0o600)
            with half.open("rb") as file:
                os.fsync(file.fileno())
            half.rename(target / path.name)


def _unpack(base: Base, data: Path) -> None:
    """What pg_basebackup wrote, held against the sums that it took."""
    parts = {file.name: file for file in base.path.glob("*.tar.gz")}
    if set(parts) != {"base.tar.gz", "pg_wal.tar.gz"}:
        raise CannotCopy(f"{base.path} har inte de delar som väntas (tablespaces återställs för hand).")
    try:
        for name, place in (("base.tar.gz", data), ("pg_wal.tar.gz", data / "pg_wal")):
            with tarfile.open(parts[name]) as archive:
                # So named, and not in the call, for Pythons (Debian 12's) from before there were any.
                archive.extraction_filter = getattr(tarfile, "tar_filter", lambda member, _path: member)
                archive.extractall(place)  # noqa: S202 - our own copy
    except (OSError, EOFError, tarfile.TarError) as problem:
        raise CannotCopy(f"{base.path} går inte att packa upp ({type(problem).__name__}).") from None
    shutil.copyfile(base.path / "backup_manifest", data / "backup_manifest")
    check = [postgresql.program("pg_verifybackup"), "--no-parse-wal", "--quiet", str(data)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise CannotCopy(f"{base.path} är skadad: {done.stderr.strip()[:500]}")


def _add_log(log: Path, place: Path, *, since: datetime) -> None:
    """All that was written after the base was begun; the last piece is not whole and says so by its name."""
    for file in sorted(log.iterdir()):
        target = place / file.name.removesuffix(PARTIAL)
        if file.stat().st_mtime >= since.timestamp() or file.name.endswith(".history"):
            shutil.copyfile(file, target)


def _tell_goal(data: Path, moment: datetime | None) -> None:
    """The server looks for more in its own folder when nothing is handed to it, and stops at the moment."""
    lines = ["restore_command = 'false'", "recovery_target_action = 'promote'"]
    lines += [f"recovery_target_time = '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00'"] if moment else []
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    (data / "recovery.signal").touch()


def _give(folder: Path, user: str | int, group: str | int) -> None:
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user, group)


def _expect_user(owner: str) -> None:
    try:
        pwd.getpwnam(owner)
    except KeyError:
        raise CannotCopy(f"Användaren {owner} finns inte; säg vem PostgreSQL körs av med --owner.") from None
