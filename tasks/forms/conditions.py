"""The `show_if` conditions that the browser can follow by itself, bound to the controls of a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from workflows.forms import conditions
from workflows.forms.shapes import Field


@dataclass(frozen=True, slots=True)
class Asked:
    """A control that can be asked: its name on the page, and whether several answers can be ticked in it."""

    name: str
    has_several: bool


@dataclass(frozen=True, slots=True)
class Simple(conditions.Simple):
    """Show when the control called `name` has one of `values`, or with `is_except` when it has none."""

    @property
    def as_json(self) -> str:
        return json.dumps(self.values)


def asked(fields: tuple[Field, ...], names: Mapping[str, str]) -> dict[str, Asked]:
    """The fields a condition in the browser may ask: those with fixed answers, so that it always agrees with FEEL."""
    return {
        field.key: Asked(names[field.key], field.type == "multi")
        for field in fields
        if (field.choices or field.type == "bool") and not field.computed
    }


def simple(text: str, controls: Mapping[str, Asked]) -> Simple | None:
    """The condition when it is simple and asks one of `controls` (by key); None otherwise."""
    found = conditions.simple(text)
    control = controls.get(found.name) if found else None
    if found is None or control is None or control.has_several != found.in_list:
        return None
    return Simple(control.name, found.values, found.is_except, found.in_list)
