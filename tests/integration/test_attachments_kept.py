"""Files in a copy of the installation, in doctor, and with a virus scanner that is there, away, or finds something."""

from __future__ import annotations

import contextlib
import io
import shutil
import socket
import struct
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from config import backup, backup_files, doctor, postgresql
from people.models import Staff
from tests import attached, pages
from tests.integration.test_attachments import add, own_shelf, send
from workflows.attachments import shelf
from workflows.models import Attachment, AttachmentState, UserTask
from workflows.services import attachments

pytestmark = pytest.mark.django_db
__all__ = ["own_shelf"]  # the fixture
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextlib.contextmanager
def clamd(where: str) -> Iterator[list[int]]:
    """Answers as ClamAV's daemon does at a path or host:port; the sizes of what it has been shown."""
    seen: list[int] = []
    is_path = where.startswith("/")
    server = socket.socket(socket.AF_UNIX if is_path else socket.AF_INET)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(where if is_path else ("127.0.0.1", int(where.rpartition(":")[2])))
    server.listen()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                with server.accept()[0] as talk, talk.makefile("rb") as words:
                    if words.read(6) != b"zINSTR":
                        talk.sendall(b"PONG\0")
                        continue
                    words.read(4)
                    content = b""
                    while size := struct.unpack("!I", words.read(4))[0]:
                        content += words.read(size)
                    seen.append(len(content))
                    talk.sendall(b"stream: Eicar FOUND\0" if b"EICAR" in content else b"stream: OK\0")

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield seen
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        if is_path:
            Path(where).unlink()


@pytest.fixture(params=["path", "port"])
def daemon(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> str:
    """Where it is or will be."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = f"127.0.0.1:{probe.getsockname()[1]}"
    settings.FORLOPP_CLAMD = str(tmp_path / "clamd") if request.param == "path" else free
    return str(settings.FORLOPP_CLAMD)


def test_what_the_scanner_finds_is_refused_and_what_is_clean_is_kept(task: UserTask, anna: Staff, daemon: str) -> None:
    with clamd(daemon) as seen:
        answer = send(pages.logged_in(anna), task, ("a.txt", EICAR), ("b.pdf", attached.PDF))
    assert (answer.status_code, "Viruskontrollen stoppade filen" in pages.text(answer)) == (415, True)
    assert [(kept.name, kept.state) for kept in Attachment.objects.all()] == [("b.pdf", "kept")]
    assert seen == [len(EICAR), len(attached.PDF)]


def test_while_the_scanner_is_away_a_file_waits_and_is_told_and_never_lost(
    task: UserTask, anna: Staff, daemon: str
) -> None:
    clean, bad = add(task, anna, "a.pdf", attached.PDF), add(task, anna, "b.txt", EICAR)
    page = pages.text(pages.logged_in(anna).get(f"/uppgifter/{task.public_id}/"))
    assert page.count("Väntar på viruskontroll") == 2
    assert pages.logged_in(anna).get(f"/filer/{clean.public_id}/").status_code == 404
    assert attachments.scan_waiting() == 0
    assert [finding.verdict for finding in doctor.scanner()] == [doctor.ERROR]
    with clamd(daemon):
        assert [finding.verdict for finding in doctor.scanner()] == [doctor.OK]
        assert attachments.scan_waiting() == 2
    states = dict(Attachment.objects.values_list("name", "state"))
    assert states == {"a.pdf": AttachmentState.KEPT, "b.txt": AttachmentState.STOPPED}
    page = pages.text(pages.logged_in(anna).get(f"/uppgifter/{task.public_id}/"))
    assert "Stoppad av viruskontrollen" in page
    assert f"/filer/{clean.public_id}/" in page
    assert f"/filer/{bad.public_id}/" not in page


def test_a_copy_of_the_files_is_whole_its_owner_s_and_comes_back_as_it_was(
    task: UserTask, anna: Staff, tmp_path: Path
) -> None:
    kept, photo = add(task, anna, "a.pdf", attached.PDF), add(task, anna)
    copy = backup_files.beside(tmp_path / "copy.db")
    assert backup_files.save(copy) == 3  # the photo has a small one
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [finding.verdict for finding in doctor.files()] == [doctor.OK]
    shutil.rmtree(shelf.root())
    assert [finding.says for finding in doctor.files()] == [f"2 av 2 saknas i {shelf.root()}"]
    backup_files.place(backup_files.unpack(copy))
    assert shelf.path_of(kept.public_id).read_bytes() == attached.PDF
    assert shelf.path_of(photo.public_id, is_small=True).is_file()
    assert [finding.verdict for finding in doctor.files()] == [doctor.OK]


def test_a_copy_is_not_restored_over_files_that_are_there(task: UserTask, anna: Staff, tmp_path: Path) -> None:
    add(task, anna)
    copy = tmp_path / "copy.db"
    copy.write_bytes(backup.SQLITE_BEGINS if connection.vendor == "sqlite" else backup.POSTGRESQL_BEGINS)
    with pytest.raises(postgresql.CannotCopy, match="files är inte tom"):
        backup.load(copy)


def test_a_copy_that_someone_has_made_up_leads_nowhere_else(tmp_path: Path) -> None:
    copy = tmp_path / "made.tar"
    with tarfile.open(copy, "w") as archive:
        for name in ("../../outside", "/outside", "ab/not-an-id", f"../{'a' * 32}"):
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
        link = tarfile.TarInfo(f"aa/{'b' * 32}")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    aside = backup_files.unpack(copy)
    assert [path.relative_to(aside).as_posix() for path in aside.rglob("*") if path.is_file()] == [f"aa/{'a' * 32}"]


def test_a_photo_is_scanned_as_it_came_and_not_as_it_became(task: UserTask, anna: Staff, daemon: str) -> None:
    with clamd(daemon):
        answer = send(pages.logged_in(anna), task, ("a.jpg", attached.photo() + b"EICAR"))
    assert (answer.status_code, Attachment.objects.count()) == (415, 0)
