"""Which native control asks for which type of answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
EMPTY = ("", "Välj …")


@dataclass(frozen=True, slots=True)
class Control:
    """What `tasks/forms.html` draws: `kind` is textarea, select or a type of input, `value` what it shows.

    `is_group`: one box or button for each of `options`. `suggestions` is the id of the list that helps one write.
    """

    kind: str
    value: object = ""
    options: Sequence[choices.Offer] = ()
    is_group: bool = False
    keyboard: str = ""
    suggestions: str = ""

    def has(self, value: str) -> bool:
        """Whether this option is chosen."""
        return value in self.value if isinstance(self.value, list) else value == self.value


def control(field: Field, raw: object) -> Control:
    """With a raw or kept answer in it; none of them validates."""
    shown = display(field, raw)
    if field.choices:
        return _chooser(field, shown)
    if field.type in NATIVE:
        kind, pattern = NATIVE[field.type]
        return Control("text" if shown and not pattern.fullmatch(str(shown)) else kind, shown)
    return CONTROLS[field.type](field, shown)


def _text(_field: Field, shown: object) -> Control:
    return Control("text", shown)


def _hsa_id(_field: Field, shown: object) -> Control:
    return Control("text", shown, suggestions=COLLEAGUES)


def _number(field: Field, shown: object) -> Control:
    # A numeric keypad often has no minus sign.
    is_positive = isinstance(field.min, int | float) and field.min >= 0
    mode = ("numeric" if field.type == "int" else "decimal") if is_positive else "text"
    return Control("text", shown, keyboard=mode)


def _yes_no(field: Field, shown: object) -> Control:
    return Control("radio", shown, YES_NO, is_group=True) if field.required else Control("checkbox", shown)


def _chooser(field: Field, shown: object) -> Control:
    offered = [(str(choice.value), choice.label) for choice in field.choices]
    if field.type == "multi":
        return Control("checkbox", shown, offered, is_group=True)
    if len(offered) > MAX_RADIOS:
        return Control("select", shown, [EMPTY, *offered])
    return Control("radio", shown, offered if field.required else [*offered, ("", "Inget svar")], is_group=True)


def _reference(field: Field, shown: object) -> Control:
    return Control("select", shown, [EMPTY, *choices.offered(field.of)])


CONTROLS: dict[str, Callable[[Field, object], Control]] = {
    "str": _text,
    "text": lambda _field, shown: Control("textarea", shown),
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
