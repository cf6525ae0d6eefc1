"""Templates as Python runs them, kept beside what Python keeps of its own: to compile them takes seconds of a start."""

import hashlib
import re
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.urls import NoReverseMatch
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from web import addresses

HERE = Path(__file__).parent
FOLDER = HERE / "__pycache__" / "templates"
# What is written into a template when it is compiled.
ADDRESS = re.compile(r"""\b(url|static)\(\s*["']([^"']+)["']""")


class Kept(FileSystemBytecodeCache):
    """Where nothing can be written, each start compiles for itself."""

    def __init__(self) -> None:
        with suppress(OSError):
            FOLDER.mkdir(parents=True, exist_ok=True)
        super().__init__(str(FOLDER))

    def get_source_checksum(self, source: str) -> str:
        """Of all that the outcome hangs on: another address or another filter makes another page of the same text."""
        return hashlib.sha256("\0".join([source, *written(source), _ours()]).encode()).hexdigest()

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)


def written(source: str) -> list[str]:
    return [_address(kind, name) for kind, name in ADDRESS.findall(source)]


def _address(kind: str, name: str) -> str:
    if kind == "static":
        return addresses.static(name)
    try:
        return addresses.url(name)
    except NoReverseMatch:
        return ""


@cache
def _ours() -> str:
    """And of Jinja: one release's pages need not run with another's."""
    files = [path.read_bytes() for path in sorted(HERE.glob("*.py"))]
    return hashlib.sha256(b"\0".join([version("jinja2").encode(), *files])).hexdigest()
