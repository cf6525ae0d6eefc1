"""What a file is, told by what is in it: never by its name, and never by what the browser says."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

HEAD, TAIL = 4_096, 2_048
MOST_ENTRIES = 10_000
MOST_UNPACKED = 500_000_000
MOST_CONTENTS = 1_000_000
"""Of a packed document: parts, bytes when unpacked, and bytes of the list of its parts."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`key` is what the database keeps; a file is offered with the first of its `endings`."""

    key: str
    word: str
    type: str
    endings: tuple[str, ...]
    is_picture: bool = False


OOXML = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"
KINDS = {
    kind.key: kind
    for kind in (
        Kind(key="jpeg", word="Foto", type="image/jpeg", endings=("jpg", "jpeg", "heic", "heif"), is_picture=True),
        Kind(key="png", word="Bild", type="image/png", endings=("png",), is_picture=True),
        Kind(key="pdf", word="PDF", type="application/pdf", endings=("pdf",)),
        Kind(key="text", word="Text", type="text/plain", endings=("txt", "csv", "md")),
        Kind(key="docx", word="Word-dokument", type=f"{OOXML}.wordprocessingml.document", endings=("docx",)),
        Kind(key="xlsx", word="Excel-ark", type=f"{OOXML}.spreadsheetml.sheet", endings=("xlsx",)),
        Kind(key="pptx", word="PowerPoint", type=f"{OOXML}.presentationml.presentation", endings=("pptx",)),
        Kind(key="odt", word="Dokument", type=f"{ODF}.text", endings=("odt",)),
        Kind(key="ods", word="Kalkylark", type=f"{ODF}.spreadsheet", endings=("ods",)),
        Kind(key="odp", word="Presentation", type=f"{ODF}.presentation", endings=("odp",)),
    )
}
ACCEPTED = ",".join(["image/*", *(f".{ending}" for kind in KINDS.values() for ending in kind.endings)])
"""For the browser's own dialogue; a courtesy and no protection."""

HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
MAIN_PART = re.compile(rb'ContentType="application/vnd\.openxmlformats-officedocument\.(\w+ml)\.\w+\.main\+xml"')
OOXML_KEYS = {b"wordprocessingml": "docx", b"spreadsheetml": "xlsx", b"presentationml": "pptx"}
ODF_KEYS = {kind.type: kind.key for kind in KINDS.values() if kind.type.startswith(ODF)}
MACROS = re.compile(r"vbaProject|(^|/)macrosheets/|^(Basic|Scripts)/", re.IGNORECASE)
# Control characters that no text has: a file with one is no text, whatever else it may be.
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


class Refused(Exception):
    """Why a file is not taken, in a sentence for the one who sent it; `status` is what HTTP calls it."""

    def __init__(self, text: str, *, status: int = 415) -> None:
        super().__init__(text)
        self.text, self.status = text, status


def of(path: Path) -> Kind:
    """The kind of a file; a picture is still to be opened by `pictures`. Raises Refused."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        if not head:
            raise Refused("Filen är tom.", status=422)
        key = _by_head(head)
        if key == "pdf":
            _expect_whole_pdf(file)
        elif key == "zip":
            key = _packed(file)
    if key is None:
        key = _text(path)
    return KINDS[key]


def _by_head(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff") or (head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS):
        return "jpeg"
    signatures = {b"\x89PNG\r\n\x1a\n": "png", b"%PDF-": "pdf", b"PK\x03\x04": "zip"}
    return next((key for signature, key in signatures.items() if head.startswith(signature)), None)


def _expect_whole_pdf(file: IO[bytes]) -> None:
    end = file.seek(0, 2)
    file.seek(max(0, end - TAIL))
    if b"%%EOF" not in file.read():
        raise Refused("PDF-filen är inte hel: slutet saknas.", status=422)


def _packed(file: IO[bytes]) -> str:
    """A document of Office; the names inside are read, its parts are not unpacked."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_ENTRIES or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise Refused("Dokumentet blir för stort när det packas upp.", status=413)
            if min((part.header_offset for part in parts), default=1) != 0:
                raise Refused("Filen är ingen hel fil av det slag den ser ut att vara.")
            if any(MACROS.search(part.filename) for part in parts):
                raise Refused("Dokumentet har makron (små program). Spara det utan makron och försök igen.")
            key = _office(packed)
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError):
        raise Refused("Dokumentet är skadat och går inte att öppna.", status=422) from None
    if key is None:
        raise Refused("Packade filer (zip) kan inte läggas till. Lägg till det som är i dem var för sig.")
    return key


def _office(packed: zipfile.ZipFile) -> str | None:
    names = set(packed.namelist())
    if "[Content_Types].xml" in names:
        contents = _part(packed, "[Content_Types].xml")
        if b"macroEnabled" in contents:
            raise Refused("Dokumentet har makron (små program). Spara det utan makron och försök igen.")
        main = MAIN_PART.search(contents)
        return OOXML_KEYS.get(main[1]) if main else None
    return ODF_KEYS.get(_part(packed, "mimetype").decode("ascii", "replace")) if "mimetype" in names else None


def _part(packed: zipfile.ZipFile, name: str) -> bytes:
    """At most so much is ever unpacked, whatever the file says of its size."""
    with packed.open(name) as part:
        return part.read(MOST_CONTENTS)


def _text(path: Path) -> str:
    raw = path.read_bytes()  # no larger than what was received
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What old Windows programs write; it reads any byte but five, so the control characters must tell.
        text = raw.decode("cp1252", "replace")
    if NO_TEXT.search(text) or "\N{REPLACEMENT CHARACTER}" in text:
        raise Refused("Filtypen kan inte läggas till. Foton, PDF, text och Office-dokument går bra.")
    return "text"
