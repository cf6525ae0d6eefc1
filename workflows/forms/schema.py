"""A form as JSON Schema (draft 2020-12): answers in JSON, in the form in which they are kept.

What the schema refuses, the form refuses or keeps otherwise; what the schema cannot say is listed in
`x-checked-by-form`, and then the form has the last word. Proved by tests/unit/test_forms_schema.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from workflows.forms import conditions, values
from workflows.forms.answers import least
from workflows.forms.shapes import Field, Form, Rule

DRAFT = "https://json-schema.org/draft/2020-12/schema"
UNSAID = "x-checked-by-form"

Schema = dict[str, Any]

NO_CONTROL = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
LINE = rf"^[^\s{NO_CONTROL}]+( [^\s{NO_CONTROL}]+)*$"
TEXT = rf"^[^\s{NO_CONTROL}]([^{NO_CONTROL}]*[^\s{NO_CONTROL}])?$"
DAY = r"(18[5-9]|19[0-9]|2[01][0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
DURATION = "^(PT0M|P(?=.)([1-9][0-9]{0,4}D)?(T(?=[0-9])(([1-9]|1[0-9]|2[0-3])H)?(([1-9]|[1-5][0-9])M)?)?)$"
OFFSET = r"[+-][0-9]{2}:[0-9]{2}(:[0-9]{2})?"


def of_form(form: Form) -> Schema:
    """The whole schema; its title, labels and help texts are those of the form."""
    unsaid = [{"at": at, "message": message} for at, message in _unsaid(form.fields, form.rules, "")]
    return {
        "$schema": DRAFT,
        "title": form.title,
        **({"description": form.intro} if form.intro else {}),
        **_object(form.fields),
        **({UNSAID: unsaid} if unsaid else {}),
    }


def _object(fields: tuple[Field, ...]) -> Schema:
    """One level of answers; questions that a condition hides may not be answered."""
    found: Schema = {
        "type": "object",
        "properties": {field.key: _field(field) for field in fields},
        "required": [field.key for field in fields if _is_needed(field) and not field.show_if],
        "additionalProperties": False,
    }
    known = {field.key: field for field in fields}
    branches = [branch for field in fields if (branch := _conditional(field, known))]
    return found | ({"allOf": branches} if branches else {})


def _is_needed(field: Field) -> bool:
    return not field.computed and (least(field) > 0 if field.type == "list" else field.required)


def _field(field: Field) -> Schema:
    notes: Schema = {"title": field.label}
    if field.help:
        notes["description"] = field.help
    if field.computed:
        return {**notes, "readOnly": True, **_nullable(_of_type(field))}
    if field.type == "list":
        return {**notes, **_list(field)}
    if field.type == "multi":
        return {**notes, **_several(field)}
    bounded = _of_type(field) | _bounds(field)
    is_answered = field.required or field.type == "bool"
    return {**notes, **(bounded if is_answered else _nullable(bounded))}


def _nullable(schema: Schema) -> Schema:
    if "oneOf" in schema:
        return schema | {"oneOf": [*schema["oneOf"], {"type": "null", "title": "Inget svar"}]}
    return schema | {"type": [schema["type"], "null"]} if "type" in schema else {"anyOf": [schema, {"type": "null"}]}


# -- one answer --------------------------------------------------------------------------------------------------------


def _of_type(field: Field) -> Schema:
    if field.type == "multi":
        return {"type": "array", "uniqueItems": True, "items": _choices(field)}
    return _choices(field) if field.choices else _TYPES[field.type]


def _choices(field: Field) -> Schema:
    return {"oneOf": [{"const": choice.value, "title": choice.label} for choice in field.choices]}


def _text(pattern: str, **more: object) -> Schema:
    return {"type": "string", "pattern": pattern, **more}


_TYPES: dict[str, Schema] = {
    "str": _text(LINE, maxLength=values.MAX_STR),
    "text": _text(TEXT, maxLength=values.MAX_TEXT),
    "int": {"type": "integer", "minimum": -values.MAX_NUMBER, "maximum": values.MAX_NUMBER},
    "dec": {"type": "number", "minimum": -values.MAX_NUMBER, "maximum": values.MAX_NUMBER},
    "money": {"type": "number", "minimum": -values.MAX_NUMBER, "maximum": values.MAX_NUMBER},
    "bool": {"type": "boolean"},
    "date": _text(f"^{DAY}$", format="date"),
    "dt": _text(f"^{DAY}T{CLOCK}{OFFSET}$", format="date-time"),
    "time": _text(f"^{CLOCK}$"),
    "duration": _text(DURATION, format="duration"),
    "tel": _text(r"^\+?[0-9]([ /()-]?[0-9()]){4,24}$"),
    "pnr": _text("^[0-9A-ZÅÄÖ/-]{6,20}$"),
    "hsaid": _text("^SE[0-9]{10}-[A-Z0-9]{1,18}$"),
    "ref": _text("^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"),
}


def _bounds(field: Field) -> Schema:
    """The bounds that are numbers, never wider than the type itself; those in FEEL are the form's to check."""
    is_length = field.type in ("str", "text")
    low, high = _numbers(field)
    found: Schema = {}
    own = _TYPES.get(field.type, {})
    if low is not None:
        name, low = ("minLength", max(math.ceil(low), 0)) if is_length else ("minimum", low)
        found[name] = max(low, own.get(name, low))
    if high is not None:
        name, high = ("maxLength", max(math.floor(high), 0)) if is_length else ("maximum", high)
        found[name] = min(high, own.get(name, high))
    return found


def _numbers(field: Field) -> tuple[float | None, float | None]:
    low, high = (bound if isinstance(bound, int | float) else None for bound in (field.min, field.max))
    return low, high


def _several(field: Field) -> Schema:
    """No answer is the empty list, which only a question that must be answered refuses."""
    low, high = _numbers(field)
    found = _of_type(field)
    if high is not None:
        found["maxItems"] = max(math.floor(high), 0)
    fewest = max(math.ceil(low or 0), 1)
    if field.required:
        found["minItems"] = fewest
    elif fewest > 1:
        found["anyOf"] = [{"maxItems": 0}, {"minItems": fewest}]
    return found


# -- lists -------------------------------------------------------------------------------------------------------------


def _list(field: Field) -> Schema:
    row: Schema = {"title": field.item_label, **_object(field.item)}
    if not any(_is_needed(part) and not part.show_if for part in field.item):
        row["anyOf"] = [_answered(part) for part in field.item if not part.computed] or [{"not": {}}]
    return {"type": "array", "items": row, "minItems": least(field), "maxItems": field.max_items}


def _answered(part: Field) -> Schema:
    """A row in which nobody wrote is not kept."""
    if part.type == "bool" and not part.required:
        content: Schema = {"const": True}
    else:
        content = {"minItems": 1} if part.type in ("list", "multi") else {"not": {"type": "null"}}
    return {"properties": {part.key: content}, "required": [part.key]}


# -- conditions --------------------------------------------------------------------------------------------------------


def _conditional(field: Field, known: Mapping[str, Field]) -> Schema | None:
    """When the question is shown it is asked for as others are, else it may not be there."""
    asked = _condition(field, known) if field.show_if else None
    if asked is None:
        return None
    hidden: Schema = {"else": {"properties": {field.key: False}}}
    shown: Schema = {"then": {"required": [field.key]}} if _is_needed(field) else {}
    return {"if": asked, **shown, **hidden}


def _condition(field: Field, known: Mapping[str, Field]) -> Schema | None:
    """A condition on one chosen answer beside it; None when it asks for more than a schema can follow."""
    found = conditions.simple(field.show_if)
    asked = known.get(found.name) if found else None
    if found is None or asked is None or asked.computed or found.in_list != (asked.type == "multi"):
        return None
    kept = _kept(asked)
    if not kept:
        return None
    wanted = [kept[value] for value in found.values if value in kept]
    counts_as = "" if asked.required or asked.type != "bool" else "false"
    if counts_as == "false" and asked.show_if:  # without an answer it is false when shown and null when hidden
        return None
    has: Schema = {"contains": {"enum": wanted}} if found.in_list else {"enum": wanted}
    answered: Schema = {"properties": {found.name: has}, "required": [found.name]}
    if counts_as in found.values:
        answered = {"anyOf": [answered, {"properties": {found.name: {"type": "null"}}}]}
    return {"not": answered} if found.is_except else answered


def _kept(asked: Field) -> dict[str, object]:
    """Every answer that can be chosen, by the text in which a condition names it."""
    if asked.type == "bool":
        return {"true": True, "false": False}
    return {str(choice.value): choice.value for choice in asked.choices}


# -- what the schema cannot say ----------------------------------------------------------------------------------------

_TOLD: dict[str, str] = {
    "str": "Texten skrivs i Unicodes sammansatta form (NFC).",
    "text": "Texten skrivs i Unicodes sammansatta form (NFC).",
    "dec": "Högst sex decimaler, och inte minus noll.",
    "money": "Högst två decimaler, och inte minus noll.",
    "duration": "Högst hundra år.",
    "dt": "Tidpunkten ska finnas i svensk tid och ha dess förskjutning.",
    "pnr": "Födelsedag och kontrollsiffra ska stämma.",
    "ref": "Det som valts ska finnas i kommunens register.",
}


def unsaid(form: Form) -> list[tuple[str, str]]:
    """What only the form checks, by the place in the answers."""
    return list(_unsaid(form.fields, form.rules, ""))


def _unsaid(fields: tuple[Field, ...], rules: tuple[Rule, ...], above: str) -> Iterator[tuple[str, str]]:
    known = {field.key: field for field in fields}
    for field in fields:
        at = f"{above}{field.key}"
        for message in _untold(field, known):
            yield at, message
        yield from _unsaid(field.item, field.rules, f"{at}[].")
    for rule in rules:
        yield f"{above}{rule.field}".rstrip("."), f"{rule.check}: {rule.message}"


def _untold(field: Field, known: Mapping[str, Field]) -> Iterator[str]:
    if field.show_if and _condition(field, known) is None:
        yield f"Frågan ställs bara när {field.show_if}."
    if field.computed:
        yield f"Räknas ut: {field.computed}. Det som skickas in läses inte."
        return
    if field.type in _TOLD and not field.choices:
        yield _TOLD[field.type]
    for words, bound in (("Minst", field.min), ("Högst", field.max)):
        if isinstance(bound, str):
            yield f"{words} {bound}."
