"""Which native control asks for which type of answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList

from tasks.forms import choices
from workflows.forms import values
from workflows.forms.shapes import Field

MAX_RADIOS = 8
COLLEAGUES = "kollegor"
YES_NO = (("true", "Ja"), ("false", "Nej"))
HINTS = {"pnr": "ÅÅÅÅMMDD-NNNN", "hsaid": "Börja skriva namnet och välj i listan, eller skriv HSA-id."}
# What the browser's own date fields can show; anything else stays as text so that it is not lost.
NATIVE = {
    "date": ("date", re.compile(r"\d{4}-\d{2}-\d{2}")),
    "dt": ("datetime-local", re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")),
    "time": ("time", re.compile(r"\d{2}:\d{2}(:\d{2})?")),
}


class Level(forms.Form):
    """The controls of one level (the form, or one row) with values and errors that `answers.clean` has decided on."""

    use_required_attribute = False

    def __init__(
        self, fields: tuple[Field, ...], raw: Mapping[str, Any], errors: dict[str, list[str]], at: str
    ) -> None:
        shown = {field.key: display(field, raw.get(field.key)) for field in fields}
        super().__init__(initial=shown, prefix=at or None)
        for field in fields:
            self.fields[field.key] = control(field, shown[field.key])
        self._errors = ErrorDict({key: ErrorList(found) for key, found in errors.items()})


def control(field: Field, shown: object) -> forms.Field:
    """The Django field; it only renders, so none of them validates."""
    return forms.Field(
        required=field.required,
        label=field.label,
        help_text=field.help or HINTS.get(field.type, ""),
        widget=widget(field, shown),
    )


def widget(field: Field, shown: object) -> forms.Widget:
    if field.choices:
        return _chooser(field)
    if field.type in NATIVE:
        return _native(field, shown)
    return WIDGETS[field.type](field)


def _text(_field: Field) -> forms.Widget:
    return forms.TextInput({"autocomplete": "off"})


def _hsa_id(_field: Field) -> forms.Widget:
    return forms.TextInput({"autocomplete": "off", "list": COLLEAGUES})


def _number(field: Field) -> forms.Widget:
    # A numeric keypad often has no minus sign.
    is_positive = isinstance(field.min, int | float) and field.min >= 0
    mode = ("numeric" if field.type == "int" else "decimal") if is_positive else "text"
    return forms.TextInput({"autocomplete": "off", "inputmode": mode})


def _native(field: Field, shown: object) -> forms.Widget:
    kind, pattern = NATIVE[field.type]
    if shown and not pattern.fullmatch(str(shown)):
        return _text(field)
    text_input = forms.TextInput({"autocomplete": "off"})
    text_input.input_type = kind
    return text_input


def _yes_no(field: Field) -> forms.Widget:
    return forms.RadioSelect(choices=YES_NO) if field.required else forms.CheckboxInput()


def _chooser(field: Field) -> forms.Widget:
    offered: list[tuple[str, str]] = [(str(choice.value), choice.label) for choice in field.choices]
    if field.type == "multi":
        return forms.CheckboxSelectMultiple(choices=offered)
    if len(offered) > MAX_RADIOS:
        return forms.Select(choices=[("", "Välj …"), *offered])
    return forms.RadioSelect(choices=offered if field.required else [*offered, ("", "Inget svar")])


def _reference(field: Field) -> forms.Widget:
    return forms.Select(choices=[("", "Välj …"), *choices.offered(field.of)])


WIDGETS: dict[str, Callable[[Field], forms.Widget]] = {
    "str": _text,
    "text": lambda _field: forms.Textarea({"rows": 4}),
    "int": _number,
    "dec": _number,
    "bool": _yes_no,
    "pnr": _text,
    "hsaid": _hsa_id,
    "ref": _reference,
}


def display(field: Field, raw: object) -> object:
    """A raw or kept answer as the text its control shows."""
    if isinstance(raw, bool):
        return raw if field.type == "bool" and not field.required else str(raw).lower()
    if raw is None:
        return [] if field.type == "multi" else ""
    if field.type == "multi" and isinstance(raw, list | tuple):
        return [str(entry) for entry in raw]
    if isinstance(raw, float):
        return str(raw).replace(".", ",")
    if field.type in ("dt", "time"):
        return _local(field, raw)
    return str(raw)


def _local(field: Field, raw: object) -> str:
    try:
        if field.type == "time":
            return values.clock(raw).isoformat().removesuffix(":00")
        return values.moment(raw).replace(tzinfo=None).isoformat().removesuffix(":00")
    except values.AnswerError:
        return str(raw)
