"""The shape of what a form gives."""

from __future__ import annotations

from workflows.forms.shapes import Field, Form
from workflows.variables.shapes import BOOLEAN, NUMBER, TEXT, Shape, context, list_of

_WRITTEN = {"date": "date", "dt": "datetime", "time": "time", "duration": "duration"}
_NUMBERS = {"int", "dec", "money", "scale"}


def of_form(form: Form, file: str) -> Shape:
    return of_fields(form.fields, file)


def of_fields(fields: tuple[Field, ...], file: str) -> Shape:
    return context({field.key: of_field(field, file) for field in fields}, origin=f"formuläret {file}")


def of_field(field: Field, file: str) -> Shape:
    origin = f"fältet ”{field.label or field.key}” i {file}"
    values = frozenset(choice.value for choice in field.choices) or None
    if field.type == "list":
        return list_of(of_fields(field.item, file), origin)
    if field.type == "multi":
        return list_of(Shape("text", values=values, origin=origin), origin)
    if field.type == "bool":
        return Shape(BOOLEAN.kind, origin=origin)
    kind = NUMBER.kind if field.type in _NUMBERS else TEXT.kind
    return Shape(kind, values=values, written=_WRITTEN.get(field.type, ""), origin=origin)
