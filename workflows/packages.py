"""A förlopp as one file that another municipality can load: a zip with a list of what is in it. Pure.

What may be in it is what a förlopp folder holds and nothing else: no code, no pictures, no links, no way out of it.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workflows.findings import Finding

MANIFEST = "paket.json"
FORMAT = 1
MAX_FILES = 500
MAX_TOTAL = 20_000_000
PUBLISHED = re.compile(r"process\.toml|utfall\.toml|(?:_shared/)?(?:[^/]+\.(?:bpmn|dmn)|forms/[^/]+\.json)")
"""What a version is made of; `_shared/` is what it calls of the parts that several have."""
PAPERS = re.compile(r"README\.md|samples/[^/]+\.json|(?:scenarios|exercises)/[^/]+\.toml")
"""What lies beside: why it is there, examples and tests. A word changed in them makes no new version."""
_BEGUN = (1980, 1, 1, 0, 0, 0)
_KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError)


def pack(files: Mapping[str, str], about: Mapping[str, Any]) -> bytes:
    """The package of these texts; the same bytes for the same texts, wherever it is made.

    Stored, not deflated: the bytes of a deflated file are another's with another zlib. `about` goes into the list.
    """
    texts = {name: text.encode() for name, text in files.items()}
    sums = {name: hashlib.sha256(text).hexdigest() for name, text in sorted(texts.items())}
    listed = json.dumps({"format": FORMAT, **about, "files": sums}, ensure_ascii=False, indent=2, sort_keys=True)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as package:
        for name, text in [(MANIFEST, f"{listed}\n".encode()), *sorted(texts.items())]:
            entry = zipfile.ZipInfo(name, _BEGUN)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            package.writestr(entry, text)
    return made.getvalue()


def unpack(path: Path, findings: list[Finding]) -> dict[str, bytes]:
    """The files of a package by name; nothing of one that is too large, broken or reaches outside itself.

    What else is in it is left out, and each refusal is told in `findings`.
    """
    try:
        with zipfile.ZipFile(path) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_TOTAL:
                findings.append(_error(path.name, "too-large", "Paketet är för stort."))
                return {}
            refused = list(_refused(entries))
            findings += refused
            if any(item.severity == "error" for item in refused):
                return {}
            files = {entry.filename: package.read(entry) for entry in entries if _belongs(entry.filename)}
    except _BROKEN:
        findings.append(_error(path.name, "not-zip", "Filen är inget zip-paket som går att läsa."))
        return {}
    findings += _changed(files)
    files.pop(MANIFEST, None)
    return files


def _belongs(name: str) -> bool:
    return name == MANIFEST or bool(PUBLISHED.fullmatch(name) or PAPERS.fullmatch(name))


def _refused(entries: list[zipfile.ZipInfo]) -> Iterator[Finding]:
    seen = set()
    for entry in entries:
        name, mode = entry.filename, entry.external_attr >> 16
        if name.startswith("/") or "\\" in entry.orig_filename or ":" in name or ".." in Path(name).parts:
            yield _error(name, "outside", "Filen pekar utanför paketet. Gör om paketet.")
        elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            yield _error(name, "not-a-file", "Det är en länk och ingen fil. Lägg in filen själv.")
        elif name in seen:
            yield _error(name, "twice", "Filen finns två gånger i paketet.")
        elif entry.compress_type not in _KNOWN:
            yield _error(name, "packing", "Filen är packad på ett sätt som inte tas emot. Gör en vanlig zip-fil.")
        elif not _belongs(name):
            yield Finding(name, "", "warning", "not-ours", "Filen hör inte till ett förlopp och läses inte in.")
        seen.add(name)


def _changed(files: Mapping[str, bytes]) -> list[Finding]:
    """What is not as the list says. A package that somebody zipped by hand has no list, which is all right."""
    if MANIFEST not in files:
        return []
    try:
        sums = json.loads(files[MANIFEST])["files"]
        told = {str(name): str(value) for name, value in sums.items()}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return [_error(MANIFEST, "list", "Paketets lista går inte att läsa. Hämta paketet igen.")]
    found = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != MANIFEST}
    wrong = sorted(name for name in {*told, *found} if told.get(name) != found.get(name))
    return [_error(name, "changed", "Filen är inte som i paketets lista. Hämta paketet igen.") for name in wrong]


def _error(file: str, code: str, message: str) -> Finding:
    return Finding(file, "", "error", code, message)
