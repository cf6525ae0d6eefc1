"""The bytes of a batch: compressed when they come, judged as a whole, and read row by row."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflows import strict_json

MOST_BYTES = 200_000_000
PIECE = 1 << 20
Row = tuple[int, dict[str, str]]


class FileRefused(Exception):
    """The file cannot be read at all; the text is a Swedish sentence for whoever made it."""


def packed(pieces: Iterable[bytes]) -> bytes:
    """Compressed. Raises FileRefused when there is no end to it."""
    made, size = io.BytesIO(), 0
    with gzip.GzipFile(fileobj=made, mode="wb", compresslevel=3, mtime=0) as file:
        for piece in pieces:
            size += len(piece)
            if size > MOST_BYTES:
                raise FileRefused("Filen är större än vad som tas emot.")
            file.write(piece)
    return made.getvalue()


def rows(raw: bytes, columns: Mapping[str, str], *, is_json: bool) -> Iterator[Row]:
    """Line number and values by column. Raises FileRefused at once when it cannot be read as a whole."""
    if is_json:
        return iter(list(_of_json(raw)))
    _check_encoding(raw)
    return _of_csv(raw, _header(raw, columns))


def _check_encoding(raw: bytes) -> None:
    """Judged before the first row is taken in: half a file is worse than none."""
    for number, line in enumerate(gzip.GzipFile(fileobj=io.BytesIO(raw)), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            raise FileRefused(_told_of_encoding(number, line)) from None
        if b"\x00" in line:
            raise FileRefused(f"Filen är inte text i UTF-8: rad {number} innehåller nollbyte.")


def _told_of_encoding(number: int, line: bytes) -> str:
    kind = "något annat"
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        kind = "UTF-16"
    elif any(letter in "åäöÅÄÖéÉ" for letter in line.decode("cp1252", "replace")):
        kind = "Latin-1 (Windows-1252)"
    return f"Filen är inte UTF-8: rad {number} ser ut att vara {kind}. Spara den som UTF-8 och skicka den igen."


def _text(raw: bytes) -> io.TextIOWrapper:
    # utf-8-sig: a byte order mark is tolerated.
    return io.TextIOWrapper(gzip.GzipFile(fileobj=io.BytesIO(raw)), encoding="utf-8-sig", newline="")


def _header(raw: bytes, columns: Mapping[str, str]) -> list[str]:
    found = [name.strip().lower() for name in next(csv.reader(_text(raw), delimiter=";"), [])]
    if not found:
        raise FileRefused("Filen är tom.")
    if len(found) == 1 and "," in found[0]:
        raise FileRefused("Kolumnerna ska skiljas åt med semikolon, inte komma.")
    if missing := [name for name in columns if name not in found]:
        raise FileRefused(f"Kolumner saknas: {', '.join(missing)}.")
    if len(set(found)) != len(found):
        raise FileRefused("Samma kolumn står två gånger.")
    return found


def _of_csv(raw: bytes, names: list[str]) -> Iterator[Row]:
    reader = csv.reader(_text(raw), delimiter=";")
    next(reader)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, {}
            continue
        if cells:
            # Too few or too many cells: the values cannot be trusted to stand in their columns.
            yield reader.line_num, dict(zip(names, cells, strict=True)) if len(cells) == len(names) else {}


def _of_json(raw: bytes) -> Iterator[Row]:
    try:
        found = strict_json.parse(gzip.decompress(raw))
    except ValueError:
        raise FileRefused("Svaret är inte giltig JSON.") from None
    if not isinstance(found, list):
        raise FileRefused("Svaret är ingen lista av rader.")
    for number, item in enumerate(found, start=1):
        yield number, {key: _as_text(value) for key, value in item.items()} if isinstance(item, dict) else {}


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return "" if value is None else str(value)
