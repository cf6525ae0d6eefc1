"""The only way JSON that others wrote enters: no name twice in an object, no NaN, no endless nesting."""

from __future__ import annotations

import json
from typing import Any, NoReturn


class NotStrict(ValueError):
    """It can be read in more than one way, or not at all; the message is Swedish and for the one who wrote it."""


def parse(text: bytes | str) -> Any:
    """The value; bytes are UTF-8 without a mark. Raises ValueError, of which NotStrict is one."""
    content = text.decode("utf-8") if isinstance(text, bytes) else text
    try:
        return json.loads(content, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise NotStrict("Innehållet är nästlat för djupt.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise NotStrict(f"”{name}” står två gånger i samma objekt.")
        result[name] = value
    return result


def _constant(name: str) -> NoReturn:
    raise NotStrict(f"{name} är inte ett tillåtet tal.")
