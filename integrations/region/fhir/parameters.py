"""JSON of any shape as FHIR Parameters and back: for what FHIR has no place of its own for."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_ITEM = "[]"
# FHIR has no null and nothing empty; these stand for them.
_MARKS: list[tuple[str, Any]] = [("null", None), ("tom-text", ""), ("tom-lista", []), ("tomt-objekt", {})]
_INTEGERS = range(-(2**31), 2**31)


def written(name: str, value: Any) -> Json:
    """One parameter."""
    for mark, meant in _MARKS:
        if type(value) is type(meant) and value == meant:
            return {"name": name, "valueCode": mark}
    match value:
        case bool():
            return {"name": name, "valueBoolean": value}
        case int() | float():
            kind = "valueInteger" if isinstance(value, int) and value in _INTEGERS else "valueDecimal"
            return {"name": name, kind: value}
        case list():
            return {"name": name, "part": [written(_ITEM, item) for item in value]}
        case dict():
            return {"name": name, "part": [written(str(key), item) for key, item in value.items()]}
    return {"name": name, "valueString": str(value)}


def read(parameter: Json) -> Any:
    """Its value; any value[x] that is not one of ours is read as it stands."""
    parts = parameter.get("part")
    if parts:
        if all(part.get("name") == _ITEM for part in parts):
            return [read(part) for part in parts]
        return {str(part.get("name")): read(part) for part in parts}
    if "valueCode" in parameter:
        return dict(_MARKS).get(parameter["valueCode"], parameter["valueCode"])
    return next((value for key, value in parameter.items() if key.startswith("value")), None)
