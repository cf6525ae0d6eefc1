"""What comes of comparing or adding two shapes: nothing to say, or why it can never be as it is meant."""

from __future__ import annotations

from workflows.variables.shapes import ANY, MOMENTS, NULL, TEMPORAL, Shape
from workflows.variables.spelling import listed, nearest

NOTHING = ("", "")
_WORDS = {
    "text": "text",
    "number": "ett tal",
    "boolean": "ja eller nej",
    "list": "en lista",
    "context": "flera uppgifter",
    "date": "ett datum",
    "datetime": "en tidpunkt",
    "time": "ett klockslag",
    "duration": "en tidslängd",
    "moment": "en tidpunkt",
}


def compared(operator: str, value: Shape, other: Shape, name: str) -> tuple[str, str]:
    """Code and message; `name` is how the value is written."""
    if not (value.is_certain and other.is_certain):
        return NOTHING
    if value.kind == other.kind:
        return _impossible(value, other, name) if operator in {"=", "!="} else NOTHING
    if "moment" in {value.kind, other.kind} and {value.kind, other.kind} <= MOMENTS:
        return NOTHING
    if value.kind in _WORDS and other.kind in _WORDS:
        return "wrong-kind", _mismatch(value, other, name)
    return NOTHING


def operands(operator: str, left: Shape, right: Shape, left_name: str, right_name: str) -> tuple[str, str]:
    """Whether two values can be added, subtracted and so on."""
    kinds = {left.kind, right.kind}
    if not (left.is_certain and right.is_certain) or not kinds <= _WORDS.keys():
        return NOTHING
    if kinds == {"number"} or (kinds == {"text"} and operator == "+"):
        return NOTHING
    if kinds <= TEMPORAL | {"number"} and kinds & TEMPORAL:
        return NOTHING
    culprit, name = (left, left_name) if left.kind in {"text", "boolean", "list", "context"} else (right, right_name)
    return "wrong-kind", f"”{name}” är {_described(culprit)} och går inte att räkna med.{_convert(culprit, name)}"


def result(operator: str, left: Shape, right: Shape) -> Shape:
    """What comes of a calculation; what never has a value is null."""
    if "null" in {left.kind, right.kind} or operands(operator, left, right, "", "") != NOTHING:
        return NULL
    if left.kind == right.kind and left.kind in {"text", "number"}:
        return Shape(left.kind)
    moments = [shape for shape in (left, right) if shape.kind in MOMENTS]
    is_shifted = len(moments) == 1 and "duration" in {left.kind, right.kind}
    return moments[0] if is_shifted else ANY


def _impossible(value: Shape, other: Shape, name: str) -> tuple[str, str]:
    if value.values is None or other.values is None or value.values & other.values or value.written:
        return NOTHING
    wanted = next(iter(sorted(map(str, other.values))))
    meant = nearest(wanted, map(str, value.values))
    hint = f" Menade du ”{meant}”?" if meant else ""
    return (
        "impossible-value",
        f"”{name}” kan aldrig vara ”{wanted}”.{hint} Det kan vara {listed(value.values)}{_from(value)}.",
    )


def _mismatch(value: Shape, other: Shape, name: str) -> str:
    text = f"”{name}” är {_described(value)} men jämförs med {_described(other)}."
    if value.kind == "boolean":
        return f"{text} Skriv ”{name} = true” eller ”{name} = false”."
    if value.kind == "number" and other.kind == "text":
        return f"{text} Skriv talet utan citattecken."
    if value.kind == "text" and other.kind == "number":
        return f"{text} Skriv värdet inom citattecken."
    if value.kind == "text" and other.kind == "context":
        return f"{text} Är det en text? Skriv den inom citattecken."
    if value.kind == "list":
        return f"{text} Skriv ”list contains({name}, …)”."
    return text + (_convert(value, name) or _convert(other, "…"))


def _convert(value: Shape, name: str) -> str:
    """What makes a date of a text that is one."""
    if value.kind != "text" or value.written not in MOMENTS | {"duration"}:
        return ""
    function = "date and time" if value.written in {"datetime", "moment"} else value.written
    return f" Skriv ”{function}({name})”."


def _described(shape: Shape) -> str:
    return "en tid som är sparad som text" if shape.kind == "text" and shape.written else _WORDS[shape.kind]


def _from(value: Shape) -> str:
    return f" ({value.origin})" if value.origin else ""
