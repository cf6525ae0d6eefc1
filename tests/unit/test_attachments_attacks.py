"""What a file is and is called, for all that is made to look like something else."""

from __future__ import annotations

import os
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import attached
from workflows.attachments import kinds, names, pictures
from workflows.attachments.kinds import KINDS, Refused

ODT = "application/vnd.oasis.opendocument.text"
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
PHOTO = attached.photo()


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


TAKEN = {
    "jpeg": PHOTO,
    "png": attached.photo(form="PNG"),
    "pdf": attached.PDF,
    "docx": attached.word(),
    "odt": attached.packed({"mimetype": ODT, "content.xml": "<x/>"}),
    "text": "Hej åäö\r\n\tmed tabb, och en sida till.\f".encode(),
}


@pytest.mark.parametrize("key", TAKEN)
def test_what_staff_use_is_taken(tmp_path: Path, key: str) -> None:
    assert kinds.of(written(tmp_path, TAKEN[key])).key == key


def test_what_old_windows_programs_write_is_text(tmp_path: Path) -> None:
    assert kinds.of(written(tmp_path, "Hej åäö – ”så”".encode("cp1252"))).key == "text"


REFUSED = {
    "empty": (b"", 422, "tom"),
    "program": (b"MZ\x90\x00" + bytes(100), 415, "kan inte läggas till"),
    "elf": (b"\x7fELF\x02" + bytes(100), 415, "kan inte läggas till"),
    "gif": (b"GIF89a" + bytes(20), 415, "kan inte läggas till"),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), 415, "kan inte läggas till"),
    "zip": (attached.packed({"a.txt": "hej"}), 415, "Packade filer"),
    "jar": (attached.packed({"META-INF/MANIFEST.MF": "x", "A.class": b"\xca\xfe\xba\xbe"}), 415, "Packade filer"),
    "macro by name": (attached.word(extra={"word/vbaProject.bin": b"x"}), 415, "makron"),
    "macro by type": (attached.word(main=MACRO), 415, "makron"),
    "macro in odt": (attached.packed({"mimetype": ODT, "Basic/Standard/a.xml": "x"}), 415, "makron"),
    "half a pdf": (attached.PDF[:-8], 422, "inte hel"),
    "half a document": (attached.word()[:-30], 422, "skadat"),
    "script before a pdf": (b"\0<script>" + attached.PDF, 415, "kan inte läggas till"),
    "many parts": (attached.packed({str(number): "" for number in range(kinds.MOST_ENTRIES + 1)}), 413, "för stort"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_nobody_needs_or_all_should_fear_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    content, status, text = REFUSED[name]
    with pytest.raises(Refused, match=text) as refused:
        kinds.of(written(tmp_path, content))
    assert refused.value.status == status


def test_a_document_that_becomes_too_large_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "MOST_UNPACKED", 2_000_000)
    with pytest.raises(Refused, match="för stort"):
        kinds.of(written(tmp_path, attached.word(extra={"word/media/a": bytes(2_000_001)})))


def test_a_list_of_parts_that_is_a_bomb_is_read_no_further_than_it_may(tmp_path: Path) -> None:
    packed = attached.packed({"[Content_Types].xml": bytes(20_000_000)})
    with pytest.raises(Refused, match="Packade filer"):
        kinds.of(written(tmp_path, packed))


PICTURES = {
    "huge png": (attached.huge_png(50_000, 50_000), 413, "för många bildpunkter"),
    "wide png": (attached.huge_png(2**31 - 1, 1), 413, "för många bildpunkter"),
    "half a photo": (PHOTO[: len(PHOTO) // 2], 422, "skadad"),
    "only the first bytes": (b"\xff\xd8\xff\xe0" + os.urandom(500), 422, "skadad"),
    "half an iphone photo": ((Path(__file__).parents[1] / "fixtures/foto.heic").read_bytes()[:300], 422, "skadad"),
    "a png without rows": (attached.huge_png(5_000, 5_000)[:60], 422, "skadad"),
    "a script with the start of a photo": (b"\xff\xd8\xff<script>alert(1)</script>", 422, "skadad"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_none_or_too_much_is_refused_and_nothing_is_left(tmp_path: Path, name: str) -> None:
    content, status, text = PICTURES[name]
    with pytest.raises(Refused, match=text) as refused:
        pictures.make_anew(written(tmp_path, content), tmp_path / "made", tmp_path / "small")
    assert refused.value.status == status


def test_nothing_that_hides_behind_a_photo_comes_along(tmp_path: Path) -> None:
    """A file that is a photo to one program and a page or an archive to another is only a photo when made anew."""
    behind = b"<script>alert(1)</script>" + attached.packed({"x.exe": b"MZ"})
    made, small = tmp_path / "made", tmp_path / "small"
    pictures.make_anew(written(tmp_path, PHOTO + behind), made, small)
    for path in (made, small):
        assert b"<script" not in path.read_bytes()
        assert not zipfile.is_zipfile(path)


NAMES = {
    "../../etc/passwd.txt": "passwd.txt",
    "C:\\fakepath\\Läkarintyg.txt": "Läkarintyg.txt",
    "a\u202etxt.exe.txt": "atxt.exe.txt",
    " .. .txt": "txt.txt",
    "": "Text.txt",
    ".txt": "txt.txt",
    "rad\r\nSet-Cookie: x.txt": "radSet-Cookie x.txt",
    'a"; filename=x.txt': "a ; filename=x.txt",
    "%2e%2e%2fx.txt": "2e 2e 2fx.txt",
    "x" * 300 + ".txt": "x" * names.LONGEST + ".txt",
    "utan ändelse": "utan ändelse.txt",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_made_harmless(name: str) -> None:
    assert names.cleaned(name, KINDS["text"]) == NAMES[name]


@given(st.text(max_size=300))
def test_no_name_leads_anywhere_or_steers_what_is_shown(name: str) -> None:
    cleaned = names.cleaned(name, KINDS["jpeg"])
    assert cleaned.endswith(".jpg")
    assert 4 < len(cleaned) <= names.LONGEST + 4
    assert not set(cleaned) & set('/\\:"<>|?*%\r\n\t\0')
    assert not any(unicodedata.category(character) in names.STEERING for character in cleaned)
    assert not cleaned.startswith(".")


@pytest.mark.parametrize("name", ["faktura.exe", "sida.html", "bild.svg", "x.pdf", "a.docx"])
def test_a_text_that_is_called_something_else_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="innehållet är något annat"):
        names.cleaned(name, KINDS["text"])
