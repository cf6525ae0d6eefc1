"""Files as tests make them: photos with and without trouble, documents, and what only looks like them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def photo(width: int = 60, height: int = 40, *, place: bool = True, orientation: int = 6, form: str = "JPEG") -> bytes:
    """Red to the left and blue to the right as it is stored; with where and by what it was taken."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    exif = Image.Exif()
    if place:
        exif[0x0112] = orientation
        exif[0x010F] = "KAMERA-AB"
        exif.get_ifd(0x8825).update({1: "N", 2: (59.0, 16.0, 30.0), 3: "E", 4: (15.0, 12.0, 45.0)})
    out = io.BytesIO()
    image.save(out, format=form, exif=exif, **({"comment": b"HEMLIGT"} if form == "JPEG" else {}))
    return out.getvalue()


def packed(contents: dict[str, bytes | str], **more: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **more) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def word(*, extra: dict[str, bytes | str] | None = None, main: str = WORD) -> bytes:
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    return packed({"[Content_Types].xml": types, "word/document.xml": "<w/>", **(extra or {})})


def huge_png(width: int, height: int) -> bytes:
    """Says that it is so large, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
