"""What process.toml says: message rules, what is known, and durations."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from workflows.findings import Finding
from workflows.lint.report import Context, Report, duration, readable
from workflows.variables.spelling import did_you_mean, listed

KEYS = (
    *("key", "title", "process", "owner", "legal_basis", "retention", "sphere", "visible_to", "start_by"),
    *("confined", "parameters", "known", "messages", "person"),
)
BECOMING_KEYS = ("task", "is", "value")
BECOMES = ("mal", "uppfoljning", "samtycke", "kontakt", "overenskommelse")
RULE_KEYS = ("from", "key", "value", "ttl", "deliver", "once", "told")
DELIVERIES = ("one", "all")
MOST_TOLD = 100
MAX_SETTINGS = 200_000
_DEEP_KEY = re.compile(r"""(?<![\w"'-])(?:["']?[\w-]++["']?\s*+\.\s*+){20}""")


def toml(text: str) -> dict[str, Any]:
    """The settings; ValueError for a file that would fill the memory, as keys of thousands of parts do."""
    if len(text) > MAX_SETTINGS or _DEEP_KEY.search(text):
        raise ValueError("för stor eller för djup")
    return tomllib.loads(text)


def config_findings(config: Mapping[str, Any], file: str) -> list[Finding]:
    """Message rules, what is known, durations and misspelt words of process.toml."""
    report = Report(file, Context({}, set(), set(), set()))
    spelling(config, KEYS, "process.toml", "", report)
    messages = config.get("messages", {})
    if isinstance(messages, Mapping):
        for name, rule in messages.items():
            _rule(name, rule, report)
    else:
        report.error("messages", "message", "Meddelanden skrivs som [messages.namnet], ett stycke för varje.")
    if not isinstance(config.get("parameters", {}), Mapping):
        report.error("parameters", "parameters", "Parametrar skrivs under rubriken [parameters], en på varje rad.")
    for name in ("visible_to", "start_by"):
        roles = config.get(name, [])
        if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
            report.error(name, "not-a-list", f'”{name}” ska vara en lista av roller: {name} = ["sjukskoterska"].')
    _confined(config, report)
    _known(config.get("known", []), report)
    _becoming(config.get("person", []), report)
    if config.get("retention"):
        duration(report, "retention", str(config["retention"]))
    return report.found


def unused_rules(config: Mapping[str, Any], used: set[str], file: str) -> list[Finding]:
    """Rules for messages that no diagram waits for or sends: most often a name that is misspelt."""
    report = Report(file, Context({}, set(), set(), set()))
    rules = config.get("messages", {})
    for name in rules if isinstance(rules, Mapping) else ():
        if name not in used:
            hint = did_you_mean(name, used - set(rules))
            report.warning(name, "unused-rule", f"Inget steg väntar på eller skickar meddelandet {name}.{hint}")
    return report.found


def _confined(config: Mapping[str, Any], report: Report) -> None:
    """Only for its own professions, who must be said, and start it themselves."""
    if not isinstance(config.get("confined", False), bool):
        report.error("confined", "confined", "”confined” är true (en sluten akt) eller false.")
    elif config.get("confined"):
        mine, starters = config.get("visible_to"), config.get("start_by")
        if not mine:
            report.error("confined", "confined", "En sluten akt ska säga vilka den är för: skriv dem i ”visible_to”.")
        for role in [role for role in starters or () if role not in (mine or ())]:
            report.error("confined", "confined", f"Akten är sluten, men ”{role}” i ”start_by” får inte se den.")


def _rule(name: str, rule: object, report: Report) -> None:
    if not isinstance(rule, dict):
        report.error(name, "message", f"[messages.{name}] ska vara en tabell.")
        return
    spelling(rule, RULE_KEYS, f"[messages.{name}]", name, report)
    if not rule.get("key"):
        report.error(name, "message-key", f"Meddelandet {name} saknar ”key”: utan nyckel matchar det ingen.")
    if rule.get("value"):
        readable(report, name, str(rule["value"]), "nyckelns värde")
    if not isinstance(rule.get("told", ""), str) or len(rule.get("told", "")) > MOST_TOLD:
        text = f"”told” i {name} är det personalen läser: en kort text, högst {MOST_TOLD} tecken."
        report.error(name, "told", text)
    if rule.get("ttl"):
        duration(report, name, str(rule["ttl"]))
    if rule.get("deliver", "one") not in DELIVERIES:
        text = f"”deliver” är ”one” (ett ärende) eller ”all” (alla som väntar), inte ”{rule['deliver']}”."
        report.error(name, "deliver", text)


def spelling(content: Mapping[str, Any], known: tuple[str, ...], where: str, element: str, report: Report) -> None:
    for name in content:
        if name not in known:
            hint = did_you_mean(str(name), known) or f" De som finns är {listed(known)}."
            report.warning(element or str(name), "unknown-setting", f"”{name}” i {where} betyder ingenting.{hint}")


def _known(facts: object, report: Report) -> None:
    for fact in facts if isinstance(facts, list) else [None]:
        if isinstance(fact, dict) and fact.get("label") and isinstance(fact["label"], str):
            readable(report, "known", str(fact.get("value", "")), f"”{fact['label']}”")
        else:
            report.error("known", "known", "Varje [[known]] ska ha ”label” och ”value”.")


def _becoming(rules: object, report: Report) -> None:
    """Answers that become the person's own; see `workflows.services.becoming`."""
    for rule in rules if isinstance(rules, list) else [None]:
        if not isinstance(rule, dict) or not all(isinstance(rule.get(name), str) for name in BECOMING_KEYS):
            report.error("person", "person", "Varje [[person]] ska ha ”task”, ”is” och ”value”.")
            continue
        spelling(rule, BECOMING_KEYS, "[[person]]", "person", report)
        if rule["is"] not in BECOMES:
            report.error("person", "person", f"”is” är något av {listed(BECOMES)}, inte ”{rule['is']}”.")
        readable(report, "person", rule["value"], "det som blir personens")
