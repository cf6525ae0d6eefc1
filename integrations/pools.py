"""Where in Prefect our jobs are run, and by whom: the part [prefect] of integrations.toml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from integrations import systems, values
from integrations.systems import Setting
from integrations.values import Problem

KEY = "prefect"
SETTINGS = {
    "pool": Setting("text", "arbetspoolens namn i Prefect", default="integrations"),
    "type": Setting(
        "text", "poolens slag: process, docker eller kubernetes", "process", choices=("process", "docker", "kubernetes")
    ),
    "own_worker": Setting("yes_no", "om flows själv är arbetare i poolen; annars ja för process", optional=True),
    "grace_seconds": Setting(
        "whole", "hur sent ett jobb får börja innan flows gör det utan Prefect; annars 3, eller 60", optional=True
    ),
    "template": Setting("path", "poolens jobbmall, en fil med JSON, när den skapas", optional=True),
    "job": Setting("table", "det som ett jobb får av poolen, till exempel image, namespace och env", optional=True),
}
# Prefect keeps what a job is given as plain text in its database, and shows it in its pages.
_SECRET = re.compile(r"SECRET|TOKEN|PASSW|LOSEN|AUTH|(^|_)KEY$|^DATABASE_URL$|CONNECTION_URL$", re.IGNORECASE)
_PASSWORD_IN_URL = re.compile(r"://[^/@\s]*:[^/@\s]*@")


@dataclass(frozen=True)
class Pool:
    """A work pool and what each job in it is given.

    `grace` is how late a job may be before it is done without Prefect: our own worker begins within about a second,
    others start a process or a container first. `template` is what the pool is created with; None: the worker's own.
    """

    name: str = "integrations"
    type: str = "process"
    has_own_worker: bool = True
    grace: timedelta = timedelta(seconds=3)
    template: Mapping[str, Any] | None = None
    job: Mapping[str, Any] = field(default_factory=dict)


def read(part: Any) -> tuple[Pool | None, list[Problem]]:
    """The pool that IT has described, or all that is wrong in the description."""
    given, found = values.read(KEY, SETTINGS, part)
    if found:
        return None, found
    found, template = list(_faults(given)), None
    if given["template"]:
        template = _template(given["template"])
        found += [template] if isinstance(template, Problem) else _strangers(given["job"] or {}, template)
    if found or isinstance(template, Problem):
        return None, found
    is_ours = given["own_worker"] if given["own_worker"] is not None else given["type"] == "process"
    grace = timedelta(seconds=given["grace_seconds"] or (3 if is_ours else 60))
    return Pool(given["pool"], given["type"], is_ours, grace, template, given["job"] or {}), []


def _faults(given: Mapping[str, Any]) -> Iterator[Problem]:
    kind, job = given["type"], given["job"] or {}
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", given["pool"]):
        yield Problem("prefect.pool", "Ska bestå av bokstäverna a–z, siffror, bindestreck och understreck.")
    if given["own_worker"] and kind != "process":
        yield Problem("prefect.own_worker", f"flows är en process och kan inte arbeta i en pool av slaget {kind}.")
    if kind != "process" and not isinstance(job.get("image"), str):
        yield Problem("prefect.job.image", "Saknas: avbilden som jobben körs i (deploy/Dockerfile).")
    if kind == "kubernetes" and not given["template"]:
        yield Problem("prefect.template", "Saknas: jobbmallen med jobbens Secret (deploy/kubernetes-pool.json).")
    env = job.get("env", {})
    if not isinstance(env, dict) or not all(isinstance(value, str) for value in env.values()):
        yield Problem("prefect.job.env", 'Skriv NAMN = "värde" under [prefect.job.env].')
        return
    for name, value in env.items():
        if _SECRET.search(name) or _PASSWORD_IN_URL.search(value):
            where = f"prefect.job.env.{name}"
            yield Problem(where, "En hemlighet skulle stå i klartext i Prefects databas. Se docs/operations.md.")


def _template(path: str) -> dict[str, Any] | Problem:
    """What `prefect work-pool get-default-base-job-template` writes, changed or not."""
    try:
        template = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Problem("prefect.template", "Filen är inte giltig JSON.")
    match template:
        case {"job_configuration": dict(), "variables": {"properties": dict()}}:
            return dict(template)
    return Problem("prefect.template", "Filen är ingen jobbmall: den ska ha job_configuration och variables.")


def _strangers(job: Mapping[str, Any], template: Mapping[str, Any]) -> list[Problem]:
    known = list(template["variables"]["properties"])
    return [
        Problem(f"prefect.job.{name}", f"Finns inte i jobbmallen.{systems.like(name, known)}")
        for name in job
        if name not in known
    ]
