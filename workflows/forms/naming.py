"""Checks what names mean in a form: keys of fields, and the names that its FEEL expressions use."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Callable, Iterator

from workflows.forms import expressions
from workflows.forms.shapes import Field, Form, Rule

Report = Callable[..., None]

_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_FEEL_WORDS = frozenset(
    {"if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "not", "true", "false"}
    | {"null", "between", "instance", "of", "function", "date", "time", "duration", "now", "today", "string"}
    | {"number", "count", "item", "partial"}
)
_INSTANCE_NAMES = frozenset({"person", "parametrar", "arende", "ej_gjort"})
RESERVED = (
    frozenset(name for name in dir(builtins) if name.islower())
    | frozenset(keyword.kwlist)
    | _FEEL_WORDS
    | _INSTANCE_NAMES
    | {"datetime"}
)


def check(form: Form, report: Report) -> None:
    """Reports bad and double keys, and expressions that ask for a field further down."""
    _level(form.fields, form.rules, report, "")


def _level(fields: tuple[Field, ...], rules: tuple[Rule, ...], report: Report, at: str) -> None:
    keys = frozenset(field.key for field in fields)
    seen: set[str] = set()
    for field in fields:
        element = f"{at}.{field.key}" if at else field.key
        _key(field.key, seen, report, element)
        for name, text in _expressions(field):
            _later(expressions.names(text) & (keys - seen), name, report, element)
        seen.add(field.key)
        if field.item:
            _level(field.item, field.rules, report, element)
    for rule in rules:
        if rule.field and rule.field not in keys:
            report(at or "rules", "form_unknown_field", f"Regeln pekar på fältet ”{rule.field}” som inte finns här.")


def _key(key: str, seen: set[str], report: Report, element: str) -> None:
    if key in seen:
        report(element, "form_duplicate_key", f"Fältet ”{key}” finns två gånger.")
    if key.startswith("_") or "__" in key or key in RESERVED:
        report(element, "form_reserved_key", f"Namnet ”{key}” är reserverat. Välj ett annat.")
    elif not _KEY.fullmatch(key):
        message = f"Namnet ”{key[:80]}” ska bestå av a–z, 0–9 och _ och börja med en bokstav."
        report(element, "form_bad_key", message)


def _expressions(field: Field) -> Iterator[tuple[str, str]]:
    for name in ("show_if", "default", "computed", "min", "max"):
        text = getattr(field, name)
        if text and isinstance(text, str):
            yield name, text


def _later(names: frozenset[str], where: str, report: Report, element: str) -> None:
    for name in sorted(names):
        message = f"”{where}” frågar efter ”{name}”, som inte är besvarat än: fältet måste stå högre upp."
        report(element, "form_reads_later_field", message)
