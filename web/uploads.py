"""Receives files while they come: written to disk as they arrive, and no further than they may be long."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

FORM_BYTES = 1_000_000
"""What a form may hold beside its files."""


class Arrived(UploadedFile):
    """A file on disk; `is_too_long` when what came was more than it may be, and then nothing of it is kept."""

    def __init__(self, name: str, path: Path, size: int, *, is_too_long: bool) -> None:
        super().__init__(file=None, name=name, size=size)
        self.path, self.is_too_long = path, is_too_long


class ToDisk(FileUploadHandler):
    """What goes beyond `most_bytes` is read and forgotten: who sends too much gets a page that says so."""

    chunk_size = 256 * 1024

    def __init__(self, folder: Path, most_bytes: int) -> None:
        super().__init__()
        self.folder, self.most_bytes = folder, most_bytes
        self.paths: list[Path] = []
        self._file: IO[bytes] | None = None
        self._size = 0

    def new_file(self, *words: Any, **more: Any) -> None:
        super().new_file(*words, **more)
        self.close()
        self.paths.append(self.folder / uuid.uuid4().hex)
        self._file, self._size = self.paths[-1].open("xb"), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's own words
        self._size += len(raw_data)
        if self._size > self.most_bytes:
            self.close()
            self.paths[-1].unlink(missing_ok=True)
        elif self._file is not None:
            self._file.write(raw_data)

    def file_complete(self, file_size: int) -> Arrived:
        self.close()
        is_too_long = file_size > self.most_bytes
        return Arrived(self.file_name or "", self.paths[-1], file_size, is_too_long=is_too_long)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def is_too_long(request: HttpRequest, *, most_bytes: int = 0, most_files: int = 0) -> bool:
    """Told by the length that the browser gives, before anything is read; a form alone where no files are told."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > most_bytes * most_files + FORM_BYTES


@contextlib.contextmanager
def receiving(request: HttpRequest, *, folder: Path, most_bytes: int) -> Iterator[None]:
    """The files of the form go to `folder` when it is read within; what is left there at the end is removed."""
    handler = ToDisk(folder, most_bytes)
    request.upload_handlers = [handler]
    try:
        yield
    finally:
        handler.close()
        for path in handler.paths:
            for made in folder.glob(f"{path.name}*"):
                made.unlink(missing_ok=True)


def arrived(request: HttpRequest, name: str) -> list[Arrived]:
    return [file for file in request.FILES.getlist(name) if isinstance(file, Arrived)]
