"""The JSON of a form as text: read without losing anything, and written as the forms under bpmn/ are written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from workflows import strict_json

WIDTH = 120
STEP = "  "

Content = dict[str, Any]


class NotAForm(ValueError):
    """The text is no form that can be shown as a list; the message is Swedish and for the one who wrote it."""


def read(text: str) -> Content:
    """The whole of the JSON, also what no form has; NotAForm when it is no object with a list of fields."""
    try:
        content = strict_json.parse(text.removeprefix("\ufeff"))
    except strict_json.NotStrict as problem:
        raise NotAForm(str(problem)) from None
    except json.JSONDecodeError as problem:
        message = f"Filen är inte giltig JSON: rad {problem.lineno}, kolumn {problem.colno}."
        raise NotAForm(message) from None
    except (ValueError, RecursionError):
        raise NotAForm("Filen går inte att läsa som JSON.") from None
    if not isinstance(content, dict) or not isinstance(content.get("fields", []), list):
        raise NotAForm("Ett formulär ska vara ett JSON-objekt med en lista av fält.")
    return content


def written(content: Mapping[str, Any]) -> str:
    """The text: one line for what fits, else what belongs together filled into lines."""
    members = [f"{_name(name)}{_value(value, 1, len(_name(name)) + 1)}" for name, value in content.items()]
    inside = f",\n{STEP}".join(members)
    return f"{{\n{STEP}{inside}\n}}\n" if members else "{}\n"


def _name(name: str) -> str:
    return f"{_flat(name)}: "


def _flat(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _value(value: object, depth: int, before: int) -> str:
    """`before` is what already stands on its line, and the comma after it."""
    flat = _flat(value)
    fits = len(STEP) * depth + before + len(flat) <= WIDTH
    if isinstance(value, dict) and value and not fits:
        return _object(value, depth)
    if isinstance(value, list) and value and (not fits or _is_list_of_fields(value)):
        inside = STEP * (depth + 1)
        items = f",\n{inside}".join(_value(item, depth + 1, 1) for item in value)
        return f"[\n{inside}{items}\n{STEP * depth}]"
    return flat


def _is_list_of_fields(value: list[object]) -> bool:
    """Fields and rules get a line each, however short they are."""
    return any(isinstance(item, dict) and ("type" in item or "check" in item) for item in value)


def _object(value: Mapping[str, Any], depth: int) -> str:
    inside = STEP * (depth + 1)
    lines = f",\n{inside}".join(_lines(value, depth + 1))
    return f"{{\n{inside}{lines}\n{STEP * depth}}}"


def _lines(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Members side by side as long as they fit; a list or object gets lines of its own when it does not."""
    line = ""
    for name, part in value.items():
        member = f"{_name(name)}{_value(part, depth, len(_name(name)) + 1)}"
        joined = f"{line}, {member}" if line else member
        if line and ("\n" in member or len(STEP) * depth + len(joined) + 1 > WIDTH):
            yield line
            joined = member
        if "\n" in member:
            yield joined
            joined = ""
        line = joined
    if line:
        yield line
