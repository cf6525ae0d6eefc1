"""What the product is made of may be used, is told whole, and counts as looked through only when it has been."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config import parts
from config.parts import Part
from tests import audit

ROOT = Path(__file__).parents[2]
PART = {"kind": "pypi", "name": "x", "version": "1", "hashes": ()}


def test_every_part_has_a_licence_that_may_be_used() -> None:
    wrong = {part.name: why for part in parts.parts() if (why := parts.judged(part))}
    assert wrong == {}


@pytest.mark.parametrize(
    ("licence", "use", "may"),
    [
        ("MIT", "runs", True),
        ("GPL-3.0-or-later", "runs", False),
        ("GPL-3.0-or-later", "develops", True),
        ("EPL-2.0 OR GPL-2.0-or-later", "runs", True),
        ("MIT AND GPL-3.0-or-later", "runs", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", "runs", True),
        ("", "runs", False),
        ("Proprietary", "runs", False),
    ],
)
def test_a_licence_is_judged_by_what_the_part_is_for(licence: str, use: str, may: bool) -> None:
    assert (parts.judged(Part(licence=licence, use=use, **PART)) == "") is may  # type: ignore[arg-type]


def test_the_table_of_licences_is_that_of_the_locks() -> None:
    assert (ROOT / "docs/licences.md").read_text(encoding="utf-8") == parts.table(), "make fix"


def test_the_bill_of_materials_names_all_that_runs_with_hashes() -> None:
    bill = parts.sbom(now=datetime(2026, 11, 29, tzinfo=UTC))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    names = {one["name"]: one for one in bill["components"]}
    assert audit.needed("requirements.lock") <= set(names)
    assert "bpmn-js" in names
    assert "pytest" not in names
    assert all(re.fullmatch(r"pkg:(pypi|npm)/\S+@\S+", one["purl"]) for one in bill["components"])
    lengths = {"SHA-256": 64, "SHA-512": 128}
    hashes = [one for part in bill["components"] for one in part["hashes"]]
    assert all(len(one["content"]) == lengths[one["alg"]] for one in hashes)
    assert all(one["hashes"] and one["licenses"][0]["expression"] for one in bill["components"])
    assert len({one["bom-ref"] for one in bill["components"]}) == len(bill["components"])


def said(told: object, code: int = 0, error: str = "") -> audit.Run:
    text = told if isinstance(told, str) else json.dumps(told)
    return lambda command, _folder: subprocess.CompletedProcess(command, code, text, error)


def looked_at(lock: str) -> list[dict[str, Any]]:
    return [{"name": name, "version": "1", "vulns": []} for name in audit.needed(lock)]


EVERYTHING = looked_at("requirements-dev.lock") + looked_at("requirements-tracing.lock")


def test_all_looked_at_and_nothing_found_is_well() -> None:
    assert audit.python(said({"dependencies": EVERYTHING})) == []
    assert audit.npm(said({"metadata": {"dependencies": {"total": 1000}}, "vulnerabilities": {}})) == []


def test_what_is_found_is_told() -> None:
    bad = {"name": "django", "version": "5.2.1", "vulns": [{"id": "CVE-2026-1"}]}
    assert audit.python(said({"dependencies": [*EVERYTHING, bad]}, code=1)) == ["django 5.2.1: CVE-2026-1"]
    told = {"metadata": {"dependencies": {"total": 1000}}, "vulnerabilities": {"htmx.org": {"severity": "high"}}}
    assert audit.npm(said(told, code=1)) == ["htmx.org: high"]


@pytest.mark.parametrize(
    "told",
    [
        "",
        "No known vulnerabilities found",
        {"dependencies": []},
        {"dependencies": [one | {"skip_reason": "not found"} for one in EVERYTHING]},
        {"dependencies": [one for one in EVERYTHING if one["name"] != "django"]},
    ],
)
def test_what_was_not_looked_at_is_never_well(told: object) -> None:
    with pytest.raises(audit.NotLooked):
        audit.python(said(told))


@pytest.mark.parametrize(
    "told",
    ["", {}, {"error": {"code": "ENOTFOUND"}}, {"metadata": {"dependencies": {"total": 0}}, "vulnerabilities": {}}],
)
def test_an_npm_that_nobody_answers_is_never_well(told: object) -> None:
    with pytest.raises(audit.NotLooked):
        audit.npm(said(told))
