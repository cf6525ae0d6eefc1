"""Which native control asks for which type of answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tasks.forms import choices
from workflows.forms import lengths, moments
from workflows.forms.refused import AnswerError
from workflows.forms.shapes import Field

MAX_RADIOS = 8
YES_NO = (("true", "Ja"), ("false", "Nej"))
HINTS = {
    "pnr": "ÅÅÅÅMMDD-NNNN",
    "hsaid": "Sök på namnet, eller skriv HSA-id.",
    "date": "Till exempel 27/11 eller 27 november 2026",
    "dt": "Till exempel 27/11 14:05",
    "time": "Till exempel 14:05",
    "duration": "Till exempel 45 min, 1 h 30 min eller 14 dagar",
}
# The browser's own choosers, which the script puts beside what one writes by hand.
PICKERS = {"date": "date", "dt": "datetime-local", "time": "time"}
EMPTY = ("", "Välj …")


@dataclass(frozen=True, slots=True)
class Control:
    """What `tasks/forms.html` draws: `kind` is textarea, select or a type of input, `value` what it shows.

    `is_group`: one box or button for each of `options`, side by side for a scale. `picker` is the browser's chooser
    that can fill it in, `unit` what stands after it. `finds`: colleagues are searched for by name; `chosen` is who is,
    `sought` what was written where the answer itself is no name.
    """

    kind: str
    value: object = ""
    options: Sequence[choices.Offer] = ()
    is_group: bool = False
    is_scale: bool = False
    keyboard: str = ""
    picker: str = ""
    unit: str = ""
    finds: bool = False
    chosen: str = ""
    sought: str = ""

    def has(self, value: str) -> bool:
        """Whether this option is chosen."""
        return value in self.value if isinstance(self.value, list) else value == self.value


def control(field: Field, raw: object, *, name: str = "", sought: str = "") -> Control:
    """With a raw or kept answer in it; none of them validates. `name` is who it is, `sought` what is searched for."""
    shown = display(field, raw)
    if field.is_about_staff:
        is_id = field.type == "hsaid"
        return Control(
            "text" if is_id else "staff", (name or shown) if is_id else shown, finds=True, chosen=name, sought=sought
        )
    if field.choices:
        return _chooser(field, shown)
    if field.type in PICKERS:
        return Control("text", shown, picker=PICKERS[field.type])
    return CONTROLS[field.type](field, shown)


def _text(_field: Field, shown: object) -> Control:
    return Control("text", shown)


def _number(field: Field, shown: object) -> Control:
    # A numeric keypad often has no minus sign.
    is_positive = isinstance(field.min, int | float) and field.min >= 0
    mode = ("numeric" if field.type == "int" else "decimal") if is_positive else "text"
    return Control("text", shown, keyboard=mode, unit="kronor" if field.type == "money" else "")


def _yes_no(field: Field, shown: object) -> Control:
    return Control("radio", shown, YES_NO, is_group=True) if field.required else Control("checkbox", shown)


def _chooser(field: Field, shown: object) -> Control:
    offered = [(str(choice.value), choice.label) for choice in field.choices]
    if field.type == "multi":
        return Control("checkbox", shown, offered, is_group=True)
    is_scale = field.type == "scale"
    if len(offered) > MAX_RADIOS and not is_scale:
        return Control("select", shown, [EMPTY, *offered])
    options = offered if field.required else [*offered, ("", "Anges inte")]
    return Control("radio", shown, options, is_group=True, is_scale=is_scale)


def _reference(_field: Field, shown: object) -> Control:
    return Control("select", shown, [EMPTY, *choices.units()])


CONTROLS: dict[str, Callable[[Field, object], Control]] = {
    "str": _text,
    "text": lambda _field, shown: Control("textarea", shown),
    "int": _number,
    "dec": _number,
    "money": _number,
    "duration": _text,
    "tel": lambda _field, shown: Control("tel", shown),
    "bool": _yes_no,
    "pnr": _text,
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
    if field.type in PICKERS:
        return _worded(field, raw)
    if field.type == "duration" and str(raw).startswith("P"):
        return _length(raw)
    return str(raw)


def _length(raw: object) -> str:
    try:
        return lengths.words(lengths.parse(raw))
    except AnswerError:
        return str(raw)


def _worded(field: Field, raw: object) -> str:
    """In words that can be read again; what is no whole day or moment stays as it was written."""
    try:
        if field.type == "date":
            return moments.shown(moments.day(raw))
        if field.type == "time":
            return moments.clock(raw).isoformat().removesuffix(":00")
        at = moments.moment(raw).replace(tzinfo=None)
        return at.isoformat(" ") if at.second else moments.shown(at)
    except AnswerError:
        return str(raw)
