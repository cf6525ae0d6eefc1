"""Gives the questions of an included part a prefix, so that the same part can stand twice in one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workflows import feel
from workflows.forms.shapes import Bound, Field, Rule

Names = Mapping[str, str]


def fields(part: tuple[Field, ...], names: Names) -> tuple[Field, ...]:
    """With new keys by old ones, also in expressions; FeelError where one cannot be told from a row's own."""
    return tuple(replace(_field(field, names), key=names.get(field.key, field.key)) for field in part)


def rules(part: tuple[Rule, ...], names: Names) -> tuple[Rule, ...]:
    return tuple(
        replace(rule, check=_text(rule.check, names), field=names.get(rule.field, rule.field)) for rule in part
    )


def _field(field: Field, names: Names) -> Field:
    """The questions of a row keep their keys, which hide those of the form."""
    inside = {old: new for old, new in names.items() if old not in {part.key for part in field.item}}
    return replace(
        field,
        show_if=_text(field.show_if, names),
        default=_text(field.default, names),
        computed=_text(field.computed, names),
        min=_bound(field.min, names),
        max=_bound(field.max, names),
        item=tuple(_field(part, inside) for part in field.item),
        rules=rules(field.rules, inside),
    )


def _bound(bound: Bound, names: Names) -> Bound:
    return _text(bound, names) if isinstance(bound, str) else bound


def _text(text: str, names: Names) -> str:
    return feel.renamed(text, feel.parse(text), names) if text else text
