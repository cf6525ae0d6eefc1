"""How a form's file is written, as JSON Schema: an editor can help with names and kinds while one types.

What the reader takes this takes; what it cannot say (FEEL, names, included parts) the reader's findings tell.
"""

from __future__ import annotations

from typing import Any

from workflows.diagram import COULD_NOT, NOT_NEEDED
from workflows.forms import parts
from workflows.forms.schema import DRAFT
from workflows.forms.shapes import TYPES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
SAID: Schema = {"type": "string", "pattern": r"\S"}
FEEL: Schema = {"type": "string", "description": "Ett uttryck i FEEL, se docs/uttryck.md."}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": parts.MAX_ROWS}
KEY: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,59}$"}
RULES: Schema = {"type": ["array", "null"], "items": {"$ref": "#/$defs/rule"}}
FIELDS: Schema = {"type": "array", "items": {"$ref": "#/$defs/field"}}
CHOICES: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/choice"}}

PROPERTIES: dict[str, Schema] = {
    "key": KEY | {"description": "Frågans namn i diagram och tabeller."},
    "label": SAID | {"description": "Frågan som den står på skärmen."},
    "required": {"type": "boolean", "description": "Måste besvaras."},
    "person_reads": {"type": "boolean", "description": "Svaret visas för personen i Min plan."},
    "help": TEXT | {"description": "En mening till hjälp, under frågan."},
    "heading": TEXT | {"description": "Börjar ett avsnitt med den här rubriken."},
    **dict.fromkeys(("show_if", "default", "computed"), FEEL),
    "choices": CHOICES,
    "low": TEXT | {"description": "Vad det lägsta steget betyder."},
    "high": TEXT | {"description": "Vad det högsta steget betyder."},
    "of": {"enum": list(parts.REFERENCES)},
    "item": FIELDS,
    "item_label": TEXT | {"description": "Vad en rad heter."},
    "min_items": COUNT,
    "max_items": COUNT,
    "rules": RULES,
}
TOP: dict[str, Schema] = {
    "title": SAID,
    "intro": TEXT,
    "fields": FIELDS,
    "rules": RULES,
    **{code: CHOICES | {"description": "Egna skäl att välja bland."} for code in (COULD_NOT, NOT_NEEDED)},
    "person_told": TEXT | {"description": "Det personen läser i Min plan medan steget väntar."},
    "person_asked": TEXT | {"description": "Det personen får svara på före steget. Kräver person_told."},
}
INCLUDED: dict[str, Schema] = {
    "type": {"const": "include"},
    "form": SAID | {"description": "Delens namn, till exempel _shared/f_mal."},
    "only": {"type": ["array", "null"], "items": KEY},
    "prefix": TEXT | {"description": "Sätts framför delens frågor, när samma del är med två gånger."},
    "default": {"type": "object", "additionalProperties": FEEL},
    "required": {
        "type": ["array", "null"],
        "items": SAID,
        "description": "Frågor i delen som måste besvaras här, i en lista som lista.fråga.",
    },
    "heading": TEXT,
    "show_if": FEEL,
}
NEEDED = {"enum": ["choices"], "multi": ["choices"], "ref": ["of"], "scale": ["min", "max"], "list": ["item"]}


def schema() -> Schema:
    """The schema of a form's file."""
    return {
        "$schema": DRAFT,
        "title": "Formulär",
        **_object(TOP, ["title", "fields"]),
        "$defs": {
            "field": {"oneOf": [_object(INCLUDED, ["type", "form"]), *(_field(kind) for kind in TYPES)]},
            "rule": _object({"check": FEEL | {"minLength": 1}, "field": TEXT, "message": SAID}, ["check", "message"]),
            "choice": _object({"value": {"type": ["string", "integer"]}, "label": SAID}, ["value", "label"]),
        },
    }


def _field(kind: str) -> Schema:
    names = parts.COMMON_KEYS | parts.EXTRA_KEYS.get(kind, frozenset())
    known = PROPERTIES | {"type": {"const": kind}} | dict.fromkeys(("min", "max"), _bound(kind))
    return _object({name: known[name] for name in sorted(names)}, ["key", "type", "label", *NEEDED.get(kind, [])])


def _bound(kind: str) -> Schema:
    if kind == "scale":
        return {"type": "integer"}
    return {"type": ["string", "null"] if kind in parts.TIMES else ["string", "number", "null"]}


def _object(properties: dict[str, Schema], required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
