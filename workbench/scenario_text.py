"""A scenario's file, changed where it stands: its name, what it shows, what is answered and how it ends. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import tomlkit

from workbench import toml_text

ANSWERED = ("start", "complete", "could_not", "not_needed")
HEAD = re.compile(r"(?:#[^\n]*\n)*")


def description(text: str) -> str:
    """The comment that the file begins with."""
    found = HEAD.match(text)
    lines = found[0].splitlines() if found else []
    return "\n".join(line.lstrip("#").strip() for line in lines).strip()


def described(text: str, told: str) -> str:
    if told.strip() == description(text):
        return text
    lines = "".join(f"# {line.strip()}\n" for line in told.strip().splitlines())
    return lines + HEAD.sub("", text, count=1)


def titled(text: str, title: str) -> str:
    """Raises toml_text.Unreadable."""
    document = toml_text.read(text)
    toml_text.set_value(document, "title", " ".join(title.split()))
    return toml_text.written(document)


def answered(text: str, number: int, answers: Mapping[str, Any]) -> str:
    """What is answered in a step, which counts from 1. What is null has no answer. Raises toml_text.Unreadable."""
    document = toml_text.read(text)
    step = document["step"][number - 1]
    told = without_nothing(answers)
    if "answers" not in step:
        step["answers"] = told
    else:
        for key in [key for key in step["answers"] if key not in told]:
            del step["answers"][key]
        for key, value in told.items():
            toml_text.set_value(step["answers"], key, value)
    return toml_text.written(document)


def ends(steps: list[Any]) -> str:
    """The outcome that the last of its steps asks for; '' when none does, or when any of several will do."""
    told = next((step["end"] for step in reversed(steps) if isinstance(step, dict) and "end" in step), "")
    return told if isinstance(told, str) else ""


def ending(text: str, outcome: str) -> str:
    """Ends as said; '' takes the question away. Raises toml_text.Unreadable."""
    document = toml_text.read(text)
    steps = document.get("step", [])
    at = next((at for at in reversed(range(len(steps))) if "end" in steps[at]), None)
    if at is not None and outcome:
        toml_text.set_value(steps[at], "end", outcome)
    elif at is not None:
        toml_text.remove_from_list(document, "step", at)
    elif outcome:
        toml_text.add_to_list(document, "step", {"end": outcome})
    return toml_text.written(document)


def recorded(text: str, made: Mapping[str, Any]) -> str:
    """Another course of the same scenario: its name, what it shows and all else that is not said anew is kept."""
    document = toml_text.read(text)
    del document["step"]
    for key in ("now", "person", "hold"):
        if key in document and (made.get(key) is None or document[key] != made[key]):
            del document[key]
        if made.get(key) is not None and key not in document:
            toml_text.set_value(document, key, made[key])
    document["step"] = tomlkit.item(made["step"])
    return toml_text.written(document)


def plain(value: Any) -> Any:
    """As JSON keeps it: days and times as text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def without_nothing(value: Any) -> Any:
    """TOML has no null: what has no value is left out."""
    if isinstance(value, dict):
        return {key: without_nothing(item) for key, item in value.items() if item is not None}
    return [without_nothing(item) for item in value if item is not None] if isinstance(value, list) else value
