"""The shape of what a form gives."""

from __future__ import annotations

from workflows.forms.shapes import Field, Form
from workflows.variables.shapes import BOOLEAN, NUMBER, TEXT, Shape, context, list_of

_WRITTEN = {"date": "date", "dt": "datetime", "time": "time", "duration": "duration"}
_NUMBERS = {"int", "dec", "money", "scale"}


def place(file: str, *keys: str) -> str:
    """The one way to name a question: forms/e2_hemgangsmal.json#mal.maldatum; without keys the whole form."""
    return f"{file}#{'.'.join(keys)}"


def levels(file: str, element: str) -> frozenset[str]:
    """The form, and every list around a question in it."""
    keys = element.split(".")
    return frozenset(place(file, *keys[:depth]) for depth in range(len(keys)))


def of_form(form: Form, file: str) -> Shape:
    return of_fields(form.fields, file)


def of_fields(fields: tuple[Field, ...], file: str, above: tuple[str, ...] = ()) -> Shape:
    found = {field.key: of_field(field, file, above) for field in fields}
    return context(found, origin=f"formuläret {file}", at=frozenset({place(file, *above)}))


def of_field(field: Field, file: str, above: tuple[str, ...] = ()) -> Shape:
    origin = f"fältet ”{field.label or field.key}” i {file}"
    keys = (*above, field.key)
    at = frozenset({place(file, *keys)})
    values = frozenset(choice.value for choice in field.choices) or None
    if field.type == "list":
        return list_of(of_fields(field.item, file, keys), origin, at)
    if field.type == "multi":
        return list_of(Shape("text", values=values, origin=origin), origin, at)
    if field.type == "bool":
        return Shape(BOOLEAN.kind, origin=origin, at=at)
    kind = NUMBER.kind if field.type in _NUMBERS else TEXT.kind
    return Shape(kind, values=values, written=_WRITTEN.get(field.type, ""), origin=origin, at=at)
