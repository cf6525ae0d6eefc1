"""What utfall.toml says: measures that can be counted, assumptions and posts that can be reckoned."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from workflows import diagram, measures
from workflows.findings import Finding
from workflows.lint.report import Context, Report, readable
from workflows.lint.settings import spelling, toml
from workflows.variables.spelling import did_you_mean, listed

MEASURE_KEYS = (
    *("key", "title", "about", "source", "kind", "unit", "better", "after", "each"),
    *("when", "value", "base", "rows", "parts", "compare"),
)
COMPARE_KEYS = ("title", "low", "high", "source")
ASSUMPTION_KEYS = ("key", "title", "unit", "value", "why")
POST_KEYS = ("key", "title", "about", "kind", "amount")
TABLES = ("ages", "often", "key_figures", "measure", "assumption", "post")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST = 40
NUMBERS = (int, float)


def measure_findings(sources: Mapping[str, str], run: Iterable[etree._Element]) -> list[Finding]:
    """Everything that would keep them from being counted; `run` are the diagrams of the förlopp."""
    report = Report(measures.FILE, Context({}, set(), set(), set()))
    steps = {node.get("id", "") for root in run for node in root.iter(diagram.tag("userTask"))}
    try:
        told = toml(sources.get(measures.FILE, ""))
    except (ValueError, RecursionError) as error:
        report.error("", "not-toml", f"{measures.FILE} går inte att läsa: {error}")
        return report.found
    spelling(told, TABLES, measures.FILE, "", report)
    _ages(told.get("ages", []), report)
    if not isinstance(told.get("often", False), bool):
        report.error("often", "often", "”often” är true när samma person har många ärenden, annars utelämnat.")
    named = told.get("key_figures", [])
    if not isinstance(named, list) or not all(isinstance(one, str) and one.strip() for one in named):
        report.error("key_figures", "key-figures", '”key_figures” är ord i nyckeltals namn: ["personalkontinuitet"].')
    for one in _tables(told, "measure", MEASURE_KEYS, report):
        _measure(one, steps, report)
    for one in _tables(told, "assumption", ASSUMPTION_KEYS, report):
        _texts(one, ("title", "unit", "why"), report)
        _number(one, "value", report)
    for one in _tables(told, "post", POST_KEYS, report):
        _texts(one, ("title", "about", "amount"), report)
        if one.get("kind") not in ("cost", "gain"):
            report.error(_key(one), "post", "”kind” är ”cost” (kostnad) eller ”gain” (nytta).")
        readable(report, _key(one), str(one.get("amount", "")), f"”{one.get('title', '')}”")
    return report.found


def measured(sources: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Each expression over what an ärende knows: the measure's key, what it is and the expression."""
    found = measures.of(sources).measures.values()
    return [(one.key, f"”{one.title}” {name}", text) for one in found for name, text in one.texts]


def _ages(ages: object, report: Report) -> None:
    is_listed = isinstance(ages, list) and all(type(age) is int and 0 < age < 130 for age in ages)
    if not is_listed or ages != sorted(set(ages)):  # type: ignore[call-overload]
        report.error("ages", "ages", "”ages” är åldersgruppernas första år i stigande ordning: [65, 75, 85].")


def _tables(told: Mapping[str, Any], name: str, keys: tuple[str, ...], report: Report) -> Iterator[dict[str, Any]]:
    found = told.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found) or len(found) > MOST:
        report.error(name, name, f"Skriv [[{name}]] för varje, högst {MOST}.")
        return
    seen = set()
    for one in found:
        spelling(one, keys, f"[[{name}]]", _key(one), report)
        if not KEY.fullmatch(_key(one)):
            report.error(_key(one), "key", f"”key” i [[{name}]] är ett kort namn med små bokstäver, siffror och _.")
        if _key(one) in seen:
            report.error(_key(one), "twice", f"{_key(one)} finns två gånger i [[{name}]].")
        seen.add(_key(one))
        yield one


def _measure(one: dict[str, Any], steps: Collection[str], report: Report) -> None:
    key, kind = _key(one), one.get("kind")
    _texts(one, ("title", "about", "source", "unit"), report)
    if kind not in measures.KINDS:
        report.error(key, "kind", f"”kind” är något av {listed(measures.KINDS)}.")
    if one.get("better", "") not in ("", "higher", "lower"):
        report.error(key, "better", "”better” är ”higher”, ”lower” eller utelämnat.")
    after = one.get("after", "")
    if after and after not in steps:
        hint = did_you_mean(str(after), steps)
        report.error(key, "after", f"Ingen uppgift för en människa heter {after}.{hint}")
    if not isinstance(one.get("each", False), bool) or (one.get("each") and not after):
        report.error(key, "each", "”each = true” räknar varje gång uppgiften i ”after” har gjorts.")
    _expressions(one, report)
    _parts(one, report)
    compared = one.get("compare", [])
    if not isinstance(compared, list) or not all(isinstance(item, dict) for item in compared):
        report.error(key, "compare", "Skriv [[measure.compare]] för varje siffra att jämföra med.")
        return
    for item in compared:
        spelling(item, COMPARE_KEYS, "[[measure.compare]]", key, report)
        _texts(item, ("title", "source"), report, key)
        _number(item, "low", report, key)
        if "high" in item:
            _number(item, "high", report, key)


def _expressions(one: dict[str, Any], report: Report) -> None:
    key, kind = _key(one), one.get("kind")
    for name in ("when", "value", "base", "rows"):
        if name in one and not isinstance(one[name], str):
            report.error(key, "text", f"”{name}” är ett uttryck inom citattecken.")
        elif name in one:
            readable(report, key, str(one[name]), f"”{name}”")
    if ("rows" in one) == ("value" in one):
        report.error(key, "value", "Skriv ”value”, eller ”rows” när måttet har flera delar. Inte båda.")
    if "value" in one and ("base" in one) != (kind in measures.BASED):
        text = "”base” är det som var före (change) eller det som delas med (ratio), och finns bara i sådana mått."
        report.error(key, "base", text)
    if "rows" in one and (kind == measures.GAS or "base" in one):
        report.error(key, "rows", "”rows” ger poster med part, value och base, och inte till gas.")


def _parts(one: dict[str, Any], report: Report) -> None:
    parts = one.get("parts", {})
    if not isinstance(parts, dict) or not all(isinstance(name, str) for name in parts.values()):
        report.error(_key(one), "parts", '”parts” är delarnas namn: { d4 = "Förflytta sig" }.')
    elif bool(parts) != ("rows" in one):
        report.error(_key(one), "parts", "”parts” och ”rows” hör ihop.")


def _texts(one: Mapping[str, Any], names: tuple[str, ...], report: Report, key: str = "") -> None:
    for name in names:
        if not isinstance(one.get(name), str) or not one[name].strip():
            report.error(key or _key(one), "missing", f"”{name}” saknas.")


def _number(one: Mapping[str, Any], name: str, report: Report, key: str = "") -> None:
    if type(one.get(name)) not in NUMBERS:
        report.error(key or _key(one), "number", f"”{name}” ska vara ett tal.")


def _key(one: Mapping[str, Any]) -> str:
    return str(one.get("key", ""))
