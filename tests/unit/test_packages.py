"""A package holds a förlopp and nothing else: what is hostile, broken or changed is told and not read."""

import io
import re
import stat
import zipfile
from pathlib import Path

import pytest

from workflows import packages, prose
from workflows.findings import Finding

TEXTS = {
    "process.toml": 'key = "x"',
    "x.bpmn": "<a/>",
    "README.md": "# X",
    "scenarios/1.toml": "",
    "samples/a.json": "{}",
}


def unpacked(path: Path, data: bytes) -> tuple[dict[str, bytes], set[str]]:
    (path / "p.zip").write_bytes(data)
    findings: list[Finding] = []
    return packages.unpack(path / "p.zip", findings), {item.code for item in findings}


def zipped(*entries: tuple[str | zipfile.ZipInfo, str], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as package:
        for name, text in entries:
            package.writestr(name, text)
    return made.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


def test_what_is_packed_comes_out_and_packing_it_again_gives_the_same_bytes(tmp_path: Path) -> None:
    data = packages.pack(TEXTS, {"key": "x"})
    assert data == packages.pack(dict(reversed(TEXTS.items())), {"key": "x"})
    assert unpacked(tmp_path, data) == ({name: text.encode() for name, text in TEXTS.items()}, set())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped(("../x.bpmn", "")), "outside"),
        (zipped(("/etc/x.bpmn", "")), "outside"),
        (zipped(("C:x.bpmn", "")), "outside"),
        (zipped(("forms\\..\\x.bpmn", "")), "outside"),
        (zipped((link("x.bpmn"), "/etc/passwd")), "not-a-file"),
        (zipped(("x.bpmn", ""), how=zipfile.ZIP_LZMA), "packing"),
        (zipped(("x.bpmn", "\0" * 25_000_000)), "too-large"),
        (zipped(*((f"{n}.dmn", "") for n in range(600))), "too-large"),
        (zipped(("paket.json", "[]"), ("x.bpmn", "")), "list"),
        (zipped(("paket.json", '{"files": []}')), "list"),
        (zipped(("x.bpmn", "hej"), how=zipfile.ZIP_STORED).replace(b"hej", b"nej", 1), "not-zip"),
        (b"PK\x03\x04", "not-zip"),
    ],
)
def test_a_hostile_package_gives_nothing_and_says_why(tmp_path: Path, data: bytes, code: str) -> None:
    files, codes = unpacked(tmp_path, data)
    assert code in codes
    assert files == {} or code == "list"


def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    data = zipped(("x.bpmn", "a"), ("y.bpmn", "b")).replace(b"y.bpmn", b"x.bpmn")
    assert unpacked(tmp_path, data) == ({}, {"twice"})


def test_a_file_that_is_not_as_the_list_says_is_told(tmp_path: Path) -> None:
    data = packages.pack(TEXTS, {})
    assert unpacked(tmp_path, data.replace(b"# X", b"# Y"))[1] == {"not-zip"}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        listed = package.read("paket.json").decode()
    assert unpacked(tmp_path, zipped(("paket.json", listed), ("x.bpmn", "<b/>")))[1] == {"changed"}


def test_code_and_pictures_are_left_out_and_told(tmp_path: Path) -> None:
    files, codes = unpacked(tmp_path, zipped(("x.py", "import os"), ("forms/a/b.json", "{}"), ("x.bpmn", "<a/>")))
    assert (list(files), codes) == (["x.bpmn"], {"not-ours"})


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "a <b onclick=x>b</b>",
        "[x](javascript:alert(1))",
        "[x](/logga-ut/)",
        "[x](//evil.example)",
        "![x](https://evil.example/a.png)",
        "<javascript:alert(1)>",
        "[x]: data:text/html,x\n\n[x]",
    ],
)
def test_a_readme_can_neither_run_nor_lead_astray(text: str) -> None:
    made = str(prose.page(text))
    assert set(re.findall(r"<(\w+)", made)) <= {"p", "span", "a"}
    assert re.findall(r'href="(?!https://)', made) == []


def test_a_readme_begins_below_its_title_and_says_its_purpose() -> None:
    text = "# T\n\nFör *vem*\nsom helst.\n\n# Två\n\n[lag](https://lagen.nu/x)"
    assert prose.page(text) == (
        '<p>För <em>vem</em>\nsom helst.</p>\n<h2>Två</h2>\n<p><a href="https://lagen.nu/x">lag</a></p>\n'
    )
    assert prose.purpose(text) == "För vem som helst."
