"""Whole files and variables that attack: XML, decision models, forms, packages, settings and the data of an ärende."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.attack import bombs, entrances, sinks
from tests.attack.entrances import decided_bytes, expression
from tests.attack.models import DECISIONS, Attack
from tests.unit.engine_bpmn import chain
from workflows import definitions, safe_xml
from workflows.findings import Finding

ROOT = "<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/'>"
LAUGHS = (
    '<!DOCTYPE d [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 60)) + "]>"
)
XML: dict[str, bytes] = {
    "empty": b"",
    "blanks": b" " * 5_000_000,
    "NUL": b"\0" * 1_000,
    "billion laughs": (LAUGHS + ROOT + "&a59;</definitions>").encode(),
    "laughs in an attribute": (LAUGHS + "<definitions name='&a59;'/>").encode(),
    "quadratic": ('<!DOCTYPE d [<!ENTITY a "' + "x" * 50_000 + '">]>' + ROOT + "&a;" * 50_000 + "</definitions>").encode(),
    "file": b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><definitions>&a;</definitions>',
    "http": b'<!DOCTYPE d [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]><definitions>&a;</definitions>',
    "parameter entity": b'<!DOCTYPE d [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><definitions/>',
    "external DTD": b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions/>',
    "lower case doctype": b'<!doctype d [<!ENTITY a "x">]><definitions>&a;</definitions>',
    "XInclude": b'<definitions xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="file:///etc/passwd" parse="text"/></definitions>',
    "stylesheet": b'<?xml-stylesheet href="file:///etc/passwd"?><definitions/>',
    "schema location": (ROOT[:-1] + " xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:schemaLocation='x file:///etc/passwd'/>").encode(),
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?><!-- utf-8 -->+ADwAIQ-DOCTYPE d+AD4-<definitions/>',
    "UTF-16": "<definitions/>".encode("utf-16"),
    "UTF-16 in disguise": b"<?xml version='1.0' encoding = 'UTF-16'?><definitions/>",
    "EBCDIC": b"<?xml version='1.0' encoding='IBM037'?><definitions/>",
    "unknown encoding": b"<?xml version='1.0' encoding='hittepa'?><definitions/>",
    "surrogates": b"<definitions name='\xed\xa0\x80'/>",
    "too large": b"<definitions>" + b"x" * 6_000_000 + b"</definitions>",
    "large text": (ROOT + "x" * 4_900_000 + "</definitions>").encode(),
    "deep": (ROOT + "<a>" * 100_000 + "</a>" * 100_000 + "</definitions>").encode(),
    "unclosed": b"<a>" * 1_600_000,
    "wide": (ROOT + "<a/>" * 1_200_000 + "</definitions>").encode(),
    "wide enough": (ROOT + "<a/>" * 19_000 + "</definitions>").encode(),
    "attributes": (ROOT[:-1] + "".join(f" a{n}=''" for n in range(400_000)) + "/>").encode(),
    "long attribute": (ROOT[:-1] + " name='" + "x" * 4_900_000 + "'/>").encode(),
    "namespaces": ("<d" + "".join(f" xmlns:a{n}='b{n}'" for n in range(190_000)) + "/>").encode(),
    "namespaces everywhere": (ROOT + "".join(f"<a{n}:a xmlns:a{n}='b{n}'/>" for n in range(19_000)) + "</definitions>").encode(),
    "comments": (ROOT + "<!---->" * 700_000 + "</definitions>").encode(),
    "instructions": (ROOT + "<?a?>" * 900_000 + "</definitions>").encode(),
    "CDATA": (ROOT + "<![CDATA[<]]>" * 300_000 + "</definitions>").encode(),
    "character references": (ROOT + "&#65;" * 900_000 + "</definitions>").encode(),
    "forbidden reference": (ROOT + "&#0;&#xD800;</definitions>").encode(),
    "gzip": b"\x1f\x8b\x08\x00" + b"\0" * 1_000,
    "zip": b"PK\x03\x04" + b"\0" * 1_000,
    "JSON": b'{"definitions": {}}',
    "HTML": b"<!doctype html><html></html>",
    "ids": (ROOT + "".join(f"<a id='i{n % 50}'/>" for n in range(19_000)) + "</definitions>").encode(),
}  # fmt: skip


def read(data: bytes) -> list[str]:
    """What the XML reader, the decision reader and the diagram check say of a file."""
    try:
        safe_xml.parse(data)
        said = []
    except safe_xml.UnsafeXml as error:
        said = [error.message, str(error)]
    said += decided_bytes(data)
    return said + packed({"x.bpmn": data})


def packed(files: dict[str, bytes], path: Path | None = None) -> list[str]:
    """What is said of a förlopp of these files."""
    findings: list[Finding] = []
    sources = definitions._decoded(files, findings)
    config = definitions._config(sources, path or Path("x.zip"), findings)
    return [item.message for item in definitions.checked(definitions.Folder(config, sources, findings)).findings]


def deep(levels: int, inside: Any = 1) -> Any:
    found = inside
    for _ in range(levels):
        found = [found]
    return found


def _shared(levels: int) -> Any:
    found: Any = [1]
    for _ in range(levels):
        found = [found, found]
    return found


def _of_itself() -> Any:
    found: list[Any] = []
    found.append(found)
    return found


class _Secret:
    """Something of Python's in the variables: nothing of it may be reached."""

    namn = "hemlig"

    def __str__(self) -> str:
        return "__str__ was called"

    __repr__ = __str__


class _Text(str):
    """A text that would betray who asks it."""

    __slots__ = ()

    def __str__(self) -> str:
        raise ValueError("__str__ was called")


def _with(text: str, value: Callable[[], Any]) -> Attack:
    return lambda: expression(text, {"a": value(), "b": 1})


DATA: dict[str, Attack] = {
    "deep lists": _with("a", lambda: deep(90_000)),
    "a list of itself": _with("a = a", _of_itself),
    "doubled lists": _with("a", lambda: _shared(60)),
    "doubled lists compared": _with("a = [a]", lambda: _shared(20)),
    "a long text": _with("a", lambda: "x" * 5_000_000),
    "a long text compared": _with('for i in 1..30000 return a < a + "x"', lambda: "x" * 99_000),
    "a longer text compared": _with("for i in 1..30000 return a < b", lambda: "x" * 5_000_000),
    "a long text in upper case": _with("upper case(a)", lambda: "ß" * 5_000_000),
    "a long text found": _with('for i in 1..5000 return contains(a, "y")', lambda: "x" * 90_000),
    "a long text matched": _with('for i in 1..5000 return matches(a, "(x*)*y")', lambda: "x" * 90_000),
    "a long list": _with("count(a)", lambda: list(range(1_000_000))),
    "a long list of lists": _with("a", lambda: [[1, 2, 3]] * 300_000),
    "many keys": _with("a", lambda: {f"k{n}": n for n in range(200_000)}),
    "many keys, one asked for": _with("a.k1", lambda: {f"k{n}": n for n in range(200_000)}),
    "a huge integer": _with("a + 1", lambda: 10**100_000),
    "a huge integer as text": _with("string(a)", lambda: 9**9**6),
    "not a number": _with("[a, a = a, a < 1, string(a)]", lambda: float("nan")),
    "infinity": _with("[a, -a, a - a, a * 0]", lambda: float("inf")),
    "a tiny float": _with("1 / a", lambda: 5e-324),
    "an object": _with("[a, a.namn, string(a), a = a, {k: a}]", _Secret),
    "an object in a list": _with("[a[1].namn, a, string(a)]", lambda: [_Secret()]),
    "an object as key": _with("a", lambda: {_Secret(): 1, 1: 2, None: 3, (1, 2): 4}),
    "a class": _with("[a, a.mro, a.namn]", lambda: _Secret),
    "a function": _with("[a, a(1), a.__globals__]", lambda: len),
    "a module": _with("[a, a.system, a.environ]", lambda: json),
    "a text with its own mind": _with('[a, a = "x", a + "x", upper case(a)]', lambda: _Text("x")),
    "an exception": _with("[a, string(a), a.args]", lambda: ValueError(5)),
    "bytes": _with("[a, string(a)]", lambda: b"\xff"),
    "a set": _with("[a, count(a)]", lambda: {1, 2}),
    "a generator": _with("[a, count(a), for x in a return x]", lambda: (n for n in range(3))),
    "a surrogate": _with('[a, a + "x", upper case(a), matches(a, "."), a < "b", {k: a}]', lambda: "\ud800"),
    "hostile keys": _with(
        "[a.__class__, a.self, a.variables, a.item, a.count, count([1])]",
        lambda: dict.fromkeys(["__class__", "self", "variables", "item", "count", "?", ""], 1),
    ),
    "variables named as functions": lambda: expression(
        "[count([1]), string(1), not(true), now(), date, item, partial]",
        {"count": 1, "string": "x", "not": None, "now": {}, "date": [], "item": 1, "partial": 2, "__builtins__": {}},
    ),
    "a bomb over data": _with("sort(a, function(x, y) x.k < y.k)", lambda: [{"k": n % 7} for n in range(20_000)]),
    "data through data": _with("a[item.k in b.k]", lambda: [{"k": [n] * 50} for n in range(900)]),
}


def _field(**more: Any) -> dict[str, Any]:
    return {"key": "svar", "type": "text", "label": "Svar", **more}


def _form(*fields: dict[str, Any], rules: object = (), given: object = None, **more: Any) -> Attack:
    content = {
        "title": "F",
        "fields": list(fields),
        "rules": list(rules) if isinstance(rules, tuple) else rules,
        **more,
    }
    return lambda: entrances.answered(content, {} if given is None else given)


def _many(count: int, **more: Any) -> list[dict[str, Any]]:
    return [_field(key=f"f{n}", **more) for n in range(count)]


FORMS: dict[str, Attack] = {
    **{
        f"a field called {key[:30]!r}": _form(_field(key=key), given={key: "x"})
        for key in (
            "__builtins__", "__class__", "_x", "len", "class", "self", "count", "arende", "a.b", "a b", "", "A", "å",
            "x" * 5_000, "f\u0131eld", "svar\u200b", "\ud800", "{0.__class__}", "%s", "<script>", "svar\0",
        )
    },
    "fifty levels of lists": _form(json.loads('{"key":"a","type":"list","label":"L","item":[' * 50 + "{}" + "]}" * 50)),
    "many computed bombs": _form(*_many(200, computed=bombs.LOOPS["three iterators"])),
    "many hidden bombs": _form(*_many(200, show_if=bombs.LOOPS["three iterators"])),
    "many rules of bombs": _form(_field(), rules=[{"check": bombs.LOOPS["some"], "message": "m"}] * 100, given={"svar": "x"}),
    "bombs in many rows": _form(
        _field(key="rader", type="list", item=[_field(computed=bombs.LOOPS["some"])]), given={"rader": [{"svar": "x"}] * 100}
    ),
    "too many fields": _form(*_many(5_000)),
    "deep answers": _form(_field(), given={"svar": deep(900)}),
    "long answer": _form(_field(), given={"svar": "x" * 5_000_000}),
    "many answers": _form(_field(), given={f"k{n}": "x" for n in range(100_000)}),
    "a surrogate as answer": _form(_field(), given={"svar": "\ud800"}),
    "numbers as answers": _form(
        *(_field(key=f"f{n}", type=kind) for n, kind in enumerate(["int", "number", "date", "dt", "time", "bool"])),
        given={f"f{n}": "9" * 100_000 for n in range(6)},
    ),
    "not a form": lambda: entrances.answered([[]], {}),
    "answers that are no object": lambda: entrances.answered({"title": "F", "fields": []}, _shared(3)),
    "an include of a path": _form({"type": "include", "form": "../../etc/passwd"}),
    "rules that are no list": _form(_field(), rules="abc"),
}  # fmt: skip


_PACKAGES = Path(tempfile.mkdtemp(prefix="attack-package-"))
atexit.register(shutil.rmtree, _PACKAGES, ignore_errors=True)


def _package(name: str, files: dict[str, bytes] | bytes) -> Attack:
    """Written before the attack begins, which is to read it."""
    path = _PACKAGES / f"{name}.zip"
    if isinstance(files, bytes):
        path.write_bytes(files)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for inside, content in files.items():
                package.writestr(inside, content)

    return lambda: [item.message for item in definitions.read(path).findings]


TOML = {
    "deep": b"a = " + b"[" * 20_000,
    "deep keys": b"a" + b".a" * 20_000 + b" = 1",
    "deep tables": b"a = " + b"{a = " * 5_000,
    "a huge number": b"key = " + b"9" * 20_000,
    "known as text": b'key = "p"\nknown = "abc"',
    "messages as list": b'key = "p"\nmessages = [1]',
    "messages of bombs": b'key = "p"\n'
    + b"".join(b'[messages.m%d]\nkey = "k"\nvalue = "%s1"\nttl = "P1D"\n' % (n, b"(" * 3_000) for n in range(100)),
    "hostile names": b'key = "p"\n[messages."__class__"]\nkey = "k"\nvalue = "().__class__"\n',
}


def _packing(name: str, content: bytes) -> Attack:
    return lambda: packed({name: content})


SETTINGS: dict[str, Attack] = {name: _packing("process.toml", content) for name, content in TOML.items()}
JSON: dict[str, Attack] = {
    name: _packing("forms/x.json", content)
    for name, content in {
        "deep lists": b"[" * 250_000,
        "deep objects": b'{"a":' * 90_000,
        "a huge number": b"9" * 400_000,
        "a huge exponent": b'{"title": 1e999999}',
        "not a number": b'{"title": NaN}',
        "the same key twice": b'{"title": "a", "title": "b"}',
        "surrogates": b'{"title": "\\ud800", "fields": []}',
        "too large": b"[" + b"1," * 400_000 + b"1]",
        "NUL": b'{"title": "\\u0000", "fields": [{"key": "\\u0000", "type": "\\u0000"}]}',
    }.items()
}


PACKAGES: dict[str, Attack] = {
    "a zip bomb": _package("bomb", {"x.bpmn": b"\0" * 25_000_000}),
    "paths that climb": _package("paths", {"../../x.bpmn": b"<a/>", "/etc/x.bpmn": b"<a/>", "a/../../x.dmn": b"<a/>"}),
    "many files": _package("many", {f"f{n}.dmn": b"x" for n in range(2_000)}),
    "no package": _package("none", b"PK\x03\x04 nonsense"),
    "nothing": _package("nothing", b""),
    "a list that lies": _package("lies", {"paket.json": b'{"files": {"x.bpmn": "0"}}', "x.bpmn": b"<a/>"}),
    "a list of lists": _package("lists", {"paket.json": b"[" * 200_000, "x.bpmn": b"<a/>"}),
    "code": _package("code", {"x.py": b"import os", "process.toml": b"", "README.md": b"\0"}),
}


def _reading(data: bytes) -> Attack:
    return lambda: read(data)


def _in_a_ring(text: str) -> Attack:
    """A diagram that goes round past this script without ever waiting."""
    script = f"<script>{escape(text)}</script>"
    return lambda: sinks.run(
        f'{sinks.START}<exclusiveGateway id="g"/><scriptTask id="x">{script}</scriptTask>' + chain("s", "g", "x", "g")
    )


def _in_a_row(count: int, text: str) -> Attack:
    """A diagram of many scripts after one another."""
    names = [f"x{n}" for n in range(count)]
    tasks = "".join(f'<scriptTask id="{name}"><script>{escape(text)}</script></scriptTask>' for name in names)
    return lambda: sinks.run(sinks.START + tasks + sinks.END + chain("s", *names, "e"))


DIAGRAMS: dict[str, Attack] = {
    "a ring of slow scripts": _in_a_ring("{y: count(for i in 1..20000 return i)}"),
    "a ring that grows": _in_a_ring("{y: if y = null then [1] else concatenate(y, y)}"),
    "a row of slow scripts": _in_a_row(300, "{y: count(for i in 1..20000 return i)}"),
    "a row of quick scripts": _in_a_row(450, "{y: 1}"),
}


FILES: dict[str, dict[str, Attack]] = {
    "xml": {name: _reading(data) for name, data in XML.items()},
    "dmn file": DECISIONS,
    "diagram": DIAGRAMS,
    "variables": DATA,
    "form file": FORMS,
    "settings file": SETTINGS,
    "json file": JSON,
    "package": PACKAGES,
}
