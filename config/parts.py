"""What the product is made of: every Python and npm package of the locks, with version, licence and hashes."""

from __future__ import annotations

import base64
import importlib.metadata
import json
import re
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"requirements.lock": "runs", "requirements-tracing.lock": "traces", "requirements-dev.lock": "develops"}
NPM_LOCK = ROOT / "web/frontend/package-lock.json"
LICENCES = ROOT / "config/licences.toml"
HEAD = """# Parts and their licences

Every package of the locks, written by `make fix`. Which licences may be used is in
[config/licences.toml](../config/licences.toml), with what packages do not say themselves; `tests/unit/test_parts.py`
fails for one that may not. `runs`: in every installation; `traces`: where traces are sent; `develops`: for developers.

| name | version | licence | from | use |
| --- | --- | --- | --- | --- |"""
_ENTRY = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(.*?)(?=^[A-Za-z0-9]|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Part:
    kind: str
    name: str
    version: str
    use: str
    licence: str
    hashes: tuple[tuple[str, str], ...]

    @property
    def purl(self) -> str:
        """Package URL: how a list of parts names one."""
        return f"pkg:{self.kind}/{self.name.replace('@', '%40')}@{self.version}"


def parts() -> list[Part]:
    """All, those that run first; each once, by what it is needed for most."""
    return [*_python(), *_npm()]


def judged(part: Part) -> str:
    """'' when its licence may be used for what it is used for, else why not."""
    told = _told()
    allowed = {*told["allowed"], *(told["allowed_for_tools"] if part.use == "develops" else ())}
    if not part.licence:
        return "no licence is known"
    # Of alternatives one is enough, of several at once each must do.
    ways = re.sub(r"[()]", "", part.licence).split(" OR ")
    return "" if any(set(way.split(" AND ")) <= allowed for way in ways) else part.licence


def sbom(*, now: datetime) -> dict[str, Any]:
    """CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json/."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    product = {"type": "application", "bom-ref": "forlopp", "name": project["name"], "version": project["version"]}
    found = [part for part in parts() if part.use != "develops"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {"timestamp": now.isoformat(timespec="seconds"), "component": product},
        "components": [_component(part) for part in found],
        "dependencies": [{"ref": "forlopp", "dependsOn": [part.purl for part in found]}],
    }


def table() -> str:
    """docs/licences.md."""
    rows = [f"| {one.name} | {one.version} | {one.licence} | {one.kind} | {one.use} |" for one in parts()]
    return "\n".join([HEAD, *rows, ""])


# -- inside ------------------------------------------------------------------------------------------------------------


def _component(part: Part) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        "licenses": [{"expression": part.licence}],
        "hashes": [{"alg": algorithm, "content": content} for algorithm, content in part.hashes],
    }


def _python() -> Iterator[Part]:
    installed = {_plain(one.name): one for one in importlib.metadata.distributions()}
    seen: set[str] = set()
    for lock, use in LOCKS.items():
        for name, version, rest in _ENTRY.findall((ROOT / lock).read_text(encoding="utf-8")):
            if name not in seen:
                seen.add(name)
                hashes = tuple(("SHA-256", one) for one in re.findall(r"--hash=sha256:(\w+)", rest))
                licence = _licence(name, installed.get(_plain(name)))
                yield Part(kind="pypi", name=name, version=version, use=use, licence=licence, hashes=hashes)


def _npm() -> Iterator[Part]:
    for path, about in sorted(json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"].items()):
        if not path:
            continue
        name = path.rpartition("node_modules/")[2]
        algorithm, _, content = about["integrity"].partition("-")
        hashes = ((algorithm.upper().replace("SHA", "SHA-"), base64.b64decode(content).hex()),)
        licence = _told()["known"].get(f"npm:{name}", about.get("license", ""))
        use = "develops" if about.get("dev") else "runs"
        yield Part(kind="npm", name=name, version=about["version"], use=use, licence=licence, hashes=hashes)


def _licence(name: str, dist: importlib.metadata.Distribution | None) -> str:
    """As SPDX: what we have read ourselves, else what the package says in the ways it can."""
    told = _told()
    if known := told["known"].get(name):
        return str(known)
    if dist is None:
        return ""
    about: Any = dist.metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    said = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or [] if one.startswith("License ::")]
    spelled = [told["spelled"].get(one, one) for one in [*said, about.get("License") or ""]]
    return next((one for one in spelled if one in told["allowed"] or one in told["allowed_for_tools"]), "")


def _told() -> dict[str, Any]:
    return tomllib.loads(LICENCES.read_text(encoding="utf-8"))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
