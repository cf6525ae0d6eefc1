"""Strict JSON: what can be written and is read back as it was."""

from __future__ import annotations

import math
from typing import Any

from workflows.engine.errors import EngineError


def check_json(value: Any, path: str = "") -> None:
    """Raises EngineError when a value could be written but not read back as it was."""
    if value is None or isinstance(value, bool | int | str):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise EngineError("", "not-json", f"Värdet i ”{path}” är inget tal som kan sparas.")
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            check_json(item, f"{path}[{index}]")
        return
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        for key, item in value.items():
            check_json(item, f"{path}.{key}" if path else key)
        return
    raise EngineError("", "not-json", f"Värdet i ”{path}” kan inte sparas.")


def copied(value: Any) -> Any:
    """Strict JSON once more, so that nobody changes the state that was given."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value
