"""A copy of the files of tasks beside the copy of the database, and an empty shelf filled from it.

Copied after the database: a file is on disk before its row is committed, so each row in the copy has its file.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path

from workflows.attachments import shelf


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.filer.tar")


def save(copy: Path) -> int:
    """Write the shelf to one file that only its owner reads; how many files, and none is no copy. Raises OSError."""
    folders = [shelf.root() / f"{number:02x}" for number in range(shelf.FOLDERS)]
    files = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
    if not files:
        return 0
    half = copy.with_name(f"{copy.name}.halv")
    try:
        number = os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(number, "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as archive:
                for path in files:
                    _add(archive, path)
            out.flush()
            os.fsync(number)
        half.rename(copy)
    finally:
        half.unlink(missing_ok=True)
    return len(files)


def is_shelf_empty() -> bool:
    return not any(shelf.keys_in(number) for number in range(shelf.FOLDERS))


def unpack(copy: Path) -> Path:
    """The files in a folder beside the shelf, for `place`; nothing but them, wherever the copy says that it goes."""
    aside = shelf.root().with_name(f"{shelf.root().name}.halv")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700, parents=True)
    with tarfile.open(copy, mode="r:") as archive:
        for member in archive:
            key = shelf.key_of(Path(member.name).name)
            content = archive.extractfile(member) if member.isfile() and key is not None else None
            if key is None or content is None:
                continue
            target = aside / key.hex[:2] / Path(member.name).name
            target.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
                shutil.copyfileobj(content, out)
    return aside


def place(aside: Path) -> None:
    """The unpacked files become the shelf, which is empty."""
    shutil.rmtree(shelf.root(), ignore_errors=True)
    aside.rename(shelf.root())


def _add(archive: tarfile.TarFile, path: Path) -> None:
    try:
        archive.add(path, arcname=f"{path.parent.name}/{path.name}", recursive=False)
    except FileNotFoundError:
        return  # withdrawn meanwhile
