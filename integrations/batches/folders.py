"""A folder that another system puts files in: on this machine, or over SFTP."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from urllib.parse import unquote, urlsplit

from django.conf import settings

from integrations import configuration
from integrations.systems import Setting
from workflows.connectors import PermanentError, TransientError

if TYPE_CHECKING:
    import asyncssh

T = TypeVar("T")

# What a system that hands over files can be told, beside its own.
SETTINGS = {
    "folder": Setting("path", "katalogen som filer läggs i", optional=True),
    "sftp": Setting("text", "samma sak över SFTP: sftp://användare@server:22/katalog", optional=True),
    "sftp_password": Setting("secret", "lösenord till SFTP", optional=True),
    "sftp_key": Setting("path", "privat nyckel till SFTP", optional=True),
    "sftp_host_key": Setting("text", "serverns publika nyckel: ssh-ed25519 AAAA…", optional=True),
    "checksum": Setting("yes_no", "om en fil ska ha sin kontrollsumma (.sha256) för att läsas", default=True),
}
HANDLED = "hanterat"
SECONDS = 30
PIECE = 1 << 18


@dataclass(frozen=True)
class Entry:
    name: str
    size: int
    modified: float

    @property
    def mark(self) -> str:
        """Changes while it is being written."""
        return f"{self.size}:{self.modified:.3f}"


class Folder(Protocol):
    """Raises TransientError when it does not answer, PermanentError when it lets us in no more."""

    def entries(self) -> list[Entry]: ...

    def pieces(self, name: str) -> Iterator[bytes]: ...

    def set_aside(self, name: str, to: str = HANDLED) -> None:
        """Move it out of the way, where that is allowed."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Whole or not at all."""
        ...

    def within(self, name: str) -> Folder:
        """A folder in it."""
        ...

    @property
    def is_writable(self) -> bool:
        """As far as can be told without writing."""
        ...


class LocalFolder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self) -> list[Entry]:
        try:
            found = [entry for entry in os.scandir(self._path) if entry.is_file(follow_symlinks=False)]
            return [Entry(entry.name, entry.stat().st_size, entry.stat().st_mtime) for entry in found]
        except OSError:
            raise TransientError("ingen_katalog", "Katalogen som filerna läggs i går inte att läsa.") from None

    def pieces(self, name: str) -> Iterator[bytes]:
        try:
            with (self._path / name).open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except OSError:
            raise TransientError("ingen_fil", "Filen gick inte att läsa.") from None

    def within(self, name: str) -> LocalFolder:
        return LocalFolder(self._path / name)

    @property
    def is_writable(self) -> bool:
        return os.access(self._path, os.W_OK | os.X_OK)

    def set_aside(self, name: str, to: str = HANDLED) -> None:
        handled = self._path / to
        try:
            handled.mkdir(exist_ok=True)
            (self._path / name).replace(handled / name)
        except OSError:
            return

    def put(self, name: str, content: bytes) -> None:
        whole = self._path / name
        made = whole.with_name(f".{whole.name}.{uuid.uuid4().hex}.part")
        try:
            whole.parent.mkdir(exist_ok=True)
            with made.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            made.replace(whole)
        except OSError:
            made.unlink(missing_ok=True)
            raise TransientError("ingen_katalog", "Filen gick inte att lägga i katalogen.") from None


class SftpFolder:
    """A connection that lasts as long as one look; the library is asynchronous and we are not."""

    def __init__(self, runner: asyncio.Runner, client: asyncssh.SFTPClient, path: str) -> None:
        self._runner, self._client, self._path = runner, client, path.rstrip("/")

    def entries(self) -> list[Entry]:
        found = self._run(self._client.readdir(self._path or "."))
        made = []
        for entry in found:
            about = entry.attrs
            if about.permissions is None or S_ISREG(about.permissions):
                made.append(Entry(str(entry.filename), about.size or 0, float(about.mtime or 0)))
        return made

    def pieces(self, name: str) -> Iterator[bytes]:
        file = self._run(self._open(name))
        try:
            while piece := self._run(file.read(PIECE)):
                yield cast("bytes", piece)
        finally:
            self._run(file.close())

    def within(self, name: str) -> SftpFolder:
        return SftpFolder(self._runner, self._client, self._at(name))

    @property
    def is_writable(self) -> bool:
        return True

    def set_aside(self, name: str, to: str = HANDLED) -> None:
        try:
            self._run(self._client.makedirs(self._at(to), exist_ok=True))
            self._run(self._client.posix_rename(self._at(name), self._at(f"{to}/{name}")))
        except (TransientError, PermanentError):
            return

    def put(self, name: str, content: bytes) -> None:
        folder, _, own = name.rpartition("/")
        if folder:
            self._run(self._client.makedirs(self._at(folder), exist_ok=True))
        made = self._at(f"{folder}/.{own}.{uuid.uuid4().hex}.part".lstrip("/"))
        self._run(self._write(made, content))
        self._run(self._client.posix_rename(made, self._at(name)))

    async def _open(self, name: str) -> asyncssh.SFTPClientFile:
        return await self._client.open(self._at(name), "rb")

    async def _write(self, path: str, content: bytes) -> None:
        async with self._client.open(path, "wb") as file:
            await file.write(content)

    def _at(self, name: str) -> str:
        return f"{self._path}/{name}" if self._path else name

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return _done(self._runner, work)


def is_told(system: str) -> bool:
    """Whether IT has said where its files are."""
    told = configuration.of(system)
    return bool(told.text("folder") or told.text("sftp") or settings.FORLOPP_DEMO)


def opened(system: str) -> AbstractContextManager[Folder]:
    """The folder of a system as integrations.toml describes it; in the demo one of our own."""
    told = configuration.of(system)
    if told.text("sftp"):
        return _sftp(told)
    return _local(Path(told.text("folder")) if told.text("folder") else demo(system))


def demo(system: str) -> Path:
    """Where the simulator puts the files of a system."""
    return Path(settings.FORLOPP_VAR) / "filer" / system


@contextmanager
def _local(path: Path) -> Iterator[Folder]:
    if settings.FORLOPP_DEMO:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    yield LocalFolder(path)


@contextmanager
def _sftp(told: configuration.Values) -> Iterator[Folder]:
    """Only a server that shows the key we were told of: what lies there is about people."""
    import asyncssh

    where = urlsplit(told.text("sftp"))
    if not (where.hostname and told.text("sftp_host_key")):
        raise PermanentError("sftp_ofullstandig", "SFTP behöver server och serverns publika nyckel (sftp_host_key).")
    port = where.port or 22
    trusted = asyncssh.import_known_hosts(f"[{where.hostname}]:{port} {told.text('sftp_host_key')}\n")
    with asyncio.Runner() as runner, ExitStack() as ended:
        connection = _done(
            runner,
            _connected(
                where.hostname,
                port,
                known_hosts=trusted,
                username=unquote(where.username or "") or None,
                password=told.text("sftp_password") or None,
                client_keys=[told.text("sftp_key")] if told.text("sftp_key") else None,
                agent_path=None,
                config=None,
            ),
        )
        ended.callback(connection.abort)
        client = _done(runner, _started(connection))
        yield SftpFolder(runner, client, unquote(where.path))


async def _connected(host: str, port: int, **options: Any) -> asyncssh.SSHClientConnection:
    import asyncssh

    return await asyncssh.connect(host, port, connect_timeout=SECONDS, login_timeout=SECONDS, **options)


async def _started(connection: asyncssh.SSHClientConnection) -> asyncssh.SFTPClient:
    return await connection.start_sftp_client()


def _done(runner: asyncio.Runner, work: Coroutine[Any, Any, T]) -> T:
    """What a step over SFTP came to, and its failures sorted as those of HTTP are."""
    import asyncssh

    async def limited() -> T:
        async with asyncio.timeout(SECONDS):
            return await work

    try:
        return runner.run(limited())
    except (asyncssh.PermissionDenied, asyncssh.HostKeyNotVerifiable, asyncssh.KeyImportError):
        raise PermanentError(
            "obehorig",
            "SFTP-servern släpper inte in oss, eller visar en annan nyckel än väntat. IT behöver se över det.",
        ) from None
    except (asyncssh.Error, OSError, TimeoutError):
        raise TransientError("inget_svar", "SFTP-servern svarade inte som väntat.") from None
