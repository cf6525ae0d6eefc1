"""What process.toml says: message rules, what is known, and durations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.findings import Finding
from workflows.lint.report import Context, Report, duration, readable


def config_findings(config: Mapping[str, Any], file: str) -> list[Finding]:
    """Message rules, what is known and durations of process.toml."""
    report = Report(file, Context({}, set(), set(), set()))
    for name, rule in config.get("messages", {}).items():
        if not isinstance(rule, dict):
            report.error(name, "message", f"[messages.{name}] ska vara en tabell.")
            continue
        if not rule.get("key"):
            report.error(name, "message-key", f"Meddelandet {name} saknar ”key”: utan nyckel matchar det ingen.")
        if rule.get("value"):
            readable(report, name, str(rule["value"]), "nyckelns värde")
        if rule.get("ttl"):
            duration(report, name, str(rule["ttl"]))
    _known(config.get("known", []), report)
    if config.get("retention"):
        duration(report, "retention", str(config["retention"]))
    return report.found


def _known(facts: object, report: Report) -> None:
    for fact in facts if isinstance(facts, list) else [None]:
        if isinstance(fact, dict) and fact.get("label"):
            readable(report, "known", str(fact.get("value", "")), f"”{fact['label']}”")
        else:
            report.error("known", "known", "Varje [[known]] ska ha ”label” och ”value”.")
