"""What a form is: fields, choices and rules as plain frozen data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TYPES = (
    *("str", "text", "int", "dec", "money", "bool", "date", "dt", "time", "duration"),
    *("enum", "multi", "scale", "list", "pnr", "hsaid", "tel", "ref"),
)

Source = bytes | Mapping[str, Any]
Shared = Callable[[str], Source]
"""Gives the content of a shared form part by its name, such as `_shared/f_mal`; raises LookupError or OSError."""
Bound = int | float | str | None
"""A number, or a FEEL expression as text."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str | int
    label: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`check` is FEEL that must be true; null counts as false."""

    check: str
    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """`show_if`, `default` and `computed` are FEEL; `item` and what follows it belong to lists, `of` to references.

    `person_reads`: the answer is shown to the person whom it is about, on their own pages. Nothing else is.
    """

    key: str
    type: str
    label: str
    required: bool = False
    person_reads: bool = False
    help: str = ""
    heading: str = ""
    show_if: str = ""
    default: str = ""
    computed: str = ""
    min: Bound = None
    max: Bound = None
    choices: tuple[Choice, ...] = ()
    of: str = ""
    item_label: str = ""
    min_items: int = 0
    max_items: int = 100
    item: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def is_about_staff(self) -> bool:
        return self.type == "hsaid" or (self.type == "ref" and self.of == "staff")


@dataclass(frozen=True, slots=True)
class Form:
    """`could_not` are its own reasons why an attempt came to nothing; with `not_needed` a person may say so.

    `person_told` is what the person is told of the step while it waits, '' nothing; `person_asked` what they may say
    something about before it.
    """

    title: str
    intro: str = ""
    fields: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = ()
    could_not: tuple[Choice, ...] = ()
    not_needed: tuple[Choice, ...] = ()
    person_told: str = ""
    person_asked: str = ""

    def walk(self) -> Iterator[Field]:
        """Every field, also those inside lists, in the order of the page."""
        yield from _walk(self.fields)


def _walk(fields: tuple[Field, ...]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _walk(field.item)
